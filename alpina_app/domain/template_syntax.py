"""How a text with `{{path | filter: "text", 2}}` is read into a `Template`.

Source: scenario-format "Templates" and "Fine print". Reading takes time linear in the text; the
text of a broken template is said literally.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from alpina_app.domain.filters import FILTERS, ArgumentError, Call, bind_filter
from alpina_app.domain.values import (
    Json,
    Path,
    PathError,
    clean_text,
    is_variable_name,
    parse_path,
)

MAX_EXPRESSIONS: Final = 1000
MAX_FILTERS: Final = 20
_FRAGMENT: Final = 60

_QUOTED: Final = r'"(?:[^"\\]|\\.)*+"'
_EXPRESSION: Final = re.compile(r'\{\{((?:[^"{}\\]|' + _QUOTED + r")*+)\}\}", re.DOTALL)
_SEGMENT: Final = re.compile(r'((?:[^"|]|' + _QUOTED + r")*+)\|", re.DOTALL)
_KEY: Final = re.compile(r"[^\x00-,/;-?\[-^`{-\x7f\s]+")
_FILTER: Final = re.compile(r"\s*([^\W\d]\w*)\s*(?::(.*))?", re.DOTALL)
_ARGUMENT: Final = re.compile(
    rf"\s*(?:({_QUOTED})|(-?[0-9]{{1,30}})(\.[0-9]{{1,30}})?|(true|false|null))\s*(,|\Z)",
    re.DOTALL,
)
_CONSTANTS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None}
_ESCAPED: Final = re.compile(r'\\(["\\])')
_BACKSLASHED: Final = re.compile(r"\\.", re.DOTALL)
_BRACES: Final = re.compile(r"\{+|\}+")


class Use(NamedTuple):
    """A path that a template reads; `guarded` where `default` stands in for a missing value."""

    path: Path
    guarded: bool


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """Why a part of a text is no template and is said literally.

    Codes: `broken_template` {fragment}, `unknown_filter` {filter, fragment},
    `filter_arguments` {filter, fragment}.
    """

    code: str
    params: dict[str, str]


class Expression(NamedTuple):
    """One `{{...}}`. `quoted`: it stands inside a string where the text is read as JSON.

    `url_calls` and `json_calls` are `calls` without the closing filter that escapes as that
    landing does anyway.
    """

    path: Path
    calls: tuple[Call, ...]
    url_calls: tuple[Call, ...]
    json_calls: tuple[Call, ...]
    quoted: bool

    @property
    def use(self) -> Use:
        return Use(self.path, any(call.name == "default" for call in self.calls))


class Template(NamedTuple):
    """A compiled text. `lone`: it is exactly one template, whose value keeps its type."""

    text: str
    parts: tuple[str | Expression, ...]
    problems: tuple[TemplateProblem, ...]
    uses: tuple[Use, ...]
    is_literal: bool
    lone: bool


class _Broken(ValueError):
    def __init__(self, code: str, **params: str) -> None:
        self.code = code
        self.params = params


def compile_template(text: str) -> Template:
    """The template of `text`; never raises. What cannot be read is listed in `problems`."""
    text = clean_text(text)
    parts: list[str | Expression] = []
    problems: list[TemplateProblem] = []
    between: list[str] = []
    said = read = 0
    in_string = False
    for found in _EXPRESSION.finditer(text):
        between.append(text[read : found.start()])
        read = found.end()
        try:
            if len(parts) >= 2 * MAX_EXPRESSIONS:
                raise _Broken("broken_template")
            path, calls = _read_expression(found[1])
        except _Broken as broken:
            fragment = _fragment(found[0])
            problems.append(TemplateProblem(broken.code, {**broken.params, "fragment": fragment}))
            continue
        literal = text[said : found.start()]
        in_string = _ends_in_string(literal, in_string)
        parts += (literal, _expression(path, calls, in_string))
        said = read
    parts.append(text[said:])
    problems += _stray_braces([*between, text[read:]])
    return _template(text, [part for part in parts if part != ""], problems)


def rename_root(text: str, old: str, new: str) -> str:
    """`text` with the variable `old` called `new` in its templates; all else stays as written."""

    def renamed(found: re.Match[str]) -> str:
        body = found[1]
        try:
            path, _calls = _read_expression(body)
        except _Broken:
            return found[0]
        if path[0] != old:
            return found[0]
        before, _, rest = body.partition(old)
        return "{{" + before + new + rest + "}}"

    return _EXPRESSION.sub(renamed, text)


def _template(
    text: str, parts: list[str | Expression], problems: list[TemplateProblem]
) -> Template:
    expressions = [part for part in parts if isinstance(part, Expression)]
    return Template(
        text=text,
        parts=tuple(parts),
        problems=tuple(problems),
        uses=tuple(expression.use for expression in expressions),
        is_literal=not expressions,
        lone=len(parts) == len(expressions) == 1,
    )


def _expression(path: Path, calls: tuple[Call, ...], quoted: bool) -> Expression:
    return Expression(path, calls, _without(calls, "urlencode"), _without(calls, "json"), quoted)


def _without(calls: tuple[Call, ...], name: str) -> tuple[Call, ...]:
    """`calls` without a closing filter `name`; `default` may stand behind it."""
    if not calls:
        return calls
    for index in reversed(range(len(calls))):
        if calls[index].name == name:
            return calls[:index] + calls[index + 1 :]
        if calls[index].name != "default":
            break
    return calls


def _read_expression(body: str) -> tuple[Path, tuple[Call, ...]]:
    if "|" not in body:
        return _read_path(body), ()
    source, *filters = (found[1] for found in _SEGMENT.finditer(body + "|"))
    if len(filters) > MAX_FILTERS:
        raise _Broken("broken_template")
    return _read_path(source), tuple(_read_filter(text) for text in filters)


def _read_path(text: str) -> Path:
    try:
        path = parse_path(text)
    except PathError:
        raise _Broken("broken_template") from None
    if not path or not is_variable_name(str(path[0])):
        raise _Broken("broken_template")
    if len(path) > 1 and not all(_KEY.fullmatch(str(part)) for part in path[1:]):
        raise _Broken("broken_template")
    return path


def _read_filter(text: str) -> Call:
    found = _FILTER.fullmatch(text)
    if found is None:
        raise _Broken("broken_template")
    name, arguments = found.groups()
    if name not in FILTERS:
        raise _Broken("unknown_filter", filter=name[:_FRAGMENT])
    try:
        return bind_filter(name, [] if arguments is None else _read_arguments(arguments))
    except ArgumentError:
        raise _Broken("filter_arguments", filter=name) from None


def _read_arguments(text: str) -> list[Json]:
    values: list[Json] = []
    position, comma = 0, ","
    while comma:
        found = _ARGUMENT.match(text, position)
        if found is None:
            raise ArgumentError(text)
        quoted, whole, part, constant, comma = found.groups()
        position = found.end()
        if quoted is not None:
            values.append(_ESCAPED.sub(r"\1", quoted[1:-1]))
        elif constant is not None:
            values.append(_CONSTANTS[constant])
        else:
            values.append(float(whole + part) if part else int(whole))
    return values


def _ends_in_string(literal: str, in_string: bool) -> bool:
    if '"' not in literal:
        return in_string
    return in_string ^ (_BACKSLASHED.sub("", literal).count('"') % 2 == 1)


def _stray_braces(between: list[str]) -> Iterator[TemplateProblem]:
    """`{{` never closed, and `}}` never opened: single braces, as JSON has them, may close in
    twos."""
    depth = 0
    for literal in between:
        if "{" not in literal and "}" not in literal:
            continue
        for found in _BRACES.finditer(literal):
            run = found[0]
            broken = len(run) > (1 if run[0] == "{" else max(1, depth))
            depth = max(0, depth + (len(run) if run[0] == "{" else -len(run)))
            if broken:
                fragment = _fragment(literal[max(0, found.start() - 20) : found.end() + 40])
                yield TemplateProblem("broken_template", {"fragment": fragment})


def _fragment(text: str) -> str:
    return text if len(text) <= _FRAGMENT else text[: _FRAGMENT - 1] + "…"
