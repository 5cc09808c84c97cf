"""scenario-format, "Contents", "Variables", "Templates", "Operators", "Limits": over REST."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.support.openai_server import OpenAiServer
from tests.support.transcripts import studio, texts


@pytest.fixture
async def made(tmp_path):
    with OpenAiServer() as model:
        async with studio(tmp_path, model) as made:
            yield made


def say(text, *following, **content):
    return ("message", {"text": text, **content}, *following)


async def said(made, text, language="ru", **variables):
    """What a message says of variables that a step before it set."""
    talk = await made.scenario(
        set=("message", {"set": [{"var": k, "value": v} for k, v in variables.items()]}, "say"),
        say=say(text),
    )
    return (await talk.begin(language=language))["response"]


async def test_steps_never_fall_through_by_order(made):
    talk = await made.scenario(a=say("а"), b=say("б"))
    reply = await talk.begin()
    assert (texts(reply), reply["is_completed"]) == (["а"], True)


async def test_without_initial_step_the_lowest_order_then_id_starts(made):
    talk = await made.scenario(a=say("а"), b=say("б"), c=say("в"))
    for key, order in (("a", 5), ("b", 3), ("c", 3)):
        await made.patch(f"/api/steps/{talk.ids[key]}/", order=order)
    assert texts(await talk.begin()) == ["б"]
    await made.patch(f"/api/scenarios/{talk.scenario}/", initial_step=talk.ids["c"])
    assert texts(await talk.anew().begin()) == ["в"]


async def test_set_is_applied_in_order_before_the_step_is_left(made):
    talk = await made.scenario(
        ask=(
            "question",
            {
                "text": "?",
                "save_to": "n",
                "input": {"type": "number"},
                "set": [
                    {"var": "next", "value": "{{n | plus: 1}}"},
                    {"var": "list", "value": ["{{next}}", {"raw": "{{last_answer}}", "{{n}}": 1}]},
                    {"var": "text", "value": "{{next}}!"},
                    {"var": "имя", "value": None},
                ],
            },
            "end",
        ),
        end=say("{{next}}", end=True),
    )
    await talk.begin()
    assert texts(await talk.say("1 000")) == ["1001"]
    assert await talk.variables() == {
        "n": 1000,
        "next": 1001,
        "list": [1001, {"raw": "1 000", "{{n}}": 1}],
        "text": "1001!",
        "имя": None,
    }


async def test_end_with_a_next_step_goes_on(made):
    talk = await made.scenario(a=say("а", "b", end=True), b=say("б"))
    assert texts(await talk.begin()) == ["а", "б"]


async def test_a_goto_left_out_is_next_step_and_null_is_the_end(made):
    def options(**goto):
        return {"type": "choice", "options": [{"label": "да", **goto}, {"label": "нет"}]}

    for goto, heard in (({}, ["далее"]), ({"goto": None}, []), ({"goto": "other"}, ["иначе"])):
        talk = await made.scenario(
            ask=("question", {"text": "?", "input": options(**goto)}, "next"),
            next=say("далее"),
            other=say("иначе"),
        )
        await talk.begin()
        reply = await talk.say("да")
        assert (texts(reply), reply["is_completed"]) == (heard, True)


@pytest.mark.parametrize(
    ("goto", "heard"), [({}, ["далее"]), ({"goto": None}, []), ({"goto": "other"}, ["иначе"])]
)
async def test_a_branch_leaves_by_its_goto(made, goto, heard):
    rule = {"var": "today", "op": "is_set"}
    talk = await made.scenario(
        if_=("condition", {"branches": [{"rules": [rule], **goto}]}, "next"),
        next=say("далее"),
        other=say("иначе"),
    )
    assert texts(await talk.begin()) == heard


async def test_the_first_branch_that_matches_is_followed_else_next_step(made):
    def rules(value):
        return [{"var": "n", "op": "gt", "value": value}]

    content = {
        "branches": [{"rules": rules(10), "goto": "many"}, {"rules": rules(5), "goto": "some"}]
    }
    for n, heard in ((11, "много"), (6, "несколько"), (5, "мало")):
        talk = await made.scenario(
            set=("message", {"set": [{"var": "n", "value": n}]}, "if_"),
            if_=("condition", content, "few"),
            many=say("много"),
            some=say("несколько"),
            few=say("мало"),
        )
        assert texts(await talk.begin()) == [heard]


VARIABLES = {
    "n": 5,
    "text_n": "1 234,5",
    "zero": 0,
    "name": "Алёна Петрова",
    "day": "31.05.2026",
    "list": ["Красный", 2],
    "empty": "",
    "none": None,
    "no_list": [],
    "yes": "Ага!",
    "flag": False,
    "numbers": [5, "7", 9],
    "range": [4, 6],
    "deep": {"a": [{"b": "x"}]},
}
RULES = [
    ("n", "eq", "5,0", True),
    ("n", "eq", "05", True),
    ("n", "ne", 6, True),
    ("text_n", "eq", 1234.5, True),
    ("text_n", "gt", "1.234,4", True),
    ("name", "eq", "АЛЕНА ПЕТРОВА", True),
    ("name", "contains", "лён", True),
    ("name", "not_contains", "лён", False),
    ("name", "starts_with", "алена", True),
    ("name", "ends_with", "ОВА", True),
    ("n", "gte", 5, True),
    ("n", "lt", 5, False),
    ("n", "lte", "{{zero | plus: 5}}", True),
    ("day", "eq", "2026-05-31", True),
    ("day", "before", "1 июня 2026", True),
    ("day", "after", "30.05.2026", True),
    ("day", "gt", "2026-05-30", True),
    ("today", "eq", "сегодня", True),
    ("today", "eq", "today", True),
    ("name", "gt", 5, False),
    ("name", "before", "today", False),
    ("n", "between", [5, 10], True),
    ("n", "between", [1, 5], True),
    ("n", "between", [6, 10], False),
    ("day", "between", ["01.05.2026", "31.05.2026"], True),
    ("n", "in", "1, 5, 7", True),
    ("n", "in", [1, "5"], True),
    ("n", "not_in", [1, 2], True),
    ("n", "in", "{{numbers}}", True),
    ("n", "between", "{{numbers}}", False),
    ("n", "between", "{{range}}", True),
    ("n", "eq", "{{range[0] | plus: 1}}", True),
    ("numbers", "eq", [5, "7", 9.0], True),
    ("list", "contains", "красный", True),
    ("list", "contains", "крас", False),
    ("list", "not_contains", 2, False),
    ("n", "is_set", None, True),
    ("empty", "is_set", None, True),
    ("none", "is_set", None, False),
    ("nothing", "is_set", None, False),
    *((name, "is_empty", None, True) for name in ("nothing", "none", "empty", "no_list")),
    ("zero", "is_empty", None, False),
    ("flag", "is_empty", None, False),
    ("yes", "is_true", None, True),
    ("flag", "is_true", None, False),
    ("flag", "is_false", None, True),
    ("zero", "is_false", None, True),
    ("name", "is_false", None, False),
    ("name", "matches", r"петр\p{L}+$", True),
    ("name", "matches", r"^\w+", False),
    ("name", "matches", "алена", True),
    ("name", "not_matches", "^Пет", True),
    ("deep.a[0].b", "eq", "X", True),
    ("deep.a[1].b", "is_set", None, False),
    ("bot.name", "eq", "бот", True),
    *((("nothing", op, "x", True)) for op in ("ne", "not_contains", "not_in", "not_matches")),
    *(
        ("nothing", op, "x", False)
        for op in ("eq", "contains", "starts_with", "ends_with", "gt", "gte", "lt", "lte")
    ),
    *(("nothing", op, ["a", "b"], False) for op in ("between", "in", "before", "after")),
    *(("nothing", op, None, False) for op in ("is_true", "is_false")),
    ("nothing", "matches", ".*", False),
]


async def test_operators(made):
    steps = {
        f"if_{at}": (
            "condition",
            {"branches": [{"rules": [{"var": var, "op": op, "value": value}]}]},
            f"if_{at + 1}" if at + 1 < len(RULES) else None,
        )
        for at, (var, op, value, _) in enumerate(RULES)
    }
    first = ("message", {"set": [{"var": k, "value": v} for k, v in VARIABLES.items()]}, "if_0")
    talk = await made.scenario(set=first, **steps)
    await talk.begin()
    events = (await talk.trace())[1:]
    found = [
        (*rule[:3], event["exit"] == "branch:0") for rule, event in zip(RULES, events, strict=True)
    ]
    assert found == RULES
    warned = [rule[:2] for rule, event in zip(RULES, events, strict=True) if event["warnings"]]
    assert warned == [("name", "gt"), ("name", "before"), ("n", "between")]


async def test_ignore_case_false(made):
    rules = [
        {"var": "a", "op": "eq", "value": "АЛЕНА", "ignore_case": False},
        {"var": "a", "op": "matches", "value": "АЛ", "ignore_case": False},
        {"var": "a", "op": "eq", "value": "Алена", "ignore_case": False},
    ]
    talk = await made.scenario(
        set=("message", {"set": [{"var": "a", "value": "Алёна"}]}, "if_"),
        if_=("condition", {"branches": [{"rules": [rule]} for rule in rules]}),
    )
    await talk.begin()
    assert (await talk.last_event())["exit"] == "branch:2"


async def test_match_all_and_any(made):
    true, false = {"var": "today", "op": "is_set"}, {"var": "x", "op": "is_set"}
    branches = [
        {"match": "all", "rules": [true, false]},
        {"match": "any", "rules": [false, false]},
        {"name": "Верно", "match": "any", "rules": [false, true]},
    ]
    talk = await made.scenario(if_=("condition", {"branches": branches}))
    await talk.begin()
    event = await talk.last_event()
    assert (event["exit"], event["output"]) == ("branch:2", {"branch": 2, "name": "Верно"})


TEXTS = [
    ("{{имя}} {{ d.a[0] }}", {"имя": "Аня", "d": {"a": [7]}}, "Аня 7"),
    ("{{a}} {{b}}", {"a": True, "b": False}, "да нет"),
    ("{{a}}", {"a": ["x", 1, None, True]}, "x, 1, , да"),
    ("{{a}}", {"a": {"k": "й"}}, '{"k":"й"}'),
    (
        "{{a}} {{b}} {{c}}",
        {"a": 1000000.0, "b": 0.1, "c": 10**20},
        "1000000 0.1 100000000000000000000",
    ),
    ("[{{a}}{{b.c}}]", {"b": 1}, "[]"),
    ('{{a | default: "нет"}}{{b | default: 0}}{{c | default: "-"}}', {"b": None, "c": ""}, "нет0-"),
    ("{{a | upper}} {{a | lower}} {{b | trim}}", {"a": "Ёж", "b": "  x "}, "ЁЖ ёж x"),
    (
        "{{a | number}} {{a | number: 1}} {{b | number: 2}}",
        {"a": 1234.56, "b": 5},
        "1\u00a0234,56 1\u00a0234,6 5,00",
    ),
    ("{{a | plus: 2 | minus: 0.5}}", {"a": "1,5"}, "3"),
    ('{{a | date}} {{a | date: "d MMMM y"}}', {"a": "2026-12-05"}, "05.12.2026 5 декабря 2026"),
    (
        '{{a | join: " / "}} {{a | length}} {{b | length}}',
        {"a": ["x", "y"], "b": "абв"},
        "x / y 2 3",
    ),
    (
        "{{a | json}} {{b | urlencode}}",
        {"a": {"x": [1]}, "b": "а б/в"},
        '{"x":[1]} %D0%B0%20%D0%B1%2F%D0%B2',
    ),
    ('{{a | default: "a|b, }} \\"c\\""}}', {}, 'a|b, }} "c"'),
    ("{{bot.name}} {{user_session | length | plus: 0 | default: 1}}", {}, "Бот 17"),
    ("<b>{{a}}</b>", {"a": "<script>"}, "<b><script></b>"),
]


@pytest.mark.parametrize(("text", "variables", "expected"), TEXTS)
async def test_texts(made, text, variables, expected):
    assert await said(made, text, **variables) == expected


async def test_nothing_in_a_value_is_expanded_again(made):
    talk = await made.scenario(
        ask=("question", {"text": "?", "save_to": "a"}, "say"), say=say("{{a}}")
    )
    await talk.begin()
    assert (await talk.say("{{user_session}}"))["response"] == "{{user_session}}"


async def test_texts_in_an_english_conversation(made):
    assert (
        await said(
            made, "{{t}} {{n | number}} {{d | date}}", "en", t=True, n=1234.5, d="2026-12-05"
        )
        == "yes 1,234.5 Dec 5, 2026"
    )


async def test_today_is_the_date_of_the_time_zone(made):
    today = datetime.now(ZoneInfo("Europe/Moscow")).date().isoformat()
    assert await said(made, "{{today}}") == today


async def test_missing_and_wrong_types_are_blank_with_a_warning(made):
    talk = await made.scenario(say=say("[{{a}}][{{today | join}}][{{today | plus: 1}}]"))
    assert (await talk.begin())["response"] == "[][][]"
    assert [one["code"] for one in (await talk.last_event())["warnings"]] == [
        "variable_missing",
        "wrong_type",
        "wrong_type",
    ]


async def test_a_result_is_cut_at_10000_characters_with_a_warning(made):
    talk = await made.scenario(
        a=say("а" * 10_000, "b", set=[{"var": "long", "value": "б" * 10_000}]),
        b=say("{{long}}!"),
    )
    reply = await talk.begin()
    assert texts(reply) == ["а" * 10_000, "б" * 10_000]
    first, second = await talk.trace()
    assert [one["code"] for one in first["warnings"]] == []
    assert [one["code"] for one in second["warnings"]] == ["template_cut"]


async def test_a_variable_over_200_kb_ends_the_run(made):
    """20 texts of 10,000 characters are under 200 KB of UTF-8, 21 are over."""
    for count, ended in ((20, False), (21, True)):
        value = ["x" * 10_000] * count
        talk = await made.scenario(
            a=say("а", "b", set=[{"var": "big", "value": value}]), b=say("б", "ask"),
            ask=("question", {"text": "?"}),
        )  # fmt: skip
        reply = await talk.begin()
        assert reply["is_completed"] is ended
        assert (await talk.last_event())["error"] == ("variable_limit" if ended else None)
        assert list(await talk.variables()) == ([] if ended else ["big"])
        if ended:
            assert reply["messages"][-1]["step"] is None


async def test_the_501st_message_ends_the_run(made):
    talk = await made.scenario(
        ask=(
            "question",
            {"text": "?", "max_attempts": 1000, "retry_text": "нет", "input": {"type": "number"}},
        )
    )
    await talk.begin()
    await made.patch(f"/api/executions/{talk.execution}/", variables={"x": 1})
    for _ in range(499):
        reply = await talk.say("а")
    assert (reply["is_completed"], reply["response"]) == (False, "нет")
    last = await talk.say("5")
    assert (last["is_completed"], last["current_step"]) == (True, talk.ids["ask"])
    assert last["messages"][0]["step"] is None
    event = await talk.last_event()
    assert (event["error"], event["input"], event["seq"]) == ("turn_limit", "5", 501)


async def test_100_steps_and_a_question_are_a_turn(made):
    steps = {f"s{at}": say(str(at), f"s{at + 1}") for at in range(100)}
    talk = await made.scenario(**steps, s100=("question", {"text": "?"}))
    assert (await made.check(talk.scenario))["ok"] is True
    reply = await talk.begin()
    assert (len(reply["messages"]), reply["current_step"]) == (101, talk.ids["s100"])


async def test_unknown_keys_are_ignored(made):
    talk = await made.scenario(a=("message", {"text": "а", "colour": "red", "gtp": {"x": 1}}))
    assert texts(await talk.begin()) == ["а"]


async def test_broken_braces_are_an_error_and_said_literally(made):
    talk = await made.scenario(ask=("question", {"text": "?"}, "b"), b=say("{{имя"))
    found = await made.check(talk.scenario)
    assert [one["code"] for one in found["findings"] if one["severity"] == "error"] == [
        "broken_template"
    ]
    execution = await made.post(
        "/api/executions/", bot=talk.bot, scenario=talk.scenario, user_session=talk.session
    )
    await talk.say("Раз")
    assert talk.execution == execution["id"]
    assert (await talk.say("Два"))["response"] == "{{имя"


async def test_the_trace_has_one_event_for_each_turn_that_touches_a_question(made):
    talk = await made.scenario(
        a=say("Привет, {{x}}", "ask"),
        ask=("question", {"text": "?", "save_to": "n", "input": {"type": "number"}}, "end"),
        end=say("{{n}}"),
    )
    await talk.begin()
    await talk.say("пять")
    await talk.say("5")
    events = await talk.trace()
    for event in events:
        assert event.pop("started_at").endswith("Z")
        assert event.pop("duration_ms") >= 0
    ask = {"step": talk.ids["ask"], "step_type": "question", "tokens": None, "error": None}
    assert events == [
        {
            "seq": 1,
            "step": talk.ids["a"],
            "step_type": "message",
            "input": None,
            "output": {"said": ["Привет, "]},
            "variables_set": {},
            "exit": "next",
            "warnings": [{"code": "variable_missing", "params": {"name": "x"}}],
            "error": None,
            "tokens": None,
        },
        {
            **ask,
            "seq": 2,
            "input": None,
            "output": {"said": ["?"]},
            "variables_set": {},
            "exit": "wait",
            "warnings": [],
        },
        {
            **ask,
            "seq": 3,
            "input": "пять",
            "output": {"said": ["Нужно число, например 12,5."]},
            "variables_set": {},
            "exit": "retry",
            "warnings": [
                {"code": "answer_invalid", "params": {"reason": "not_number", "attempt": 1}}
            ],
        },
        {
            **ask,
            "seq": 4,
            "input": "5",
            "output": {"value": 5},
            "variables_set": {"n": 5},
            "exit": "next",
            "warnings": [],
        },
        {
            "seq": 5,
            "step": talk.ids["end"],
            "step_type": "message",
            "input": None,
            "output": {"said": ["5"]},
            "variables_set": {},
            "exit": "next",
            "warnings": [],
            "error": None,
            "tokens": None,
        },
    ]


async def test_a_circle_that_no_checker_saw_ends_at_the_step_limit(made):
    talk = await made.scenario(
        ask=("question", {"text": "?"}, "a"), a=say("а", "b"), b=say("б", "a")
    )
    assert (await made.check(talk.scenario))["ok"] is False
    await made.post(
        "/api/executions/", bot=talk.bot, scenario=talk.scenario, user_session=talk.session
    )
    await talk.say("Раз")
    reply = await talk.say("Два")
    assert (len(reply["messages"]), reply["is_completed"], reply["input"]) == (101, True, None)
    assert reply["messages"][-1]["step"] is None
    assert reply["current_step"] == talk.ids["b"]
    events = await talk.trace()
    assert [event["error"] for event in events] == [None] * 101 + ["step_limit"]
    assert events[-1]["step"] == talk.ids["b"]


@pytest.mark.parametrize("content", [[], "текст", 5, {"text": 5}, {"set": [{"var": "a"}]}])
async def test_a_step_that_does_not_parse_ends_the_run_politely(made, content):
    talk = await made.scenario(
        ask=("question", {"text": "?"}, "bad"), bad=("message", content, "end"), end=say("конец")
    )
    await made.post(
        "/api/executions/", bot=talk.bot, scenario=talk.scenario, user_session=talk.session
    )
    await talk.say("Раз")
    reply = await talk.say("Два")
    assert ([one["step"] for one in reply["messages"]], reply["is_completed"]) == ([None], True)
    assert (await talk.last_event())["error"] == "invalid_content"
