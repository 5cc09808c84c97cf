"""A scenario's turn: the engine decides, the clients act, nothing is stored in between."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import assert_never

from alpina_app.domain import engine
from alpina_app.domain.effects import AskGpt, CallApi, GptResult, HttpResult
from alpina_app.domain.run import Env, Run
from alpina_app.domain.turn import Event
from alpina_app.i18n import Language, translate
from alpina_app.models import utc_now
from alpina_app.services.chat.claim import read_history
from alpina_app.services.chat.listening import OnDelta, told
from alpina_app.services.chat.plan import Begin, Cancel, GoOn
from alpina_app.services.chat.types import BotFacts, OpenExecution, Outcome, Situation
from alpina_app.services.pictures import Prepared
from alpina_app.services.runtime import Runtime
from alpina_app.services.secrets_store import secret_values
from alpina_app.services.turns import LiveTurn, Said


async def begin(
    runtime: Runtime,
    turn: LiveTurn,
    situation: Situation,
    plan: Begin,
    outcome: Outcome,
    language: Language,
) -> None:
    outcome.abandon, outcome.scenario_id = plan.abandon, plan.scenario_id
    walk = _Walk(runtime, turn, situation.bot, plan.prepared, Run(), outcome, language)
    await walk.to_the_end(partial(engine.start, plan.prepared.program, walk.run))


async def go_on(
    runtime: Runtime,
    turn: LiveTurn,
    situation: Situation,
    plan: GoOn,
    outcome: Outcome,
    language: Language,
) -> None:
    run = run_of(plan.execution)
    outcome.execution = plan.execution
    walk = _Walk(runtime, turn, situation.bot, plan.prepared, run, outcome, language)
    await walk.to_the_end(
        partial(engine.answer, plan.prepared.program, run, outcome.request.message)
    )


async def cancel(
    runtime: Runtime,
    turn: LiveTurn,
    situation: Situation,
    plan: Cancel,
    outcome: Outcome,
    language: Language,
) -> None:
    run = run_of(plan.execution)
    outcome.execution = plan.execution
    walk = _Walk(runtime, turn, situation.bot, plan.prepared, run, outcome, language)
    await walk.to_the_end(partial(engine.cancel, plan.prepared.program, run))


def run_of(execution: OpenExecution) -> Run:
    """The run as it stands; a `current_step` or `variables` set through REST is followed.

    `current_step` null says nothing: the step waited on may have been deleted, the run goes on.
    """
    run = Run.from_dict(execution.run_state, execution.variables)
    moved_to = execution.current_step_id
    if moved_to is not None and moved_to != run.position:
        run.position, run.asked, run.attempts = moved_to, None, 0
    return run


def make_env(
    runtime: Runtime,
    bot: BotFacts,
    user_session: str,
    language: Language,
    *,
    secrets: dict[str, str],
    elapsed: Callable[[], float],
) -> Env:
    """The world as one turn knows it; `elapsed`: seconds since the turn began."""
    return Env(
        language=language,
        phrase=partial(translate, language),
        now=utc_now,
        elapsed=elapsed,
        today=datetime.now(runtime.settings.zone).date(),
        user_session=user_session,
        bot={"id": bot.id, "name": bot.name},
        secrets=secrets,
    )


class _Walk:
    """One turn of one run."""

    def __init__(
        self,
        runtime: Runtime,
        turn: LiveTurn,
        bot: BotFacts,
        prepared: Prepared,
        run: Run,
        outcome: Outcome,
        language: Language,
    ) -> None:
        self.run = run
        self._runtime = runtime
        self._turn = turn
        self._bot = bot
        self._prepared = prepared
        self._outcome = outcome
        self._language = language
        self._begun = time.monotonic()
        self._published = 0

    async def to_the_end(self, first: Callable[[Env], engine.Outcome]) -> None:
        """Runs the turn and fills the outcome."""
        env = await self._env()
        move = first(env)
        while isinstance(move, AskGpt | CallApi):
            self._publish()
            match move:
                case AskGpt():
                    result: GptResult | HttpResult = await self._ask(move)
                case CallApi():
                    result = await self._runtime.http_caller.call(move)
                case _:
                    assert_never(move)
            move = engine.resume(self._prepared.program, self.run, result, env)
        self._publish()
        self._fill(move)

    async def _env(self) -> Env:
        secrets: dict[str, str] = {}
        if names := self._prepared.secret_names:
            secrets = await self._runtime.database.read(
                secret_values, self._runtime.settings, names
            )
        return make_env(
            self._runtime,
            self._bot,
            self._outcome.request.user_session,
            self._language,
            secrets=secrets,
            elapsed=self._elapsed,
        )

    async def _ask(self, effect: AskGpt) -> GptResult:
        asked_at = time.monotonic()
        if effect.purpose != "message":
            return await self._runtime.gpt.ask(effect, self._bot.gpt)
        history = await self._history(effect.history_turns)

        async def ask(on_delta: OnDelta | None) -> GptResult:
            return await self._runtime.gpt.ask(effect, self._bot.gpt, history, on_delta)

        def cut_short(text: str) -> GptResult:
            return GptResult(text, duration_ms=round((time.monotonic() - asked_at) * 1000))

        return await told(self._turn, ask, cut_short)

    async def _history(self, turns: int) -> list[dict[str, str]]:
        """`turns` pairs before this turn, and what was said in it so far."""
        before: list[dict[str, str]] = []
        execution = self._outcome.execution
        if turns > 0 and execution is not None:
            rows = await self._runtime.database.read(read_history, execution.id)
            before = last_turns([{"role": role, "content": text} for role, text in rows], turns)
        now = [{"role": "user", "content": self._outcome.request.message}]
        now += [{"role": said.role, "content": said.text} for said in self.run.turn.said]
        return before + now

    def _publish(self) -> None:
        said = self.run.turn.said
        for one in said[self._published :]:
            self._turn.publish(Said(one.role, one.text, one.step))
        self._published = len(said)

    def _fill(self, move: engine.Outcome) -> None:
        run, outcome = self.run, self._outcome
        outcome.prepared = self._prepared
        outcome.said = [Said(one.role, one.text, one.step).to_json() for one in run.turn.said]
        outcome.trace = [event_row(event) for event in run.turn.events]
        outcome.variables = run.variables
        outcome.run_state = {**run.to_dict(), "language": self._language}
        outcome.current_step = run.position
        outcome.status = run.status
        outcome.usage = run.turn.usage
        outcome.input = move.input if isinstance(move, engine.Ask) else None

    def _elapsed(self) -> float:
        return time.monotonic() - self._begun


def last_turns(history: list[dict[str, str]], turns: int) -> list[dict[str, str]]:
    """From the `turns`-th last message of the user on."""
    starts = [place for place, entry in enumerate(history) if entry["role"] == "user"]
    return history[starts[-turns] :] if len(starts) >= turns else history


def event_row(event: Event) -> dict[str, object]:
    """The event as TraceEvent's columns, without those the store adds."""
    row = event.to_dict()
    row["step_id"] = row.pop("step")
    del row["seq"]
    return row
