"""Templates: reading, filters, types, escaping by landing, limits."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpina_app.domain.templates import (
    RESULT_LENGTH,
    Landing,
    Note,
    Scope,
    Use,
    compile_json,
    compile_template,
    render_json,
    render_text,
    render_value,
)
from alpina_app.domain.values import TOO_LARGE, clean_text, json_size

VARIABLES: dict[str, Any] = {
    "имя": "Иван",
    "n": 5,
    "f": 1234567.891,
    "s": "  Ёж  ",
    "yes": True,
    "no": False,
    "null": None,
    "empty": "",
    "list": ["красный", 2, True],
    "o": {"b": [{"c": "глубоко"}], "first-name": "Анна"},
    "d": "2026-12-05",
    "evil": '"\\/?&#=%\r\nX: {{n}}',
    "today": "shadow",
    "secret": {"KEY": "shadow"},
}
BUILTINS: dict[str, Any] = {
    "last_answer": "Привет",
    "user_session": "u-1",
    "today": "2026-11-30",
    "bot": {"id": 7, "name": "Бот"},
}


def make_scope(secrets: dict[str, str] | None = None, language: Any = "ru", **extra: Any) -> Scope:
    return Scope({**VARIABLES, **extra}, BUILTINS, language, secrets)


def say(text: str, landing: Landing = "text", **extra: Any) -> str:
    """The text, which must render without a note."""
    scope = make_scope(**extra)
    rendered = render_text(compile_template(text), scope, landing)
    assert scope.warnings == []
    return rendered


def notes(text: str, **extra: Any) -> tuple[str, list[Note]]:
    scope = make_scope(**extra)
    return render_text(compile_template(text), scope), scope.warnings


def value_of(text: str, **extra: Any) -> Any:
    return render_value(compile_template(text), make_scope(**extra))


def missing(name: str) -> Note:
    return Note("variable_missing", {"name": name})


def wrong(name: str, filter_: str) -> Note:
    return Note("wrong_type", {"name": name, "filter": filter_})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("без шаблонов", "без шаблонов"),
        ("", ""),
        ("Привет, {{имя}}!", "Привет, Иван!"),
        ("{{ имя }}{{\tn\n}}", "Иван5"),
        ("{{o.b[0].c}} {{o.first-name}}", "глубоко Анна"),
        ("{{yes}} {{no}}", "да нет"),
        ("{{list}}", "красный, 2, да"),
        ("{{o}}", '{"b":[{"c":"глубоко"}],"first-name":"Анна"}'),
        ("[{{null}}{{empty}}]", "[]"),
        ("{{f}}", "1234567.891"),
        (
            "{{last_answer}} {{user_session}} {{today}} {{bot.id}} {{bot.name}}",
            "Привет u-1 2026-11-30 7 Бот",
        ),
        ("{{evil}}", '"\\/?&#=%\r\nX: {{n}}'),
        ("{{{n}}} {n} } {", "{5} {n} } {"),
        ('{"a":{"b":{{n}}}}', '{"a":{"b":5}}'),
    ],
)
def test_values_stand_in_texts(text: str, said: str) -> None:
    assert say(text) == said


def test_true_and_false_speak_the_language_of_the_conversation() -> None:
    assert say("{{yes}} {{no}}", language="en") == "yes no"


def test_nothing_in_a_value_is_expanded_again() -> None:
    assert say("{{a}}", a="{{b}}", b="{{a}}") == "{{b}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{{нет | default: "друг"}}', "друг"),
        ('{{null | default: "друг"}}{{empty | default: "!"}}', "друг!"),
        ('{{имя | default: "друг"}}', "Иван"),
        ("{{no | default: true}} {{zero | default: 7}}", "нет 0"),
        ("{{нет | default: null}}", ""),
        ("{{нет | upper | default: -1.5}}", "-1.5"),
        ('{{имя | plus: 1 | default: "не число"}}', "не число"),
        (r'{{нет | default: "a \"b\" | c, d }} \\ e"}}', 'a "b" | c, d }} \\ e'),
        ('{{нет|default:"{{"}}', "{{"),
        ("{{имя | upper}} {{имя | lower}} [{{s | trim}}]", "ИВАН иван [Ёж]"),
        ("{{s | upper | trim | lower}}", "ёж"),
        ("{{d | date}} {{today | date}}", "05.12.2026 30.11.2026"),
        ('{{d | date: "d MMMM yyyy, EEEE"}}', "5 декабря 2026, суббота"),
        ('{{t | date: "dd.MM HH:mm"}}', "05.12 14:30"),
        ("{{f | number: 2}}", "1\u00a0234\u00a0567,89"),
        ("{{f | number}} {{n | number: 1}} {{half | number: 0}}", "1\u00a0234\u00a0567,891 5,0 3"),
        ("{{text_number | number: 1}} {{text_number | plus: 1}}", "1\u00a0234,5 1235.5"),
        ("{{n | plus: 1}} {{n | minus: 2.5}} {{n | plus: -5}}", "6 2.5 0"),
        ("{{n | plus: 0.1 | plus: 0.2 | minus: 0.3}}", "5"),
        ("{{n | minus: 4.9}} {{tenth | minus: 1}}", "0.1 0.1"),
        (
            "{{o.b | json}} {{имя | json}} {{null | json}} {{yes | json}}",
            '[{"c":"глубоко"}] "Иван" null true',
        ),
        ("{{slash | urlencode}}", "a%2F%D1%8F%20%26"),
        ('{{list | join: "; "}} {{list | join}}', "красный; 2; да красный, 2, да"),
        ("{{имя | length}} {{list | length}} {{o | length}} {{empty | length}}", "4 3 2 0"),
    ],
)
def test_filters(text: str, said: str) -> None:
    extra = {
        "zero": 0,
        "half": 2.5,
        "tenth": 1.1,
        "t": "2026-12-05T14:30:00",
        "text_number": "1 234,5",
        "slash": "a/я &",
    }
    assert say(text, **extra) == said


def test_numbers_and_dates_follow_the_language() -> None:
    assert say("{{f | number: 1}} {{d | date}}", language="en") == "1,234,567.9 Dec 5, 2026"
    assert say('{{d | date: "d MMMM"}}', language="en") == "5 December"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("[{{нет}}]", missing("нет")),
        ("[{{o.b[1].c}}]", missing("o.b[1].c")),
        ("[{{имя.x}}]", missing("имя.x")),
        ("[{{нет | upper | json}}]", missing("нет")),
        ("[{{имя | plus: 1}}]", wrong("имя", "plus")),
        ("[{{yes | plus: 1}}]", wrong("yes", "plus")),
        ("[{{имя | number: 2 | trim}}]", wrong("имя", "number")),
        ("[{{имя | date}}]", wrong("имя", "date")),
        ("[{{n | length}}]", wrong("n", "length")),
        ("[{{имя | join}}]", wrong("имя", "join")),
        ("[{{null | minus: 1}}]", wrong("null", "minus")),
    ],
)
def test_missing_and_wrong_types_are_empty_with_a_note(text: str, note: Note) -> None:
    assert notes(text) == ("[]", [note])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{n}}", 5),
        ("{{list}}", ["красный", 2, True]),
        ("{{o.b[0]}}", {"c": "глубоко"}),
        ("{{yes}}", True),
        ("{{null}}", None),
        ("{{счётчик | default: 0 | plus: 1}}", 1),
        ("{{n | plus: 0.5}}", 5.5),
        ('{{нет | default: "x"}}', "x"),
        ("{{нет | default: false}}", False),
        (" {{n}}", " 5"),
        ("{{n}}{{n}}", "55"),
        ("{{нет}}", ""),
        ("{{имя | json}}", '"Иван"'),
        ("пять", "пять"),
    ],
)
def test_a_lone_template_keeps_the_type(text: str, value: Any) -> None:
    found = value_of(text)
    assert (found, type(found)) == (value, type(value))


def test_texts_inside_any_json_are_templates_and_keys_are_not() -> None:
    tree = {"{{n}}": ["{{n}}", "x{{n}}", 1, None, {"a": "{{list}}"}]}
    rendered = render_json(tree, make_scope())
    assert rendered == {"{{n}}": [5, "x5", 1, None, {"a": ["красный", 2, True]}]}
    compiled = compile_json(tree)
    assert render_json(compiled, make_scope()) == rendered
    assert compiled.uses == (Use(("n",), False), Use(("n",), False), Use(("list",), False))


def test_json_without_templates_is_handed_on_as_it_is() -> None:
    tree = {"a": [1, "text", None]}
    compiled = compile_json(tree)
    assert compiled.is_literal
    assert render_json(compiled, make_scope()) is tree


@pytest.mark.parametrize("landing", ["url_path", "url_query"])
def test_url_parts_are_percent_encoded_once(landing: Landing) -> None:
    assert say("/a b/{{v}}?{{yes}}", landing, v="я/ ?&#%") == "/a b/%D1%8F%2F%20%3F%26%23%25?true"
    assert say("{{v | urlencode}}", landing, v="я/") == "%D1%8F%2F"
    assert say('{{v | urlencode | default: "-"}}', landing, v="я") == "%D1%8F"
    assert say("{{v | urlencode | upper}}", landing, v="я") == "%25D1%258F"


def test_json_texts_escape_inside_strings_and_write_values_outside() -> None:
    body = (
        '{"q": "{{evil}} \\" {{n}}", "n": {{n}}, "t": {{имя}}, '
        '"l": {{list}}, "b": {{yes}}, "z": {{null}}}'
    )
    assert json.loads(say(body, "json_string")) == {
        "q": VARIABLES["evil"] + ' " 5',
        "n": 5,
        "t": "Иван",
        "l": ["красный", 2, True],
        "b": True,
        "z": None,
    }


def test_a_value_cannot_break_out_of_a_json_text() -> None:
    hostile = '1, "admin": true, "x": "'
    body = '{"a": {{v}}, "b": "{{v}}"}'
    assert json.loads(say(body, "json_string", v=hostile)) == {"a": hostile, "b": hostile}


def test_the_json_filter_adds_no_second_escaping_in_json() -> None:
    body = '{"a": {{evil | json}}, "b": "{{evil | json}}", "c": "{{o | json}}"}'
    assert json.loads(say(body, "json_string")) == {
        "a": VARIABLES["evil"],
        "b": VARIABLES["evil"],
        "c": '{"b":[{"c":"глубоко"}],"first-name":"Анна"}',
    }
    tree = {"a": "{{o | json}}", "b": "{{evil | json}}", "c": "={{list | json}} {{evil | json}}"}
    assert render_json(tree, make_scope(), "json") == {
        "a": VARIABLES["o"],
        "b": VARIABLES["evil"],
        "c": '=["красный",2,true] ' + VARIABLES["evil"],
    }


def test_a_missing_value_in_a_json_text_is_an_empty_text() -> None:
    scope = make_scope()
    rendered = render_text(compile_template('{"a": {{нет}}, "b": "{{нет}}"}'), scope, "json_string")
    assert json.loads(rendered) == {"a": "", "b": ""}
    assert scope.warnings == [missing("нет"), missing("нет")]


def test_headers_lose_line_breaks_and_nul() -> None:
    assert say("Bearer {{v}}\r\n", "header", v="a\r\nX-Evil: 1\x00\tя") == "Bearer aX-Evil: 1\tя"


def test_patterns_take_values_literally() -> None:
    assert say("^{{v}}.$", "regex", v="a.b*(я)") == r"^a\.b\*\(я\).$"


def test_secrets_are_read_only_where_they_are_given() -> None:
    text = "{{secret.KEY}}|{{secret}}|{{secret.OTHER}}|{{secret.KEY.x}}"
    absent = [missing("secret"), missing("secret.OTHER"), missing("secret.KEY.x")]
    assert notes(text, secrets={"KEY": "s3cr3t"}) == ("s3cr3t|||", absent)
    assert notes("{{secret.KEY}}") == ("", [missing("secret.KEY")])


def test_a_built_in_without_value_is_not_taken_from_the_variables() -> None:
    scope = Scope({"last_answer": "подделка"}, {}, "ru", None)
    assert render_text(compile_template("{{last_answer}}"), scope) == ""
    assert scope.warnings == [missing("last_answer")]


def test_a_result_is_cut_at_ten_thousand_characters() -> None:
    cut = Note("template_cut", {"limit": RESULT_LENGTH})
    assert notes("я{{v}}", v="x" * 20_000) == ("я" + "x" * 9_999, [cut])
    assert notes("y" * 10_001) == ("y" * 10_000, [cut])
    assert notes("{{v}}{{v}}", v="x" * 5_000) == ("x" * 10_000, [])
    scope = make_scope(v="x" * 20_000)
    assert render_value(compile_template("{{v}}"), scope) == "x" * 10_000
    assert render_json({"a": "y" * 10_001}, scope) == {"a": "y" * 10_000}
    assert scope.warnings == [cut, cut]


@pytest.mark.parametrize(
    "text",
    [
        "{{n", "n}}", "{{n}", "{n}}", "{{}}", "{{ }}", "{{a b}}", "{{n|}}", "{{|n}}",
        "{{n||upper}}", "{{1n}}", "{{[0]}}", "{{a..b}}", "{{a.}}", "{{a[-1]}}", "{{a[x]}}",
        '{{"n"}}', "{{n.a b}}", '{{n | default: "x}}', "{{n | 1}}", "{{n + 1}}", "{{n.a+1}}",
        "{{n.__class__()}}", "{{" + "x" * 65 + "}}", "{{n" + "|trim" * 21 + "}}",
        "{{n | upper(1)}}", "{{{{n}}}", "{{n | default: \\}}",
    ],
)  # fmt: skip
def test_broken_templates_are_named_and_said_literally(text: str) -> None:
    template = compile_template(text)
    assert [problem.code for problem in template.problems][:1] == ["broken_template"]
    said = text.replace("{{n}}", "5")
    assert render_text(template, make_scope()) == said


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{n | shout}}", ("unknown_filter", {"filter": "shout", "fragment": "{{n | shout}}"})),
        ("{{n | plus}}", ("filter_arguments", {"filter": "plus", "fragment": "{{n | plus}}"})),
        ("{{n}", ("broken_template", {"fragment": "{{n}"})),
    ],
)
def test_problems_say_what_and_where(text: str, problem: tuple[str, dict[str, str]]) -> None:
    (found,) = compile_template(text).problems
    assert (found.code, found.params) == problem


@pytest.mark.parametrize(
    "call",
    [
        "default", "default:", 'default: "a", "b"', "default: слово", "default: n", "upper: 1",
        'plus: "1"', "plus: 1, 2", "plus: 1e5", "plus: true", "number: -1", "number: 1.5",
        "number: 21", 'number: "2"', "date: 5", 'date: "dddddd"', "join: 1", "length: 1",
        "json: 1", "trim: ", "plus: 1,",
    ],
)  # fmt: skip
def test_arguments_that_a_filter_does_not_take(call: str) -> None:
    template = compile_template("{{n | " + call + "}}")
    assert [problem.code for problem in template.problems] == ["filter_arguments"]
    assert template.is_literal


def test_the_rest_of_a_text_with_a_broken_template_still_renders() -> None:
    assert (
        render_text(compile_template("{{a {{n}} {{x!}} {{имя}}"), make_scope())
        == "{{a 5 {{x!}} Иван"
    )


@pytest.mark.parametrize("text", ['{"a":{"b":{}}}', "{}", "}", "{", "function() { if (x) { y } }"])
def test_single_braces_are_text(text: str) -> None:
    template = compile_template(text)
    assert (template.problems, template.is_literal) == ((), True)


def test_a_template_tells_what_it_reads() -> None:
    template = compile_template('{{a.b[0]}} {{c | upper | default: "x"}} {{secret.K}}')
    assert template.uses == (
        Use(("a", "b", 0), False),
        Use(("c",), True),
        Use(("secret", "K"), False),
    )
    assert not template.is_literal
    assert not template.lone
    assert compile_template("{{a}}").lone


@pytest.mark.parametrize(
    "text",
    [
        '{{"' * 30_000,
        '{{"{{""' + '{{""' * 30_000,
        '{{"\\"' + '{{\\"' * 30_000,
        "{{a|" * 30_000,
        "{" * 100_000,
        "}}" * 50_000,
        "{{x!}}" * 20_000,
        "{{a" + "|upper" * 30_000 + "}}",
        "{{a|default:" + "1," * 50_000 + "}}",
        "{{a" + ".a" * 50_000 + ".}}",
        '{{a|default:"' + "\\" * 100_000,
    ],
)
def test_long_hostile_texts_are_read_to_their_end(text: str) -> None:
    # Reading that is quadratic in the text would not come back here for minutes.
    template = compile_template(text)
    assert "".join(part for part in template.parts if isinstance(part, str)) == text
    assert template.problems


def test_chains_of_filters_cannot_grow_without_bound() -> None:
    doubling = "{{v" + " | json" * 20 + "}}"
    assert len(notes(doubling, v='"' * 1000)[0]) == RESULT_LENGTH
    wide = '{{v | join: "' + "x" * 5_000 + '" | length}}'
    assert say(wide, v=[1] * 100_000) == str(53 + 52 * 5_000)


@pytest.mark.parametrize("v", [1e308, -1e308, 5e-324, 10**399, -(10**399), 2**53, 0.1 + 0.2])
def test_numbers_of_any_size_format(v: float) -> None:
    assert say("{{v | number}}{{v | number: 20}}", v=v)
    assert say("{{v}}", v=v)


def test_sums_out_of_range_are_of_the_wrong_type() -> None:
    assert notes("{{v | plus: 1}}", v=10**400) == ("", [wrong("v", "plus")])
    assert notes("{{v | number}}", v=10**400) == ("", [wrong("v", "number")])
    assert say("{{v | plus: 1}}", v=2**64) == "18446744073709551617"


def test_values_nested_too_deeply_show_as_nothing() -> None:
    deep: Any = 1
    for _ in range(5_000):
        deep = [deep]
    assert say("[{{v}}]", v=deep) == "[]"
    assert say("[{{v}}]", "json_string", v=deep) == '[""]'
    assert notes("{{v | json}}", v=deep) == ("", [wrong("v", "json")])
    assert json_size(render_json({"a": deep, "b": "{{n}}"}, make_scope())) == TOO_LARGE


FRAGMENTS = st.sampled_from(
    ["{{", "}}", "{", "}", "|", '"', "\\", ":", ",", "имя", "n", "list", "o", ".b", "[0]", " ",
     "default", "upper", "date", "number", "plus", "json", "join", "length", "urlencode",
     "1", "-1", "2.5", '"yy"', "\n"]
)  # fmt: skip
SOURCES = st.text() | st.lists(FRAGMENTS, max_size=20).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.dates().map(str) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
LANDINGS = st.sampled_from(
    ["text", "url_path", "url_query", "json_string", "json", "header", "regex"]
)


@given(SOURCES, VALUES, LANDINGS)
def test_no_text_and_no_value_crashes_templates(text: str, value: Any, landing: Landing) -> None:
    template = compile_template(text)
    scope = make_scope(n=value, list=[value])
    rendered = render_text(template, scope, landing)
    assert len(rendered) <= RESULT_LENGTH
    if template.is_literal and landing != "header":
        assert rendered == clean_text(text)
    render_value(template, scope)


CALLS = st.lists(
    st.sampled_from(
        ["upper", "lower", "trim", "date", 'date: "d MMMM yyyy HH:mm"', 'date: "w Y"', "number",
         "number: 2", "plus: 1", "minus: 0.1", "json", "urlencode", "join", "length", 'default: ""']
    ),
    max_size=4,
)  # fmt: skip


@given(CALLS, VALUES, LANDINGS)
def test_no_value_crashes_filters(calls: list[str], value: Any, landing: Landing) -> None:
    text = " | ".join(["{{v", *calls]) + "}}"
    template = compile_template(text)
    assert template.problems == ()
    scope = make_scope(v=value)
    assert len(render_text(template, scope, landing)) <= RESULT_LENGTH
    render_value(template, scope)


@given(st.text(), st.text())
def test_values_in_json_strings_come_back_whole(one: str, two: str) -> None:
    one, two = clean_text(one), clean_text(two)
    body = '{"a": "{{one}}-{{two}}", "b": {{one}}}'
    rendered = render_text(compile_template(body), make_scope(one=one, two=two), "json_string")
    assert json.loads(rendered) == {"a": f"{one}-{two}", "b": one}
