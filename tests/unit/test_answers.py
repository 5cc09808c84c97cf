"""Answers: what each input takes, stores and refuses."""

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpina_app.domain.answers import Accepted, Rejected, parse_answer
from alpina_app.domain.contents import Input, InputType, Option
from alpina_app.domain.values import clean_json

TODAY = date(2026, 1, 31)


def parse(text: str, **spec: Any) -> Accepted | Rejected:
    return parse_answer(Input(**spec), text, today=TODAY, language="ru")


def stored(text: str, **spec: Any) -> Any:
    """The stored value, with its type; the reason where the answer is refused."""
    result = parse(text, **spec)
    return (result.value, type(result.value)) if isinstance(result, Accepted) else result.reason


def typed(value: Any) -> tuple[Any, type]:
    return value, type(value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5), ("-5", -5), ("−7", -7), ("–7", -7), ("+7", 7), ("007", 7), ("0", 0), ("-0", 0),
        ("1 234,5", 1234.5), ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1 234.5", 1234.5),
        ("1\u00a0234,5", 1234.5), ("1\u202f234\u202f567", 1234567), ("5 000", 5000),
        ("1.234.567", 1234567), ("1,234,567", 1234567), ("1.234.567,89", 1234567.89),
        ("1,234", 1.234), ("1.234", 1.234), ("0,1", 0.1), (".5", 0.5), ("5,0", 5), ("5.00", 5),
        (" 12 ", 12), ("9" * 30, int("9" * 30)), ("1234567890123456789", 1234567890123456789),
    ],
)  # fmt: skip
def test_numbers_taken(text: str, number: float) -> None:
    assert stored(text, type="number") == typed(number)


@pytest.mark.parametrize(
    "text",
    [
        "1e5", "5 шт.", "пять", "10%", "0x10", "1 2 3 4", "1,2,3", "9" * 31, "12 34", "1 23", "5.",
        "5,",
        "1.234.56", "1.2,3.4", "1 234,567,890", "--5", "- 5", "5-", "1/2", "½", "²", "٣", "NaN",
        "inf",
        "∞", "1_000", "5!", "5 5", "1  000", "1 234.567,8", ",", "+", "=5",
    ],
)  # fmt: skip
def test_numbers_refused(text: str) -> None:
    assert stored(text, type="number") == "not_number"


@pytest.mark.parametrize(
    ("text", "spec", "result"),
    [
        ("5,5", {"integer": True}, Rejected("not_integer")),
        ("5,0", {"integer": True}, Accepted(5)),
        ("4", {"min": 5}, Rejected("too_small", {"min": 5})),
        ("5", {"min": 5, "max": 5}, Accepted(5)),
        ("5,1", {"max": 5}, Rejected("too_big", {"max": 5})),
        ("2,5", {"min": 2.5}, Accepted(2.5)),
    ],
)
def test_numbers_have_bounds(text: str, spec: dict[str, Any], result: Any) -> None:
    assert parse(text, type="number", **spec) == result


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("user@example.com", "user@example.com"),
        (" A.B+c@Example.COM ", "A.B+c@example.com"),
        ("ivan@почта.рф", "ivan@почта.рф"),
        ("иван@почта.рф", "иван@почта.рф"),
    ],
)
def test_emails_taken(text: str, email: str) -> None:
    assert parse(text, type="email") == Accepted(email)


@pytest.mark.parametrize(
    "text",
    [
        "Имя <a@b.ru>", "<a@b.ru>", "a@b", "a@localhost", "@b.ru", "a@", "a b@c.ru", "a@b..ru",
        "a@b.ru.",
        "a@b.ru, c@d.ru", "mailto:a@b.ru", "a@[127.0.0.1]", "моя почта a@b.ru", "a" * 300 + "@b.ru",
    ],
)  # fmt: skip
def test_emails_refused(text: str) -> None:
    assert stored(text, type="email") == "not_email"


@pytest.mark.parametrize(
    ("text", "region", "phone"),
    [
        ("8 912 345-67-89", "RU", "+79123456789"),
        ("+7 (912) 345-67-89", "RU", "+79123456789"),
        ("79123456789", "RU", "+79123456789"),
        ("912 345 67 89", "RU", "+79123456789"),
        ("8(495)123–45–67", "RU", "+74951234567"),
        ("+44 20 7946 0958", "RU", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("8 029 123-45-67", "by", "+375291234567"),
        ("+79123456789", "??", "+79123456789"),
    ],
)
def test_phones_taken(text: str, region: str, phone: str) -> None:
    assert parse(text, type="phone", region=region) == Accepted(phone)


@pytest.mark.parametrize(
    "text",
    [
        "мой номер 8 912 345-67-89", "8 912 345-67-89 Иван", "8 912 345-67-89 доб. 5", "123", "112",
        "+7 912 345", "8 912 345-67-89, 8 912 345-67-90", "+7 000 000-00-00", "8-800-FLOWERS",
        "0" * 50,
    ],
)  # fmt: skip
def test_phones_refused(text: str) -> None:
    assert stored(text, type="phone") == "not_phone"


def test_a_phone_without_plus_needs_a_country() -> None:
    assert stored("8 912 345-67-89", type="phone", region="??") == "not_phone"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("example.com", "https://example.com"),
        ("http://example.com", "http://example.com"),
        ("HTTPS://Example.COM/Path?Q=1#A", "https://example.com/Path?Q=1#A"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("пример.рф/страница", "https://пример.рф/страница"),
        ("sub.my-site.co.uk", "https://sub.my-site.co.uk"),
        ("https://1.2.3.4/", "https://1.2.3.4/"),
    ],
)
def test_urls_taken(text: str, url: str) -> None:
    assert parse(text, type="url") == Accepted(url)


@pytest.mark.parametrize(
    "text",
    [
        "localhost", "http://localhost:8000", "ftp://example.com", "javascript:alert(1)", "a@b.ru",
        "javascript://example.com/%0aalert(1)", "mailto:a@b.ru", "https://user:pw@example.com",
        "https://",
        "http://[::1]/", "example", "мой сайт example.com", "example.com is mine", "exa_mple",
        ".ru", "a..ru",
        "example.com:99999", "example.com:x", "https:example.com", "5.5", "-a.ru", 'a.ru/"x"',
        "a.ru\\@b.ru",
        "data:text/html,x.y", "//example.com", "a.ru/" + "x" * 3000, "256.1.1.1",
    ],
)  # fmt: skip
def test_urls_refused(text: str) -> None:
    assert stored(text, type="url") == "not_url"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-05", "2026-12-05"), ("2026-2-5", "2026-02-05"), ("2026.12.05", "2026-12-05"),
        ("05.12.2026", "2026-12-05"), ("5.12.2026", "2026-12-05"), ("05.12.26", "2026-12-05"),
        ("05.12.99", "2099-12-05"), ("05.12.2026 г.", "2026-12-05"), ("5.12", "2026-12-05"),
        ("5/12", "2026-12-05"), ("5/12/2026", "2026-12-05"), ("5-12-2026", "2026-12-05"),
        ("29.02.2028", "2028-02-29"),
        ("5 декабря", "2026-12-05"), ("5 ДЕКАБРЯ", "2026-12-05"), ("5 дек", "2026-12-05"),
        ("5 дек. 2027 г.", "2027-12-05"), ("5 декабря 2026 года", "2026-12-05"),
        ("5-го мая", "2026-05-05"), ("1 марта 27", "2027-03-01"), ("5  сентября", "2026-09-05"),
        ("December 5, 2027", "2027-12-05"), ("Dec 5", "2026-12-05"), ("5th of May", "2026-05-05"),
        ("сегодня", "2026-01-31"), ("завтра", "2026-02-01"), ("Завтра!", "2026-02-01"),
        ("послезавтра", "2026-02-02"), ("вчера", "2026-01-30"), ("позавчера", "2026-01-29"),
        ("today", "2026-01-31"), ("Tomorrow.", "2026-02-01"), ("yesterday", "2026-01-30"),
        ("через 3 дня", "2026-02-03"), ("через три дня", "2026-02-03"),
        ("через неделю", "2026-02-07"),
        ("через две недели", "2026-02-14"), ("через месяц", "2026-02-28"),
        ("через год!", "2027-01-31"),
        ("3 дня назад", "2026-01-28"), ("in 3 days", "2026-02-03"), ("a week ago", "2026-01-24"),
    ],
)  # fmt: skip
def test_dates_taken(text: str, day: str) -> None:
    assert parse(text, type="date") == Accepted(day)


@pytest.mark.parametrize(
    "text",
    [
        "5", "2026", "декабрь", "декабрь 2026", "12.2026", "31.02.2026", "29.02.2026", "32 января",
        "0.12.2026",
        "12/25/2026", "2026-13-01", "0000-01-01", "5 декабря в 10:00", "завтра в 10",
        "05.12.2026 14:30",
        "3 часа дня", "полдень", "сейчас", "через час", "через 24 часа", "через 3", "через",
        "10 дней",
        "через 99999 лет", "через 5 декабря", "in 2026", "in march", "скоро", "5 дня", "5 ма",
        "1 ию",
        "5-12", "20261205", "05.12.226", "05.12.2026!", "5 5", "1 2 2026", "пять", "5 декабря 226",
        "с 5 по 7 декабря", "через " + "5" * 50 + " дней", "2026-12-05T10:00:00Z",
    ],
)  # fmt: skip
def test_dates_refused(text: str) -> None:
    assert stored(text, type="date") == "not_date"


@pytest.mark.parametrize(
    ("text", "spec", "result"),
    [
        ("вчера", {"min": "today"}, Rejected("too_early", {"min": "2026-01-31"})),
        ("сегодня", {"min": "today", "max": "today"}, Accepted("2026-01-31")),
        ("5 декабря", {"max": "2026-12-04"}, Rejected("too_late", {"max": "2026-12-04"})),
        ("5 декабря", {"min": "2026-12-05"}, Accepted("2026-12-05")),
    ],
)
def test_dates_have_bounds(text: str, spec: dict[str, Any], result: Any) -> None:
    assert parse(text, type="date", **spec) == result


def test_relative_dates_end_with_the_calendar() -> None:
    last = date(9999, 12, 31)
    for text in ("завтра", "через 3 дня"):
        answer = parse_answer(Input(type="date"), text, today=last, language="ru")
        assert answer == Rejected("not_date")
    first = parse_answer(Input(type="date"), "вчера", today=date(1, 1, 1), language="ru")
    assert first == Rejected("not_date")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("14:30", "14:30"), ("14.30", "14:30"), ("в 15:00", "15:00"), ("В 9.05", "09:05"),
        ("0:00", "00:00"),
        ("23:59", "23:59"), ("at 2:30 pm", "14:30"), ("12:15 AM", "00:15"), ("12:15 p.m.", "12:15"),
    ],
)  # fmt: skip
def test_times_taken(text: str, moment: str) -> None:
    assert parse(text, type="time") == Accepted(moment)


@pytest.mark.parametrize(
    "text",
    [
        "полдень", "3 часа дня", "15", "в 15", "24:00", "14:60", "14:5", "9:5", "13:00 pm",
        "0:30 am",
        "14:30:00", "1430", "5 декабря", "через час", "14:30 завтра",
    ],
)  # fmt: skip
def test_times_refused(text: str) -> None:
    assert stored(text, type="time") == "not_time"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("да", True), ("ага", True), ("конечно", True), ("верно", True), ("yes", True), ("y", True),
        ("+", True), ("1", True), ("true", True), ("ДА!", True), ("«Да»", True),
        ("да, конечно", True),
        ("да 👍", True), ("  Yes. ", True),
        ("нет", False), ("не", False), ("неа", False), ("no", False), ("n", False), ("-", False),
        ("−", False), ("—", False), ("0", False), ("false", False), ("Нет...", False),
        ("нет, неа", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("required", [True, False])
def test_yes_and_no(text: str, answer: bool, required: bool) -> None:
    assert parse(text, type="yes_no", required=required) == Accepted(answer)


@pytest.mark.parametrize(
    "text",
    [
        "да нет",
        "нет, да",
        "конечно, нет",
        "не верно",
        "возможно",
        "5",
        "+1",
        "-1",
        "...",
        "👍",
        "данет",
        "да ну",
    ],
)
def test_neither_yes_nor_no(text: str) -> None:
    assert stored(text, type="yes_no") == "not_yes_no"


COLOURS = (
    Option(id="r", label="Красный 🔴", value="red"),
    Option(label="Зелёный", value=20),
    Option(id="4", label="Ещё  один", goto=None),
    Option(label="Хлеб и масло"),
    Option(id="no", label="Да, конечно"),
)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("r", 0), ("R", 0), ("red", 0), ("красный", 0), ("Красный 🔴", 0), ("«КРАСНЫЙ»!", 0),
        ("1", 0),
        ("зеленый", 1), ("20", 1), ("2", 1), ("2.", 1), ("2)", 1), ("№2", 1), ("№ 2", 1),
        ("(2)", 1),
        ("еще один", 2), ("4", 2), ("3", 2),
        ("хлеб  и масло.", 3), ("no", 4), ("да, конечно", 4), ("5", 4),
    ],
)  # fmt: skip
def test_choices_by_id_value_label_and_number(text: str, index: int) -> None:
    assert parse(text, type="choice", options=COLOURS) == Accepted(COLOURS[index].value, (index,))


@pytest.mark.parametrize(
    "text",
    ["второй", "синий", "0", "6", "-1", "+2", "2 штуки", "1, 2", "красный зелёный", "№", "крас"],
)
def test_choices_refused(text: str) -> None:
    assert parse(text, type="choice", options=COLOURS) == Rejected("not_option")


@pytest.mark.parametrize(
    ("text", "value"),
    [("«5 дней»!", "5 дней"), ("- нет -", "нет"), ("+5", "+5"), ("-5.", "-5"), ("+ нет", "нет")],
)
def test_outer_marks_go_but_the_sign_of_a_number_stays(text: str, value: str) -> None:
    options = tuple(Option(label=label) for label in ("5 дней", "нет", "+5", "-5"))
    assert parse(text, type="choice", options=options).value == value


def test_each_way_of_naming_is_tried_only_where_the_former_found_none() -> None:
    options = (
        Option(id="a", label="1", value="x"),
        Option(id="2", label="b", value="a"),
        Option(id="c", label="a", value="1"),
    )
    chosen = {text: parse(text, type="choice", options=options) for text in ("a", "1", "2", "3")}
    assert chosen == {
        "a": Accepted("x", (0,)),
        "1": Accepted("1", (2,)),
        "2": Accepted("a", (1,)),
        "3": Accepted("1", (2,)),
    }


def test_two_matches_are_invalid() -> None:
    options = (Option(id="a", label="Мир"), Option(id="b", label="мир!"))
    assert parse("мир.", type="choice", options=options) == Rejected("ambiguous")
    assert parse("a", type="choice", options=options) == Accepted("Мир", (0,))


def test_labels_that_differ_in_signs_alone_are_told_apart_as_written() -> None:
    options = (Option(label="C"), Option(label="C++"), Option(label="C#"), Option(label="👍"))
    answers = [
        parse(text, type="choice", options=options) for text in ("c", "C++", "c#", "👍", "C!")
    ]
    assert answers == [
        Accepted("C", (0,)),
        Accepted("C++", (1,)),
        Accepted("C#", (2,)),
        Accepted("👍", (3,)),
        Rejected("ambiguous"),
    ]


def test_an_option_stores_any_json() -> None:
    options = (Option(label="Да", value=True), Option(label="Список", value=[1, {"a": None}]))
    assert parse("список", type="choice", options=options) == Accepted([1, {"a": None}], (1,))
    assert parse("1", type="choice", options=options) == Accepted(True, (0,))


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1, 3", (0, 2)), ("1,3", (0, 2)), ("1;2", (0, 1)), ("1\n2", (0, 1)), ("1 и 2", (0, 1)),
        ("красный и зеленый", (0, 1)), ("зеленый, красный, и еще один", (0, 1, 2)),
        ("Зелёный; красный", (0, 1)), ("20 and red", (0, 1)), ("2.", (1,)), ("1) и 2)", (0, 1)),
        ("хлеб и масло", (3,)), ("хлеб и масло и красный", (0, 3)),
        ("красный, хлеб и масло", (0, 3)),
        ("да, конечно", (4,)), ("да, конечно, красный", (0, 4)), ("красный и да, конечно!", (0, 4)),
        ("1, 1, красный", (0,)), ("1,,2,", (0, 1)), ("5, 4", (2, 4)),
    ],
)  # fmt: skip
def test_several_choices(text: str, chosen: tuple[int, ...]) -> None:
    values = [COLOURS[index].value for index in chosen]
    assert parse(text, type="multi_choice", options=COLOURS) == Accepted(values, chosen)


@pytest.mark.parametrize(
    "text",
    [
        "1 3",
        "1, синий",
        "красный, второй",
        "да, красный",
        "хлеб, масло",
        ",",
        "и",
        "1, 9",
        "красный зеленый",
    ],
)
def test_several_choices_refused(text: str) -> None:
    assert parse(text, type="multi_choice", options=COLOURS) == Rejected("not_option")


def test_picks_are_counted_after_doubles_are_dropped() -> None:
    bounds: dict[str, Any] = {"type": "multi_choice", "options": COLOURS, "min": 2, "max": 3}
    assert parse("1", **bounds) == Rejected("too_few", {"min": 2})
    assert parse("1, красный", **bounds) == Rejected("too_few", {"min": 2})
    assert parse("1, 2, 3, 5", **bounds) == Rejected("too_many", {"max": 3})
    assert parse("1, 2, 3, 3", **bounds) == Accepted(["red", 20, "Ещё  один"], (0, 1, 2))


def test_the_longest_label_is_looked_for_first() -> None:
    labels = ("да", "да, конечно", "да, конечно, завтра", "нет")
    spec: dict[str, Any] = {"type": "multi_choice", "options": [Option(label=x) for x in labels]}
    assert parse("да, конечно, завтра, нет", **spec) == Accepted([labels[2], labels[3]], (2, 3))
    assert parse("нет; да; да, конечно", **spec) == Accepted(["да", labels[1], "нет"], (0, 1, 3))


@pytest.mark.parametrize(("text", "rating"), [("1", 1), ("5", 5), ("5,0", 5), (" 3 ", 3)])
def test_ratings_taken(text: str, rating: int) -> None:
    assert stored(text, type="rating") == typed(rating)


@pytest.mark.parametrize("text", ["0", "6", "-1", "4,5", "5/5", "пять", "5 из 5", "5!", "*****"])
def test_ratings_refused(text: str) -> None:
    assert parse(text, type="rating") == Rejected("not_rating", {"scale": 5})


def test_ratings_end_at_the_scale() -> None:
    assert parse("10", type="rating", scale=10) == Accepted(10)
    assert parse("11", type="rating", scale=10) == Rejected("not_rating", {"scale": 10})


@pytest.mark.parametrize(
    ("text", "spec", "result"),
    [
        ("  Привет, мир!\n", {}, Accepted("Привет, мир!")),
        ("-", {}, Accepted("-")),
        ("а\x00б\ud800", {}, Accepted("а\ufffdб\ufffd")),
        ("абв", {"min_len": 4}, Rejected("too_short", {"min": 4})),
        ("😀😀", {"min_len": 2, "max_len": 2}, Accepted("😀😀")),
        ("x" * 1000, {}, Accepted("x" * 1000)),
        ("x" * 1001, {}, Rejected("too_long", {"max": 1000})),
        (" abc ", {"max_len": 3}, Accepted("abc")),
    ],
)
def test_texts(text: str, spec: dict[str, Any], result: Any) -> None:
    assert parse(text, type="text", **spec) == result


@pytest.mark.parametrize("type_", get_args(InputType))
def test_blank_answers_are_refused_where_one_is_required(type_: Any) -> None:
    for text in ("", "  \n"):
        assert parse(text, type=type_, options=COLOURS) == Rejected("empty")
        assert parse(text, type=type_, options=COLOURS, required=False) == Accepted(None)


@pytest.mark.parametrize("type_", get_args(InputType))
@pytest.mark.parametrize("text", ["-", "–", "пропустить", "Пропустить.", "SKIP", "«skip»"])
def test_skip_words_stand_for_null_where_no_answer_is_required(type_: Any, text: str) -> None:
    spec = {"type": type_, "options": (Option(label="Пропустить"), Option(label="-"))}
    no = type_ == "yes_no" and text in "-–"
    assert parse(text, required=False, **spec) == Accepted(False if no else None)
    if type_ in ("number", "email", "phone", "url", "date", "time", "rating"):
        assert isinstance(parse(text, required=True, **spec), Rejected)


def test_a_pattern_must_match_the_whole_answer() -> None:
    assert parse("АБ-12", pattern=r"\p{L}{2}-\d{2}") == Accepted("АБ-12")
    assert parse(" АБ-12 ", pattern=r"\p{L}{2}-\d{2}") == Accepted("АБ-12")
    assert parse("АБ-123", pattern=r"\p{L}{2}-\d{2}") == Rejected("pattern")
    assert parse("абв", pattern="а|абв") == Accepted("абв")
    assert parse("А", pattern="а") == Rejected("pattern")
    assert parse("8 912 345-67-89", type="phone", pattern="8.*") == Accepted("+79123456789")
    assert parse("-", pattern="[0-9]+", required=False) == Accepted(None)
    assert parse("{{x}}", pattern=r"\{\{x\}\}") == Accepted("{{x}}")


def test_a_pattern_that_does_not_compile_refuses_nobody() -> None:
    assert parse("что угодно", pattern="(?=x)") == Accepted("что угодно")


def test_a_hostile_pattern_stays_bounded() -> None:
    assert parse("a" * 900 + "!", pattern="(a*)*(a*)*b") == Rejected("pattern")


@pytest.mark.parametrize("type_", get_args(InputType))
@pytest.mark.parametrize(
    "filling", ["\n", "!", " ", "_", ", ", "\n и ", "5", "-", ".", "a.", "🔴", "("]
)
def test_long_hostile_answers_are_read_to_their_end(type_: Any, filling: str) -> None:
    # Reading that is quadratic in the answer would not come back here for minutes.
    result = parse("a" + filling * 50_000 + "a", type=type_, options=COLOURS)
    assert isinstance(result, Rejected)


HINTS = st.sampled_from(
    ["5", "12", "2026", ".", "/", "-", " ", ":", "декабря", "мая", "через", "дня", "назад", "in",
     "days", "ago", "завтра", "да", "нет", ",", "и", "+7", "912", "@", "ru", "https://", "№",
     "красный", "🔴", "г."]
)  # fmt: skip
HINTED = st.lists(HINTS, max_size=8)
ANSWERS = st.text() | HINTED.map("".join) | HINTED.map(" ".join)
SPECS = st.builds(
    Input,
    type=st.sampled_from(get_args(InputType)),
    required=st.booleans(),
    min=st.none() | st.integers(0, 3) | st.sampled_from(["today", "2026-12-05", "x"]),
    max=st.none() | st.integers(0, 3) | st.sampled_from(["today", "2026-12-05", ""]),
    pattern=st.none() | st.text(max_size=8),
    region=st.sampled_from(["RU", "US", "", "x"]),
    options=st.just(COLOURS) | st.just(()),
)


@given(SPECS, ANSWERS, st.dates())
def test_nothing_crashes_answers(spec: Input, text: str, today: date) -> None:
    result = parse_answer(spec, text, today=today, language="en")
    if isinstance(result, Accepted):
        assert clean_json(result.value) == result.value
        assert list(result.chosen) == sorted(set(result.chosen))
