"""What the four kinds of step hold, as typed values.

Source of every field, default, requirement and bound: the page on the format of scenarios. The
models are frozen; a JSON list becomes a tuple, any-JSON values stay as they are. Where a `goto`
may be left out (options, branches, classes) it is `NEXT` when left out and None for the end.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
)
from pydantic_core import PydanticCustomError

StepType = Literal["message", "question", "condition", "api_call"]
InputType = Literal[
    "text",
    "number",
    "email",
    "phone",
    "url",
    "date",
    "time",
    "yes_no",
    "choice",
    "multi_choice",
    "rating",
]
Operator = Literal[
    "eq",
    "ne",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "gt",
    "gte",
    "lt",
    "lte",
    "between",
    "in",
    "not_in",
    "is_set",
    "is_empty",
    "is_true",
    "is_false",
    "matches",
    "not_matches",
    "before",
    "after",
]
STEP_TYPES: Final[tuple[StepType, ...]] = get_args(StepType)


class Next(Enum):
    """The one value of a `goto` that was left out: the step's own `next_step` is followed.

    JSON has no such value: it comes from the default alone.
    """

    NEXT = "next"


NEXT: Final = Next.NEXT
Goto = int | None | Literal[Next.NEXT]


def _goto(value: Any) -> Any:
    if value is None or value is NEXT or type(value) is int:
        return value
    raise PydanticCustomError("not_integer", "not a step id")


def _success(value: Any) -> Any:
    if value in ("2xx", "any") and isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and value:
        statuses = [v for v in value if type(v) is int and 100 <= v <= 599]
        if len(statuses) == len(value):
            return tuple(statuses)
    raise PydanticCustomError("not_success", "not a rule for success")


def _limit(value: Any) -> Any:
    if value is None or type(value) in (int, str) or (type(value) is float and value - value == 0):
        return value
    raise PydanticCustomError("not_limit", "neither a number nor a date")


def _json_schema(value: Any) -> Any:
    if value is None or isinstance(value, dict | bool):
        return value
    raise PydanticCustomError("not_schema", "neither an object nor a boolean")


def _body_type(value: Any) -> str | None:
    kind = value.get("type", "none") if isinstance(value, Mapping) else getattr(value, "type", None)
    return kind if isinstance(kind, str) else None


Text = Annotated[str, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, ge=1)]
StepId = Annotated[int, Field(strict=True)]
GotoOrNext = Annotated[Goto, PlainValidator(_goto)]
Seconds = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=1, le=60)]
ModelSeconds = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
"""The page bounds the seconds of HTTP calls alone; a turn ends a model's after 60 anyway."""
Limit = Annotated[int | float | str | None, PlainValidator(_limit)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)


class SetVar(_Part):
    var: Text
    value: Any


class _Step(_Part):
    """`end` marks an intended end of the scenario."""

    set: tuple[SetVar, ...] = ()
    end: Flag = False


class GptSay(_Part):
    """`history_turns`: pairs of messages before this turn."""

    prompt: Text
    model: Text | None = None
    temperature: Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=2)] | None = None
    max_tokens: Positive | None = None
    history_turns: Count = 10
    save_to: Text | None = None
    timeout_s: ModelSeconds = 30.0
    fallback_text: Text = ""


class MessageContent(_Step):
    text: Text = ""
    gpt: GptSay | None = None


class Option(_Part):
    """`id` and `value` are the label where they were left out."""

    label: Text
    id: Text = Field(default_factory=lambda data: data.get("label", ""))
    value: Any = Field(default_factory=lambda data: data.get("label", ""))
    goto: GotoOrNext = NEXT


class Input(_Part):
    """What a question takes.

    `min`/`max`: numbers for `number`, ISO dates or "today" for `date`, counts of picks for
    `multi_choice`; other types leave them aside. `region`: the country of phone numbers without +.
    """

    type: InputType = "text"
    required: Flag = True
    min: Limit = None
    max: Limit = None
    integer: Flag = False
    min_len: Count | None = None
    max_len: Positive = 1000
    pattern: Text | None = None
    region: Text = "RU"
    scale: Positive = 5
    options: tuple[Option, ...] = ()


class OnFail(_Part):
    action: Literal["end", "goto", "default"] = "end"
    goto: StepId | None = None
    default: Any = None
    text: Text = ""


class QuestionContent(_Step):
    text: Text
    save_to: Text | None = None
    retry_text: Text = ""
    max_attempts: Positive = 3
    skip_if_set: Flag = False
    input: Input = Input()
    on_fail: OnFail = OnFail()


class Rule(_Part):
    """`var` may be a path into a variable."""

    var: Text
    op: Operator
    value: Any = None
    ignore_case: Flag = True


class Branch(_Part):
    name: Text = ""
    match: Literal["all", "any"] = "all"
    rules: tuple[Rule, ...]
    goto: GotoOrNext = NEXT


class RulesCondition(_Step):
    mode: Literal["rules"] = "rules"
    branches: tuple[Branch, ...] = ()


class GptClass(_Part):
    id: Text
    description: Text | None = None
    goto: GotoOrNext = NEXT


class GptCondition(_Step):
    mode: Literal["gpt"]
    input: Text = "{{last_answer}}"
    instructions: Text = ""
    classes: tuple[GptClass, ...] = ()
    timeout_s: ModelSeconds = 20.0


class NameValue(_Part):
    """One pair of a query, of headers or of a form; a text `value` is a template."""

    name: Text | None = None
    value: Any = None


class NoBody(_Part):
    type: Literal["none"] = "none"
    value: Any = None


class JsonBody(_Part):
    type: Literal["json"]
    value: Any = None


class FormBody(_Part):
    type: Literal["form"]
    value: tuple[NameValue, ...] = ()


class RawBody(_Part):
    type: Literal["raw"]
    value: Text | None = None


Body = Annotated[
    Annotated[NoBody, Tag("none")]
    | Annotated[JsonBody, Tag("json")]
    | Annotated[FormBody, Tag("form")]
    | Annotated[RawBody, Tag("raw")],
    Discriminator(_body_type),
]


class Auth(_Part):
    """`secret` is the name of a secret; `name` the header's for type `header`."""

    type: Literal["none", "basic", "bearer", "header"] = "none"
    name: Text | None = None
    secret: Text | None = None


class Save(_Part):
    """`path` is where in the answer the value stands; "" is the whole answer."""

    path: Text
    var: Text
    default: Any = None


class OnError(_Part):
    goto: StepId | None = None
    text: Text = ""


class HttpCall(_Step):
    target: Literal["http"] = "http"
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: Text
    query: tuple[NameValue, ...] = ()
    headers: tuple[NameValue, ...] = ()
    body: Body = NoBody()
    auth: Auth = Auth()
    timeout_s: Seconds = 10.0
    retries: Annotated[int, Field(strict=True, ge=0, le=3)] = 0
    save: tuple[Save, ...] = ()
    save_status: Text | None = None
    success: Annotated[Literal["2xx", "any"] | tuple[int, ...], PlainValidator(_success)] = "2xx"
    on_error: OnError | None = None
    max_response_kb: Annotated[int, Field(strict=True, ge=1, le=1024)] = 256


class GptCall(_Step):
    """`schema_` is the wire's `schema`: JSON Schema 2020-12."""

    target: Literal["gpt"]
    prompt: Text
    schema_: Annotated[dict[str, Any] | bool | None, PlainValidator(_json_schema)] = Field(
        default=None, alias="schema"
    )
    model: Text | None = None
    timeout_s: ModelSeconds = 30.0
    save: tuple[Save, ...] = ()
    on_error: OnError | None = None


ConditionContent = RulesCondition | GptCondition
ApiCallContent = HttpCall | GptCall
Content = MessageContent | QuestionContent | ConditionContent | ApiCallContent
