"""Where variables are set and used, and renaming one everywhere."""

import pytest

from alpina_app.domain.variables import VariableUse, name_fault, rename_variable, variables_of
from tests.support.pictures import branch, call, message, question, step

STEPS = [
    question(1, "имя", 2),
    message(2, "Привет, {{имя | upper}}! {{bot.name}}", 3, set=[{"var": "счёт", "value": 0}]),
    branch(3, [{"rules": [{"var": "имя.длина", "op": "is_set"}]}], 4),
    call(4, url="https://example.com/{{ счёт }}", save=[{"path": "id", "var": "заказ"}],
         save_status="код"),
]  # fmt: skip


def test_variables_are_listed_with_the_steps_that_set_and_use_them():
    assert variables_of(STEPS) == [
        VariableUse("заказ", (4,), ()),
        VariableUse("имя", (1,), (2, 3)),
        VariableUse("код", (4,), ()),
        VariableUse("счёт", (2,), (4,)),
    ]


def test_variables_of_an_unsound_step_are_found_all_the_same():
    broken = step(1, "question", {"save_to": "имя", "text": 5, "retry_text": "{{город}}?"})
    assert [one.name for one in variables_of([broken])] == ["город", "имя"]


@pytest.mark.parametrize(
    ("step", "content"),
    [
        (question(1, "a"), {"text": "Как вас зовут?", "save_to": "b"}),
        (message(1, "{{a}} {{ a.x[0] | default: \"a\" }} {{aa}} {{x.a}} a"),
         {"text": "{{b}} {{ b.x[0] | default: \"a\" }} {{aa}} {{x.a}} a"}),
        (message(1, "", set=[{"var": "a", "value": {"k": ["{{a | plus: 1}}"]}}]),
         {"text": "", "set": [{"var": "b", "value": {"k": ["{{b | plus: 1}}"]}}]}),
        (branch(1, [{"rules": [{"var": "a.x", "op": "eq", "value": "{{a}}"},
                               {"var": "x.a", "op": "is_set"}]}]),
         {"branches": [{"rules": [{"var": "b.x", "op": "eq", "value": "{{b}}"},
                                  {"var": "x.a", "op": "is_set"}]}]}),
        (step(1, "condition", {"mode": "gpt", "input": "{{a}}", "classes": []}),
         {"mode": "gpt", "input": "{{b}}", "classes": []}),
        (step(1, "api_call", {"url": "https://x.ru/{{a}}", "save_status": "a",
                              "query": [{"name": "{{a}}", "value": "{{a}}"}],
                              "headers": [{"name": "{{a}}", "value": "{{a}}"}],
                              "body": {"type": "json", "value": {"a": "{{a}}"}},
                              "save": [{"path": "a", "var": "a"}],
                              "on_error": {"text": "{{a}}"}}),
         {"url": "https://x.ru/{{b}}", "save_status": "b",
          "query": [{"name": "{{b}}", "value": "{{b}}"}],
          "headers": [{"name": "{{a}}", "value": "{{b}}"}],
          "body": {"type": "json", "value": {"a": "{{b}}"}},
          "save": [{"path": "a", "var": "b"}],
          "on_error": {"text": "{{b}}"}}),
        (message(1, "{{a", gpt={"prompt": "{{a}}", "save_to": "a"}),
         {"text": "{{a", "gpt": {"prompt": "{{b}}", "save_to": "b"}}),
    ],
)  # fmt: skip
def test_a_variable_is_renamed_wherever_it_stands(step, content):
    assert rename_variable(step, "a", "b") == content


def test_the_step_itself_is_not_changed():
    given = message(1, "{{a}}")
    rename_variable(given, "a", "b")
    assert given.content == {"text": "{{a}}"}
    assert rename_variable(given, "x", "b") is given.content


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("имя", "фамилия", None),
        ("имя", "не имя", "invalid"),
        ("имя", "1", "invalid"),
        ("имя", "bot", "reserved"),
        ("имя", "счёт", "taken"),
        ("имя", "имя", "taken"),
        ("нет", "другое", "unknown"),
    ],
)
def test_why_a_variable_cannot_be_called_so(old, new, fault):
    assert name_fault(STEPS, old, new) == fault
