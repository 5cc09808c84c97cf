"""Templates rendered: one pass, nothing evaluated, values escaped for where they land.

Source: scenario-format "Templates" and "Fine print". The landings:

    text         nothing is escaped; true and false are words of the language
    url_path     percent-encoded, `/` included; url_query likewise
    json_string  in a JSON text: inside its strings escaped, outside them written as JSON
    json         in a text of a JSON body given as JSON: not escaped, true and false are JSON's
    header       CR, LF, NUL and the other control characters are left out
    regex        what RE2 reads as special is escaped

A closing `urlencode` in a url and a closing `json` in JSON add no second escaping.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import is_
from typing import Any, Final, Literal, assert_never

from alpina_app.domain.filters import Call, percent_encode
from alpina_app.domain.headers import without_controls
from alpina_app.domain.patterns import escape_pattern
from alpina_app.domain.template_syntax import (
    Expression,
    Template,
    TemplateProblem,
    Use,
    compile_template,
)
from alpina_app.domain.values import (
    MAX_DEPTH,
    MISSING,
    RESERVED_NAMES,
    Json,
    JsonError,
    Missing,
    Path,
    dump_json,
    get_path,
    show,
    show_path,
    show_wire,
)

__all__ = [
    "RESULT_LENGTH",
    "JsonTemplate",
    "Landing",
    "Note",
    "Scope",
    "Template",
    "TemplateProblem",
    "Use",
    "compile_json",
    "compile_template",
    "render_json",
    "render_text",
    "render_value",
]

Landing = Literal["text", "url_path", "url_query", "json_string", "json", "header", "regex"]

RESULT_LENGTH: Final = 10_000
"""Characters of a template's result; what is longer is cut, with a note."""


@dataclass(frozen=True, slots=True)
class Note:
    """A warning for the trace.

    Codes: `variable_missing` {name}, `wrong_type` {name, filter}, `template_cut` {limit}; of rules
    also `not_comparable` {name, op}, `bad_pattern` {name}.
    """

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Scope:
    """What templates and rules see; notes are appended to `warnings`.

    `builtins`: last_answer, user_session, today, bot; a variable never hides them. `secrets` is
    None wherever `{{secret.NAME}}` is not allowed.
    """

    variables: Mapping[str, Json]
    builtins: Mapping[str, Json]
    language: Literal["ru", "en"]
    secrets: Mapping[str, str] | None = field(repr=False)
    warnings: list[Note] = field(default_factory=list)

    def look_up(self, path: Path) -> Json | Missing:
        """The value at a path that begins with a name; MISSING where it is not there."""
        name = str(path[0])
        if name == "secret":
            return self._secret(path)
        source = self.builtins if name in RESERVED_NAMES else self.variables
        if name not in source:
            return MISSING
        return source[name] if len(path) == 1 else get_path(source[name], path[1:])

    def _secret(self, path: Path) -> Json | Missing:
        if self.secrets is None or len(path) != 2:
            return MISSING
        return self.secrets.get(str(path[1]), MISSING)


def render_text(template: Template, scope: Scope, landing: Landing = "text") -> str:
    """The text of `template`, at most RESULT_LENGTH characters."""
    parts = template.parts
    if template.is_literal and len(parts) == 1 and landing == "text":
        only = str(parts[0])
        return only if len(only) <= RESULT_LENGTH else _cut(only, scope)
    text = _whole_text(template, scope, landing)
    return without_controls(text) if landing == "header" else text


def _whole_text(template: Template, scope: Scope, landing: Landing) -> str:
    pieces: list[str] = []
    length = 0
    for part in template.parts:
        piece = part if isinstance(part, str) else _piece(part, scope, landing)
        pieces.append(piece)
        length += len(piece)
        if length > RESULT_LENGTH:
            return _cut("".join(pieces), scope)
    return "".join(pieces)


def render_value(
    template: Template, scope: Scope, landing: Literal["text", "json"] = "text"
) -> Json:
    """The value of a lone template with its type, the text of any other; missing is ""."""
    if not template.lone:
        return render_text(template, scope, landing)
    expression = template.parts[0]
    assert isinstance(expression, Expression)
    calls = expression.json_calls if landing == "json" else expression.calls
    value = _evaluate(expression, calls, scope)
    if isinstance(value, str) and len(value) > RESULT_LENGTH:
        return _cut(value, scope)
    return value


@dataclass(frozen=True, slots=True)
class JsonTemplate:
    """Any JSON with its texts compiled, keys literal; parts without templates stay as they are.

    `problems` and `uses` are those of all its texts.
    """

    tree: Any
    problems: tuple[TemplateProblem, ...]
    uses: tuple[Use, ...]
    is_literal: bool


def compile_json(value: Json) -> JsonTemplate:
    """The template of any JSON value. Texts nested deeper than MAX_DEPTH stay literal."""
    found: list[Template] = []
    tree = _compiled(value, found, MAX_DEPTH)
    return JsonTemplate(
        tree=tree,
        problems=tuple(problem for template in found for problem in template.problems),
        uses=tuple(use for template in found for use in template.uses),
        is_literal=tree is value,
    )


def render_json(
    value: Json | JsonTemplate, scope: Scope, landing: Literal["text", "json"] = "text"
) -> Json:
    """`value` with its texts rendered; `landing` is "json" for the body of a request.

    Parts without templates are the very objects of `value`: copy before you change them.
    """
    template = value if isinstance(value, JsonTemplate) else compile_json(value)
    return template.tree if template.is_literal else _rendered(template.tree, scope, landing)


class _Items(tuple[Any, ...]):
    """A list with templates in it; a plain list has none."""


class _Members(dict[str, Any]):
    """An object with templates in it; a plain one has none."""


def _compiled(value: Json, found: list[Template], depth: int) -> Any:
    if isinstance(value, str):
        template = compile_template(value)
        found.append(template)
        plain = template.is_literal and template.text == value and len(value) <= RESULT_LENGTH
        return value if plain else template
    if depth == 0 or not isinstance(value, (list, dict)):
        return value
    if isinstance(value, list):
        items = _Items(_compiled(item, found, depth - 1) for item in value)
        return value if all(map(is_, items, value)) else items
    members = _Members((key, _compiled(item, found, depth - 1)) for key, item in value.items())
    return value if all(map(is_, members.values(), value.values())) else members


def _rendered(tree: Any, scope: Scope, landing: Literal["text", "json"]) -> Json:
    if isinstance(tree, Template):
        return render_value(tree, scope, landing)
    if isinstance(tree, _Items):
        return [_rendered(item, scope, landing) for item in tree]
    if isinstance(tree, _Members):
        return {key: _rendered(item, scope, landing) for key, item in tree.items()}
    return tree  # type: ignore[no-any-return]


def _cut(text: str, scope: Scope) -> str:
    scope.warnings.append(Note("template_cut", {"limit": RESULT_LENGTH}))
    return text[:RESULT_LENGTH]


def _evaluate(expression: Expression, calls: tuple[Call, ...], scope: Scope) -> Json:
    value = scope.look_up(expression.path)
    failed_at = None
    for call in calls:
        if call.apply is None:
            if value is MISSING or value is None or value == "":
                value = call.replacement
        elif value is not MISSING:
            value = call.apply(value, scope.language)
            if value is MISSING:
                failed_at = call.name
    if value is not MISSING:
        return value
    name = show_path(expression.path)
    scope.warnings.append(
        Note("variable_missing", {"name": name})
        if failed_at is None
        else Note("wrong_type", {"name": name, "filter": failed_at})
    )
    return ""


def _piece(expression: Expression, scope: Scope, landing: Landing) -> str:
    match landing:
        case "text":
            return show(_evaluate(expression, expression.calls, scope), scope.language)
        case "url_path" | "url_query":
            value = _evaluate(expression, expression.url_calls, scope)
            return percent_encode(show_wire(value)[:RESULT_LENGTH])
        case "json_string":
            return _json_piece(expression, scope)
        case "json":
            value = _evaluate(expression, expression.json_calls, scope)
            return _json_text(expression, value)
        case "header":
            return show_wire(_evaluate(expression, expression.calls, scope))
        case "regex":
            text = show(_evaluate(expression, expression.calls, scope), scope.language)
            return escape_pattern(text[:RESULT_LENGTH])
        case _:
            assert_never(landing)


def _json_piece(expression: Expression, scope: Scope) -> str:
    value = _evaluate(expression, expression.json_calls, scope)
    if expression.quoted:
        return dump_json(_json_text(expression, value))[1:-1]
    try:
        return dump_json(value)
    except JsonError:
        return '""'


def _json_text(expression: Expression, value: Json) -> str:
    if expression.json_calls is expression.calls or isinstance(value, str):
        return show_wire(value)
    try:
        return dump_json(value)
    except JsonError:
        return ""
