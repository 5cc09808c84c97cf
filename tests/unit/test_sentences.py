"""Conditions and steps in sentences, and what differs between two pictures."""

from functools import partial

import pytest

from alpina_app.domain.contents import Rule, parse_content
from alpina_app.domain.differences import FIELDS, INPUT_TYPES, differences, tell
from alpina_app.domain.sentences import (
    Line,
    branch_sentence,
    exit_sentence,
    rule_sentence,
    step_lines,
)
from alpina_app.domain.sketch import SketchStep, exits_of
from alpina_app.i18n import catalogue, translate
from tests.support.pictures import branch, call, message, picture, question, step


def say(language, key, **params):
    return translate(language, f"sentences.{key}", **params)


ru, en = partial(say, "ru"), partial(say, "en")


def content(step_type, raw):
    return parse_content(step_type, raw).content


@pytest.mark.parametrize(
    ("rule", "russian", "english"),
    [
        (("роль", "eq", "автор"), "роль равна «автор»", "роль is “автор”"),
        (("n", "between", [1, 5]), "n от 1 до 5", "n is between 1 and 5"),
        (("n", "between", "{{x}}"), "n в пределах «{{x}}»", "n is within “{{x}}”"),
        (("n", "in", ["a", 2]), "n — одно из: «a», 2", "n is one of: “a”, 2"),
        (("n", "is_empty", None), "n пуста", "n is empty"),
        (("n", "eq", None), "n равна ничего", "n is nothing"),
        (("n", "eq", True), "n равна да", "n is yes"),
        (("n", "gte", 1.5), "n не меньше 1.5", "n is at least 1.5"),
    ],
)
def test_a_rule_as_a_sentence(rule, russian, english):
    var, op, value = rule
    made = Rule(var=var, op=op, value=value)
    assert (rule_sentence(made, ru), rule_sentence(made, en)) == (russian, english)


@pytest.mark.parametrize("operator", Rule.model_fields["op"].annotation.__args__)
def test_every_operator_has_its_sentence(operator):
    made = Rule(var="имя", op=operator, value="а")
    assert rule_sentence(made, ru).startswith("имя ")
    assert rule_sentence(made, en).startswith("имя ")


@pytest.mark.parametrize(
    ("match", "sentence"),
    [
        ("all", "если роль равна «автор» и возраст больше 18"),
        ("any", "если роль равна «автор» или возраст больше 18"),
    ],
)
def test_the_rules_of_a_branch_in_one_sentence(match, sentence):
    rules = [
        {"var": "роль", "op": "eq", "value": "автор"},
        {"var": "возраст", "op": "gt", "value": 18},
    ]
    [made] = content("condition", {"branches": [{"match": match, "rules": rules}]}).branches
    assert branch_sentence(made, ru) == sentence


def test_exits_in_sentences():
    asked = SketchStep(
        1, "В", "question", {"text": "?", "input": {"type": "choice", "options": [{"label": "Да"}]}}
    )
    chosen = SketchStep(
        2, "К", "condition",
        {"mode": "gpt", "classes": [{"id": "call", "description": "Хочет звонка"}, {"id": "no"}]},
    )  # fmt: skip
    named = SketchStep(
        3, "У", "condition",
        {"branches": [{"name": "Автор", "rules": [{"var": "роль", "op": "is_set"}]}]},
    )  # fmt: skip

    def sentences(one):
        parsed = content(one.step_type, one.content)
        return [exit_sentence(one.step_type, parsed, exit_, ru) for exit_ in exits_of(one)]

    assert sentences(asked) == ["ответ «Да»", "после ответа", "после 3 неверных ответов"]
    assert sentences(chosen) == ["если Хочет звонка", "если no", "иначе"]
    assert sentences(named) == ["Автор: если роль известна", "иначе"]


@pytest.mark.parametrize(
    ("one", "lines"),
    [
        (message(1, " Привет "), [("says", "Привет")]),
        (message(1, "", gpt={"prompt": "Ответь\nкратко", "save_to": "о"},
                 set=[{"var": "n", "value": 1}]),
         [("note", "GPT отвечает по запросу: Ответь кратко"),
          ("note", "запоминает ответ модели: о"), ("note", "записывает n: 1")]),
        (question(1, "возраст", input={"type": "number", "min": 18}, skip_if_set=True),
         [("says", "Как вас зовут?"), ("note", "ждёт: число от 18 → запоминает в возраст"),
          ("note", "не спрашивает, если возраст уже известна")]),
        (question(1, input={"type": "rating", "required": False},
                  on_fail={"action": "default", "default": 3}),
         [("says", "Как вас зовут?"), ("note", "ждёт: оценка от 1 до 5, можно пропустить"),
          ("note", "после неверных ответов берёт: 3")]),
        (branch(1, []), []),
        (call(1, save=[{"path": "", "var": "всё"}, {"path": "a.b", "var": "б"}], save_status="код"),
         [("note", "запрос GET https://example.com/"), ("note", "запоминает код ответа: код"),
          ("note", "запоминает весь ответ: всё"), ("note", "запоминает б из a.b")]),
        (step(1, "api_call", {"target": "gpt", "prompt": "Извлеки"}),
         [("note", "GPT отвечает данными (JSON): Извлеки")]),
        (step(1, "message", []), [("note", "Содержание шага не читается: его нужно исправить.")]),
    ],
)  # fmt: skip
def test_what_a_step_says_and_does(one, lines):
    assert step_lines(one.step_type, one.content, ru) == [Line(*line) for line in lines]


def told(before, after, phrase=ru):
    return [
        (one.title, *one.lines) for one in tell(differences(before, after), before, after, phrase)
    ]


def test_equal_pictures_do_not_differ():
    assert differences(picture(message(1)), picture(message(1))) == []


def test_added_removed_and_changed_steps_are_told_by_name():
    before = picture(message(1, "Раз", 2), message(2, "Два"))
    after = picture(message(1, "Раз!", 3), message(3, "Три"), initial_step=3)
    assert told(before, after) == [
        ("Сценарий «Сценарий»", "начало сценария: раньше первый шаг списка, теперь «Шаг 3»"),
        ("Изменён шаг «Шаг 1» (сообщение)",
         "переход дальше: раньше «Шаг 2», теперь «Шаг 3»",
         "текст: было «Раз», стало «Раз!»"),
        ("Добавлен шаг «Шаг 3» (сообщение)",),
        ("Удалён шаг «Шаг 2» (сообщение)",),
    ]  # fmt: skip


def test_values_inside_are_named_in_words():
    def ask(*options, **more):
        return picture(question(1, input={"type": "choice", "options": list(options)}, **more))

    yes, no = {"label": "Да", "goto": 1}, {"label": "Нет"}
    assert told(ask(yes, no), ask(no, {"label": "Да"}, max_attempts=5)) == [
        ("Изменён шаг «Шаг 1» (вопрос)",
         "ответ → вариант → «Да»: раньше «Шаг 1», теперь как «дальше»",
         "ответ → вариант → место в списке: было «Да», «Нет», стало «Нет», «Да»",
         "число попыток: добавлено 5"),
    ]  # fmt: skip
    assert told(ask(yes, no), ask(yes)) == [
        ("Изменён шаг «Шаг 1» (вопрос)", "ответ → вариант → «Нет»: убрано «Нет»")
    ]


def test_rules_without_names_are_told_by_number():
    before = picture(branch(1, [{"rules": [{"var": "a", "op": "eq", "value": 1}]}]))
    after = picture(branch(1, [{"rules": [{"var": "a", "op": "eq", "value": 2}]}]))
    assert told(before, after, en) == [
        ("Changed step “Шаг 1” (condition)", "branch → no. 1 → rule → no. 1 → value: was 1, now 2")
    ]


def test_every_field_of_a_content_has_its_word():
    keys = catalogue()["ru"].keys()
    assert {f"sentences.field_{name}" for name in FIELDS} <= keys
    assert {f"sentences.input_{name}" for name in INPUT_TYPES} <= keys
