"""Variables: set on all paths before their use, and used where they are set."""
# ruff: noqa: E501  (the tables below read best with a case a line)

from typing import Any

import pytest

from alpina_app.domain.checker import check
from tests.support.pictures import branch, call, message, picture, question, step

READ = "content.text"


def found(*steps: Any) -> list[tuple[Any, ...]]:
    findings = check(picture(*steps))
    assert {one.severity for one in findings} <= {"warning"}
    return [
        (one.code, one.step, one.path, one.params["name"])
        for one in findings
        if one.code.startswith("variable_")
    ]


def reader(id: int, *names: str, next_step: int | None = None):
    text = " ".join(f"{{{{{name}}}}}" for name in names)
    return message(id, text, next_step, **({} if next_step else {"end": True}))


def rule(var: str, op: str, **fields: Any) -> dict[str, Any]:
    needs_value = op not in ("is_set", "is_empty", "is_true", "is_false")
    return {"var": var, "op": op, **({"value": "1"} if needs_value else {}), **fields}


def test_variable_that_nothing_sets_is_unknown_where_it_is_read():
    assert found(reader(1, "имя")) == [("variable_unknown", 1, READ, "имя")]
    assert found(question(1, "имя", 2), reader(2, "имя")) == []


def test_variable_set_on_one_path_only_is_not_set():
    fork = branch(1, [{"rules": [rule("today", "is_set")], "goto": 3}], 2)
    joined = (fork, question(2, "имя", 3), reader(3, "имя"))
    assert found(*joined) == [("variable_not_set", 3, READ, "имя")]
    both = (
        branch(1, [{"rules": [rule("today", "is_set")], "goto": 4}], 2),
        question(2, "имя", 3),
        reader(3, "имя"),
        question(4, "имя", 3),
    )
    assert found(*both) == []


def test_variable_set_only_later_is_not_set():
    assert found(reader(1, "имя", next_step=2), question(2, "имя", 3), reader(3, "имя")) == [
        ("variable_not_set", 1, READ, "имя")
    ]


def test_variable_set_on_the_way_round_a_loop_is_not_set_at_first():
    steps = (
        reader(1, "n", next_step=2),
        question(2, "n", 1, input={"type": "choice", "options": [{"label": "Всё", "goto": None}, {"label": "Ещё"}]}),
    )  # fmt: skip
    assert found(*steps) == [("variable_not_set", 1, READ, "n")]


def test_variable_stays_set_through_a_loop():
    assert found(question(1, "n", 2), reader(2, "n", next_step=3), question(3, "n", 2)) == []


def test_default_and_asking_rules_provide_for_a_variable_that_is_not_set():
    assert found(message(1, "{{имя | upper | default: 'друг'}}".replace("'", '"'), end=True)) == []
    for op in ("is_set", "is_empty"):
        asked = branch(1, [{"rules": [rule("имя.первое", op)], "goto": 2}], 2)
        assert found(asked, message(2, end=True)) == []


@pytest.mark.parametrize("op", ["eq", "ne", "is_true", "matches", "not_in"])
def test_other_rules_use_their_variable(op):
    asked = branch(1, [{"rules": [rule("имя.первое", op)], "goto": 2}], 2)
    path = "content.branches[0].rules[0].var"
    assert found(asked, message(2, end=True)) == [("variable_unknown", 1, path, "имя")]


def test_built_in_names_are_always_there():
    names = ("last_answer", "user_session", "today", "bot.name", "bot.id")
    assert found(reader(1, *names)) == []


def test_one_place_is_named_once_for_each_variable():
    assert found(reader(1, "a", "b", "a.c")) == [
        ("variable_unknown", 1, READ, "a"),
        ("variable_unknown", 1, READ, "b"),
    ]


CALL = {"url": "https://example.com/", "on_error": {}}


@pytest.mark.parametrize(
    ("step_type", "content", "path"),
    [
        ("message", {"text": "{{x}}"}, "content.text"),
        ("message", {"gpt": {"prompt": "{{x}}"}}, "content.gpt.prompt"),
        (
            "message",
            {"gpt": {"prompt": "a", "fallback_text": "{{x}}"}},
            "content.gpt.fallback_text",
        ),
        ("question", {"text": "{{x}}"}, "content.text"),
        ("question", {"text": "?", "retry_text": "{{x}}"}, "content.retry_text"),
        ("question", {"text": "?", "on_fail": {"text": "{{x}}"}}, "content.on_fail.text"),
        (
            "question",
            {"text": "?", "on_fail": {"action": "default", "default": [{"a": "{{x}}"}]}},
            "content.on_fail.default[0].a",
        ),
        (
            "condition",
            {"branches": [{"rules": [rule("today", "in", value=["1", "{{x}}"])]}]},
            "content.branches[0].rules[0].value[1]",
        ),
        ("condition", {"mode": "gpt", "input": "{{x}}", "classes": [{"id": "a"}]}, "content.input"),
        ("api_call", {**CALL, "url": "https://example.com/{{x}}"}, "content.url"),
        ("api_call", {**CALL, "query": [{"name": "q", "value": "{{x}}"}]}, "content.query[0].value"),
        ("api_call", {**CALL, "query": [{"name": "{{x}}"}]}, "content.query[0].name"),
        ("api_call", {**CALL, "headers": [{"name": "A", "value": "{{x}}"}]}, "content.headers[0].value"),
        ("api_call", {**CALL, "body": {"type": "json", "value": {"a": "{{x}}"}}}, "content.body.value.a"),
        ("api_call", {**CALL, "body": {"type": "raw", "value": "{{x}}"}}, "content.body.value"),
        ("api_call", {**CALL, "body": {"type": "form", "value": [{"name": "a", "value": "{{x}}"}]}}, "content.body.value[0].value"),
        ("api_call", {**CALL, "on_error": {"text": "{{x}}"}}, "content.on_error.text"),
        ("api_call", {"target": "gpt", "prompt": "{{x}}", "on_error": {}}, "content.prompt"),
        ("api_call", {"target": "gpt", "prompt": "a", "on_error": {"text": "{{x}}"}}, "content.on_error.text"),
        ("message", {"set": [{"var": "today_too", "value": {"a": ["{{x}}"]}}]}, "content.set[0].value.a[0]"),
    ],
)  # fmt: skip
def test_templates_are_read_wherever_they_may_stand(step_type, content, path):
    last = reader(3, *("today_too" for _ in content.get("set", [])))
    used = step(2, step_type, content, 3)
    assert found(message(1, next_step=2), used, last) == [("variable_unknown", 2, path, "x")]
    assert found(question(1, "x", 2), used, last) == []


@pytest.mark.parametrize(
    "content",
    [
        {"input": {"type": "choice", "options": [{"label": "{{x}}"}]}},
        {"input": {"pattern": "a{{x}}"}},
        {"on_fail": {"action": "end", "default": "{{x}}"}},
    ],
)
def test_labels_patterns_and_unused_defaults_are_no_templates(content):
    assert [one for one in found(question(1, None, 2, **content), reader(2)) if one[3] == "x"] == []


@pytest.mark.parametrize(
    ("step_type", "content"),
    [
        ("message", {"set": [{"var": "x", "value": None}]}),
        ("message", {"gpt": {"prompt": "a", "save_to": "x"}}),
        ("question", {"text": "?", "save_to": "x"}),
        ("question", {"text": "?", "set": [{"var": "x", "value": 1}]}),
        ("question", {"text": "?", "save_to": "x", "skip_if_set": True}),
        ("question", {"text": "?", "save_to": "x", "on_fail": {"action": "default"}}),
        ("condition", {"branches": [{"rules": [rule("today", "is_set")], "goto": 2}], "set": [{"var": "x", "value": 1}]}),
        ("condition", {"mode": "gpt", "classes": [{"id": "a", "goto": 2}], "set": [{"var": "x", "value": 1}]}),
        ("api_call", {**CALL, "save": [{"path": "a", "var": "x"}]}),
        ("api_call", {**CALL, "save_status": "x"}),
        ("api_call", {"target": "gpt", "prompt": "a", "save": [{"path": "a", "var": "x"}], "on_error": {}}),
    ],
)  # fmt: skip
def test_every_way_to_set_a_variable_counts(step_type, content):
    assert found(step(1, step_type, content, 2), reader(2, "x")) == []


def test_failing_question_sets_nothing_but_its_default():
    def asked(**on_fail):
        asks = question(1, "x", 2, set=[{"var": "y", "value": 1}], on_fail=on_fail)
        return found(asks, reader(2, "x", "y"))

    assert asked(action="goto", goto=2) == [
        ("variable_not_set", 2, READ, "x"),
        ("variable_not_set", 2, READ, "y"),
    ]
    assert asked(action="default") == []
    assert asked(action="end") == []


def test_failing_call_sets_nothing_but_its_status():
    steps = (
        call(
            1, 2, save=[{"path": "", "var": "x"}], save_status="code",
            set=[{"var": "y", "value": 1}], on_error={"goto": 2, "text": "{{code}}{{x}}"},
        ),
        reader(2, "x", "y", "code"),
    )  # fmt: skip
    assert found(*steps) == [
        ("variable_not_set", 1, "content.on_error.text", "x"),
        ("variable_not_set", 2, READ, "x"),
        ("variable_not_set", 2, READ, "y"),
    ]


def test_set_sees_the_answer_and_the_sets_before_it():
    sets = [{"var": "y", "value": "{{x}}{{z}}"}, {"var": "z", "value": "{{y}}{{z}}"}]
    assert found(question(1, "x", 2, set=sets), reader(2, "z")) == [
        ("variable_not_set", 1, "content.set[0].value", "z"),
        ("variable_not_set", 1, "content.set[1].value", "z"),
    ]


def test_own_answer_is_not_there_when_the_question_speaks():
    asked = question(1, "x", 2, retry_text="{{x}}")
    assert found(asked, reader(2, "x")) == [("variable_not_set", 1, "content.retry_text", "x")]


@pytest.mark.parametrize(
    ("branches", "told", "untold"),
    [
        ([[rule("x", "is_set")]], [2], [3]),
        ([[rule("x", "eq")]], [2], [3]),
        ([[rule("x.a", "is_true")]], [2], [3]),
        ([[rule("x", "is_empty")]], [3], [2]),
        ([[rule("x", "ne")]], [3], [2]),
        ([[rule("x", "is_set"), rule("today", "is_set")]], [2], [3]),
        ([[rule("x", "is_empty"), rule("today", "is_set")]], [], [2, 3]),
        ([[rule("x", "is_empty")], [rule("today", "is_set")]], [3, 4], [2]),
    ],
)
def test_rule_tells_its_branches_what_is_set(branches, told, untold):
    gotos = [2, 4]
    forks = [{"rules": rules, "goto": gotos[i]} for i, rules in enumerate(branches)]
    fork = branch(1, forks, 3)
    ends = {id: reader(id, "x") for id in (2, 3, 4)[: len(branches) + 1]}
    warned = [step for _, step, path, _ in found(fork, *ends.values()) if path == READ]
    assert warned == untold
    assert sorted(told + untold) == sorted(ends)


def test_any_of_several_rules_tells_only_what_all_of_them_tell():
    def warned(*rules):
        fork = branch(1, [{"match": "any", "rules": list(rules), "goto": 2}], 3)
        return [
            id for _, id, path, _ in found(fork, reader(2, "x"), reader(3, "x")) if path == READ
        ]

    assert warned(rule("x", "is_set"), rule("x", "gt")) == [3]
    assert warned(rule("x", "is_set"), rule("today", "is_set")) == [2, 3]
    assert warned(rule("x", "is_empty"), rule("today", "is_set")) == [2]


def test_unreachable_steps_have_no_paths_to_judge():
    assert found(message(1, end=True), reader(2, "x")) == []


def test_variable_set_and_never_used_is_named_once_where_it_is_set_first():
    steps = (question(1, "имя", 2), question(2, "имя", 3), message(3, end=True))
    assert found(*steps) == [("variable_unused", 1, "content.save_to", "имя")]


@pytest.mark.parametrize(
    "use",
    [
        reader(2, "x"),
        message(2, '{{x | default: "?"}}', end=True),
        branch(2, [{"rules": [rule("x", "is_set")], "goto": None}], end=True),
        message(2, "{{x.a[0]}}", end=True),
    ],
)
def test_every_read_is_a_use(use):
    assert found(message(1, next_step=2, set=[{"var": "x", "value": 1}]), use) == []


def test_variable_that_lets_a_later_question_be_passed_is_used():
    known = message(1, next_step=2, set=[{"var": "x", "value": 1}])
    assert found(known, question(2, "x", 3, skip_if_set=True), message(3, end=True)) == []
    alone = question(2, "x", 3, skip_if_set=True)
    assert found(alone, message(3, end=True)) == [("variable_unused", 2, "content.save_to", "x")]
