"""message steps, `set`, templates in what is said: scenario-format "Contents", "Variables"."""

import pytest

from alpina_app.domain.effects import AskGpt, Usage
from tests.support.pictures import message, question, step
from tests.support.play import gpt, play, played


def test_one_turn_says_everything_up_to_the_next_question():
    game = played(
        message(1, "Здравствуйте", 2),
        message(2, "Познакомимся", 3),
        question(3, "имя", 4),
        message(4, "До свидания"),
    )
    assert game.said == ["Здравствуйте", "Познакомимся", "Как вас зовут?"]
    assert (game.run.position, game.run.status) == (3, "running")
    assert [line.step for line in game.run.turn.said] == [1, 2, 3]
    assert {line.role for line in game.run.turn.said} == {"assistant"}


def test_steps_do_not_fall_through_by_order():
    game = played(message(1, "Раз"), message(2, "Два"))
    assert game.said == ["Раз"]
    assert game.ended == "completed"


def test_the_last_step_executed_is_the_position_of_a_completed_run():
    game = played(message(1, "Раз", 2), message(2, "Два"))
    assert (game.run.position, game.run.status, game.input) == (2, "completed", None)


def test_a_scenario_without_initial_step_starts_with_the_lowest_order_then_id():
    game = played(
        step(3, "message", {"text": "а"}, order=1), step(2, "message", {"text": "б"}, order=1)
    )
    assert game.said == ["б"]


@pytest.mark.parametrize("text", ["", "  \n", "{{нет}}", " {{пусто}} "])
def test_a_blank_text_is_not_said(text):
    game = played(message(1, text, 2), message(2, "Дальше"), variables={"пусто": ""})
    assert game.said == ["Дальше"]


def test_an_empty_content_is_an_empty_message():
    game = played(step(1, "message", {}, 2), message(2, "Дальше"))
    assert (game.said, game.ended) == (["Дальше"], "completed")


def test_a_turn_without_texts_says_nothing():
    game = played(step(1, "message", {}))
    assert (game.said, game.ended) == ([], "completed")


def test_end_with_a_next_step_goes_on():
    assert played(message(1, "Раз", 2, end=True), message(2, "Два")).said == ["Раз", "Два"]


def test_unknown_keys_are_ignored():
    assert played(message(1, "Раз", None, colour="red")).said == ["Раз"]


def test_values_appear_in_texts_as_people_read_them():
    variables = {"да": True, "список": ["а", 1, False], "число": 2.5, "объект": {"a": 1}}
    game = played(
        message(1, "{{да}}; {{список}}; {{число}}; {{объект}}; {{bot.name}}; {{user_session}}"),
        variables=variables,
    )
    assert game.said == ['да; а, 1, нет; 2.5; {"a":1}; Альпина; гость']


def test_nothing_in_a_value_is_expanded_again():
    game = played(message(1, "{{а}}"), variables={"а": "{{б}}", "б": "тайна"})
    assert game.said == ["{{б}}"]


def test_broken_braces_are_said_literally():
    assert played(message(1, "Вот {{имя и всё")).said == ["Вот {{имя и всё"]


def test_a_missing_variable_is_blank_and_warned_of():
    game = played(message(1, "Привет, {{имя}}!"))
    assert game.said == ["Привет, !"]
    assert game.warnings == [("variable_missing", {"name": "имя"})]


def test_last_answer_is_missing_before_any_answer():
    game = played(message(1, "[{{last_answer}}]"))
    assert game.said == ["[]"]
    assert game.warnings == [("variable_missing", {"name": "last_answer"})]


def test_today_comes_from_outside():
    assert played(message(1, "{{today}}")).said == ["2026-11-23"]


def test_a_secret_is_not_to_be_had_in_a_message():
    game = played(message(1, "[{{secret.KEY}}]"), secrets={"KEY": "сезам"})
    assert game.said == ["[]"]


def test_a_text_longer_than_10000_characters_is_cut_with_a_warning():
    game = played(message(1, "{{а}}!"), variables={"а": "я" * 10_000})
    assert game.said == ["я" * 10_000]
    assert game.warnings == [("template_cut", {"limit": 10_000})]


def test_set_is_applied_in_order_and_keeps_types():
    sets = [
        {"var": "n", "value": "{{n | default: 0 | plus: 1}}"},
        {"var": "m", "value": "{{n | plus: 1}}"},
        {"var": "текст", "value": "n={{n}}"},
        {"var": "всё", "value": {"a": ["{{n}}", "x{{m}}", None, 1.5]}},
        {"var": "n", "value": None},
    ]
    game = played(message(1, "Раз", 2, set=sets), message(2, "{{m}}"))
    assert game.run.variables == {
        "n": None,
        "m": 2,
        "текст": "n=1",
        "всё": {"a": [1, "x2", None, 1.5]},
    }
    assert game.said == ["Раз", "2"]
    assert game.events[0]["variables_set"] == game.run.variables


def test_set_is_applied_after_the_text_is_said():
    sets = [{"var": "a", "value": 2}]
    game = played(message(1, "{{a}}", 2, set=sets), message(2, "{{a}}"), variables={"a": 1})
    assert game.said == ["1", "2"]


@pytest.mark.parametrize(
    "name", ["today", "bot", "last_answer", "secret", "user_session", "a.b", "1a", "", "я" * 65]
)
def test_a_name_that_cannot_be_set_is_left_alone(name):
    game = played(message(1, "{{today}}", None, set=[{"var": name, "value": 1}]))
    assert (game.run.variables, game.said) == ({}, ["2026-11-23"])
    assert game.warnings == [("variable_refused", {"name": name})]


def test_a_variable_never_hides_a_built_in_name():
    game = played(message(1, "{{today}}"), variables={"today": "вчера"})
    assert game.said == ["2026-11-23"]


GPT = {"prompt": "Пожелай удачи: {{имя}}"}


def test_the_models_answer_is_a_message_of_its_own_after_the_text():
    sets = [{"var": "копия", "value": "{{ответ}}"}]
    game = play(
        message(1, "Сейчас подумаю", 2, gpt=GPT | {"save_to": "ответ"}, set=sets),
        message(2, "Вот так"),
        results=[gpt("  Удачи!\n", tokens=12)],
        variables={"имя": "Аня"},
    )  # fmt: skip
    game.start()
    assert game.said == ["Сейчас подумаю", "Удачи!", "Вот так"]
    assert game.effects == [
        AskGpt(
            step=1, purpose="message", prompt="Пожелай удачи: Аня", history_turns=10, timeout_s=30
        )
    ]
    assert game.run.variables == {"имя": "Аня", "ответ": "Удачи!", "копия": "Удачи!"}
    assert game.run.turn.usage == Usage(11, 1, 12)
    assert game.events == [
        {
            "seq": 1,
            "step": 1,
            "step_type": "message",
            "input": "Пожелай удачи: Аня",
            "output": {"said": ["Сейчас подумаю", "Удачи!"]},
            "variables_set": {"ответ": "Удачи!", "копия": "Удачи!"},
            "exit": "next",
            "tokens": 12,
        },
        {
            "seq": 2,
            "step": 2,
            "step_type": "message",
            "output": {"said": ["Вот так"]},
            "exit": "next",
        },
    ]


def test_what_was_said_before_the_model_is_asked_is_there_to_be_shown():
    game = play(message(1, "Сейчас подумаю", None, gpt=GPT))
    seen = []

    def look(effect):
        seen.extend(line.text for line in game.run.turn.said)
        return gpt("Готово")

    game.results.append(look)
    game.start()
    assert seen == ["Сейчас подумаю"]


def test_settings_of_the_model_go_along():
    settings = {
        "model": "m-1",
        "temperature": 0.1,
        "max_tokens": 5,
        "history_turns": 0,
        "timeout_s": 7,
    }
    game = played(message(1, "", None, gpt={"prompt": "?", **settings}), results=[gpt("!")])
    assert game.effects == [
        AskGpt(
            step=1,
            purpose="message",
            prompt="?",
            model="m-1",
            temperature=0.1,
            max_tokens=5,
            history_turns=0,
            timeout_s=7,
        )
    ]


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (gpt(None, "timeout", tokens=3), "timeout"),
        (gpt(None, "not_configured", tokens=3), "not_configured"),
        (gpt("", tokens=3), "empty_answer"),
        (gpt(" \n", tokens=3), "empty_answer"),
    ],
)
def test_a_failing_model_says_the_fallback_and_the_run_goes_on(result, error):
    fallback = GPT | {"fallback_text": "Удачи, {{имя}}", "save_to": "ответ"}
    sets = [{"var": "был", "value": True}]
    game = played(
        message(1, "", 2, gpt=fallback, set=sets),
        message(2, "Дальше"),
        results=[result],
        variables={"имя": "Аня"},
    )
    assert game.said == ["Удачи, Аня", "Дальше"]
    assert game.run.variables == {"имя": "Аня", "был": True}
    assert (game.events[0]["error"], game.events[0]["exit"]) == (error, "next")
    assert (game.ended, game.run.turn.usage) == ("completed", Usage(2, 1, 3))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ru", "Сейчас не получается подготовить ответ."),
        ("en", "I cannot prepare an answer right now."),
    ],
)
def test_a_blank_fallback_is_a_built_in_sentence(language, sentence):
    game = played(
        message(1, "", None, gpt=GPT), results=[gpt(None, "unavailable")], language=language
    )
    assert game.said == [(sentence, None)]


def test_usage_sums_the_calls_of_a_turn():
    game = played(
        message(1, "", 2, gpt=GPT),
        message(2, "", None, gpt=GPT),
        results=[gpt("раз", tokens=5), gpt("два", tokens=7)],
    )
    assert game.run.turn.usage == Usage(10, 2, 12)
    assert [event["tokens"] for event in game.events] == [5, 7]


def test_unstorable_characters_of_the_model_are_replaced():
    game = played(message(1, "", None, gpt=GPT), results=[gpt("a\x00b\ud800")])
    assert game.said == ["a\ufffdb\ufffd"]
