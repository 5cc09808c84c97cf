"""From the JSON of a step to its typed content, with every problem named by its JSON path."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from alpina_app.domain.contents.models import (
    STEP_TYPES,
    Content,
    GptCall,
    GptCondition,
    HttpCall,
    MessageContent,
    QuestionContent,
    RulesCondition,
)

Severity = Literal["error", "warning"]
Place = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a content; its text is `checker.<code>` with `params`.

    `place`: the keys and indexes that lead there, from `content` on; `path` writes them as text.
    """

    place: Place
    code: str
    params: Mapping[str, Any]
    severity: Severity

    @property
    def path(self) -> str:
        return json_path(self.place)


class Parsed(NamedTuple):
    """`content` is None exactly when a problem is an error.

    `partial` is then, where the JSON allows it, the content with each faulty place replaced by its
    default or by a neutral value, so that a checker can look at the rest.
    """

    content: Content | None
    problems: tuple[Problem, ...] = ()
    partial: Content | None = None


def parse_content(step_type: str, raw: Any) -> Parsed:
    """The typed content of a step, or all its problems at once. Never raises on JSON values.

    An unknown key is a warning and is left out. `raw` itself is not changed.
    """
    if step_type not in STEP_TYPES:
        params = {"allowed": ", ".join(STEP_TYPES)}
        return Parsed(None, (Problem(("step_type",), "not_one_of", params, "error"),))
    if not isinstance(raw, dict):
        return Parsed(None, (Problem(("content",), "not_object", {}, "error"),))
    model, unknown_kind = _model_of(step_type, raw)
    if unknown_kind:
        key, kinds = _KINDS[step_type]
        kind = next(name for name, candidate in kinds.items() if candidate is model)
        rest = _recover(model, {**raw, key: kind})
        return Parsed(None, (unknown_kind, *rest.problems), rest.content or rest.partial)
    try:
        return Parsed(_validated(model, raw))
    except ValidationError:
        return _recover(model, raw)


def json_path(loc: Sequence[int | str]) -> str:
    """`("content", "options", 1, "goto")` as `content.options[1].goto`; odd keys in `["..."]`."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += '["' + part.replace("\\", "\\\\").replace('"', '\\"') + '"]'
    return text


_PLAIN_KEY: Final = re.compile(r"[^\W\d]\w*")
_ROUNDS: Final = 6
_FOLLOWING: Final = frozenset({"default_factory_not_called"})  # an option without a label, again
_KINDS: Final[Mapping[str, tuple[str, Mapping[str, type[BaseModel]]]]] = {
    "condition": ("mode", {"rules": RulesCondition, "gpt": GptCondition}),
    "api_call": ("target", {"http": HttpCall, "gpt": GptCall}),
}

# What stands in for a required value while the rest of a faulty content is looked at.
_STAND_INS: Final[Mapping[str, Any]] = {
    "text": "",
    "prompt": "",
    "var": "",
    "value": None,
    "op": "is_set",
    "rules": [],
    "id": "",
    "label": "",
    "url": "",
    "path": "",
}
_CODES: Final[Mapping[str, str]] = {
    "missing": "required",
    "string_type": "not_text",
    "string_unicode": "not_text",
    "bool_type": "not_flag",
    "int_type": "not_integer",
    "int_from_float": "not_integer",
    "int_parsing_size": "not_integer",
    "float_type": "not_number",
    "finite_number": "not_number",
    "tuple_type": "not_list",
    "model_type": "not_object",
    "model_attributes_type": "not_object",
    "dict_type": "not_object",
    "not_integer": "not_integer",
    "not_success": "not_success",
    "not_limit": "not_limit",
    "not_schema": "not_schema",
}


def _model_of(step_type: str, raw: Mapping[str, Any]) -> tuple[type[BaseModel], Problem | None]:
    """The model of a content; for a `mode` or `target` that is none, the likely one."""
    if step_type == "message":
        return MessageContent, None
    if step_type == "question":
        return QuestionContent, None
    key, kinds = _KINDS[step_type]
    kind = raw.get(key, next(iter(kinds)))
    if isinstance(kind, str) and kind in kinds:
        return kinds[kind], None
    likely = "gpt" if raw.keys() & {"classes", "instructions", "prompt"} else next(iter(kinds))
    allowed = {"allowed": ", ".join(kinds)}
    return kinds[likely], Problem(("content", key), "not_one_of", allowed, "error")


def _validated(model: type[BaseModel], raw: Mapping[str, Any]) -> Content:
    content: Content = model.__pydantic_validator__.validate_python(raw)
    return content


def _recover(model: type[BaseModel], raw: Mapping[str, Any]) -> Parsed:
    """Name what is wrong at the first look; mend a copy until it parses."""
    problems: tuple[Problem, ...] = ()
    mended: Any = raw
    for round_ in range(_ROUNDS):
        try:
            content = _validated(model, mended)
        except ValidationError as error:
            details = error.errors(include_url=False)
            if round_ == 0:
                problems = tuple(_problem(d) for d in details if d["type"] not in _FOLLOWING)
            own: set[int] = set()
            for detail in details:
                mended = _mended(mended, _wire_loc(detail["loc"]), detail["type"], own)
        else:
            if any(problem.severity == "error" for problem in problems):
                return Parsed(None, problems, content)
            return Parsed(content, problems)
    return Parsed(None, problems)


def _problem(detail: ErrorDetails) -> Problem:
    loc, kind, context = _wire_loc(detail["loc"]), detail["type"], detail.get("ctx", {})
    params: dict[str, Any] = {}
    match kind:
        case "extra_forbidden":
            return Problem(("content", *loc), "unknown_key", {"key": str(loc[-1])}, "warning")
        case "literal_error":
            code, params = "not_one_of", {"allowed": _listed(context["expected"])}
        case "union_tag_invalid":
            code, loc = "not_one_of", (*loc, "type")
            params = {"allowed": _listed(context["expected_tags"])}
        case "union_tag_not_found":
            code = "not_object"
            if isinstance(detail["input"], dict):
                code, loc = "not_text", (*loc, "type")
        case "greater_than_equal":
            code, params = "too_small", {"limit": _number(context["ge"])}
        case "less_than_equal":
            code, params = "too_large", {"limit": _number(context["le"])}
        case _:
            code = _CODES.get(kind, "invalid_value")
    return Problem(("content", *loc), code, params, "error")


def _wire_loc(loc: Place) -> Place:
    """pydantic names the chosen kind of body between `body` and its fields; the JSON does not."""
    return (loc[0], *loc[2:]) if loc[:1] == ("body",) and len(loc) > 1 else loc


def _listed(quoted: str) -> str:
    return ", ".join(re.findall(r"'([^']*)'", quoted))


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _mended(value: Any, loc: Place, kind: str, own: set[int]) -> Any:
    """`value` with the place at `loc` gone or, where it was missing, filled; copies on the way.

    A list item that is no object takes its whole list along: indexes must stay what they are.
    `own`: ids of the copies made so far, which need not be copied again.
    """
    key, rest = loc[0], loc[1:]
    if not _holds(value, key) and not (kind == "missing" and isinstance(value, dict) and not rest):
        return value
    if id(value) not in own:
        value = value.copy()
        own.add(id(value))
    if kind == "missing" and not rest:
        value[key] = _STAND_INS.get(str(key))
    elif not rest or (len(rest) == 1 and isinstance(rest[0], int)):
        del value[key]
    else:
        value[key] = _mended(value[key], rest, kind, own)
    return value


def _holds(value: Any, key: int | str) -> bool:
    if isinstance(key, int):
        return isinstance(value, list) and key < len(value)
    return isinstance(value, dict) and key in value
