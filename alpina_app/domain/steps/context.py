"""What every step needs while a turn runs: to speak, to set variables, to be traced."""

from typing import Any, Final, NamedTuple, TypeAlias

from alpina_app.domain.effects import AskGpt, CallApi, GptResult
from alpina_app.domain.masking import Mask, cut_text, fits
from alpina_app.domain.program import DonePlan, Program, StepPlan, Target
from alpina_app.domain.run import Env, Limit, Run
from alpina_app.domain.templates import (
    RESULT_LENGTH,
    Note,
    Scope,
    Template,
    render_json,
    render_text,
)
from alpina_app.domain.turn import Event, Said
from alpina_app.domain.values import (
    RESERVED_NAMES,
    Json,
    JsonError,
    dump_json,
    is_variable_name,
    json_size,
)

VARIABLE_BYTES: Final = 200 * 1024
TURN_SECONDS: Final = 60.0
_SMALL_TEXT: Final = VARIABLE_BYTES // 8


class Leave(NamedTuple):
    """The step is done. `failed`: on the exit of a failure; with no target the run has failed."""

    exit: str
    target: Target
    failed: bool = False


class Wait(NamedTuple):
    """The step waits for the user's next message. `exit` says why: wait or retry."""

    exit: str


class Break(NamedTuple):
    """The run ends here with the built-in sentence `speech.<sentence>`; `error` for the trace."""

    error: str
    sentence: str
    limit: Limit | None = None


Move: TypeAlias = Leave | Wait | Break | AskGpt | CallApi


class VariableTooLarge(Exception):
    """A value over 200 KB of JSON, or nested deeper than can be written; nothing was set."""


class Context:
    """One call of the engine at work on a run: `event` is the trace of the step in hand."""

    __slots__ = ("builtins", "env", "event", "program", "run", "scope", "turn")

    event: Event

    def __init__(self, program: Program, run: Run, env: Env) -> None:
        self.program = program
        self.run = run
        self.env = env
        self.turn = run.turn
        self.builtins: dict[str, Json] = {
            "user_session": env.user_session,
            "today": env.today.isoformat(),
            "bot": dict(env.bot),
        }
        if run.last_answer is not None:
            self.builtins["last_answer"] = run.last_answer
        self.scope = Scope(run.variables, self.builtins, env.language, None)
        if self.turn.events:
            self._take(self.turn.events[-1])

    def open(self, step: StepPlan) -> None:
        """Begin the event of a step that is entered or answered."""
        self.run.position = step.id
        self._open(step.id, step.step_type)

    def open_missing(self, step_id: int | None) -> None:
        """Begin the event of a step that is not to be had; the run stays where it stands."""
        self._open(step_id, None)

    def close(self, exit_: str | None) -> None:
        event, turn = self.event, self.turn
        now = self.env.elapsed()
        event.duration_ms = round((now - turn.clock) * 1000)
        turn.clock = now
        event.exit = exit_
        if turn.spoken and event.step_type != "api_call":
            event.output = {"said": turn.spoken, **(event.output or {})}
        turn.spoken = []
        if event.warnings:
            event.warnings = [
                {"code": note.code, "params": note.params} if isinstance(note, Note) else note
                for note in event.warnings
            ]
        if event.variables_set or self.env.secrets:
            self._hide_and_cut(event)

    def say(self, text: str, step: int | None) -> None:
        """Say `text`; None for a built-in sentence."""
        self.turn.said.append(Said(text, step))
        self.turn.spoken.append(text)

    def say_template(self, template: Template, step: int) -> bool:
        """Say what `template` renders to, unless it is blank. Whether something was said."""
        text = self.text(template)
        if not text or text.isspace():
            return False
        self.say(text, step)
        return True

    def say_phrase(self, key: str, **params: Any) -> None:
        self.say(self.env.phrase(f"speech.{key}", **params), None)

    def text(self, template: Template) -> str:
        if template.is_literal and len(template.text) <= RESULT_LENGTH:
            return template.text
        return render_text(template, self.scope)

    def warn(self, code: str, **params: Any) -> None:
        self.event.warnings.append(Note(code, params))

    def assign(self, name: str, value: Json) -> None:
        """Set a variable. Raises VariableTooLarge. A name that cannot be set is warned of."""
        if name in RESERVED_NAMES or not is_variable_name(name):
            self.warn("variable_refused", name=name)
            return
        if not (isinstance(value, str) and len(value) <= _SMALL_TEXT) and _is_too_large(value):
            raise VariableTooLarge
        self.run.variables[name] = value
        self.event.variables_set[name] = value

    def leave(self, step: DonePlan, exit_: str, target: Target) -> Leave:
        """Leave a step that is done as it should be: its `set` is applied, in order."""
        for one in step.sets:
            self.assign(one.var, render_json(one.value, self.scope))
        return Leave(exit_, target)

    def timeout(self, asked_s: float) -> float:
        """Seconds an effect may take: what was asked for, within what is left of the turn.

        Where hardly anything was missing, a little is left over, so that a call that takes all
        the time it may still comes to its own failure and not to the turn's end.
        """
        left = max(TURN_SECONDS - self.turn.clock, 0.001)
        if asked_s <= left:
            return asked_s
        return left - 0.5 if asked_s - left < 0.5 else left

    def count_usage(self, result: GptResult) -> None:
        if result.usage is None:
            return
        turn, event = self.turn, self.event
        turn.usage = result.usage if turn.usage is None else turn.usage + result.usage
        event.tokens = (event.tokens or 0) + result.usage.total_tokens

    def hidden(self, text: str) -> str:
        """`text` with secrets masked and then cut, for the trace."""
        return cut_text(self._mask().text(text))

    def _open(self, step_id: int | None, step_type: str | None) -> None:
        run = self.run
        run.events += 1
        event = Event(run.events, step_id, step_type, self.env.now())
        self.turn.events.append(event)
        self._take(event)

    def _take(self, event: Event) -> None:
        self.event = event
        self.scope.warnings = event.warnings

    def _mask(self) -> Mask:
        if self.turn.mask is None:
            self.turn.mask = Mask(self.env.secrets.values())
        return self.turn.mask

    def _hide_and_cut(self, event: Event) -> None:
        mask = self._mask().json
        if self.env.secrets:
            event.input = mask(event.input)
            event.output = mask(event.output)
            event.warnings = mask(event.warnings)
        event.variables_set = {
            name: _cut_value(mask(value)) for name, value in event.variables_set.items()
        }


def _is_too_large(value: Json) -> bool:
    if value is None or isinstance(value, (bool, int, float)):
        return False
    return not fits(value, VARIABLE_BYTES) or json_size(value) > VARIABLE_BYTES


def _cut_value(value: Json) -> Json:
    """`value` itself where it is short, else the beginning of its text."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    try:
        text = value if isinstance(value, str) else dump_json(value)
    except JsonError:
        return None
    shown = cut_text(text)
    return value if len(shown) == len(text) else shown + "…"
