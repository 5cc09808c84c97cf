"""scenario-format, "Answers": whole conversations over REST."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.transcripts import studio, texts

INVALID = object()
COLOURS = [
    {"id": "r", "label": "Красный", "value": "red"},
    {"id": "b", "label": "🔵  Тёмно   синий", "value": {"code": 2}},
    {"label": "Зелёный"},
]


@pytest.fixture
async def made(tmp_path):
    async with studio(tmp_path) as made:
        yield made


def moscow_today() -> date:
    return datetime.now(ZoneInfo("Europe/Moscow")).date()


NUMBERS = [
    ("1 234,5", 1234.5),
    ("1,234.5", 1234.5),
    ("1.234,5", 1234.5),
    ("1,5", 1.5),
    ("1.234", 1.234),
    ("−7", -7),
    ("5 000", 5000),
    ("5,0", 5),
    ("+7", 7),
    ("007", 7),
    ("1.234.567", 1_234_567),
    ("12345678901234567890", 12_345_678_901_234_567_890),
    ("9" * 30, int("9" * 30)),
    ("9" * 31, INVALID),
    ("1e5", INVALID),
    ("5 шт.", INVALID),
    ("пять", INVALID),
    ("10%", INVALID),
    ("0x10", INVALID),
    ("1 2 3 4", INVALID),
    ("1,2,3", INVALID),
]
YES_NO = [
    *((word, True) for word in ("да", "ага", "Конечно", "верно", "YES", "y", "+", "1", "true")),
    *((word, False) for word in ("нет", "не", "неа", "no", "N", "-", "0", "false", "Нет!")),
    ("да, конечно", True),
    ("да нет", INVALID),
    ("может быть", INVALID),
]
CHOICE = [
    ("r", "red"),
    ("RED", "red"),
    ("«красный»!", "red"),
    ("1", "red"),
    ("2.", {"code": 2}),
    ("2)", {"code": 2}),
    ("№2", {"code": 2}),
    ("темно синий", {"code": 2}),
    ("зеленый", "Зелёный"),
    ("второй", INVALID),
    ("4", INVALID),
    ("красный и зелёный", INVALID),
]
MULTI = [
    ("1, 3", ["red", "Зелёный"]),
    ("3;1", ["red", "Зелёный"]),
    ("зелёный и красный", ["red", "Зелёный"]),
    ("зелёный\nкрасный", ["red", "Зелёный"]),
    ("красный, 1, RED", ["red"]),
    ("красный, белый", INVALID),
    ("1, 2, 3", INVALID),  # `max` counts picks
]
TABLES = {
    "number": ({"type": "number"}, NUMBERS),
    "integer": (
        {"type": "number", "integer": True, "min": 2, "max": 10},
        [("5,0", 5), ("2", 2), ("10", 10), ("5,5", INVALID), ("1", INVALID), ("11", INVALID)],
    ),
    "email": (
        {"type": "email"},
        [
            ("User@Example.COM", "User@example.com"),
            ("иван@пример.рф", "иван@пример.рф"),
            ("nobody@no-such-domain-here.com", "nobody@no-such-domain-here.com"),
            ("Имя <a@b.ru>", INVALID),
            ("a@", INVALID),
        ],
    ),
    "phone": (
        {"type": "phone"},
        [
            ("8 912 345-67-89", "+79123456789"),
            ("+1 (415) 555-2671", "+14155552671"),
            ("звоните 8 912 345-67-89", INVALID),
            ("12", INVALID),
        ],
    ),
    "phone of a region": (
        {"type": "phone", "region": "US"},
        [("(415) 555-2671", "+14155552671"), ("8 912 345-67-89", INVALID)],
    ),
    "url": (
        {"type": "url"},
        [
            ("example.com/a?b=1", "https://example.com/a?b=1"),
            ("http://example.com", "http://example.com"),
            ("пример.рф", "https://пример.рф"),
            ("ftp://example.com", INVALID),
            ("javascript:alert(1)", INVALID),
            ("localhost", INVALID),
        ],
    ),
    "time": (
        {"type": "time"},
        [
            ("14.30", "14:30"),
            ("в 15:00", "15:00"),
            ("9:05", "09:05"),
            ("24:00", INVALID),
            ("полдень", INVALID),
            ("3 часа дня", INVALID),
        ],
    ),
    "yes_no": ({"type": "yes_no"}, YES_NO),
    "yes_no that may be skipped": (
        {"type": "yes_no", "required": False},
        [("-", False), ("пропустить", None), ("Skip.", None), ("да", True)],
    ),
    "choice": ({"type": "choice", "options": COLOURS}, CHOICE),
    "multi_choice": ({"type": "multi_choice", "options": COLOURS, "max": 2}, MULTI),
    "multi_choice with a least": (
        {"type": "multi_choice", "options": COLOURS, "min": 2},
        [("1, 1", INVALID), ("1, 2", ["red", {"code": 2}])],
    ),
    "labels with commas": (
        {"type": "multi_choice", "options": [{"label": "Да"}, {"label": "Да, и скорее"}]},
        [("да, и скорее", ["Да, и скорее"]), ("да; да, и скорее", ["Да", "Да, и скорее"])],
    ),
    "ids before values before labels before numbers": (
        {
            "type": "choice",
            "options": [
                {"id": "3", "label": "a", "value": "x"},
                {"id": "y", "label": "b", "value": "z"},
                {"id": "z", "label": "x", "value": "c"},
            ],
        },
        [("3", "x"), ("z", "c"), ("x", "x"), ("2", "z")],
    ),
    "two matches": (
        {"type": "choice", "options": [{"id": "a", "label": "Да!"}, {"id": "b", "label": "да."}]},
        [("да", INVALID), ("да!", "Да!"), ("b", "да.")],
    ),
    "rating": (
        {"type": "rating"},
        [("5", 5), ("1", 1), ("4,0", 4), ("0", INVALID), ("6", INVALID), ("5/5", INVALID)],
    ),
    "rating of a scale": ({"type": "rating", "scale": 10}, [("10", 10), ("11", INVALID)]),
    "text": (
        {"type": "text", "min_len": 3, "max_len": 5},
        [("  абв  ", "абв"), ("абвгд", "абвгд"), ("аб", INVALID), ("абвгде", INVALID)],
    ),
    "text of default length": ({}, [("а" * 1000, "а" * 1000), ("а" * 1001, INVALID)]),
    "pattern": (
        {"pattern": r"\p{Lu}{2}[0-9]{3}"},
        [("АБ123", "АБ123"), ("АБ1234", INVALID), ("аб123", INVALID)],
    ),
    "a bound pattern of a choice": (
        {"type": "choice", "options": [{"label": "Да"}, {"label": "Нет"}], "pattern": "да|1"},
        [("да", "Да"), ("1", "Да"), ("нет", INVALID)],
    ),
    "skipped": (
        {"type": "number", "required": False},
        [("-", None), ("Пропустить!", None), ("skip", None), ("5", 5), ("пусто", INVALID)],
    ),
    "skip words where an answer is required": (
        {"type": "text"},
        [("-", "-"), ("пропустить", "пропустить")],
    ),
}


@pytest.mark.parametrize("name", TABLES)
async def test_answers_as_they_are_stored(made, name):
    spec, table = TABLES[name]
    assert await stored_answers(made, spec, [text for text, _ in table]) == [
        value for _, value in table
    ]


async def test_dates_as_they_are_stored(made):
    today = moscow_today()
    days = {
        "завтра": today + timedelta(days=1),
        "Сегодня!": today,
        "через 3 дня": today + timedelta(days=3),
        "5 декабря": date(today.year, 12, 5),
        "5/12": date(today.year, 12, 5),
        "05.12.2026": date(2026, 12, 5),
        "5.12.26": date(2026, 12, 5),
        "2026-12-05": date(2026, 12, 5),
    }
    refused = ["5", "2026", "декабрь", "31.02.2026"]
    found = await stored_answers(made, {"type": "date"}, [*days, *refused])
    assert found == [*(day.isoformat() for day in days.values()), *[INVALID] * len(refused)]


async def test_bounds_of_dates_are_iso_dates_or_today(made):
    spec = {"type": "date", "min": "today", "max": "2100-01-01"}
    texts_ = ["вчера", "сегодня", "завтра", "01.01.2100", "02.01.2100"]
    today = moscow_today()
    assert await stored_answers(made, spec, texts_) == [
        INVALID,
        today.isoformat(),
        (today + timedelta(days=1)).isoformat(),
        "2100-01-01",
        INVALID,
    ]


async def stored_answers(made, spec, answers):
    """What a question keeps of each answer; INVALID where it asks again."""
    talk = await made.scenario(
        ask=(
            "question",
            {"text": "?", "save_to": "a", "max_attempts": 1000, "retry_text": "нет", "input": spec},
            "ask",
        )
    )
    await talk.begin()
    found = []
    for text in answers:
        reply = await talk.say(text)
        [said] = texts(reply)
        assert said in ("?", "нет")
        found.append(INVALID if said == "нет" else (await talk.variables())["a"])
    return found


async def test_the_raw_text_stays_in_the_history_and_the_trace(made):
    talk = await made.scenario(
        ask=("question", {"text": "?", "save_to": "n", "input": {"type": "number"}}, "end"),
        end=("message", {"text": "{{n}} из «{{last_answer}}»", "end": True}),
    )
    await talk.begin()
    reply = await talk.say(" 1 234,50 ")
    assert reply["response"] == "1234.5 из «1 234,50»"
    stored = await talk.stored()
    assert stored["variables"] == {"n": 1234.5}
    assert stored["conversation_history"][2] == {"role": "user", "content": "1 234,50"}
    event = (await talk.trace())[1]
    assert (event["input"], event["output"], event["variables_set"]) == (
        "1 234,50",
        {"value": 1234.5},
        {"n": 1234.5},
    )


async def test_an_invalid_answer_stays_counts_and_asks_again(made):
    talk = await made.scenario(
        ask=(
            "question",
            {
                "text": "Сколько вам лет?",
                "save_to": "age",
                "retry_text": 'Осталось ввести число, {{who | default: "гость"}}.',
                "input": {"type": "number"},
                "on_fail": {"text": "Не вышло, {{user_session}}."},
            },
        )
    )
    first = await talk.begin()
    assert (first["response"], first["input"]["attempts_left"]) == ("Сколько вам лет?", 3)
    for left in (2, 1):
        reply = await talk.say("много")
        assert reply["messages"] == [
            {
                "role": "assistant",
                "content": "Осталось ввести число, гость.",
                "step": talk.ids["ask"],
            }
        ]
        assert (reply["is_completed"], reply["current_step"]) == (False, talk.ids["ask"])
        assert reply["input"]["attempts_left"] == left
    last = await talk.say("много")
    assert texts(last) == [f"Не вышло, {talk.session}."]
    assert (last["is_completed"], last["current_step"], last["input"]) == (
        True,
        talk.ids["ask"],
        None,
    )
    assert await talk.variables() == {}


async def test_a_blank_retry_text_is_a_built_in_sentence_without_a_step(made):
    talk = await made.scenario(ask=("question", {"text": "?", "input": {"type": "email"}}))
    await talk.begin()
    [message] = (await talk.say("нет такого", language="en"))["messages"]
    assert message["step"] is None
    assert message["content"] == "Please give an e-mail address, for example name@example.com."


async def test_attempts_count_anew_at_each_visit(made):
    talk = await made.scenario(
        ask=(
            "question",
            {"text": "Ещё?", "max_attempts": 2, "input": {"type": "yes_no"}, "save_to": "more"},
            "again",
        ),
        again=(
            "condition",
            {"branches": [{"rules": [{"var": "more", "op": "is_true"}], "goto": "ask"}]},
            "bye",
        ),
        bye=("message", {"text": "Пока", "end": True}),
    )
    await talk.begin()
    for _ in range(3):
        assert (await talk.say("что?"))["input"]["attempts_left"] == 1
        again = await talk.say("да")
        assert (again["response"], again["input"]["attempts_left"]) == ("Ещё?", 2)
    assert (await talk.say("нет"))["response"] == "Пока"


async def test_on_fail_goto_says_its_text_first_and_sets_nothing(made):
    talk = await made.scenario(
        ask=(
            "question",
            {
                "text": "?",
                "save_to": "n",
                "max_attempts": 1,
                "input": {"type": "number"},
                "set": [{"var": "done", "value": True}],
                "on_fail": {"action": "goto", "goto": "help", "text": "Не страшно."},
            },
        ),
        help=("message", {"text": "Поможем.", "end": True}),
    )
    await talk.begin()
    reply = await talk.say("пять")
    assert texts(reply) == ["Не страшно.", "Поможем."]
    assert await talk.variables() == {}
    assert [event["exit"] for event in await talk.trace()] == ["wait", "on_fail", "next"]


async def test_on_fail_default_stores_the_value_sets_and_takes_next_step(made):
    talk = await made.scenario(
        ask=(
            "question",
            {
                "text": "?",
                "save_to": "n",
                "max_attempts": 1,
                "input": {
                    "type": "choice",
                    "options": [{"id": "7", "label": "Семь", "goto": None}, {"label": "Ноль"}],
                },
                "set": [{"var": "twice", "value": "{{n | plus: 7}}"}],
                "on_fail": {"action": "default", "default": "{{base | default: 7}}"},
            },
            "end",
        ),
        end=("message", {"text": "{{n}} {{twice}}", "end": True}),
    )
    await talk.begin()
    assert texts(await talk.say("пять")) == ["7 14"]
    assert await talk.variables() == {"n": 7, "twice": 14}


@pytest.mark.parametrize(
    ("value", "is_passed"), [(0, True), (False, True), ([], True), ("x", True), ("", False)]
)
async def test_skip_if_set_passes_a_question_whose_variable_has_a_value(made, value, is_passed):
    talk = await made.scenario(
        first=("message", {"set": [{"var": "name", "value": value}]}, "ask"),
        ask=("question", {"text": "Имя?", "save_to": "name", "skip_if_set": True}, "end"),
        end=("message", {"text": "Конец", "end": True}),
    )
    reply = await talk.begin()
    assert (texts(reply), reply["is_completed"]) == (
        (["Конец"], True) if is_passed else (["Имя?"], False)
    )


async def test_a_multi_choice_leaves_by_the_first_chosen_option_with_a_goto(made):
    talk = await made.scenario(
        ask=(
            "question",
            {
                "text": "?",
                "save_to": "list",
                "input": {
                    "type": "multi_choice",
                    "options": [
                        {"label": "а"},
                        {"label": "б", "goto": "b"},
                        {"label": "в", "goto": "c"},
                        {"label": "г", "goto": None},
                    ],
                },
            },
            "other",
        ),
        b=("message", {"text": "б", "end": True}),
        c=("message", {"text": "в", "end": True}),
        other=("message", {"text": "далее", "end": True}),
    )
    for answer, said in (("а", ["далее"]), ("в, б, а", ["б"]), ("в", ["в"]), ("г, а", [])):
        one = talk.anew()
        await one.begin()
        reply = await one.say(answer)
        assert (texts(reply), reply["is_completed"]) == (said, True)


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ({}, {"type": "text"}),
        ({"type": "number", "min": 1, "max": 9.5}, {"type": "number", "min": 1, "max": 9.5}),
        ({"type": "date", "min": "2026-01-31"}, {"type": "date", "min": "2026-01-31"}),
        ({"type": "yes_no", "required": False}, {"type": "yes_no", "required": False}),
        ({"type": "rating", "scale": 7}, {"type": "rating", "scale": 7}),
        (
            {
                "type": "multi_choice",
                "min": 1,
                "options": [{"label": "А"}, {"id": "b", "label": "Б"}],
            },
            {
                "type": "multi_choice",
                "min": 1,
                "options": [{"id": "А", "label": "А"}, {"id": "b", "label": "Б"}],
            },
        ),
    ],
)
async def test_input_says_what_the_open_question_expects(made, spec, shown):
    talk = await made.scenario(ask=("question", {"text": "?", "max_attempts": 2, "input": spec}))
    assert (await talk.begin())["input"] == {
        "type": "text",
        "required": True,
        "options": [],
        "min": None,
        "max": None,
        "scale": None,
        "attempts_left": 2,
        **shown,
    }


async def test_labels_are_no_templates(made):
    talk = await made.scenario(
        ask=(
            "question",
            {"text": "?", "input": {"type": "choice", "options": [{"label": "{{bot}}"}]}},
        )
    )
    assert (await talk.begin())["input"]["options"] == [{"id": "{{bot}}", "label": "{{bot}}"}]
