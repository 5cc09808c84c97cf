"""Check, trace, copy, export and import over HTTP."""

import json

import pytest
from sqlalchemy import select

from alpina_app.api.examples import EXAMPLES
from alpina_app.models import Bot, Scenario, Step
from tests.support.openai_server import OpenAiServer
from tests.support.pictures import branch, call, message, question
from tests.support.talks import talking


@pytest.fixture
async def talks(tmp_path):
    with OpenAiServer() as model:
        async with talking(tmp_path, model) as talks:
            yield talks


@pytest.fixture
def editor(talks):
    return talks.app.signed_in("editor")


def sound(talks, bot):
    return talks.scenario(
        bot,
        message(11, "Привет!", 12),
        question(
            12,
            "role",
            13,
            input={
                "type": "choice",
                "options": [{"label": "Автор", "goto": 14}, {"label": "Гость", "goto": None}],
            },
            on_fail={"action": "goto", "goto": 14},
        ),
        branch(
            13,
            [{"match": "all", "rules": [{"var": "role", "op": "is_set"}], "goto": 14}],
            14,
        ),
        message(14, "Пока, {{role | default: 'друг'}}".replace("'", '"'), end=True),
    )


async def test_check_reports_a_sound_scenario(talks, editor):
    scenario = sound(talks, talks.bot())
    answer = await editor.get(f"/api/scenarios/{scenario}/check/")
    assert (answer.status_code, answer.json()["ok"]) == (200, True)


async def test_check_speaks_the_readers_language(talks, editor):
    scenario = talks.scenario(talks.bot(), question(21, text=""))
    found = {}
    for language in ("ru", "en"):
        answer = await editor.get(
            f"/api/scenarios/{scenario}/check/", headers={"Accept-Language": language}
        )
        body = answer.json()
        assert body["ok"] is False
        [error] = [one for one in body["findings"] if one["severity"] == "error"]
        assert list(error) == ["code", "severity", "step", "path", "message", "mend"]
        assert (error["step"], error["path"]) == (21, "content.text")
        found[language] = error["message"]
    assert found["ru"] != found["en"]


async def test_check_of_an_empty_scenario_warns(talks, editor):
    scenario = talks.scenario(talks.bot())
    body = (await editor.get(f"/api/scenarios/{scenario}/check/")).json()
    assert body["ok"] is True
    assert [(one["severity"], one["step"]) for one in body["findings"]] == [("warning", None)]


async def test_check_needs_what_reading_needs(talks, tmp_path):
    scenario = sound(talks, talks.bot())
    guest = await talks.app.client.get(f"/api/scenarios/{scenario}/check/")
    assert guest.status_code == 401
    missing = await talks.app.signed_in("viewer").get("/api/scenarios/999/check/")
    assert missing.status_code == 404


async def test_trace_tells_what_each_step_did(talks, editor):
    bot = talks.bot()
    scenario = sound(talks, bot)
    reply = await talks.say(bot, "Начнём", scenario=scenario)
    await talks.say(bot, "Автор")
    answer = await editor.get(f"/api/executions/{reply.execution_id}/trace/")
    events = answer.json()
    assert [(one["seq"], one["step"], one["exit"]) for one in events] == [
        (1, 11, "next"),
        (2, 12, "wait"),
        (3, 12, "option:Автор"),
        (4, 14, "next"),
    ]
    assert list(events[0]) == [
        "seq",
        "step",
        "step_type",
        "started_at",
        "duration_ms",
        "input",
        "output",
        "variables_set",
        "exit",
        "warnings",
        "error",
        "tokens",
    ]
    assert events[2]["variables_set"] == {"role": "Автор"}


async def test_trace_is_never_open_to_guests(talks):
    bot = talks.bot()
    reply = await talks.say(bot, "Раз")
    answer = await talks.app.client.get(f"/api/executions/{reply.execution_id}/trace/")
    assert answer.status_code == 401


def shape(talks, scenario_id):
    """Steps with exits named by place in the list, so that copies compare equal."""

    def read(session):
        steps = session.execute(
            select(Step).where(Step.scenario_id == scenario_id).order_by(Step.order, Step.id)
        ).scalars()
        found = [(step.id, step.name, step.content, step.next_step_id) for step in steps]
        places = {row[0]: f"@{place}" for place, row in enumerate(found)}

        def named(value, key=None):
            match value:
                case dict():
                    return {name: named(one, name) for name, one in value.items()}
                case list():
                    return [named(one) for one in value]
            return places.get(value, value) if key == "goto" else value

        return [(name, named(content), places.get(after)) for _, name, content, after in found]

    return talks.app.call(read)


async def test_a_copy_leads_to_its_own_steps(talks, editor):
    scenario = sound(talks, talks.bot())
    answer = await editor.post(f"/api/scenarios/{scenario}/copy/", json={})
    copied = answer.json()
    assert (answer.status_code, copied["name"], copied["is_active"]) == (201, "Сценарий (2)", False)
    assert copied["id"] != scenario
    assert shape(talks, copied["id"]) == shape(talks, scenario)


async def test_viewers_may_not_copy(talks):
    scenario = sound(talks, talks.bot())
    viewer = talks.app.signed_in("viewer")
    assert (await viewer.post(f"/api/scenarios/{scenario}/copy/", json={})).status_code == 403


async def test_export_and_import_make_an_equal_bot(talks, editor):
    bot = talks.bot(system_prompt="Кратко", creativity_level=1.5)
    scenario = sound(talks, bot)
    talks.change(Bot, bot, start_scenario_id=scenario)
    talks.change(Scenario, scenario, initial_step_id=11)
    exported = (await editor.get(f"/api/bots/{bot}/export/")).json()
    answer = await editor.post("/api/bots/import/", json=exported)
    assert answer.status_code == 201
    new = answer.json()
    assert (new["system_prompt"], new["creativity_level"]) == ("Кратко", 1.5)
    assert shape(talks, new["start_scenario"]) == shape(talks, scenario)
    again = (await editor.get(f"/api/bots/{new['id']}/export/")).json()
    assert again == exported


async def test_export_names_secrets_without_their_values(talks, editor):
    bot = talks.bot()
    talks.scenario(
        bot,
        call(
            31,
            headers=[{"name": "X-Key", "value": "{{secret.API_KEY}}"}],
            auth={"type": "bearer", "secret": "TOKEN"},
        ),
    )
    exported = (await editor.get(f"/api/bots/{bot}/export/")).json()
    assert exported["secrets"] == ["API_KEY", "TOKEN"]


async def test_an_exit_to_nowhere_survives_the_journey(talks, editor):
    bot = talks.bot()
    talks.scenario(bot, branch(41, [{"rules": [{"var": "a", "op": "is_set"}], "goto": 77}]))
    exported = (await editor.get(f"/api/bots/{bot}/export/")).json()
    new = (await editor.post("/api/bots/import/", json=exported)).json()
    again = (await editor.get(f"/api/bots/{new['id']}/export/")).json()
    assert again["scenarios"][0]["steps"][0]["content"]["branches"][0]["goto"] == 0


async def test_a_bad_file_gets_every_error_with_its_path_and_changes_nothing(talks, editor):
    file = {
        "format": "alpina-bot",
        "version": 1,
        "bot": {"name": "", "creativity_level": 9},
        "start_scenario": "nope",
        "scenarios": [
            {
                "key": "a",
                "name": "A",
                "initial_step": "gone",
                "steps": [
                    {"key": "s", "name": "S", "step_type": "poem", "next_step": "t"},
                    {
                        "key": "s",
                        "name": "S",
                        "step_type": "api_call",
                        "content": {"on_error": {"goto": "x"}},
                    },
                ],
            },
            7,
        ],
    }
    answer = await editor.post("/api/bots/import/", json=file)
    assert answer.status_code == 400
    assert sorted(answer.json()) == [
        "bot.creativity_level",
        "bot.name",
        "scenarios[0].initial_step",
        "scenarios[0].steps[0].next_step",
        "scenarios[0].steps[0].step_type",
        "scenarios[0].steps[1].content.on_error.goto",
        "scenarios[0].steps[1].key",
        "scenarios[1]",
        "start_scenario",
    ]
    assert (await editor.get("/api/bots/")).json()["count"] == 0


@pytest.mark.parametrize("file", [{}, [], {"format": "other"}, {"format": "alpina-bot"}])
async def test_what_is_no_bot_file_is_refused(editor, file):
    assert (await editor.post("/api/bots/import/", json=file)).status_code == 400


def places(value, path=()):
    """The path of every value inside, the whole one's first."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in inside:
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))
        else:
            yield (*path, key)


def replaced(value, path, new):
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = replaced(value[path[0]], path[1:], new)
    return copied


@pytest.mark.parametrize(
    "odd",
    [None, True, -1, 1.5, 10**30, "", "x", "\ud800", "\x00", [], [[]], {}, {"a": []}],
    ids=repr,
)
async def test_no_value_in_a_file_breaks_the_import(editor, odd):
    file = EXAMPLES["BotFile"]
    for path in places(file):
        text = json.dumps(replaced(file, path, odd))
        headers = {"Content-Type": "application/json"}
        answer = await editor.post("/api/bots/import/", content=text, headers=headers)
        assert answer.status_code in (201, 400), (path, answer.text)


HUGE = 10**30


async def test_integers_of_any_size_come_out_as_they_went_in(talks, editor):
    bot = talks.bot()
    asks = question(41, "n", 42, input={"type": "number", "max": HUGE, "integer": True})
    scenario = talks.scenario(bot, asks, message(42, "Итого {{n}}"))
    talks.change(Bot, bot, start_scenario_id=scenario)
    exported = (await editor.get(f"/api/bots/{bot}/export/")).json()
    content = exported["scenarios"][0]["steps"][0]["content"]
    assert content["input"] == {"type": "number", "max": HUGE, "integer": True}

    async def say(text, **headers):
        path, body = f"/api/bots/{bot}/chat/", {"message": text, "user_session": "u"}
        return await editor.post(path, json=body, headers=headers)

    told = await say("Начнём", Accept="text/event-stream")
    assert f'"max":{HUGE}' in told.text
    assert (await say("не число")).json()["input"]["max"] == HUGE
    told = (await say(str(HUGE - 1))).json()
    path = f"/api/executions/{told['execution_id']}/"
    assert (await editor.get(path)).json()["variables"] == {"n": HUGE - 1}
    trace = (await editor.get(f"{path}trace/")).json()
    assert {"n": HUGE - 1} in [event["variables_set"] for event in trace]
