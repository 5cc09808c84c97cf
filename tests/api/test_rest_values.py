"""Values of fields: what is taken, what is refused, in which words."""

import pytest

LONG = "ж" * 200
HUGE = 10**30


async def made(client, path, **values):
    answer = await client.post(path, json=values)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def refused(client, path, **values):
    answer = await client.post(path, json=values)
    assert answer.status_code == 400, answer.text
    return answer.json()


async def test_a_bot_has_the_fields_of_the_contract_in_order_with_their_defaults(app, editor):
    bot = await made(editor, "/api/bots/", name="Бот")
    times = bot.pop("created_at"), bot.pop("updated_at")
    assert bot == {
        "id": 1,
        "name": "Бот",
        "description": "",
        "bot_type": "chat",
        "gpt_model": "gpt-3.5-turbo",
        "creativity_level": 0.7,
        "max_tokens": 1000,
        "system_prompt": "",
        "is_active": True,
        "created_by": app.people["editor"].id,
        "start_scenario": None,
    }
    assert times[0] == times[1]
    assert len(times[0]) == len("2026-11-23T10:00:00.123456Z")
    assert times[0].endswith("Z")


async def test_keys_come_in_the_order_of_the_contract(editor):
    await made(editor, "/api/bots/", name="Бот")
    await made(editor, "/api/scenarios/", name="С", bot=1)
    await made(editor, "/api/steps/", name="Ш", scenario=1)
    await made(editor, "/api/executions/", bot=1, user_session="u")
    keys = {}
    for name in ("bots", "scenarios", "steps", "executions"):
        keys[name] = list((await editor.get(f"/api/{name}/1/")).json())
    assert {name: " ".join(found) for name, found in keys.items()} == {
        "bots": "id name description bot_type gpt_model creativity_level max_tokens system_prompt "
        "is_active created_by created_at updated_at start_scenario",
        "scenarios": "id name description bot initial_step is_active created_at updated_at",
        "steps": "id name step_type scenario content order next_step created_at updated_at",
        "executions": "id bot scenario user_session current_step conversation_history "
        "is_completed created_at updated_at variables",
    }


async def test_answers_are_compact_utf8(editor):
    answer = await editor.post("/api/bots/", json={"name": "Бот №1"})
    assert '"name":"Бот №1","description":""'.encode() in answer.content
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"name": "  Бот\n"}, {"name": "Бот"}),
        ({"name": 5}, {"name": "5"}),
        ({"name": -1.5}, {"name": "-1.5"}),
        ({"name": LONG}, {"name": LONG}),
        ({"name": "<b>&amp;😀"}, {"name": "<b>&amp;😀"}),
        ({"description": "  "}, {"description": ""}),
        ({"max_tokens": "5"}, {"max_tokens": 5}),
        ({"max_tokens": " 5.0 "}, {"max_tokens": 5}),
        ({"max_tokens": 2147483647}, {"max_tokens": 2147483647}),
        ({"creativity_level": "0.5"}, {"creativity_level": 0.5}),
        ({"creativity_level": 0.1 + 0.2}, {"creativity_level": 0.1 + 0.2}),
        ({"creativity_level": 2}, {"creativity_level": 2.0}),
        ({"is_active": "off"}, {"is_active": False}),
        ({"is_active": "TRUE"}, {"is_active": True}),
        ({"is_active": 0}, {"is_active": False}),
        ({"bot_type": "completion"}, {"bot_type": "completion"}),
        ({"created_by": "1"}, {"created_by": 1}),
        ({"id": 77, "created_at": "x", "unknown": 1}, {"id": 1}),
    ],
)
async def test_values_are_taken_as_the_original_takes_them(editor, given, stored):
    bot = await made(editor, "/api/bots/", **{"name": "x", **given})
    assert {name: bot[name] for name in stored} == stored
    assert (await editor.get("/api/bots/1/")).json() == bot


@pytest.mark.parametrize(
    ("values", "messages"),
    [
        ({}, {"name": ["This field is required."]}),
        ({"name": ""}, {"name": ["This field may not be blank."]}),
        ({"name": " \t "}, {"name": ["This field may not be blank."]}),
        ({"name": None}, {"name": ["This field may not be null."]}),
        ({"name": True}, {"name": ["Not a valid string."]}),
        ({"name": ["a"]}, {"name": ["Not a valid string."]}),
        ({"name": LONG + "ж"}, {"name": ["Ensure this field has no more than 200 characters."]}),
        ({"name": "a\0b"}, {"name": ["Null characters are not allowed."]}),
        ({"max_tokens": 0}, {"max_tokens": ["Ensure this value is greater than or equal to 1."]}),
        (
            {"max_tokens": HUGE},
            {"max_tokens": ["Ensure this value is less than or equal to 2147483647."]},
        ),
        ({"max_tokens": 1.5}, {"max_tokens": ["A valid integer is required."]}),
        ({"max_tokens": True}, {"max_tokens": ["A valid integer is required."]}),
        ({"max_tokens": "9" * 1001}, {"max_tokens": ["String value too large."]}),
        (
            {"creativity_level": 2.1},
            {"creativity_level": ["Ensure this value is less than or equal to 2.0."]},
        ),
        (
            {"creativity_level": "-0.1"},
            {"creativity_level": ["Ensure this value is greater than or equal to 0.0."]},
        ),
        ({"creativity_level": "nan"}, {"creativity_level": ["A valid number is required."]}),
        ({"creativity_level": "0,7"}, {"creativity_level": ["A valid number is required."]}),
        ({"is_active": "maybe"}, {"is_active": ["Must be a valid boolean."]}),
        ({"is_active": None}, {"is_active": ["This field may not be null."]}),
        ({"bot_type": "Chat"}, {"bot_type": ['"Chat" is not a valid choice.']}),
        ({"bot_type": ""}, {"bot_type": ['"" is not a valid choice.']}),
        ({"created_by": 99}, {"created_by": ['Invalid pk "99" - object does not exist.']}),
        (
            {"created_by": HUGE},
            {"created_by": [f'Invalid pk "{HUGE}" - object does not exist.']},
        ),
        (
            {"created_by": "x"},
            {"created_by": ["Incorrect type. Expected pk value, received str."]},
        ),
        (
            {"created_by": True},
            {"created_by": ["Incorrect type. Expected pk value, received bool."]},
        ),
        ({"created_by": None}, {"created_by": ["This field may not be null."]}),
        ({"start_scenario": 5}, {"start_scenario": ['Invalid pk "5" - object does not exist.']}),
    ],
)
async def test_a_wrong_value_is_refused_in_the_words_of_the_original(editor, values, messages):
    body = values if values == {} or "name" in values else {"name": "x", **values}
    assert await refused(editor, "/api/bots/", **body) == messages
    assert (await editor.get("/api/bots/")).json()["count"] == 0


async def test_every_wrong_field_is_named_at_once_in_order(editor):
    found = await refused(
        editor, "/api/bots/", name="", creativity_level=9, is_active="x", bot_type="z"
    )
    assert list(found) == ["name", "bot_type", "creativity_level", "is_active"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("null", "No data provided"),
        ("[1]", "Invalid data. Expected a dictionary, but got list."),
        ('"x"', "Invalid data. Expected a dictionary, but got str."),
        ("5", "Invalid data. Expected a dictionary, but got int."),
    ],
)
async def test_a_body_that_is_no_object_has_no_field_at_fault(editor, body, said):
    answer = await editor.post(
        "/api/bots/", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()) == (400, {"non_field_errors": [said]})


async def test_put_needs_the_required_fields_and_leaves_the_others(editor):
    await made(editor, "/api/bots/", name="a", description="d", max_tokens=5)
    refused = await editor.put("/api/bots/1/", json={"description": "e"})
    assert (refused.status_code, refused.json()) == (400, {"name": ["This field is required."]})
    put = (await editor.put("/api/bots/1/", json={"name": "b"})).json()
    assert (put["name"], put["description"], put["max_tokens"]) == ("b", "d", 5)


async def test_patch_changes_only_what_it_names_and_the_time_of_change(editor):
    before = await made(editor, "/api/bots/", name="a", description="d")
    after = (await editor.patch("/api/bots/1/", json={"name": " b "})).json()
    assert after == {**before, "name": "b", "updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]


CONTENTS = [
    {},
    [],
    "text",
    "",
    5,
    1.0,
    True,
    False,
    {"b": 1, "a": [None, 1e5, 10**30, "я😀", {"": "</script>"}]},
    {"deep": [[[[[[[[[[1]]]]]]]]]]},
]


@pytest.mark.parametrize("content", CONTENTS, ids=str)
async def test_content_is_kept_as_it_is(editor, content):
    await made(editor, "/api/bots/", name="b")
    await made(editor, "/api/scenarios/", name="s", bot=1)
    step = await made(editor, "/api/steps/", name="x", scenario=1, content=content)
    assert step["content"] == content
    assert type(step["content"]) is type(content)
    answer = await editor.get("/api/steps/1/")
    assert answer.json()["content"] == content
    if isinstance(content, dict):
        assert list(answer.json()["content"]) == list(content)


async def test_null_is_no_content(editor):
    await made(editor, "/api/bots/", name="b")
    await made(editor, "/api/scenarios/", name="s", bot=1)
    found = await refused(editor, "/api/steps/", name="x", scenario=1, content=None)
    assert found == {"content": ["This field may not be null."]}


async def test_order_has_its_bounds(editor):
    await made(editor, "/api/bots/", name="b")
    await made(editor, "/api/scenarios/", name="s", bot=1)
    assert await refused(editor, "/api/steps/", name="x", scenario=1, order=-1) == {
        "order": ["Ensure this value is greater than or equal to 0."]
    }
    assert await refused(editor, "/api/steps/", name="x", scenario=1, order=2**31) == {
        "order": ["Ensure this value is less than or equal to 2147483647."]
    }


async def test_references_stay_inside_their_bot_and_scenario(editor):
    for name in ("one", "two"):
        bot = await made(editor, "/api/bots/", name=name)
        scenario = await made(editor, "/api/scenarios/", name=name, bot=bot["id"])
        await made(editor, "/api/steps/", name=name, scenario=scenario["id"])
    elsewhere = {"step": ["The step belongs to another scenario."]}["step"]
    other_bot = ["The scenario belongs to another bot."]

    async def patched(path, **values):
        answer = await editor.patch(path, json=values)
        return answer.status_code, answer.json()

    assert await patched("/api/scenarios/1/", initial_step=2) == (400, {"initial_step": elsewhere})
    assert await patched("/api/steps/1/", next_step=2) == (400, {"next_step": elsewhere})
    assert await patched("/api/bots/1/", start_scenario=2) == (400, {"start_scenario": other_bot})
    assert (await patched("/api/bots/1/", start_scenario=1))[1]["start_scenario"] == 1
    assert (await patched("/api/scenarios/1/", initial_step=1))[1]["initial_step"] == 1
    assert (await patched("/api/steps/1/", next_step=1))[1]["next_step"] == 1
    assert await refused(editor, "/api/bots/", name="x", start_scenario=1) == {
        "start_scenario": other_bot
    }
    assert await refused(editor, "/api/scenarios/", name="x", bot=1, initial_step=1) == {
        "initial_step": elsewhere
    }
    session = {"bot": 1, "user_session": "u"}
    assert await refused(editor, "/api/executions/", **session, scenario=2) == {
        "scenario": other_bot
    }
    assert await refused(editor, "/api/executions/", **session, scenario=1, current_step=2) == {
        "current_step": elsewhere
    }
    assert await refused(editor, "/api/executions/", **session, current_step=1) == {
        "current_step": elsewhere
    }


async def test_field_errors_and_foreign_references_are_told_together(editor):
    await made(editor, "/api/bots/", name="b")
    await made(editor, "/api/scenarios/", name="s", bot=1)
    await made(editor, "/api/steps/", name="x", scenario=1)
    found = await refused(editor, "/api/scenarios/", name="", bot=1, initial_step=1)
    assert found == {
        "name": ["This field may not be blank."],
        "initial_step": ["The step belongs to another scenario."],
    }


HISTORY = [{"role": "user", "content": "Привет"}, {"role": "assistant", "content": ""}]


async def test_history_and_variables_go_in_and_out(editor):
    await made(editor, "/api/bots/", name="b")
    execution = await made(
        editor,
        "/api/executions/",
        bot=1,
        user_session=" u ",
        conversation_history=HISTORY,
        variables={"имя": "Аня", "n": 1.0, "list": [None, True]},
    )
    assert execution["user_session"] == "u"
    assert execution["conversation_history"] == HISTORY
    assert execution["variables"] == {"имя": "Аня", "n": 1.0, "list": [None, True]}
    assert (await editor.get("/api/executions/1/")).json() == execution
    listed = (await editor.get("/api/executions/")).json()["results"]
    assert listed == [execution]


async def test_a_new_history_replaces_the_old_one(editor):
    await made(editor, "/api/bots/", name="b")
    await made(editor, "/api/executions/", bot=1, user_session="u", conversation_history=HISTORY)
    for history in ([*HISTORY, HISTORY[0]], [HISTORY[1]], [], HISTORY):
        answer = await editor.patch("/api/executions/1/", json={"conversation_history": history})
        assert answer.json()["conversation_history"] == history
    kept = await editor.patch("/api/executions/1/", json={"is_completed": True})
    assert kept.json()["conversation_history"] == HISTORY


@pytest.mark.parametrize(
    "history", [{}, "x", [1], [None], [{"role": "user"}], [{"role": 1, "content": "a"}]], ids=str
)
async def test_a_history_is_a_list_of_turns(editor, history):
    await made(editor, "/api/bots/", name="b")
    found = await refused(
        editor, "/api/executions/", bot=1, user_session="u", conversation_history=history
    )
    assert found == {"conversation_history": ["Expected a list of {role, content} objects."]}


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ([], ["Expected an object of variables."]),
        ({"a b": 1}, ['"a b" is not a valid variable name.']),
        ({"x" * 65: 1}, [f'"{"x" * 65}" is not a valid variable name.']),
        ({"today": 1}, ['"today" is a built-in name.']),
        ({"big": "x" * 210_000}, ['"big" is larger than 200 KB.']),
        ({"bot": 1, "1": 2}, ['"bot" is a built-in name.', '"1" is not a valid variable name.']),
    ],
    ids=["list", "space", "long", "reserved", "large", "several"],
)
async def test_variables_have_names_and_a_size(editor, variables, said):
    await made(editor, "/api/bots/", name="b")
    found = await refused(editor, "/api/executions/", bot=1, user_session="u", variables=variables)
    assert found == {"variables": said}
