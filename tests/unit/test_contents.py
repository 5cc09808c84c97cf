"""Contents of steps by scenario-format: defaults, requirements, bounds, precise problems."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpina_app.domain.contents import (
    NEXT,
    STEP_TYPES,
    Auth,
    Branch,
    FormBody,
    GptCall,
    GptClass,
    GptCondition,
    GptSay,
    HttpCall,
    Input,
    JsonBody,
    MessageContent,
    NameValue,
    NoBody,
    OnError,
    OnFail,
    Option,
    Parsed,
    QuestionContent,
    RawBody,
    Rule,
    RulesCondition,
    Save,
    SetVar,
    json_path,
    parse_content,
)

URL = "https://example.com/"


def problems(step_type: str, raw: Any) -> list[tuple[str, str, dict[str, Any], str]]:
    found = parse_content(step_type, raw).problems
    return [(one.path, one.code, dict(one.params), one.severity) for one in found]


@pytest.mark.parametrize(
    ("step_type", "raw", "fields"),
    [
        ("message", {}, {"set": (), "end": False, "text": "", "gpt": None}),
        (
            "question",
            {"text": "?"},
            {
                "set": (),
                "end": False,
                "text": "?",
                "save_to": None,
                "retry_text": "",
                "max_attempts": 3,
                "skip_if_set": False,
                "input": {
                    "type": "text",
                    "required": True,
                    "min": None,
                    "max": None,
                    "integer": False,
                    "min_len": None,
                    "max_len": 1000,
                    "pattern": None,
                    "region": "RU",
                    "scale": 5,
                    "options": (),
                },
                "on_fail": {"action": "end", "goto": None, "default": None, "text": ""},
            },
        ),
        ("condition", {}, {"set": (), "end": False, "mode": "rules", "branches": ()}),
        (
            "condition",
            {"mode": "gpt"},
            {
                "set": (),
                "end": False,
                "mode": "gpt",
                "input": "{{last_answer}}",
                "instructions": "",
                "classes": (),
                "timeout_s": 20.0,
            },
        ),
        (
            "api_call",
            {"url": URL},
            {
                "set": (),
                "end": False,
                "target": "http",
                "method": "GET",
                "url": URL,
                "query": (),
                "headers": (),
                "body": {"type": "none", "value": None},
                "auth": {"type": "none", "name": None, "secret": None},
                "timeout_s": 10.0,
                "retries": 0,
                "save": (),
                "save_status": None,
                "success": "2xx",
                "on_error": None,
                "max_response_kb": 256,
            },
        ),
        (
            "api_call",
            {"target": "gpt", "prompt": "Извлеки"},
            {
                "set": (),
                "end": False,
                "target": "gpt",
                "prompt": "Извлеки",
                "schema_": None,
                "model": None,
                "timeout_s": 30.0,
                "save": (),
                "on_error": None,
            },
        ),
    ],
)
def test_what_is_left_out_has_the_default_of_the_format(step_type, raw, fields):
    parsed = parse_content(step_type, raw)
    assert parsed.problems == ()
    assert parsed.content is not None
    assert parsed.content.model_dump() == fields


def test_gpt_of_a_message_has_its_defaults():
    assert parse_content("message", {"gpt": {"prompt": "Ответь"}}) == Parsed(
        MessageContent(
            gpt=GptSay(
                prompt="Ответь",
                model=None,
                temperature=None,
                max_tokens=None,
                history_turns=10,
                save_to=None,
                timeout_s=30.0,
                fallback_text="",
            )
        )
    )


def test_every_field_of_a_message_is_read():
    raw = {
        "text": "Здравствуйте",
        "gpt": {
            "prompt": "Ответь",
            "model": "gpt-4o",
            "temperature": 0,
            "max_tokens": 100,
            "history_turns": 0,
            "save_to": "ответ",
            "timeout_s": 5,
            "fallback_text": "Увы",
        },
        "set": [{"var": "n", "value": None}, {"var": "m", "value": {"a": [1]}}],
        "end": True,
    }
    assert parse_content("message", raw).content == MessageContent(
        text="Здравствуйте",
        gpt=GptSay(
            prompt="Ответь",
            model="gpt-4o",
            temperature=0.0,
            max_tokens=100,
            history_turns=0,
            save_to="ответ",
            timeout_s=5.0,
            fallback_text="Увы",
        ),
        set=(SetVar(var="n", value=None), SetVar(var="m", value={"a": [1]})),
        end=True,
    )


def test_every_field_of_a_question_is_read():
    raw = {
        "text": "Сколько?",
        "save_to": "n",
        "retry_text": "Ещё раз",
        "max_attempts": 1,
        "skip_if_set": True,
        "input": {
            "type": "number",
            "required": False,
            "min": -1.5,
            "max": "today",
            "integer": True,
            "min_len": 0,
            "max_len": 1,
            "pattern": "a",
            "region": "KZ",
            "scale": 10,
            "options": [],
        },
        "on_fail": {"action": "default", "goto": 4, "default": [0], "text": "Пусть ноль"},
    }
    assert parse_content("question", raw).content == QuestionContent(
        text="Сколько?",
        save_to="n",
        retry_text="Ещё раз",
        max_attempts=1,
        skip_if_set=True,
        input=Input(
            type="number",
            required=False,
            min=-1.5,
            max="today",
            integer=True,
            min_len=0,
            max_len=1,
            pattern="a",
            region="KZ",
            scale=10,
        ),
        on_fail=OnFail(action="default", goto=4, default=[0], text="Пусть ноль"),
    )


def test_option_takes_its_label_for_id_and_value():
    raw = {"text": "?", "input": {"type": "choice", "options": [{"label": "Да"}]}}
    content = parse_content("question", raw).content
    assert isinstance(content, QuestionContent)
    assert content.input.options == (Option(label="Да", id="Да", value="Да", goto=NEXT),)


def test_option_keeps_a_given_id_and_any_value():
    option = {"id": "yes", "label": "Да", "value": {"n": [1]}, "goto": 3}
    raw = {"text": "?", "input": {"type": "choice", "options": [option]}}
    content = parse_content("question", raw).content
    assert isinstance(content, QuestionContent)
    assert content.input.options == (Option(id="yes", label="Да", value={"n": [1]}, goto=3),)


@pytest.mark.parametrize(
    ("written", "read"), [({}, NEXT), ({"goto": None}, None), ({"goto": 5}, 5)]
)
def test_goto_left_out_is_not_the_end(written, read):
    rules = [{"var": "a", "op": "is_set"}]
    option = parse_content(
        "question",
        {"text": "?", "input": {"type": "choice", "options": [{"label": "Да", **written}]}},
    ).content
    branch = parse_content("condition", {"branches": [{"rules": rules, **written}]}).content
    gpt = parse_content("condition", {"mode": "gpt", "classes": [{"id": "a", **written}]}).content
    assert isinstance(option, QuestionContent)
    assert isinstance(branch, RulesCondition)
    assert isinstance(gpt, GptCondition)
    gotos = [option.input.options[0].goto, branch.branches[0].goto, gpt.classes[0].goto]
    assert gotos == [read] * 3


@pytest.mark.parametrize("wrong", ["next", "5", 5.0, True, [5]])
def test_goto_is_a_number_or_null(wrong):
    raw = {"mode": "gpt", "classes": [{"id": "a", "goto": wrong}]}
    path = "content.classes[0].goto"
    assert problems("condition", raw) == [(path, "not_integer", {}, "error")]


def test_every_field_of_conditions_is_read():
    rule = {"var": "a.b", "op": "between", "value": [1, 2], "ignore_case": False}
    raw = {"branches": [{"name": "Взрослые", "match": "any", "rules": [rule], "goto": 2}]}
    assert parse_content("condition", raw).content == RulesCondition(
        branches=(
            Branch(
                name="Взрослые",
                match="any",
                rules=(Rule(var="a.b", op="between", value=[1, 2], ignore_case=False),),
                goto=2,
            ),
        )
    )
    raw = {
        "mode": "gpt",
        "input": "{{x}}",
        "instructions": "Определи",
        "classes": [{"id": "buy", "description": "Покупка", "goto": None}, {"id": "other"}],
        "timeout_s": 60,
    }
    assert parse_content("condition", raw).content == GptCondition(
        mode="gpt",
        input="{{x}}",
        instructions="Определи",
        classes=(GptClass(id="buy", description="Покупка", goto=None), GptClass(id="other")),
        timeout_s=60.0,
    )


def test_rules_of_a_branch_have_their_defaults():
    raw = {"branches": [{"rules": [{"var": "a", "op": "is_set"}]}]}
    assert parse_content("condition", raw).content == RulesCondition(
        branches=(
            Branch(
                name="",
                match="all",
                rules=(Rule(var="a", op="is_set", value=None, ignore_case=True),),
                goto=NEXT,
            ),
        )
    )


def test_every_field_of_a_call_is_read():
    raw = {
        "target": "http",
        "method": "POST",
        "url": URL,
        "query": [{"name": "q", "value": "{{x}}"}],
        "headers": [{"name": "X-Key", "value": "1"}],
        "body": {"type": "form", "value": [{"name": "a", "value": 1}]},
        "auth": {"type": "header", "name": "X-Auth", "secret": "KEY"},
        "timeout_s": 60,
        "retries": 3,
        "save": [{"path": "", "var": "all", "default": 0}],
        "save_status": "status",
        "success": [200, 404],
        "on_error": {"goto": 7, "text": "Увы"},
        "max_response_kb": 1024,
    }
    assert parse_content("api_call", raw).content == HttpCall(
        method="POST",
        url=URL,
        query=(NameValue(name="q", value="{{x}}"),),
        headers=(NameValue(name="X-Key", value="1"),),
        body=FormBody(type="form", value=(NameValue(name="a", value=1),)),
        auth=Auth(type="header", name="X-Auth", secret="KEY"),
        timeout_s=60.0,
        retries=3,
        save=(Save(path="", var="all", default=0),),
        save_status="status",
        success=(200, 404),
        on_error=OnError(goto=7, text="Увы"),
        max_response_kb=1024,
    )


def test_every_field_of_a_gpt_call_is_read():
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    raw = {
        "target": "gpt",
        "prompt": "Извлеки",
        "schema": schema,
        "model": "gpt-4o",
        "timeout_s": 1,
        "save": [{"path": "a", "var": "a"}],
        "on_error": {},
    }
    assert parse_content("api_call", raw).content == GptCall(
        target="gpt",
        prompt="Извлеки",
        schema=schema,
        model="gpt-4o",
        timeout_s=1.0,
        save=(Save(path="a", var="a", default=None),),
        on_error=OnError(goto=None, text=""),
    )


@pytest.mark.parametrize(
    ("body", "read"),
    [
        ({}, NoBody()),
        ({"type": "none"}, NoBody()),
        ({"type": "json"}, JsonBody(type="json", value=None)),
        ({"type": "json", "value": ["{{x}}", 1]}, JsonBody(type="json", value=["{{x}}", 1])),
        ({"type": "form"}, FormBody(type="form", value=())),
        ({"type": "raw", "value": "текст"}, RawBody(type="raw", value="текст")),
        ({"type": "raw"}, RawBody(type="raw", value=None)),
    ],
)
def test_body_is_read_by_its_type(body, read):
    content = parse_content("api_call", {"url": URL, "body": body}).content
    assert isinstance(content, HttpCall)
    assert content.body == read


QUESTION = {"text": "?"}
RULE = {"var": "a", "op": "is_set"}
CALL = {"url": URL}


@pytest.mark.parametrize(
    ("step_type", "raw", "path"),
    [
        ("question", {}, "content.text"),
        ("message", {"gpt": {}}, "content.gpt.prompt"),
        ("message", {"set": [{"value": 1}]}, "content.set[0].var"),
        ("message", {"set": [{"var": "a", "value": 1}, {"var": "b"}]}, "content.set[1].value"),
        (
            "condition",
            {"branches": [{"rules": [{"op": "is_set"}]}]},
            "content.branches[0].rules[0].var",
        ),
        (
            "condition",
            {"branches": [{"rules": [RULE, {"var": "a"}]}]},
            "content.branches[0].rules[1].op",
        ),
        ("condition", {"branches": [{}]}, "content.branches[0].rules"),
        ("condition", {"mode": "gpt", "classes": [{}]}, "content.classes[0].id"),
        (
            "question",
            {**QUESTION, "input": {"type": "choice", "options": [{"id": "a"}]}},
            "content.input.options[0].label",
        ),
        ("api_call", {}, "content.url"),
        ("api_call", {"target": "gpt"}, "content.prompt"),
        ("api_call", {**CALL, "save": [{"var": "a"}]}, "content.save[0].path"),
        ("api_call", {**CALL, "save": [{"path": ""}]}, "content.save[0].var"),
    ],
)
def test_required_field_is_missed_at_its_place(step_type, raw, path):
    assert problems(step_type, raw) == [(path, "required", {}, "error")]


@pytest.mark.parametrize(
    ("step_type", "key", "low", "high"),
    [
        ("api_call", "timeout_s", 1, 60),
        ("api_call", "retries", 0, 3),
        ("api_call", "max_response_kb", 1, 1024),
        ("question", "max_attempts", 1, None),
        ("question", "input.scale", 1, None),
        ("question", "input.max_len", 1, None),
        ("question", "input.min_len", 0, None),
        ("message", "gpt.timeout_s", 0, None),
        ("message", "gpt.temperature", 0, 2),
        ("message", "gpt.max_tokens", 1, None),
        ("message", "gpt.history_turns", 0, None),
    ],
)
def test_numbers_keep_to_their_bounds(step_type, key, low, high):
    def problems_of(number):
        basics: dict[str, Any] = {"message": {}, "question": QUESTION, "api_call": CALL}[step_type]
        outer, _, inner = key.rpartition(".")
        required = {"prompt": "a"} if outer == "gpt" else {}
        fields = {outer: {**required, inner: number}} if outer else {inner: number}
        return problems(step_type, {**basics, **fields})

    path = f"content.{key}"
    assert problems_of(low) == []
    assert problems_of(low - 1) == [(path, "too_small", {"limit": low}, "error")]
    if high is None:
        assert problems_of(10**6) == []
    else:
        assert problems_of(high) == []
        assert problems_of(high + 1) == [(path, "too_large", {"limit": high}, "error")]


@pytest.mark.parametrize(
    ("step_type", "raw", "path", "code"),
    [
        ("message", None, "content", "not_object"),
        ("message", [], "content", "not_object"),
        ("question", "text", "content", "not_object"),
        ("message", {"text": 5}, "content.text", "not_text"),
        ("message", {"text": None}, "content.text", "not_text"),
        ("message", {"end": 1}, "content.end", "not_flag"),
        ("message", {"end": "true"}, "content.end", "not_flag"),
        ("message", {"set": {}}, "content.set", "not_list"),
        ("message", {"set": ["a"]}, "content.set[0]", "not_object"),
        ("message", {"gpt": "prompt"}, "content.gpt", "not_object"),
        (
            "message",
            {"gpt": {"prompt": "a", "max_tokens": 1.5}},
            "content.gpt.max_tokens",
            "not_integer",
        ),
        (
            "message",
            {"gpt": {"prompt": "a", "max_tokens": True}},
            "content.gpt.max_tokens",
            "not_integer",
        ),
        (
            "message",
            {"gpt": {"prompt": "a", "temperature": "1"}},
            "content.gpt.temperature",
            "not_number",
        ),
        (
            "message",
            {"gpt": {"prompt": "a", "temperature": True}},
            "content.gpt.temperature",
            "not_number",
        ),
        (
            "message",
            {"gpt": {"prompt": "a", "temperature": math.nan}},
            "content.gpt.temperature",
            "not_number",
        ),
        ("question", {**QUESTION, "max_attempts": "3"}, "content.max_attempts", "not_integer"),
        ("question", {**QUESTION, "input": {"min": []}}, "content.input.min", "not_limit"),
        ("question", {**QUESTION, "input": {"max": True}}, "content.input.max", "not_limit"),
        ("question", {**QUESTION, "on_fail": {"goto": "5"}}, "content.on_fail.goto", "not_integer"),
        ("api_call", {**CALL, "success": "3xx"}, "content.success", "not_success"),
        ("api_call", {**CALL, "success": []}, "content.success", "not_success"),
        ("api_call", {**CALL, "success": [200, 99]}, "content.success", "not_success"),
        ("api_call", {**CALL, "success": [True]}, "content.success", "not_success"),
        ("api_call", {**CALL, "body": "a"}, "content.body", "not_object"),
        ("api_call", {**CALL, "body": {"type": 1}}, "content.body.type", "not_text"),
        (
            "api_call",
            {**CALL, "body": {"type": "form", "value": "a=1"}},
            "content.body.value",
            "not_list",
        ),
        (
            "api_call",
            {**CALL, "body": {"type": "form", "value": [1]}},
            "content.body.value[0]",
            "not_object",
        ),
        (
            "api_call",
            {**CALL, "body": {"type": "raw", "value": 1}},
            "content.body.value",
            "not_text",
        ),
        (
            "api_call",
            {"target": "gpt", "prompt": "a", "schema": "object"},
            "content.schema",
            "not_schema",
        ),
    ],
)
def test_wrong_type_is_named_at_its_place(step_type, raw, path, code):
    assert problems(step_type, raw) == [(path, code, {}, "error")]


@pytest.mark.parametrize(
    ("step_type", "raw", "path", "allowed"),
    [
        ("letter", {}, "step_type", "message, question, condition, api_call"),
        ("condition", {"mode": "maybe"}, "content.mode", "rules, gpt"),
        ("condition", {"mode": ["gpt"]}, "content.mode", "rules, gpt"),
        ("api_call", {"target": "ftp", **CALL}, "content.target", "http, gpt"),
        ("api_call", {"method": "HEAD", **CALL}, "content.method", "GET, POST, PUT, PATCH, DELETE"),
        (
            "api_call",
            {"body": {"type": "xml"}, **CALL},
            "content.body.type",
            "none, json, form, raw",
        ),
        (
            "api_call",
            {"auth": {"type": "digest"}, **CALL},
            "content.auth.type",
            "none, basic, bearer, header",
        ),
        (
            "question",
            {**QUESTION, "on_fail": {"action": "stop"}},
            "content.on_fail.action",
            "end, goto, default",
        ),
        (
            "question",
            {**QUESTION, "input": {"type": "colour"}},
            "content.input.type",
            "text, number, email, phone, url, date, time, yes_no, choice, multi_choice, rating",
        ),
        (
            "condition",
            {"branches": [{"match": "one", "rules": []}]},
            "content.branches[0].match",
            "all, any",
        ),
        (
            "condition",
            {"branches": [{"rules": [{"var": "a", "op": "like"}]}]},
            "content.branches[0].rules[0].op",
            "eq, ne, contains, not_contains, starts_with, ends_with, gt, gte, lt, lte, between, "
            "in, not_in, is_set, is_empty, is_true, is_false, matches, not_matches, before, after",
        ),
    ],
)
def test_unknown_choice_says_what_is_allowed(step_type, raw, path, allowed):
    assert problems(step_type, raw) == [(path, "not_one_of", {"allowed": allowed}, "error")]


def test_unknown_keys_are_warnings_and_left_out():
    raw = {
        "text": "a",
        "colour": 1,
        "gpt": {"prompt": "b", "Prompt": "c"},
        "set": [{"var": "a", "value": 1, "my key": 2}],
    }
    parsed = parse_content("message", raw)
    assert parsed.content == MessageContent(
        text="a", gpt=GptSay(prompt="b"), set=(SetVar(var="a", value=1),)
    )
    assert problems("message", raw) == [
        ('content.set[0]["my key"]', "unknown_key", {"key": "my key"}, "warning"),
        ("content.gpt.Prompt", "unknown_key", {"key": "Prompt"}, "warning"),
        ("content.colour", "unknown_key", {"key": "colour"}, "warning"),
    ]
    assert "colour" in raw


def test_keys_of_the_other_kind_are_unknown():
    assert problems("condition", {"branches": [], "classes": []}) == [
        ("content.classes", "unknown_key", {"key": "classes"}, "warning")
    ]


def test_all_problems_come_at_once():
    raw = {
        "max_attempts": 0,
        "input": {"type": "choice", "options": [{"goto": "a"}, {"label": 1}, {"label": "b"}]},
        "on_fail": {"action": "give up"},
        "extra": None,
    }
    assert problems("question", raw) == [
        ("content.text", "required", {}, "error"),
        ("content.max_attempts", "too_small", {"limit": 1}, "error"),
        ("content.input.options[0].label", "required", {}, "error"),
        ("content.input.options[0].goto", "not_integer", {}, "error"),
        ("content.input.options[1].label", "not_text", {}, "error"),
        ("content.on_fail.action", "not_one_of", {"allowed": "end, goto, default"}, "error"),
        ("content.extra", "unknown_key", {"key": "extra"}, "warning"),
    ]


def test_faulty_content_leaves_a_partial_one_with_its_indexes():
    raw = {
        "input": {"type": "choice", "options": [{"id": 1}, {"label": "b", "goto": 4}]},
        "on_fail": {"action": "goto", "goto": 9},
    }
    parsed = parse_content("question", raw)
    assert parsed.content is None
    assert parsed.partial == QuestionContent(
        text="",
        input=Input(type="choice", options=(Option(label=""), Option(label="b", goto=4))),
        on_fail=OnFail(action="goto", goto=9),
    )


def test_list_with_an_item_that_is_no_object_is_left_out_as_a_whole():
    raw = {"set": [5, {"var": "a", "value": 1}], "text": "Привет"}
    assert parse_content("message", raw).partial == MessageContent(text="Привет")
    assert raw["set"] == [5, {"var": "a", "value": 1}]


def test_unknown_mode_is_taken_for_the_likely_one():
    parsed = parse_content("condition", {"mode": "ai", "classes": [{"id": "a", "goto": 3}]})
    assert parsed.content is None
    assert parsed.partial == GptCondition(mode="gpt", classes=(GptClass(id="a", goto=3),))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (("content", "input", "options", 1, "goto"), "content.input.options[1].goto"),
        (("content", "имя"), "content.имя"),
        (("content", "a b", 0), 'content["a b"][0]'),
        (("content", 'say "hi" \\'), 'content["say \\"hi\\" \\\\"]'),
        (("content", ""), 'content[""]'),
    ],
)
def test_places_are_written_as_json_paths(place, text):
    assert json_path(place) == text


NAMES = st.sampled_from(
    sorted(
        {
            *("text", "gpt", "prompt", "set", "var", "value", "end", "input", "type", "options"),
            *("label", "id", "goto", "on_fail", "action", "mode", "branches", "rules", "op"),
            *("classes", "target", "url", "headers", "name", "body", "auth", "save", "path"),
            *("success", "on_error", "schema", "min", "max", "timeout_s", "secret", "save_to"),
        }
    )
)
WORDS = st.sampled_from(
    ["choice", "gpt", "http", "form", "goto", "is_set", "{{a}}", "{{", "\ud800"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=8)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([*STEP_TYPES, "other"]), JSON)
def test_any_json_is_read_or_refused_with_a_reason(step_type, raw):
    parsed = parse_content(step_type, raw)
    assert (parsed.content is None) == any(one.severity == "error" for one in parsed.problems)
    if isinstance(raw, dict) and step_type in STEP_TYPES:
        assert parsed.content is not None or parsed.partial is not None
