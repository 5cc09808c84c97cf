"""`POST /api/bots/{id}/chat/` over HTTP: bodies, statuses, rights, streams."""

import asyncio
import json

import pytest

from alpina_app.models import Bot
from tests.support.openai_server import Drop, OpenAiServer, Status, Text
from tests.support.pictures import message, question
from tests.support.talks import talking


@pytest.fixture
def model():
    with OpenAiServer() as server:
        yield server


@pytest.fixture
async def talks(tmp_path, model):
    async with talking(tmp_path, model, model_max_retries=1) as talks:
        yield talks


def post(talks, bot, data, **kwargs):
    return talks.app.client.post(f"/api/bots/{bot}/chat/", json=data, **kwargs)


async def test_a_guest_chats_with_an_active_bot(talks, model):
    bot = talks.bot()
    model.enqueue(Text("Здравствуйте!", usage=(4, 2)))
    answer = await post(talks, bot, {"message": " Привет ", "user_session": "u", "unknown": 1})
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == [
        "response",
        "messages",
        "execution_id",
        "user_session",
        "scenario",
        "current_step",
        "is_completed",
        "input",
        "usage",
    ]
    assert body["response"] == "Здравствуйте!"
    assert talks.history(body["execution_id"])[0] == ("user", "Привет")


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, ["message", "user_session"]),
        ({"message": "   ", "user_session": "u"}, ["message"]),
        ({"message": None, "user_session": "u"}, ["message"]),
        ({"message": ["a"], "user_session": "u"}, ["message"]),
        ({"message": "a", "user_session": "x" * 256}, ["user_session"]),
        ({"message": "a\x00", "user_session": "u"}, ["message"]),
        ({"message": "a", "user_session": "u", "scenario": "первый"}, ["scenario"]),
        ({"message": "a", "user_session": "u", "scenario": 10**30}, ["scenario"]),
        ({"message": "a", "user_session": "u", "restart": "может быть"}, ["restart"]),
        ([1], ["non_field_errors"]),
    ],
)
async def test_every_wrong_field_is_named_and_nothing_is_stored(talks, data, errors):
    answer = await post(talks, talks.bot(), data)
    assert (answer.status_code, sorted(answer.json())) == (400, errors)
    assert talks.executions() == []


async def test_an_unknown_bot_is_404_before_the_body_is_looked_at(talks):
    for content in (b"{", b'{"message": ""}', b'{"message":"a","user_session":"u"}'):
        answer = await talks.app.client.post(
            "/api/bots/999/chat/", content=content, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 404


async def test_an_inactive_bot(talks):
    bot = talks.bot(is_active=False)
    answer = await post(talks, bot, {"message": "a", "user_session": "u"})
    assert (answer.status_code, answer.json()) == (400, {"detail": "This bot is not active."})


async def test_wrong_credentials_are_refused_though_guests_may_chat(talks):
    answer = await post(
        talks, talks.bot(), {"message": "a", "user_session": "u"}, auth=("admin", "wrong")
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("faults", "status"),
    [
        ([Status(429)], 200),
        ([Status(500)], 200),
        ([Status(500), Status(500)], 502),
        ([Status(401)], 502),
        ([Drop()], 200),
    ],
)
async def test_faults_of_the_model(talks, model, faults, status):
    model.enqueue(*faults)
    answer = await post(talks, talks.bot(), {"message": "a", "user_session": "u"})
    assert answer.status_code == status
    assert "sk-test" not in answer.text
    assert len(talks.executions()) == (1 if status == 200 else 0)


async def test_a_model_that_hangs_is_504(tmp_path, model):
    async with talking(tmp_path, model, model_timeout_s=0.2) as talks:
        model.enqueue(Text("поздно", delay_s=10))
        answer = await post(talks, talks.bot(), {"message": "a", "user_session": "u"})
    assert answer.status_code == 504


async def test_no_model_is_503_with_advice(tmp_path):
    async with talking(tmp_path) as talks:
        answer = await post(talks, talks.bot(), {"message": "a", "user_session": "u"})
    assert answer.status_code == 503
    assert "OPENAI_API_KEY" in answer.json()["detail"]


def events_of(text):
    found = []
    for frame in text.split("\n\n"):
        lines = [line for line in frame.split("\n") if line and not line.startswith(":")]
        if lines:
            name, data = lines
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def test_a_stream_tells_deltas_the_message_and_the_reply(talks, model):
    bot = talks.bot()
    model.enqueue(Text("раз два", pieces=("раз", " два")))
    answer = await post(
        talks,
        bot,
        {"message": "Считай", "user_session": "u"},
        headers={"Accept": "text/event-stream"},
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer.text)
    assert [name for name, _ in events] == ["delta", "delta", "message", "done"]
    assert events[0][1] == {"text": "раз"}
    assert events[2][1] == {"role": "assistant", "content": "раз два", "step": None}
    assert events[3][1]["response"] == "раз два"


async def test_a_stream_says_that_the_model_failed(talks, model):
    bot = talks.bot()
    model.enqueue(Status(500), Status(500))
    answer = await post(
        talks,
        bot,
        {"message": "a", "user_session": "u"},
        headers={"Accept": "text/event-stream"},
    )
    [(name, data)] = events_of(answer.text)
    assert (name, list(data)) == ("error", ["detail"])
    assert talks.executions() == []


async def test_a_stream_of_a_wrong_request_keeps_its_status(talks):
    headers = {"Accept": "text/event-stream"}
    for bot, data, status in (
        (999, {"message": "a", "user_session": "u"}, 404),
        (talks.bot(), {"message": ""}, 400),
        (talks.bot(is_active=False), {"message": "a", "user_session": "u"}, 400),
    ):
        answer = await post(talks, bot, data, headers=headers)
        assert answer.status_code == status


async def test_forms_are_taken_too(talks):
    answer = await talks.app.client.post(
        f"/api/bots/{talks.bot()}/chat/", data={"message": "a", "user_session": "u"}
    )
    assert answer.status_code == 200


async def test_an_idempotency_key_replays_the_answer(talks, model):
    bot = talks.bot()
    data = {"message": "a", "user_session": "u"}
    first = await post(talks, bot, data, headers={"Idempotency-Key": "k-1"})
    second = await post(talks, bot, data, headers={"Idempotency-Key": "k-1"})
    assert (second.status_code, second.json()) == (200, first.json())
    assert len(talks.history(first.json()["execution_id"])) == 2


async def test_six_parallel_messages_over_http(talks):
    bot = talks.bot()
    answers = await asyncio.gather(
        *(post(talks, bot, {"message": f"m{n}", "user_session": "u"}) for n in range(6))
    )
    assert [answer.status_code for answer in answers] == [200] * 6
    history = talks.history(answers[0].json()["execution_id"])
    assert len(history) == 12
    assert all(
        history[at + 1] == ("assistant", f"echo: {history[at][1]}") for at in range(0, 12, 2)
    )


async def test_a_scenario_over_http(talks):
    bot = talks.bot()
    scenario = talks.scenario(
        bot, message(11, "Привет!", 12), question(12, "name", 13), message(13, "{{name}}", end=True)
    )
    talks.change(Bot, bot, start_scenario_id=scenario)
    first = (await post(talks, bot, {"message": "Здравствуйте", "user_session": "u"})).json()
    assert (first["scenario"], first["current_step"], first["input"]["type"]) == (
        scenario,
        12,
        "text",
    )
    second = (await post(talks, bot, {"message": "Анна", "user_session": "u"})).json()
    assert (second["response"], second["is_completed"]) == ("Анна", True)
    editor = talks.app.signed_in("editor")
    stored = (await editor.get(f"/api/executions/{first['execution_id']}/")).json()
    assert stored["is_completed"] is True
    assert stored["variables"] == {"name": "Анна"}
    assert stored["conversation_history"] == [
        {"role": "user", "content": "Здравствуйте"},
        {"role": "assistant", "content": "Привет!"},
        {"role": "assistant", "content": "Как вас зовут?"},
        {"role": "user", "content": "Анна"},
        {"role": "assistant", "content": "Анна"},
    ]


async def test_an_execution_completed_through_rest_is_never_reopened(talks):
    bot = talks.bot()
    first = (await post(talks, bot, {"message": "a", "user_session": "u"})).json()
    editor = talks.app.signed_in("editor")
    url = f"/api/executions/{first['execution_id']}/"
    await editor.patch(url, json={"is_completed": True})
    await editor.patch(url, json={"is_completed": False})
    second = (await post(talks, bot, {"message": "b", "user_session": "u"})).json()
    assert second["execution_id"] != first["execution_id"]


async def test_too_many_messages_of_one_address(tmp_path, model):
    async with talking(tmp_path, model, chat_per_minute=2) as talks:
        bot = talks.bot()
        statuses = [
            (await post(talks, bot, {"message": "a", "user_session": "u"})).status_code
            for _ in range(3)
        ]
    assert statuses == [200, 200, 429]
