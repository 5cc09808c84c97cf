"""Every finding inside one step: exactly what it says, and the sound content that has none."""
# ruff: noqa: E501  (the table below reads best with a case a line)

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import alpina_app.domain
from alpina_app.domain.checker import check
from alpina_app.i18n import LANGUAGES, catalogue, translate
from tests.support.pictures import message, picture, question, step

Expected = tuple[str, str, str, dict[str, Any]]

BASICS: dict[str, dict[str, Any]] = {
    "message": {},
    "question": {"text": "Как вас зовут?"},
    "condition": {},
    "api_call": {"on_error": {"text": "Не вышло"}},
}
RULE = {"var": "today", "op": "is_set"}
URL = "https://example.com/"
GPT = {"target": "gpt", "prompt": "Извлеки"}


def found(step_type: str, content: Any, reads: tuple[str, ...] = ()) -> list[Expected]:
    """What is found in one step; a last step reads the variables `reads`."""
    if isinstance(content, dict):
        content = {**BASICS[step_type], **content}
    last = message(2, "Вот: " + " ".join(f"{{{{{name}}}}}" for name in reads), end=True)
    findings = check(picture(step(1, step_type, content, 2), last), secrets={"KEY"})
    for one in findings:
        for language in LANGUAGES:
            text = translate(language, f"checker.{one.code}", **one.params)
            assert text and not text.endswith("}")
    assert {one.step for one in findings} <= {1}
    return [(one.code, one.severity, one.path, dict(one.params)) for one in findings]


def error(code: str, path: str, **params: Any) -> Expected:
    return (code, "error", path, params)


def warning(code: str, path: str, **params: Any) -> Expected:
    return (code, "warning", path, params)


def choice(*options: Any, **spec: Any) -> dict[str, Any]:
    return {"input": {"type": "choice", "options": list(options), **spec}}


def several(*options: Any, **spec: Any) -> dict[str, Any]:
    return {"input": {"type": "multi_choice", "options": list(options), **spec}}


def spec(type: str, **fields: Any) -> dict[str, Any]:
    return {"input": {"type": type, **fields}}


def rules(*rules: Any) -> dict[str, Any]:
    return {"branches": [{"rules": list(rules)}]}


def header(name: Any) -> dict[str, Any]:
    return {"url": URL, "headers": [{"name": name, "value": "1"}]}


def value(rule: dict[str, Any]) -> dict[str, Any]:
    return rules({"var": "today", **rule})


RULE_VALUE = "content.branches[0].rules[0].value"
OPTION = "content.input.options"
A, B = {"label": "А"}, {"label": "Б"}
LONG = "я" * 4000

# (step type, faulty content, what is found, sound content)
CASES: list[tuple[str, Any, list[Expected], Any]] = [
    # Contents that do not parse: more of them in test_contents.py.
    ("message", [], [error("not_object", "content")], {}),
    ("question", {"text": 5}, [error("not_text", "content.text")], {"text": "5"}),
    ("message", {"end": "no"}, [error("not_flag", "content.end")], {"end": False}),
    ("question", {"max_attempts": 1.5}, [error("not_integer", "content.max_attempts")], {"max_attempts": 2}),
    ("message", {"gpt": {"prompt": "a", "temperature": "1"}}, [error("not_number", "content.gpt.temperature")], {"gpt": {"prompt": "a", "temperature": 1}}),
    ("message", {"set": {}}, [error("not_list", "content.set")], {"set": []}),
    ("api_call", {"url": URL, "method": "HEAD"}, [error("not_one_of", "content.method", allowed="GET, POST, PUT, PATCH, DELETE")], {"url": URL, "method": "PUT"}),
    ("api_call", {"url": URL, "timeout_s": 0.5}, [error("too_small", "content.timeout_s", limit=1)], {"url": URL, "timeout_s": 1}),
    ("api_call", {"url": URL, "retries": 4}, [error("too_large", "content.retries", limit=3)], {"url": URL, "retries": 3}),
    ("api_call", {"url": URL, "success": "4xx"}, [error("not_success", "content.success")], {"url": URL, "success": "any"}),
    ("question", spec("number", min=[]), [error("not_limit", "content.input.min")], spec("number", min=-1.5)),
    ("api_call", {**GPT, "schema": "object"}, [error("not_schema", "content.schema")], {**GPT, "schema": True}),
    ("message", {"gpt": {}}, [error("required", "content.gpt.prompt")], {"gpt": {"prompt": "a"}}),
    ("message", {"txt": "a"}, [warning("unknown_key", "content.txt", key="txt")], {"text": "a"}),
    ("condition", {}, [error("condition_without_branches", "content.branches")], rules(RULE)),
    ("api_call", {}, [error("required", "content.url")], {"url": URL}),
    # Names.
    ("message", {"set": [{"var": "today", "value": 1}]}, [error("name_reserved", "content.set[0].var", name="today")], {}),
    ("question", {"save_to": "bot"}, [error("name_reserved", "content.save_to", name="bot")], {"save_to": None}),
    ("question", {"save_to": "user.name"}, [error("name_is_path", "content.save_to", name="user.name")], {}),
    ("message", {"gpt": {"prompt": "a", "save_to": "a[0]"}}, [error("name_is_path", "content.gpt.save_to", name="a[0]")], {}),
    ("api_call", {"url": URL, "save_status": "1st"}, [error("name_invalid", "content.save_status", name="1st")], {"url": URL}),
    ("api_call", {"url": URL, "save": [{"path": "", "var": "a" * 65}]}, [error("name_invalid", "content.save[0].var", name="a" * 65)], {"url": URL}),
    # Templates.
    ("message", {"text": "Привет, {{имя"}, [error("broken_template", "content.text", fragment="Привет, {{имя")], {"text": "Привет, {{last_answer}}"}),
    ("question", {"retry_text": "{{today | shout}}"}, [error("unknown_filter", "content.retry_text", filter="shout", fragment="{{today | shout}}")], {"retry_text": "{{today | upper}}"}),
    ("condition", {"mode": "gpt", "classes": [{"id": "a"}], "input": "{{today | plus}}"}, [error("filter_arguments", "content.input", filter="plus", fragment="{{today | plus}}")], {"mode": "gpt", "classes": [{"id": "a"}], "input": "{{today}}"}),
    ("api_call", {"url": URL, "body": {"type": "json", "value": {"a": ["{{b"]}}}, [error("broken_template", "content.body.value.a[0]", fragment="{{b")], {"url": URL, "body": {"type": "json", "value": {"a": ["{{today}}"]}}}),
    ("api_call", {"url": URL, "query": [{"name": "q", "value": "}}"}]}, [error("broken_template", "content.query[0].value", fragment="}}")], {"url": URL, "query": [{"name": "q", "value": "}"}]}),
    ("message", {"text": LONG + "!"}, [warning("text_too_long", "content.text", count=4001, limit=4000)], {"text": LONG}),
    ("api_call", {"url": URL, "on_error": {"text": LONG + "!"}}, [warning("text_too_long", "content.on_error.text", count=4001, limit=4000)], {"url": URL, "on_error": {"text": LONG}}),
    ("message", {"gpt": {"prompt": " "}}, [error("prompt_blank", "content.gpt.prompt")], {"gpt": {"prompt": LONG + "!"}}),
    ("api_call", {**GPT, "prompt": ""}, [error("prompt_blank", "content.prompt")], GPT),
    # Secrets.
    ("message", {"text": "{{secret.KEY}}"}, [error("secret_misplaced", "content.text")], {}),
    ("api_call", {**GPT, "prompt": "{{secret.KEY}}"}, [error("secret_misplaced", "content.prompt")], GPT),
    ("api_call", {"url": URL, "on_error": {"text": "{{secret.KEY}}"}}, [error("secret_misplaced", "content.on_error.text")], {"url": URL + "{{secret.KEY}}"}),
    ("api_call", {"url": URL, "set": [{"var": "a", "value": "{{secret.KEY}}"}]}, [error("secret_misplaced", "content.set[0].value"), warning("variable_unused", "content.set[0].var", name="a")], {"url": URL}),
    ("condition", rules({"var": "secret.KEY", "op": "is_set"}), [error("secret_misplaced", "content.branches[0].rules[0].var")], rules(RULE)),
    ("api_call", {"url": URL + "{{secret.OTHER}}"}, [error("unknown_secret", "content.url", name="OTHER")], {"url": URL + "{{secret.KEY}}"}),
    ("api_call", {"url": URL, "headers": [{"name": "X-Key", "value": "{{secret.OTHER}}"}]}, [error("unknown_secret", "content.headers[0].value", name="OTHER")], {"url": URL, "headers": [{"name": "X-Key", "value": "{{secret.KEY}}"}]}),
    ("api_call", {"url": URL, "body": {"type": "raw", "value": "{{secret.OTHER | default: 1}}"}}, [error("unknown_secret", "content.body.value", name="OTHER")], {"url": URL, "body": {"type": "raw", "value": "{{secret.KEY}}"}}),
    ("api_call", {"url": URL, "body": {"type": "form", "value": [{"name": "k", "value": "{{secret}}"}]}}, [error("secret_without_name", "content.body.value[0].value")], {"url": URL, "body": {"type": "form", "value": [{"name": "k", "value": "{{secret.KEY}}"}]}}),
    ("api_call", {"url": URL, "auth": {"type": "bearer", "secret": "OTHER"}}, [error("unknown_secret", "content.auth.secret", name="OTHER")], {"url": URL, "auth": {"type": "bearer", "secret": "KEY"}}),
    ("api_call", {"url": URL, "auth": {"type": "basic"}}, [error("secret_without_name", "content.auth.secret")], {"url": URL, "auth": {"type": "none"}}),
    # Questions.
    ("question", {"text": " \n"}, [error("question_without_text", "content.text")], {"text": "?"}),
    ("question", choice(), [error("choice_without_options", "content.input.options")], choice(A)),
    ("question", several(), [error("choice_without_options", "content.input.options")], several(A)),
    ("question", {"on_fail": {"action": "goto"}}, [error("on_fail_without_target", "content.on_fail.goto")], {"on_fail": {"action": "goto", "goto": 2}}),
    ("question", {"on_fail": {"action": "goto", "goto": None}}, [error("on_fail_without_target", "content.on_fail.goto")], {"on_fail": {"action": "end", "goto": None}}),
    ("question", spec("text", pattern="(a"), [error("bad_pattern", "content.input.pattern", reason="missing ): (a")], spec("text", pattern="(a)")),
    ("question", spec("text", pattern="(?=a)"), [error("bad_pattern", "content.input.pattern", reason="invalid perl operator: (?=")], spec("text", pattern=r"\p{L}+")),
    ("question", spec("phone", region="RUS"), [warning("unknown_region", "content.input.region", region="RUS")], spec("phone", region="KZ")),
    ("question", spec("number", min="1"), [error("bound_not_number", "content.input.min")], spec("number", min=1)),
    ("question", several(A, B, min=1.5), [error("bound_not_count", "content.input.min")], several(A, B, min=1)),
    ("question", several(A, B, max=-1), [error("bound_not_count", "content.input.max")], several(A, B, max=2)),
    ("question", spec("date", max="31.12.2026"), [error("bound_not_date", "content.input.max")], spec("date", max="2026-12-31")),
    ("question", spec("date", min="2026-02-30"), [error("bound_not_date", "content.input.min")], spec("date", min="today")),
    ("question", spec("date", min=5), [error("bound_not_date", "content.input.min")], spec("date")),
    ("question", spec("number", min=2, max=1), [warning("bounds_reversed", "content.input.min")], spec("number", min=1, max=1)),
    ("question", spec("date", min="2026-02-02", max="2026-02-01"), [warning("bounds_reversed", "content.input.min")], spec("date", min="today", max="2026-02-01")),
    ("question", spec("text", min_len=5, max_len=4), [warning("bounds_reversed", "content.input.min_len")], spec("text", min_len=4, max_len=4)),
    ("question", several(A, B, min=3), [warning("too_few_options", "content.input.min", count=2)], several(A, B, min=2)),
    # Options.
    ("question", choice({"label": "А", "id": "x"}, {"label": "Б", "id": "x"}), [error("duplicate_option_id", f"{OPTION}[1].id", id="x")], choice({"label": "А", "id": "x"}, {"label": "Б", "id": "y"})),
    ("question", choice(A, A), [error("duplicate_option_id", f"{OPTION}[1].id", id="А"), warning("label_ambiguous", f"{OPTION}[1].label", label="А")], choice(A, B)),
    ("question", choice({"label": "А", "id": "x"}, {"label": "Б", "id": "X!"}), [warning("option_id_ambiguous", f"{OPTION}[1].id", id="X!")], choice({"label": "А", "id": "x"}, {"label": "Б", "id": "x1"})),
    ("question", choice({"label": "Ёлка"}, {"label": " ЕЛКА! "}), [warning("label_ambiguous", f"{OPTION}[1].label", label=" ЕЛКА! ")], choice({"label": "Ёлка"}, {"label": "Ель"})),
    ("question", choice({"label": "Новая 🎁 игра"}, {"label": "новая  игра"}), [warning("label_ambiguous", f"{OPTION}[1].label", label="новая  игра")], choice({"label": "🎁 Игра"}, {"label": "Книга 🎁"})),
    ("question", choice({"label": "А", "id": "б"}, B), [warning("label_ambiguous", f"{OPTION}[1].label", label="Б")], choice({"label": "А", "id": "а"}, B)),
    ("question", choice({"label": "А", "id": "x"}, {"label": "Б", "value": "X"}), [warning("option_id_is_value", f"{OPTION}[0].id", other=2)], choice({"label": "А", "id": "x", "value": "X"}, B)),
    ("question", choice({"label": "А", "id": "2"}, B), [warning("option_is_number", f"{OPTION}[0].id", number=2)], choice({"label": "А", "id": "1"}, {"label": "Б", "id": "2"})),
    ("question", choice({"label": "2"}, {"label": "3"}), [warning("option_is_number", f"{OPTION}[0].label", number=2)], choice({"label": "1"}, {"label": "2"})),
    ("question", choice({"label": "А", "value": 2}, B), [warning("option_is_number", f"{OPTION}[0].value", number=2)], choice({"label": "А", "value": 1}, B)),
    ("question", choice(A, {"id": "b", "label": " "}), [warning("label_blank", f"{OPTION}[1].label")], choice(A, {"id": "b", "label": "👍"})),
    ("question", choice(A, {"id": "b"}), [error("required", f"{OPTION}[1].label")], choice(A, B)),
    ("question", choice(A, {"label": "Пропустить"}, required=False), [warning("label_skips", f"{OPTION}[1].label", label="Пропустить")], choice(A, {"label": "Пропустить"})),
    ("question", several({"label": "Чай"}, {"label": "Мёд"}, {"label": "чай и мед"}), [warning("label_ambiguous", f"{OPTION}[2].label", label="чай и мед")], choice({"label": "Чай"}, {"label": "Мёд"}, {"label": "чай и мед"})),
    # Conditions.
    ("condition", {"mode": "gpt"}, [error("classifier_without_classes", "content.classes")], {"mode": "gpt", "classes": [{"id": "a"}]}),
    ("condition", {"branches": [{"rules": []}]}, [error("branch_without_rules", "content.branches[0].rules")], rules(RULE)),
    ("condition", rules({"var": "a..b", "op": "is_set"}), [error("bad_variable_path", "content.branches[0].rules[0].var", variable="a..b")], rules({"var": "bot.name", "op": "is_set"})),
    ("condition", rules({"var": "", "op": "is_set"}), [error("bad_variable_path", "content.branches[0].rules[0].var", variable="")], rules(RULE)),
    ("condition", value({"op": "matches", "value": "[а-"}), [error("bad_pattern", RULE_VALUE, reason="missing ]: [а-")], value({"op": "matches", "value": "[а-я]"})),
    ("condition", value({"op": "not_matches", "value": "{{today}}("}), [error("bad_pattern", RULE_VALUE, reason="missing ): x(")], value({"op": "not_matches", "value": "({{today}})"})),
    ("condition", value({"op": "matches"}), [error("pattern_not_text", RULE_VALUE)], value({"op": "matches", "value": 5})),
    ("condition", value({"op": "between", "value": [1]}), [warning("between_needs_two", RULE_VALUE)], value({"op": "between", "value": [1, 2]})),
    ("condition", value({"op": "in", "value": 5}), [warning("in_needs_list", RULE_VALUE)], value({"op": "in", "value": "5, 6"})),
    ("condition", value({"op": "gt"}), [warning("rule_without_value", RULE_VALUE, op="gt")], value({"op": "gt", "value": 0})),
    ("condition", {"mode": "gpt", "classes": [{"id": " '.' "}]}, [error("class_id_blank", "content.classes[0].id")], {"mode": "gpt", "classes": [{"id": "a"}]}),
    ("condition", {"mode": "gpt", "classes": [{"id": "buy"}, {"id": "«Buy»."}]}, [error("duplicate_class_id", "content.classes[1].id", id="«Buy».")], {"mode": "gpt", "classes": [{"id": "buy"}, {"id": "by"}]}),
    # Calls.
    ("api_call", {"url": " "}, [error("url_blank", "content.url")], {"url": URL}),
    ("api_call", {"url": "ftp://example.com/"}, [error("url_not_http", "content.url")], {"url": "HTTP://example.com"}),
    ("api_call", {"url": "example.com/{{today}}"}, [error("url_not_http", "content.url")], {"url": "https://example.com/{{today}}"}),
    ("api_call", {"url": "https:///a"}, [error("url_bad_host", "content.url")], {"url": "https://пример.рф/a"}),
    ("api_call", {"url": "https://example.com:99999/"}, [error("url_bad_host", "content.url")], {"url": "https://example.com:8443/"}),
    ("api_call", {"url": "https://me:pass@example.com/"}, [error("url_user_info", "content.url")], {"url": "https://example.com/me:pass@home"}),
    ("api_call", {"url": "{{today}}://example.com/"}, [error("template_in_host", "content.url")], {"url": URL}),
    ("api_call", {"url": "https://{{today}}.example.com/"}, [error("template_in_host", "content.url")], {"url": "https://example.com?{{today}}"}),
    ("api_call", {"url": "https://example.com:{{today}}/"}, [error("template_in_host", "content.url")], {"url": "https://example.com/#{{today}}"}),
    *(("api_call", {"url": f"http://{host}/"}, [warning("private_address", "content.url", host=host)], {"url": "http://93.184.216.34/"}) for host in ("127.0.0.1", "localhost", "10.1.2.3", "[::1]", "0x7f.1", "169.254.169.254", "100.64.0.1", "[64:ff9b::7f00:1]", "localhost.", "api.localhost")),
    *(("api_call", header(name), [error("header_of_client", "content.headers[0].name", name=name)], header("X-" + name)) for name in ("Host", "content-length", "Transfer-Encoding", "Connection")),
    ("api_call", header("X Key"), [error("header_name_invalid", "content.headers[0].name")], header("X-Key")),
    ("api_call", header(None), [error("header_name_invalid", "content.headers[0].name")], header("Content-Type")),
    ("api_call", {"url": URL, "auth": {"type": "header", "name": "Host", "secret": "KEY"}}, [error("header_of_client", "content.auth.name", name="Host")], {"url": URL, "auth": {"type": "header", "name": "X-Key", "secret": "KEY"}}),
    ("api_call", {"url": URL, "auth": {"type": "header", "secret": "KEY"}}, [error("header_name_invalid", "content.auth.name")], {"url": URL, "auth": {"type": "bearer", "secret": "KEY"}}),
    ("api_call", {**GPT, "schema": {"type": "thing"}}, [error("bad_schema", "content.schema")], {**GPT, "schema": {"type": "object"}}),
    ("api_call", {"url": URL, "on_error": None}, [warning("no_on_error", "content.on_error")], {"url": URL, "on_error": {}}),
    ("api_call", {**GPT, "on_error": None}, [warning("no_on_error", "content.on_error")], {**GPT, "on_error": {"goto": 2}}),
]  # fmt: skip


@pytest.mark.parametrize(("step_type", "faulty", "expected", "sound"), CASES)
def test_faulty_step_is_found_out_and_the_sound_one_is_not(step_type, faulty, expected, sound):
    assert found(step_type, faulty) == expected
    assert found(step_type, sound) == []


def test_unreadable_answer_path_is_an_error():
    def saved(path):
        return {"url": URL, "save": [{"path": path, "var": "x"}]}

    wrong = error("bad_answer_path", "content.save[0].path", answer_path="a..b")
    assert found("api_call", saved("a..b"), reads=("x",)) == [wrong]
    for path in ("", "a.b", "[0].id", "data.items[0].id"):
        assert found("api_call", saved(path), reads=("x",)) == []


@pytest.mark.parametrize("step_type", ["question", "condition", "api_call"])
def test_empty_content_is_an_error_of_all_types_but_message(step_type):
    scenario = picture(step(1, step_type, {}, 2), message(2, end=True))
    assert "error" in [one.severity for one in check(scenario)]
    assert check(picture(step(1, "message", {}, 2), message(2, end=True))) == []


def test_fault_that_does_not_parse_hides_no_other_and_is_said_once():
    content = {
        "input": {"type": "choice", "options": [{"id": 1, "goto": "x"}, {"label": "б"}, {"label": "Б!"}]},
        "on_fail": {"action": "goto", "goto": 2},
        "retry_text": "{{",
    }  # fmt: skip
    findings = check(picture(step(1, "question", content, 2), message(2, end=True)))
    assert [(one.code, one.path) for one in findings] == [
        ("label_ambiguous", "content.input.options[2].label"),
        ("broken_template", "content.retry_text"),
        ("required", "content.text"),
        ("required", "content.input.options[0].label"),
        ("not_text", "content.input.options[0].id"),
        ("not_integer", "content.input.options[0].goto"),
    ]


def test_place_around_a_fault_is_not_judged_by_what_is_left_of_it():
    content = {"text": "?", "input": {"type": "choice", "options": ["Да"]}}
    findings = check(picture(step(1, "question", content, 2), message(2, end=True)))
    assert [(one.code, one.path) for one in findings] == [
        ("not_object", "content.input.options[0]")
    ]


def test_same_thing_in_one_place_is_said_once():
    twice = {"text": "{{secret.A}} {{secret.B}} {{today | up}} {{today | up}} {{today | low}}"}
    assert found("message", twice) == [
        error("unknown_filter", "content.text", filter="up", fragment="{{today | up}}"),
        error("unknown_filter", "content.text", filter="low", fragment="{{today | low}}"),
        error("secret_misplaced", "content.text"),
    ]


@pytest.mark.parametrize(
    ("labels", "ambiguous"),
    [
        (["C", "C++", "C#"], []),
        (["+1", "1+", "A"], []),
        (["Да", "Да!"], [1]),
        (["Да!", "Да"], [0]),
        (["Ёлка", "елка"], [1]),
        (["Раз  два", "раз два"], [1]),
        (["👍 Да", "Да"], [1]),
    ],
)
def test_labels_are_as_ambiguous_as_answers_are(labels, ambiguous):
    options = [{"id": f"o{i}", "label": label} for i, label in enumerate(labels)]
    asked = question(
        1, "a", text="{{a | default: 1}}", input={"type": "choice", "options": options}, end=True
    )
    found = [one.path for one in check(picture(asked)) if one.code == "label_ambiguous"]
    assert found == [f"content.input.options[{i}].label" for i in ambiguous]


def test_options_of_other_inputs_are_left_aside():
    assert found("question", spec("text", options=[{"label": "А"}, {"label": "А"}])) == []


@pytest.mark.parametrize(
    "content",
    [
        {"url": URL + "/{{secret.A}}?k={{secret.A}}"},
        {"query": [{"name": "{{secret.A}}", "value": "{{secret.A}}"}]},
        {"headers": [{"name": "X", "value": "{{secret.A}}"}]},
        {"body": {"type": "json", "value": {"k": ["{{secret.A}}"]}}},
        {"body": {"type": "json", "value": '{"k": "{{secret.A}}"}'}},
        {"body": {"type": "form", "value": [{"name": "{{secret.A}}", "value": "{{secret.A}}"}]}},
        {"body": {"type": "raw", "value": "{{secret.A}}"}},
        {"auth": {"type": "bearer", "secret": "A"}},
    ],
)
def test_secrets_may_stand_wherever_a_call_sends_something(content):
    scenario = picture(
        step(1, "api_call", {"url": URL, "method": "POST", "on_error": {}, "end": True, **content})
    )
    assert check(scenario, secrets=["A"]) == []
    assert {one.code for one in check(scenario)} == {"unknown_secret"}


def test_secret_names_are_those_that_exist():
    scenario = picture(
        step(1, "api_call", {"url": URL + "{{secret.A}}{{secret.B}}", "on_error": {}, "end": True})
    )
    assert [one.params for one in check(scenario, secrets=["A"])] == [{"name": "B"}]
    assert check(scenario, secrets=["A", "B"]) == []


def codes_in_source() -> set[str]:
    """The codes that the checker and the contents name as such."""
    folder = Path(alpina_app.domain.__file__).parent
    codes = set()
    for path in [*folder.glob("checker/*.py"), *folder.glob("contents/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[1 if name == "Problem" and len(node.args) > 1 else 0]
            named = isinstance(first, ast.Constant) and isinstance(first.value, str)
            if name in ("error", "warn", "Finding", "Problem") and named:
                codes.add(first.value)
    return codes


def test_every_finding_has_a_text_in_both_languages_and_every_text_a_finding():
    folder = Path(alpina_app.domain.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
    russian, english = (
        {key.removeprefix("checker.") for key in catalogue()[language] if "checker." in key}
        for language in ("ru", "en")
    )
    assert russian == english
    assert len(codes_in_source()) > 40
    assert codes_in_source() <= russian
    dead = {key for key in russian if not any(json.dumps(key) in text for text in sources)}
    assert dead == set()
