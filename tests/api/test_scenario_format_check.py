"""scenario-format, "The checker": every error and warning of the page over REST."""

import pytest

from alpina_app.services.access import SYSTEM
from alpina_app.services.secrets_store import set_secret
from tests.support.transcripts import studio

END = ("message", {"text": "Конец", "end": True})
YES_NO = [{"label": "Да"}, {"label": "Нет"}]


@pytest.fixture
async def made(tmp_path):
    async with studio(tmp_path) as made:
        made.app.call(set_secret, SYSTEM, made.app.runtime.settings, "KEY", "value-1")
        yield made


def ask(*following, **content):
    return ("question", {"text": "?", **content}, *following)


def choice(*options, **spec):
    return ask("end", input={"type": "choice", "options": list(options), **spec})


def call(*following, **content):
    basics = {"url": "https://example.com/", "on_error": {}}
    return ("api_call", {**basics, **content}, *following)


def rules(*rules):
    return ("condition", {"branches": [{"rules": list(rules)}]}, "end")


def classes(*classes):
    return ("condition", {"mode": "gpt", "classes": list(classes)}, "end")


# one step, its severity and the end of the path that is named
STEPS = [
    # contents that do not parse
    (("question", {}, "end"), "error", "content.text"),
    (("condition", {}, "end"), "error", "content.branches"),
    (("api_call", {}, "end"), "error", "content.url"),
    (("message", [], "end"), "error", "content"),
    (("message", "текст", "end"), "error", "content"),
    (("message", {"text": 5}, "end"), "error", "content.text"),
    (ask("end", max_attempts="3"), "error", "content.max_attempts"),
    (ask("end", input={"type": "colour"}), "error", "content.input.type"),
    (("message", {"gpt": {}}, "end"), "error", "content.gpt.prompt"),
    (("message", {"set": [{"value": 1}]}, "end"), "error", "content.set[0].var"),
    (("message", {"set": [{"var": "a"}]}, "end"), "error", "content.set[0].value"),
    (rules({"op": "eq"}), "error", "content.branches[0].rules[0].var"),
    (rules({"var": "today"}), "error", "content.branches[0].rules[0].op"),
    (rules({"var": "today", "op": "like"}), "error", "content.branches[0].rules[0].op"),
    (("condition", {"branches": [{}]}, "end"), "error", "content.branches[0].rules"),
    (classes({"description": "x"}), "error", "content.classes[0].id"),
    (choice({"id": "a"}), "error", "content.input.options[0].label"),
    (call("end", save=[{"var": "a"}]), "error", "content.save[0].path"),
    (call("end", save=[{"path": "a"}]), "error", "content.save[0].var"),
    (("api_call", {"target": "gpt", "on_error": {}}, "end"), "error", "content.prompt"),
    (call("end", target="ftp"), "error", "content.target"),
    # exits to nowhere
    (choice({"label": "a", "goto": 999_999}), "error", "content.input.options[0].goto"),
    (ask("end", on_fail={"action": "goto", "goto": 999_999}), "error", "content.on_fail.goto"),
    (call("end", on_error={"goto": 999_999}), "error", "content.on_error.goto"),
    (classes({"id": "a", "goto": 999_999}), "error", "content.classes[0].goto"),
    (ask("end", on_fail={"action": "goto"}), "error", "content.on_fail.goto"),
    # ids, patterns, secrets, templates
    (choice({"id": "a", "label": "x"}, {"id": "a", "label": "y"}), "error", "options[1].id"),
    (classes({"id": "a"}, {"id": "A"}), "error", "content.classes[1].id"),
    (ask("end", input={"pattern": "(?=x)"}), "error", "content.input.pattern"),
    (ask("end", input={"pattern": "["}), "error", "content.input.pattern"),
    (rules({"var": "today", "op": "matches", "value": "("}), "error", "rules[0].value"),
    (call("end", url="https://example.com/{{secret.NO}}"), "error", "content.url"),
    (call("end", auth={"type": "bearer", "secret": "NO"}), "error", "content.auth.secret"),
    (("message", {"text": "{{secret.KEY}}"}, "end"), "error", "content.text"),
    (rules({"var": "secret.KEY", "op": "is_set"}), "error", "rules[0].var"),
    (call("end", on_error={"text": "{{secret.KEY}}"}), "error", "content.on_error.text"),
    (("message", {"text": "{{today | shout}}"}, "end"), "error", "content.text"),
    (("message", {"text": "{{today"}, "end"), "error", "content.text"),
    (("message", {"text": "today}}"}, "end"), "error", "content.text"),
    (("message", {"text": "{{today | date: }}"}, "end"), "error", "content.text"),
    # questions, choices, conditions
    (("question", {"text": "  "}, "end"), "error", "content.text"),
    (choice(), "error", "content.input.options"),
    (("condition", {"branches": []}, "end"), "error", "content.branches"),
    (("condition", {"mode": "gpt"}, "end"), "error", "content.classes"),
    (("condition", {"branches": [{"rules": []}]}, "end"), "error", "content.branches[0].rules"),
    # numbers out of bounds
    (call("end", timeout_s=0), "error", "content.timeout_s"),
    (call("end", timeout_s=61), "error", "content.timeout_s"),
    (call("end", retries=4), "error", "content.retries"),
    (call("end", retries=-1), "error", "content.retries"),
    (call("end", max_response_kb=0), "error", "content.max_response_kb"),
    (call("end", max_response_kb=1025), "error", "content.max_response_kb"),
    (ask("end", max_attempts=0), "error", "content.max_attempts"),
    # headers of the client, urls
    (call("end", headers=[{"name": "Host", "value": "a"}]), "error", "content.headers[0].name"),
    (call("end", headers=[{"name": "content-LENGTH", "value": "1"}]), "error", "headers[0].name"),
    (call("end", url="https://{{today}}/"), "error", "content.url"),
    (call("end", url="{{today}}://example.com/"), "error", "content.url"),
    (call("end", url="https://me:pw@example.com/"), "error", "content.url"),
    # names that cannot be set
    (ask("end", save_to="today"), "error", "content.save_to"),
    (ask("end", save_to="a.b"), "error", "content.save_to"),
    (ask("end", save_to="1a"), "error", "content.save_to"),
    (ask("end", save_to="a" * 65), "error", "content.save_to"),
    (("message", {"set": [{"var": "bot", "value": 1}]}, "end"), "error", "content.set[0].var"),
    # warnings
    (("message", {"text": "{{nobody}}"}, "end"), "warning", "content.text"),
    (rules({"var": "nobody", "op": "ne", "value": 1}), "warning", "rules[0].var"),
    (ask("end", save_to="never_used"), "warning", "content.save_to"),
    (choice({"label": "Да"}, {"id": "b", "label": "да"}), "warning", "options[1].label"),
    (choice({"id": "2", "label": "a"}, {"id": "x", "label": "b"}), "warning", "options[0].id"),
    (
        choice({"id": "a", "label": "x"}, {"id": "b", "label": "y", "value": "a"}),
        "warning",
        "options[0].id",
    ),
    (choice({"id": "a", "label": ""}), "warning", "content.input.options[0].label"),
    (("message", {"text": "Всё"}), "warning", "next_step"),
    (("message", {"text": "Всё", "end": True}, "end"), "warning", "content.end"),
    (
        ("api_call", {"url": "https://example.com/"}, "end"),
        "warning",
        "content.on_error",
    ),
    (("message", {"texts": "a"}, "end"), "warning", "content.texts"),
    (ask("end", input={"type": "text", "minimum": 1}), "warning", "content.input.minimum"),
    (("message", {"text": "а" * 4001}, "end"), "warning", "content.text"),
    (ask("first"), "warning", "next_step"),
    (call("end", url="http://127.0.0.1:8000/"), "warning", "content.url"),
    (call("end", url="http://[::1]/"), "warning", "content.url"),
    (call("end", url="http://localhost/"), "warning", "content.url"),
]


@pytest.mark.parametrize(("step", "severity", "path"), STEPS)
async def test_a_fault_is_found_at_its_place(made, step, severity, path):
    talk = await made.scenario(first=step, end=END)
    found = await made.check(talk.scenario)
    here = [
        one
        for one in found["findings"]
        if (one["step"], one["severity"]) == (talk.ids["first"], severity)
    ]
    assert [one["path"] for one in here if one["path"].endswith(path)]
    assert found["ok"] is (severity == "warning")
    # nothing else is made of it but what follows from it
    assert {one["path"] for one in here} == {
        one["path"] for one in here if one["path"].endswith(path)
    }
    english = (await made.check(talk.scenario, "en"))["findings"]
    for ru, en in zip(found["findings"], english, strict=True):
        assert list(ru) == ["code", "severity", "step", "path", "message", "mend"]
        assert ru["message"] != en["message"]
        assert {**ru, "message": ""} == {**en, "message": ""}
        assert any("а" <= char <= "я" for char in ru["message"].lower())


async def findings(made, **steps):
    talk = await made.scenario(**steps)
    names = {step: key for key, step in talk.ids.items()}
    found = await made.check(talk.scenario)
    return talk, [
        (one["code"], one["severity"], names.get(one["step"]), one["path"])
        for one in found["findings"]
    ]


async def test_a_scenario_without_steps_is_a_warning_of_the_whole(made):
    _, found = await findings(made)
    assert found == [("no_steps", "warning", None, "")]


async def test_an_empty_message_has_no_findings_of_its_own(made):
    _, found = await findings(made, first=("message", {}, "end"), end=END)
    assert found == []


async def test_a_cycle_is_one_error_on_its_step_of_lowest_order(made):
    talk, found = await findings(
        made,
        start=("message", {"text": "а"}, "b"),
        a=("message", {"text": "б"}, "b"),
        b=ask("c", save_to="x", skip_if_set=True),
        c=(*rules({"var": "x", "op": "is_set"})[:2], "a"),
    )
    path = f"{talk.ids['b']}, {talk.ids['c']}"
    assert [one for one in found if one[1] == "error"] == [("cycle", "error", "a", path)]


async def test_a_question_on_a_cycle_ends_each_turn(made):
    _, found = await findings(made, a=("message", {"text": "а"}, "b"), b=ask("a"))
    assert found == []


async def test_a_chain_of_more_than_100_steps_is_an_error(made):
    steps = {f"s{at}": ("message", {"text": "а"}, f"s{at + 1}") for at in range(100)}
    _, found = await findings(made, **steps, s100=END)
    assert [one[:3] for one in found] == [("chain_too_long", "error", "s0")]


async def test_an_exit_to_another_scenario_is_an_error(made):
    other = await made.scenario(end=END)
    _, found = await findings(
        made, first=choice({"label": "a", "goto": other.ids["end"]}, {"label": "b"}), end=END
    )
    assert found == [("exit_nowhere", "error", "first", "content.input.options[0].goto")]


async def test_an_unreachable_step_is_a_warning(made):
    _, found = await findings(made, first=END, lost=END)
    assert found == [("unreachable", "warning", "lost", "")]


async def test_a_variable_has_to_be_set_on_all_paths(made):
    steps = {
        "if_": (
            "condition",
            {"branches": [{"rules": [{"var": "today", "op": "is_set"}], "goto": "set"}]},
            "use",
        ),
        "set": ("message", {"set": [{"var": "x", "value": 1}]}, "use"),
    }
    for text, expected in (
        ("{{x}}", [("variable_not_set", "warning", "use", "content.text")]),
        ('{{x | default: "нет"}}', []),
    ):
        _, found = await findings(made, **steps, use=("message", {"text": text, "end": True}))
        assert found == expected


async def test_failing_exits_set_nothing_but_the_default_of_on_fail(made):
    number = {"type": "number"}
    use = ("message", {"text": "{{n}}", "end": True})
    for on_fail, expected in (
        (
            {"action": "goto", "goto": "use"},
            [("variable_not_set", "warning", "use", "content.text")],
        ),
        ({"action": "default", "default": 1}, []),
        ({}, []),
    ):
        _, found = await findings(
            made, ask=ask("use", save_to="n", input=number, on_fail=on_fail), use=use
        )
        assert found == expected
    _, found = await findings(
        made,
        call=call("use", save=[{"path": "", "var": "n"}], on_error={"goto": "use"}),
        use=use,
    )
    assert found == [("variable_not_set", "warning", "use", "content.text")]


async def test_a_mend_that_is_applied_through_rest_settles_its_finding(made):
    talk = await made.scenario(first=call("end", timeout_s=90), end=END)
    [finding] = (await made.check(talk.scenario))["findings"]
    assert finding["mend"] == {
        "step": talk.ids["first"],
        "patch": [{"op": "replace", "path": "/content/timeout_s", "value": 60}],
    }
    step = await made.get(f"/api/steps/{talk.ids['first']}/")
    content = {**step["content"], "timeout_s": finding["mend"]["patch"][0]["value"]}
    await made.patch(f"/api/steps/{talk.ids['first']}/", content=content)
    assert await made.check(talk.scenario) == {"ok": True, "findings": []}


async def test_sound_content_has_no_findings(made):
    """Everything that the page offers, used as it means it."""
    talk = await made.scenario(
        hello=(
            "message",
            {
                "text": 'Здравствуйте! Сегодня {{today | date: "d MMMM"}}, я {{bot.name}}.',
                "set": [
                    {"var": "имя", "value": None},
                    {"var": "tries", "value": "{{tries | default: 0 | plus: 1}}"},
                ],
            },
            "name",
        ),
        name=ask(
            "mail",
            save_to="имя",
            skip_if_set=True,
            retry_text="Это {{tries}}-я попытка, {{user_session}}.",
            input={"min_len": 2, "max_len": 50, "pattern": r"\p{L}+( \p{L}+)*"},
        ),
        mail=ask(
            "day",
            save_to="mail",
            input={"type": "email", "required": False},
            on_fail={"action": "default", "default": "", "text": "Обойдёмся."},
        ),
        day=ask(
            "role",
            save_to="day",
            input={"type": "date", "min": "today", "max": "2100-12-31"},
            on_fail={"action": "goto", "goto": "bye", "text": "Жаль."},
        ),
        role=ask(
            "langs",
            save_to="role",
            input={
                "type": "choice",
                "options": [
                    {"id": "author", "label": "Автор", "value": {"kind": 1}, "goto": "langs"},
                    {"id": "guest", "label": "Гость"},
                    {"id": "none", "label": "Никто", "goto": None},
                ],
            },
        ),
        langs=ask(
            "rate",
            save_to="langs",
            input={
                "type": "multi_choice",
                "min": 1,
                "max": 2,
                "options": [{"label": "C"}, {"label": "C++"}, {"label": "Python"}],
            },
        ),
        rate=ask("call", save_to="rate", input={"type": "rating", "scale": 10}, max_attempts=5),
        call=(
            "api_call",
            {
                "method": "POST",
                "url": "https://api.example.com/v1/{{user_session}}?name={{имя | urlencode}}",
                "query": [{"name": "rate", "value": "{{rate}}"}],
                "headers": [{"name": "X-Key", "value": "{{secret.KEY}}"}],
                "body": {"type": "json", "value": {"day": "{{day}}", "role": "{{role}}"}},
                "auth": {"type": "bearer", "secret": "KEY"},
                "timeout_s": 60,
                "save": [{"path": "items[0].id", "var": "id", "default": 0}],
                "save_status": "status",
                "success": [200, 404],
                "on_error": {"goto": "bye", "text": "Сервис не ответил ({{status}})."},
                "max_response_kb": 1024,
            },
            "extract",
        ),
        extract=(
            "api_call",
            {
                "target": "gpt",
                "prompt": "Найди город: {{last_answer}} {{mail}}",
                "schema": {"type": "object", "required": ["city"]},
                "save": [{"path": "city", "var": "city"}],
                "on_error": {"goto": "bye"},
            },
            "if_",
        ),
        if_=(
            "condition",
            {
                "branches": [
                    {
                        "name": "Свои",
                        "match": "any",
                        "rules": [
                            {"var": "city", "op": "in", "value": "Омск, Томск"},
                            {"var": "id", "op": "between", "value": [1, 10]},
                            {"var": "langs", "op": "contains", "value": "C++"},
                        ],
                        "goto": "classify",
                    },
                    {
                        "rules": [{"var": "имя", "op": "matches", "value": r"^\p{Lu}"}],
                        "goto": "bye",
                    },
                ]
            },
            "bye",
        ),
        classify=(
            "condition",
            {
                "mode": "gpt",
                "instructions": "Что он хочет?",
                "classes": [
                    {"id": "more", "description": "Ещё", "goto": "name"},
                    {"id": "stop", "goto": None},
                ],
            },
            "think",
        ),
        think=(
            "message",
            {"text": "Думаю", "gpt": {"prompt": "Ответь: {{имя}}", "save_to": "thought"}},
            "said",
        ),
        said=("message", {"text": "Вот: {{thought}}"}, "bye"),
        bye=("message", {"text": 'Пока, {{имя | default: "друг"}}!', "end": True}),
    )
    assert await made.check(talk.scenario) == {"ok": True, "findings": []}
