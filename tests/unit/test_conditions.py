"""Rules of conditions: operators, unset variables, types, patterns, notes."""

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpina_app.domain.conditions import PatternError, compile_branch, compile_pattern, holds
from alpina_app.domain.contents import Branch, Operator, Rule
from alpina_app.domain.templates import Note, Scope

TODAY = date(2026, 11, 30)
OPERATORS = get_args(Operator)
VARIABLES: dict[str, Any] = {
    "n": 5,
    "f": 2.5,
    "age": "1 234,5",
    "tree": "Ёлка зелёная",
    "d": "2026-12-05",
    "yes": True,
    "no": "нет",
    "list": ["Красный", 2, None],
    "o": {"a": {"b": [7]}, "Ключ": 1},
    "null": None,
    "empty": "",
    "empties": [[], {}],
    "ref": "ёлка зелёная",
}


def decide(var: str, op: Any, value: Any = None, **rule: Any) -> tuple[bool, list[Note]]:
    scope = Scope(VARIABLES, {"today": TODAY.isoformat(), "bot": {"id": 1}}, "ru", {"KEY": "x"})
    branch = Branch(rules=(Rule(var=var, op=op, value=value, **rule),))
    return holds(compile_branch(branch), scope, TODAY), scope.warnings


def check(var: str, op: str, value: Any = None, **rule: Any) -> bool:
    """What the rule says, which must say it without a note."""
    held, warnings = decide(var, op, value, **rule)
    assert warnings == []
    return held


@pytest.mark.parametrize(
    ("var", "value", "equal"),
    [
        ("n", 5, True),
        ("n", "5", True),
        ("n", "5,0", True),
        ("n", 5.0, True),
        ("n", "05", True),
        ("n", "пять", False),
        ("age", 1234.5, True),
        ("age", "1.234,5", True),
        ("d", "05.12.2026", True),
        ("d", "5 декабря", True),
        ("d", "2026-12-06", False),
        ("d", 5, False),
        ("tree", "елка ЗЕЛЕНАЯ", True),
        ("tree", "ёлка", False),
        ("yes", True, True),
        ("yes", "да", True),
        ("yes", "yes", True),
        ("yes", False, False),
        ("yes", "ёлка", False),
        ("no", False, True),
        ("list", ["Красный", 2.0, None], True),
        ("list", ["Красный", 2], False),
        ("list", "красный, 2, ", True),
        ("o.a", {"b": [7]}, True),
        ("o.a.b[0]", 7, True),
        ("o.a", {"b": [8]}, False),
        ("empty", "", True),
        ("empty", None, True),
        ("tree", "{{ref}}", True),
        ("n", "{{o.a.b[0] | minus: 2}}", True),
        ("today", "2026-11-30", True),
        ("bot.id", 1, True),
    ],
)
def test_eq_and_ne(var: str, value: Any, equal: bool) -> None:
    assert check(var, "eq", value) is equal
    assert check(var, "ne", value) is not equal


def test_case_counts_where_it_is_asked_for() -> None:
    assert check("tree", "eq", "Елка зеленая", ignore_case=False)
    assert not check("tree", "eq", "елка зеленая", ignore_case=False)
    assert not check("tree", "contains", "ЗЕЛ", ignore_case=False)
    assert check("tree", "contains", "ЗЕЛ")


@pytest.mark.parametrize(
    ("var", "value", "contained"),
    [
        ("tree", "зелен", True),
        ("tree", "синий", False),
        ("list", "красный", True),
        ("list", "2,0", True),
        ("list", "крас", False),
        ("o", "ключ", True),
        ("o", "b", False),
        ("n", "5", True),
    ],
)
def test_contains_is_membership_on_lists(var: str, value: Any, contained: bool) -> None:
    assert check(var, "contains", value) is contained
    assert check(var, "not_contains", value) is not contained


def test_starts_and_ends() -> None:
    assert check("tree", "starts_with", "ЕЛ")
    assert not check("tree", "starts_with", "зел")
    assert check("tree", "ends_with", "АЯ")
    assert not check("tree", "ends_with", "ёлка")


@pytest.mark.parametrize(
    ("var", "value", "among"),
    [
        ("tree", ["ель", "елка зеленая"], True),
        ("tree", "ель, Ёлка Зелёная ,сосна", True),
        ("tree", "ель", False),
        ("n", "1, 5, 7", True),
        ("n", [1, "5,0"], True),
        ("n", 5, True),
        ("n", "", False),
        ("d", ["05.12.2026"], True),
        ("d", "{{list}}", False),
    ],
)
def test_in_takes_a_list_or_a_text_with_commas(var: str, value: Any, among: bool) -> None:
    assert check(var, "in", value) is among
    assert check(var, "not_in", value) is not among


@pytest.mark.parametrize(
    ("var", "value", "order"),
    [
        ("n", 4, 1),
        ("n", "5,0", 0),
        ("n", "{{f | plus: 10}}", -1),
        ("age", "1234,4", 1),
        ("d", "today", 1),
        ("d", "31.12.2026", -1),
        ("d", "5 декабря", 0),
    ],
)
def test_order_of_numbers_and_of_dates(var: str, value: Any, order: int) -> None:
    held = {op for op in ("gt", "gte", "lt", "lte") if check(var, op, value)}
    assert held == {1: {"gt", "gte"}, 0: {"gte", "lte"}, -1: {"lt", "lte"}}[order]


def test_before_and_after_compare_dates_only() -> None:
    assert check("d", "before", "31.12.2026")
    assert not check("d", "before", "2026-12-05")
    assert check("d", "after", "today")
    assert check("today", "before", "завтра")
    assert decide("n", "before", 6) == (
        False,
        [Note("not_comparable", {"name": "n", "op": "before"})],
    )


@pytest.mark.parametrize(
    ("var", "value", "between"),
    [
        ("n", [5, 10], True),
        ("n", [1, 5], True),
        ("n", ["{{f}}", "7,5"], True),
        ("n", [6, 10], False),
        ("n", [1, 4], False),
        ("d", ["today", "31.12.2026"], True),
        ("d", ["2026-12-06", "2026-12-31"], False),
    ],
)
def test_between_is_inclusive(var: str, value: Any, between: bool) -> None:
    assert check(var, "between", value) is between


@pytest.mark.parametrize(
    ("var", "op", "value"),
    [
        ("n", "gt", "много"),
        ("tree", "lt", 5),
        ("tree", "gte", "ёлка"),
        ("d", "after", "скоро"),
        ("d", "gt", 5),
        ("list", "lte", 3),
        ("yes", "gt", 0),
        ("n", "between", [1, "много"]),
        ("n", "between", [1]),
        ("n", "between", "1, 10"),
        ("n", "gt", "{{null}}"),
    ],
)
def test_an_order_that_does_not_parse_is_false_with_a_note(var: str, op: str, value: Any) -> None:
    assert decide(var, op, value) == (False, [Note("not_comparable", {"name": var, "op": op})])


@pytest.mark.parametrize("var", ["nothing", "null", "n.x", "o.a.b[3]", "list[2]"])
@pytest.mark.parametrize("op", OPERATORS)
def test_unset_variables(var: str, op: str) -> None:
    true_of_unset = {"ne", "not_contains", "not_in", "not_matches", "is_empty"}
    for value in (None, "", "x", ["x"], [1, 2]):
        assert check(var, op, value) is (op in true_of_unset)


def test_set_and_empty() -> None:
    assert {var for var in VARIABLES if check(var, "is_set")} == VARIABLES.keys() - {"null"}
    assert {var for var in VARIABLES if check(var, "is_empty")} == {"null", "empty"}
    assert check("empties[0]", "is_empty")
    assert check("empties[1]", "is_empty")
    assert not check("empties", "is_empty")


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        (True, True), (False, False), ("Да!", True), ("да, конечно", True), ("+", True),
        ("1", True), ("неа", False), ("-", False), ("0", False), (1, True), (0, False),
        ("да нет", None), ("ёлка", None), ("", None), (7, None), ([True], None),
    ],
)  # fmt: skip
def test_true_and_false_read_texts_as_answers(value: Any, truth: bool | None) -> None:
    scope = Scope({"v": value}, {}, "ru", None)
    held = {
        op: holds(compile_branch(Branch(rules=(Rule(var="v", op=op),))), scope, TODAY)
        for op in ("is_true", "is_false")
    }
    assert held == {"is_true": truth is True, "is_false": truth is False}


@pytest.mark.parametrize(
    ("pattern", "rule", "found"),
    [
        ("ЗЕЛ", {}, True),
        ("ЗЕЛ", {"ignore_case": False}, False),
        (r"^\p{L}+ \p{L}+$", {}, True),
        (r"^\w+$", {}, False),
        ("^елка", {}, True),
        ("^[а-я ]+$", {}, True),
        ("[ё]$", {}, False),
        ("^{{ref}}$", {}, True),
        ("^{{list[0]}}", {}, False),
        ("зелёная$", {"ignore_case": False}, True),
    ],
)
def test_matches_searches(pattern: str, rule: dict[str, Any], found: bool) -> None:
    assert check("tree", "matches", pattern, **rule) is found
    assert check("tree", "not_matches", pattern, **rule) is not found


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [("Петр", "пётр", True), ("Пётр", "петр", True), ("Пётр", "^п[ё]тр$", True), ("Пет", "ё", True),
     ("Пот", "ё", False)],
)  # fmt: skip
def test_matches_takes_yo_for_ye_on_both_sides(text: str, pattern: str, found: bool) -> None:
    scope = Scope({"v": text}, {}, "ru", None)
    rule = Rule(var="v", op="matches", value=pattern)
    assert holds(compile_branch(Branch(rules=(rule,))), scope, TODAY) is found


def test_values_in_patterns_are_taken_literally() -> None:
    scope = Scope({"v": "a.c", "w": "abc"}, {}, "ru", None)
    rules = (
        Rule(var="w", op="matches", value="^{{v}}$"),
        Rule(var="v", op="matches", value="^{{v}}$"),
    )
    assert [holds(compile_branch(Branch(rules=(r,))), scope, TODAY) for r in rules] == [False, True]


@pytest.mark.parametrize("op", ["matches", "not_matches"])
def test_a_pattern_that_does_not_compile_is_false_with_a_note(op: str) -> None:
    assert decide("tree", op, "(?=x)") == (False, [Note("bad_pattern", {"name": "tree"})])


def test_patterns_compile_on_re2() -> None:
    for refused in ("(", "(?=x)", r"(a)\1", "a{2000}", "[я-а]"):
        with pytest.raises(PatternError) as error:
            compile_pattern(refused)
        assert str(error.value)
    assert compile_pattern("я+", ignore_case=True).full_match("ЯЯ")
    assert not compile_pattern("я+").full_match("яя ")
    assert compile_pattern("\ufffd").search("\ud800\x00")


def test_hostile_patterns_stay_bounded() -> None:
    # A backtracking engine would not come back from these.
    assert not compile_pattern("(a*)*b").search("a" * 100_000)
    assert not compile_pattern("^(([a-z])+.)+[A-Z]([a-z])+$").full_match("a" * 50_000)
    with pytest.raises(PatternError):
        compile_pattern("((x{1000}){1000}){1000}")


def test_all_and_any() -> None:
    right = Rule(var="n", op="eq", value=5)
    wrong = Rule(var="n", op="eq", value=6)

    def matched(match: Any, *rules: Rule) -> bool:
        scope = Scope(VARIABLES, {}, "ru", None)
        return holds(compile_branch(Branch(match=match, rules=rules)), scope, TODAY)

    assert matched("all", right, right)
    assert not matched("all", right, wrong)
    assert matched("any", wrong, right)
    assert not matched("any", wrong, wrong)


@pytest.mark.parametrize("match", ["all", "any"])
def test_a_branch_without_rules_never_matches(match: Any) -> None:
    branch = compile_branch(Branch(match=match, rules=()))
    assert not holds(branch, Scope({}, {}, "ru", None), TODAY)


@pytest.mark.parametrize("var", ["secret.KEY", "a..b", "", "1a", "[0]"])
def test_what_is_no_variable_never_holds(var: str) -> None:
    missing = Note("variable_missing", {"name": var})
    for op in ("is_set", "is_empty", "ne"):
        assert decide(var, op, "x") == (False, [missing])


def test_built_ins_are_not_hidden_by_variables() -> None:
    scope = Scope({"today": "2000-01-01"}, {"today": "2026-11-30"}, "ru", None)
    rule = Rule(var="today", op="eq", value="2026-11-30")
    assert holds(compile_branch(Branch(rules=(rule,))), scope, TODAY)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(["today", "1 234,5", "5 декабря", "да", "{{v}}", "{{v | plus: 1}}", "("]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(VALUES, VALUES, st.sampled_from(OPERATORS), st.booleans(), st.text() | st.just("v"))
def test_nothing_crashes_rules(value: Any, other: Any, op: Any, fold: bool, var: str) -> None:
    rule = Rule(var=var, op=op, value=other, ignore_case=fold)
    scope = Scope({"v": value}, {}, "ru", None)
    assert holds(compile_branch(Branch(rules=(rule,))), scope, TODAY) in (True, False)
