"""Rules of a condition: compiled once, decided without side effects but notes for the trace.

Source: scenario-format "Operators". An unset variable (missing or null) makes `ne`,
`not_contains`, `not_in`, `not_matches` and `is_empty` true and every other operator false.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from alpina_app.domain.comparison import Comparer, truth
from alpina_app.domain.contents import Branch, Operator, Rule
from alpina_app.domain.patterns import Pattern, PatternError, compile_pattern
from alpina_app.domain.templates import (
    JsonTemplate,
    Note,
    Scope,
    Template,
    compile_json,
    render_json,
    render_text,
)
from alpina_app.domain.values import (
    MISSING,
    Json,
    Path,
    PathError,
    is_variable_name,
    parse_path,
    show,
)

__all__ = [
    "CompiledBranch",
    "CompiledRule",
    "Pattern",
    "PatternError",
    "compile_branch",
    "compile_pattern",
    "holds",
]

_TRUE_OF_UNSET: Final = frozenset({"ne", "not_contains", "not_in", "not_matches", "is_empty"})
_ORDERS: Final[dict[str, tuple[int, ...]]] = {
    "gt": (1,),
    "gte": (0, 1),
    "lt": (-1,),
    "lte": (-1, 0),
    "before": (-1,),
    "after": (1,),
}


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """`path` is None where the rule's `var` cannot be read: such a rule never holds.

    `pattern` stands for a `value` without templates under `matches` and `not_matches`; None there
    where it does not compile or has templates.
    """

    name: str
    path: Path | None
    op: Operator
    value: JsonTemplate
    ignore_case: bool
    pattern: Pattern | None


@dataclass(frozen=True, slots=True)
class CompiledBranch:
    match: Literal["all", "any"]
    rules: tuple[CompiledRule, ...]


def compile_branch(branch: Branch) -> CompiledBranch:
    """The rules of `branch`, ready to be decided; never raises."""
    return CompiledBranch(branch.match, tuple(_compile_rule(rule) for rule in branch.rules))


def holds(branch: CompiledBranch, scope: Scope, today: date) -> bool:
    """Whether the branch matches; one without rules never does. Notes go to `scope.warnings`."""
    if not branch.rules:
        return False
    if branch.match == "all":
        return all(_rule_holds(rule, scope, today) for rule in branch.rules)
    return any(_rule_holds(rule, scope, today) for rule in branch.rules)


def _compile_rule(rule: Rule) -> CompiledRule:
    value = compile_json(rule.value)
    pattern = None
    if rule.op in ("matches", "not_matches") and value.is_literal:
        try:
            pattern = compile_pattern(show(rule.value, "en"), rule.ignore_case)
        except PatternError:
            pattern = None
    return CompiledRule(
        name=rule.var,
        path=_variable_path(rule.var),
        op=rule.op,
        value=value,
        ignore_case=rule.ignore_case,
        pattern=pattern,
    )


def _variable_path(text: str) -> Path | None:
    try:
        path = parse_path(text)
    except PathError:
        return None
    named = path and is_variable_name(str(path[0])) and path[0] != "secret"
    return path if named else None


def _rule_holds(rule: CompiledRule, scope: Scope, today: date) -> bool:
    if rule.path is None:
        scope.warnings.append(Note("variable_missing", {"name": rule.name}))
        return False
    value = scope.look_up(rule.path)
    if value is MISSING or value is None:
        return rule.op in _TRUE_OF_UNSET
    match rule.op:
        case "is_set":
            return True
        case "is_empty":
            return value == "" or value == [] or value == {}
        case "is_true":
            return truth(value) is True
        case "is_false":
            return truth(value) is False
        case "matches" | "not_matches":
            return _matches(rule, value, scope)
        case _:
            comparer = Comparer(scope.language, rule.ignore_case, today)
            return _compares(rule, comparer, value, render_json(rule.value, scope), scope)


def _compares(
    rule: CompiledRule, comparer: Comparer, value: Json, other: Json, scope: Scope
) -> bool:
    match rule.op:
        case "eq" | "ne":
            return comparer.equal(value, other) == (rule.op == "eq")
        case "contains" | "not_contains":
            return comparer.contains(value, other) == (rule.op == "contains")
        case "in" | "not_in":
            return comparer.among(value, other) == (rule.op == "in")
        case "starts_with":
            return comparer.text(value).startswith(comparer.text(other))
        case "ends_with":
            return comparer.text(value).endswith(comparer.text(other))
        case _:
            held = _in_order(rule.op, comparer, value, other)
            if held is None:
                scope.warnings.append(Note("not_comparable", {"name": rule.name, "op": rule.op}))
            return held is True


def _in_order(op: Operator, comparer: Comparer, value: Json, other: Json) -> bool | None:
    """None where the two cannot be put in order."""
    if op == "between":
        if not isinstance(other, list) or len(other) != 2:
            return None
        above, below = (comparer.order(value, bound) for bound in other)
        return None if above is None or below is None else above >= 0 >= below
    compare = comparer.order_of_dates if op in ("before", "after") else comparer.order
    order = compare(value, other)
    return None if order is None else order in _ORDERS[op]


def _matches(rule: CompiledRule, value: Json, scope: Scope) -> bool:
    try:
        pattern = rule.pattern or compile_pattern(_pattern_text(rule, scope), rule.ignore_case)
        found = _finds(pattern, show(value, scope.language), rule.ignore_case)
    except PatternError:
        scope.warnings.append(Note("bad_pattern", {"name": rule.name}))
        return False
    return found == (rule.op == "matches")


def _pattern_text(rule: CompiledRule, scope: Scope) -> str:
    tree = rule.value.tree
    if isinstance(tree, Template):
        return render_text(tree, scope, "regex")
    return show(render_json(rule.value, scope), scope.language)


def _finds(pattern: Pattern, text: str, ignore_case: bool) -> bool:
    """Whether the pattern is found as it stands, or with е for ё on both sides."""
    if pattern.search(text):
        return True
    plain_pattern, plain_text = _without_yo(pattern.source), _without_yo(text)
    if plain_pattern != pattern.source:
        return compile_pattern(plain_pattern, ignore_case).search(plain_text)
    return plain_text != text and pattern.search(plain_text)


def _without_yo(text: str) -> str:
    return text.replace("ё", "е").replace("Ё", "Е")
