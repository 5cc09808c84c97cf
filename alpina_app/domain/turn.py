"""What one turn of a scenario said and did, for the history and the trace."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from alpina_app.domain.effects import AskGpt, CallApi, Usage
from alpina_app.domain.masking import Mask
from alpina_app.domain.values import Json


class Said(NamedTuple):
    """A text of the bot. `step`: who said it, None = a built-in sentence."""

    text: str
    step: int | None = None
    role: str = "assistant"


@dataclass(slots=True)
class Event:
    """One step at work in one turn; the wire's fields of the trace, in this order.

    `seq` counts from 1 over the whole execution. `input`: a question's raw answer, a model's
    prompt, a request. `output`: {"said": [texts]} and what the step found out; of a call status
    and body. `exit`: next, wait, retry, option:<id>, branch:<n>, class:<id>, else, default,
    on_fail, on_error, cancel; None where the run broke off. `tokens`: the total of the step's
    model calls, None without one.

    `warnings`: [{"code", "params"}], the codes of `templates.Note` and variable_refused {name},
    answer_invalid {reason, attempt}, class_unknown {answer}, path_missing {path, name},
    header_refused {name}, error_before {error}.

    `error`: a code. Of a model its `GptFailure`, empty_answer, bad_schema, schema_mismatch; of a
    call its `HttpFailure`, bad_status, bad_url, bad_header, bad_body, unknown_secret; of both
    not_json; of the run invalid_content, unknown_step, or the name of the limit it passed.
    """

    seq: int
    step: int | None
    step_type: str | None
    started_at: datetime
    duration_ms: int = 0
    input: Json = None
    output: Any = None
    variables_set: dict[str, Any] = field(default_factory=dict)
    exit: str | None = None
    warnings: list[Any] = field(default_factory=list)
    error: str | None = None
    tokens: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Turn:
    """`usage` sums the turn's model calls; None without one.

    The rest is the engine's own while the turn runs: `steps` executed, `clock` at the last look
    (seconds), what the step in hand has `spoken`, the effect it waits for, and the mask.
    """

    said: list[Said] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    usage: Usage | None = None
    steps: int = 0
    clock: float = 0.0
    spoken: list[str] = field(default_factory=list)
    pending: AskGpt | CallApi | None = None
    mask: Mask | None = None
