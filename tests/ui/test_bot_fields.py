from alpina_app.errors import Invalid
from alpina_app.i18n import catalogue
from alpina_app.services.bot_pages import BotView, ScenarioRow
from alpina_app.services.wire_messages import TEXTS, message
from alpina_app.ui.forms import errors_of
from alpina_app.ui.states.bot_fields import (
    FIELDS,
    as_data,
    differences,
    merged,
    new_values,
    origins_of,
    read_form,
    values_of,
)

VIEW = BotView(
    values={
        "id": 1,
        "name": "Бот",
        "description": "",
        "bot_type": "chat",
        "gpt_model": "gpt-4o",
        "creativity_level": 0.7,
        "max_tokens": 1000,
        "system_prompt": "Кратко",
        "is_active": True,
        "start_scenario": 5,
    },
    tag='"1"',
    allowed_origins=("https://xn--e1afmkfd.xn--p1ai:8080", "https://*.example.com"),
    author="admin",
    scenarios=(ScenarioRow(5, "Приём", True, 2), ScenarioRow(6, "Опрос", True, 1)),
    executions=(),
)
VALUES = {
    "name": "Бот",
    "description": "",
    "is_active": "on",
    "bot_type": "chat",
    "gpt_model": "gpt-4o",
    "creativity_level": "0.7",
    "max_tokens": "1000",
    "system_prompt": "Кратко",
    "start_scenario": "5",
    "allowed_origins": "https://пример.рф:8080\nhttps://*.example.com",
}


def test_a_bot_as_texts():
    assert values_of(VIEW) == VALUES


def test_what_a_form_sends_becomes_json_values():
    sent = {**VALUES, "creativity_level": " 0,5 ", "max_tokens": "1 500", "start_scenario": ""}
    assert as_data(read_form({**sent, "stranger": "x"})) == {
        "name": "Бот",
        "description": "",
        "bot_type": "chat",
        "gpt_model": "gpt-4o",
        "creativity_level": "0.5",
        "max_tokens": "1500",
        "system_prompt": "Кратко",
        "start_scenario": None,
        "is_active": True,
    }


def test_a_form_may_be_anything():
    nothing = dict.fromkeys(FIELDS, "")
    assert read_form(None) == nothing
    assert read_form(["name"]) == nothing
    assert read_form({"name": 7, "description": {"a": 1}}) == nothing
    assert read_form({"system_prompt": "a\r\nb\rc"})["system_prompt"] == "a\nb\nc"


def test_sites_are_lines():
    assert origins_of({"allowed_origins": "https://a.ru, https://b.ru\nhttps://c.ru"}) == [
        "https://a.ru",
        " https://b.ru",
        "https://c.ru",
    ]


def test_a_new_bot_has_the_defaults_of_rest():
    values = new_values("gpt-4o-mini")
    assert {name: value for name, value in values.items() if value} == {
        "is_active": "on",
        "bot_type": "chat",
        "gpt_model": "gpt-4o-mini",
        "creativity_level": "0.7",
        "max_tokens": "1000",
    }


def test_only_what_differs_is_asked_about_and_untouched_fields_propose_theirs():
    mine = {
        **VALUES,
        "name": "Моё",
        "creativity_level": "0,70",
        "max_tokens": "1 000",
        "description": "  ",
        "allowed_origins": "https://*.example.com/\nHTTPS://пример.рф:8080",
    }
    theirs = {**VALUES, "name": "Их", "start_scenario": "6", "is_active": ""}
    found = differences(mine, theirs, VALUES, VIEW.scenarios)
    assert [(one.name, one.keeps_mine) for one in found] == [
        ("name", True),
        ("is_active", False),
        ("start_scenario", False),
    ]
    name, active, start = found
    assert (name.label_ru, name.label_en) == ("Название", "Name")
    assert (active.mine_ru, active.theirs_ru, active.theirs_en) == ("включён", "выключен", "off")
    assert (start.mine_ru, start.theirs_ru) == ("Приём", "Опрос")


def test_without_what_both_began_with_mine_is_proposed():
    [found] = differences(VALUES | {"name": "Моё"}, VALUES, None, ())
    assert found.keeps_mine


def test_chosen_fields_stay_and_the_others_are_theirs():
    theirs = {**VALUES, "name": "Их", "gpt_model": "o3"}
    assert merged(VALUES, theirs, {"name"}) == {**theirs, "name": "Бот"}


def test_every_message_about_a_field_is_known_in_both_languages():
    for language in ("ru", "en"):
        missing = {code for code in TEXTS if f"fields.{code}" not in catalogue()[language]}
        assert missing == set()


def test_messages_are_told_in_both_languages_a_line_each():
    refused = Invalid(
        {
            "max_tokens": [message("min_value", limit=1.0), message("not_an_integer")],
            "scenario": ["Этот сценарий не запустить."],
        }
    )
    assert errors_of(refused) == {
        "max_tokens": {
            "ru": "Не меньше 1.\nВведите целое число.",
            "en": "No less than 1.\nEnter a whole number.",
        },
        "scenario": {"ru": "Этот сценарий не запустить.", "en": "Этот сценарий не запустить."},
    }
