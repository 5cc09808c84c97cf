"""Exits, reachability, ends, cycles and chains of a scenario."""

from typing import Any

import pytest

from alpina_app.domain.checker import check
from alpina_app.domain.checker.graph import MAX_CHAIN
from alpina_app.domain.engine import TURN_STEPS
from tests.support.pictures import branch, call, message, picture, question, step
from tests.support.play import played

RULE = {"var": "today", "op": "is_set"}


def found(*steps: Any, initial_step: int | None = None) -> list[tuple[Any, ...]]:
    """Code, severity, step, path and params of each finding; variables are left aside."""
    return [
        (one.code, one.severity, one.step, one.path, dict(one.params))
        for one in check(picture(*steps, initial_step=initial_step))
        if not one.code.startswith("variable_")
    ]


def last(id: int, **content: Any):
    return message(id, "До встречи", end=True, **content)


def test_scenario_without_steps_is_a_warning_of_the_whole():
    assert found() == [("no_steps", "warning", None, "", {})]


def test_initial_step_elsewhere_is_an_error_of_the_whole():
    wrong = ("start_nowhere", "error", None, "initial_step", {"target": 9})
    assert found(last(1), initial_step=9) == [wrong]
    assert found(last(1), initial_step=1) == []


def test_next_step_elsewhere_is_an_error():
    wrong = ("exit_nowhere", "error", 1, "next_step", {"target": 9})
    assert found(message(1, next_step=9)) == [wrong]
    assert found(message(1, next_step=2), last(2)) == []


def options(*gotos: Any) -> dict[str, Any]:
    rest = [{"label": f"Вариант {n}", "goto": goto} for n, goto in enumerate(gotos)]
    return {"input": {"type": "choice", "options": rest}}


def several(goto: Any) -> dict[str, Any]:
    given = [{"label": "Раз"}, {"label": "Два", "goto": goto}]
    return {"input": {"type": "multi_choice", "options": given}}


def classes(id: int, *gotos: Any, next_step: int | None = None):
    content = {"mode": "gpt", "classes": [{"id": f"c{n}", "goto": g} for n, g in enumerate(gotos)]}
    return step(id, "condition", content, next_step)


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda goto: question(1, None, 2, **options(2, goto)), "content.input.options[1].goto"),
        (
            lambda goto: question(1, None, 2, on_fail={"action": "goto", "goto": goto}),
            "content.on_fail.goto",
        ),
        (lambda goto: branch(1, [{"rules": [RULE], "goto": goto}], 2), "content.branches[0].goto"),
        (lambda goto: classes(1, 2, goto, next_step=2), "content.classes[1].goto"),
        (lambda goto: call(1, 2, on_error={"goto": goto}), "content.on_error.goto"),
    ],
)
def test_goto_elsewhere_is_an_error_at_its_place(make, path):
    assert found(make(9), last(2)) == [("exit_nowhere", "error", 1, path, {"target": 9})]
    assert found(make(2), last(2)) == []


def test_goto_that_no_run_takes_is_no_exit():
    harmless = question(1, None, 2, input={"options": [{"label": "А", "goto": 9}]})
    harmless.content["on_fail"] = {"action": "end", "goto": 9}
    assert found(harmless, last(2)) == []


def test_step_that_no_path_reaches_is_a_warning():
    lost = ("unreachable", "warning", 3, "", {})
    assert found(message(1, next_step=2), last(2), message(3, next_step=2)) == [lost]


def test_every_kind_of_exit_reaches():
    steps = (
        question(1, None, 2, **several(3), on_fail={"action": "goto", "goto": 4}),
        branch(2, [{"rules": [RULE], "goto": 5}], 6),
        classes(3, 7, next_step=8),
        call(4, 9, on_error={"goto": 10}),
        *(last(id) for id in range(5, 11)),
    )
    assert found(*steps) == []


def test_next_step_is_not_taken_where_every_option_leads_elsewhere():
    asked = question(1, None, 2, **options(3, 3))
    assert found(asked, last(2), last(3)) == [("unreachable", "warning", 2, "", {})]
    for way in (
        {"on_fail": {"action": "default", "default": "x"}},
        {"skip_if_set": True},
        {"input": {**options(3, 3)["input"], "required": False}},
    ):
        asked = question(1, None, 2, **{**options(3, 3), **way})
        assert found(asked, last(2), last(3)) == []


def test_end_that_is_not_marked_is_a_warning():
    warned = ("end_not_marked", "warning", 1, "next_step", {})
    assert found(message(1)) == [warned]
    assert found(message(1, end=True)) == []
    assert found(step(1, "message", {})) == [warned]


def test_end_of_a_branch_left_open_is_a_warning_once():
    open_ends = branch(1, [{"rules": [RULE]}, {"rules": [RULE], "goto": 2}])
    assert found(open_ends, last(2)) == [("end_not_marked", "warning", 1, "next_step", {})]


def test_goto_null_is_an_end_that_was_meant():
    assert found(question(1, None, 2, **options(None)), last(2)) == [
        ("unreachable", "warning", 2, "", {})
    ]
    assert found(branch(1, [{"rules": [RULE], "goto": None}], 2), last(2)) == []


def test_end_with_a_next_step_is_a_warning():
    warned = ("end_goes_on", "warning", 1, "content.end", {"target": 2})
    assert found(message(1, next_step=2, end=True), last(2)) == [warned]


def test_question_that_leads_to_itself_is_a_warning_for_each_exit():
    fail = {"action": "goto", "goto": 1}
    assert found(question(1, None, 1, **options(1, 2), on_fail=fail), last(2)) == [
        ("question_to_itself", "warning", 1, "content.input.options[0].goto", {}),
        ("question_to_itself", "warning", 1, "content.on_fail.goto", {}),
    ]
    assert found(question(1, None, 1)) == [("question_to_itself", "warning", 1, "next_step", {})]
    assert found(question(1, None, 2), last(2)) == []


def cycle(first: int, others: str, count: int, steps: str) -> tuple[Any, ...]:
    return ("cycle", "error", first, others, {"count": count, "steps": steps})


def test_cycle_without_a_question_is_one_error_on_its_first_step():
    steps = (
        step(7, "message", {"text": "а"}, 5, order=2),
        step(5, "message", {"text": "б"}, 6, order=3),
        step(6, "message", {"text": "в"}, 7, order=1),
    )
    assert found(*steps) == [cycle(6, "7, 5", 3, "6, 7, 5")]


def test_step_that_leads_to_itself_is_a_cycle_of_one():
    assert found(message(1, next_step=1)) == [cycle(1, "", 1, "1")]


def test_question_on_every_way_round_breaks_the_cycle():
    assert found(message(1, next_step=2), question(2, None, 1)) == []


def test_question_that_may_be_passed_does_not_break_a_cycle():
    assert found(message(1, next_step=2), question(2, "a", 1, skip_if_set=True)) == [
        cycle(1, "2", 2, "1, 2")
    ]
    assert found(question(1, "a", 1, skip_if_set=True)) == [cycle(1, "", 1, "1")]


def test_cycle_beside_a_question_is_still_one():
    around = branch(1, [{"rules": [RULE], "goto": 2}, {"rules": [RULE], "goto": 3}], 4)
    assert found(around, question(2, None, 1), message(3, next_step=1), last(4)) == [
        cycle(1, "3", 2, "1, 3")
    ]


def test_cycles_that_share_a_step_are_one_finding_and_others_are_their_own():
    both = branch(1, [{"rules": [RULE], "goto": 2}, {"rules": [RULE], "goto": 3}], 4)
    steps = (
        both,
        message(2, next_step=1),
        message(3, next_step=1),
        call(4, 5),
        message(5, next_step=4),
    )
    assert found(*steps) == [cycle(1, "2, 3", 3, "1, 2, 3"), cycle(4, "5", 2, "4, 5")]


@pytest.mark.parametrize(
    "back",
    [
        branch(2, [{"rules": [RULE], "goto": 1}], 3),
        classes(2, 1, next_step=3),
        call(2, 3, on_error={"goto": 1}),
        question(2, "a", 3, skip_if_set=True, **options(1)),
        question(2, "a", 3, skip_if_set=True, on_fail={"action": "goto", "goto": 1}),
    ],
)
def test_every_kind_of_exit_can_close_a_cycle(back):
    assert found(message(1, next_step=2), back, last(3)) == [cycle(1, "2", 2, "1, 2")]


def chain(length: int, *, first: int = 1, then: Any = None):
    """Messages `first`, `first + 1`, ... that lead to the step `then`."""
    ids = range(first, first + length)
    return [message(id, next_step=id + 1) for id in ids[:-1]] + [message(ids[-1], next_step=then)]


def test_chain_of_a_hundred_steps_between_questions_is_sound_and_runs():
    steps = [*chain(100, then=201), question(201, None, 202), *chain(99, first=202), last(301)]
    steps[-2] = message(300, next_step=301)
    assert found(*steps) == []
    game = played(*steps)
    assert (len(game.said), game.ended) == (101, None)
    game.write("Анна")
    assert (len(game.said), game.ended) == (100, "completed")


def test_chain_of_more_than_a_hundred_steps_is_an_error_on_its_first_step():
    steps = [*chain(101, then=201), question(201, None, 202), last(202)]
    too_long = ("chain_too_long", "error", 1, "", {"count": 101, "limit": 100})
    assert found(*steps) == [too_long]
    assert played(*steps).run.limit == "step_limit"
    assert MAX_CHAIN == TURN_STEPS


def test_question_that_may_be_passed_lengthens_a_chain():
    steps = [*chain(100, then=101), question(101, "a", 102, skip_if_set=True), last(102)]
    assert found(*steps) == [("chain_too_long", "error", 1, "", {"count": 102, "limit": 100})]


def test_longest_way_through_branches_counts():
    fork = branch(1, [{"rules": [RULE], "goto": 300}], 2)
    steps = [fork, *chain(99, first=2, then=300), last(300)]
    assert found(*steps) == [("chain_too_long", "error", 1, "", {"count": 101, "limit": 100})]
    steps = [fork, *chain(98, first=2, then=300), last(300)]
    assert found(*steps) == []


def test_content_that_is_no_content_keeps_its_next_step_and_may_still_ask():
    steps = (step(1, "question", None, 2), message(2, next_step=1))
    assert found(*steps) == [("not_object", "error", 1, "content", {})]
    steps = (step(1, "message", "text", 2), message(2, next_step=1))
    assert found(*steps) == [
        cycle(1, "2", 2, "1, 2"),
        ("not_object", "error", 1, "content", {}),
    ]


def test_exits_of_a_faulty_content_still_reach():
    faulty = step(1, "condition", {"branches": [{"rules": [{"var": "today"}], "goto": 2}]}, 3)
    assert found(faulty, last(2), last(3)) == [
        ("required", "error", 1, "content.branches[0].rules[0].op", {})
    ]


def test_findings_come_in_the_order_of_the_list_with_the_scenario_first():
    steps = (
        step(1, "message", {"txt": 1}, None, order=2),
        step(2, "message", {}, None, order=1),
    )
    assert [(one.step, one.code) for one in check(picture(*steps, initial_step=5))] == [
        (None, "start_nowhere"),
        (2, "end_not_marked"),
        (1, "unknown_key"),
        (1, "unreachable"),
        (1, "end_not_marked"),
    ]
