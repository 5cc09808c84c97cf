"""A scenario tried out in the editor: the engine over a picture, nothing stored, nobody told.

    preview = Preview(picture, language, variables, start=12)
    move = preview.begin(env)
    while isinstance(move, AskGpt | CallApi):
        move = preview.resume(await perform(runtime, bot, preview, move), env)
    move = preview.answer("Анна", env)

Between the calls it may be pickled; a request that waits for its answer then loses what is secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from alpina_app.domain import engine
from alpina_app.domain.effects import AskGpt, CallApi, GptResult, HttpResult
from alpina_app.domain.engine import Ask, Done
from alpina_app.domain.masking import Mask
from alpina_app.domain.picture import Picture
from alpina_app.domain.program import compile_program
from alpina_app.domain.run import Env, Run
from alpina_app.domain.turn import Event
from alpina_app.domain.values import Json
from alpina_app.i18n import Language
from alpina_app.services.chat.scenario import last_turns, make_env
from alpina_app.services.chat.types import BotFacts
from alpina_app.services.runtime import Runtime

MAX_LINES: Final = 200
MAX_EVENTS: Final = 300
_SESSION: Final = "preview"


@dataclass(frozen=True, slots=True)
class Line:
    """`step` None: a built-in sentence, or the person's words."""

    role: str
    text: str
    step: int | None = None


class Preview:
    """`move`: what comes next, None before it has begun. `spent_s`: seconds of effects in this
    turn; what a person takes to answer by hand does not count."""

    def __init__(
        self,
        picture: Picture,
        language: Language,
        variables: Mapping[str, Json],
        *,
        start: int | None = None,
    ) -> None:
        self.picture = picture if start is None else replace(picture, initial_step=start)
        self.language: Language = language
        self.run = Run(variables=dict(variables))
        self.lines: list[Line] = []
        self.events: list[Event] = []
        self.move: engine.Outcome | None = None
        self.spent_s = 0.0
        self._turn_lines = 0
        self._turn_events = 0
        self._history: list[dict[str, str]] = []

    def begin(self, env: Env) -> engine.Outcome:
        self._begin_turn("")
        return self._taken(engine.start(compile_program(self.picture), self.run, env))

    def answer(self, text: str, env: Env) -> engine.Outcome:
        self.lines.append(Line("user", text))
        self._begin_turn(text)
        return self._taken(engine.answer(compile_program(self.picture), self.run, text, env))

    def resume(self, result: GptResult | HttpResult, env: Env) -> engine.Outcome:
        self.spent_s += result.duration_ms / 1000
        return self._taken(engine.resume(compile_program(self.picture), self.run, result, env))

    @property
    def is_over(self) -> bool:
        return isinstance(self.move, Done)

    @property
    def lit(self) -> int | None:
        """The step at work, or the last one."""
        match self.move:
            case AskGpt(step=step) | CallApi(step=step) | Ask(step=step):
                return step
            case _:
                return self.run.position

    def history(self, effect: AskGpt) -> list[dict[str, str]]:
        """What the model is told before the prompt."""
        before = last_turns(self._history, effect.history_turns) if effect.history_turns else []
        said = [{"role": one.role, "content": one.text} for one in self.run.turn.said]
        return before + said

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        if isinstance(self.move, CallApi):
            bare = without_secrets(self.move)
            run = replace(self.run, turn=replace(self.run.turn, pending=bare, mask=None))
            state |= {"move": bare, "run": run}
        return state

    def _begin_turn(self, text: str) -> None:
        self._turn_lines = self._turn_events = 0
        self.spent_s = 0.0
        if text:
            self._history.append({"role": "user", "content": text})

    def _taken(self, move: engine.Outcome) -> engine.Outcome:
        turn = self.run.turn
        for one in turn.said[self._turn_lines :]:
            self.lines.append(Line(one.role, one.text, one.step))
        self._turn_lines = len(turn.said)
        del self.events[len(self.events) - self._turn_events :]
        self.events += turn.events
        self._turn_events = len(turn.events)
        del self.lines[:-MAX_LINES]
        if isinstance(move, Ask | Done):
            self._history += [{"role": one.role, "content": one.text} for one in turn.said]
            self._turn_events = 0
            del self.events[:-MAX_EVENTS]
        self.move = move
        return move


def preview_env(
    runtime: Runtime, bot: BotFacts, preview: Preview, secrets: Mapping[str, str]
) -> Env:
    return make_env(
        runtime,
        bot,
        _SESSION,
        preview.language,
        secrets=dict(secrets),
        elapsed=lambda: preview.spent_s,
    )


async def perform(
    runtime: Runtime, bot: BotFacts, history: list[dict[str, str]], effect: AskGpt | CallApi
) -> GptResult | HttpResult:
    """The effect as a conversation would have it done."""
    if isinstance(effect, CallApi):
        return await runtime.http_caller.call(effect)
    return await runtime.gpt.ask(effect, bot.gpt, history)


def without_secrets(effect: CallApi) -> CallApi:
    """The request as it may be shown: secrets are `***`, credentials are left out."""
    mask = Mask(effect.masked)
    headers = tuple(
        (name, "***" if name.lower() in effect.credential_headers else mask.text(value))
        for name, value in effect.headers
    )
    body = None
    if effect.body is not None:
        body = mask.text(effect.body.decode("utf-8", "replace")).encode()
    return replace(effect, url=mask.text(effect.url), headers=headers, body=body, masked=())
