"""Entity tags with If-Match, and Idempotency-Key."""

import asyncio
import re

import pytest
from sqlmodel import func, select

from alpina_app.models import Bot, IdempotencyKey, Message
from alpina_app.services import idempotency
from tests.support.app import make_app
from tests.support.openai_server import Held, OpenAiServer, Status


@pytest.fixture
async def bot(editor):
    return (await editor.post("/api/bots/", json={"name": "Бот"})).json()


async def tag_of(client, path="/api/bots/1/"):
    return (await client.get(path)).headers["etag"]


async def test_the_tag_is_strong_and_that_of_the_representation(app, editor, bot):
    tag = await tag_of(editor)
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    assert await tag_of(app.client) == tag
    assert await tag_of(app.client, "/api/bots/1.json") == tag
    same = await editor.patch("/api/bots/1/", json={})
    assert same.headers["etag"] == await tag_of(editor) != tag
    assert "etag" not in (await editor.get("/api/bots/")).headers


@pytest.mark.parametrize("name", ["bots", "scenarios", "steps", "executions"])
async def test_a_write_needs_the_version_it_names(editor, bot, name):
    await editor.post("/api/scenarios/", json={"name": "s", "bot": 1})
    await editor.post("/api/steps/", json={"name": "x", "scenario": 1})
    await editor.post("/api/executions/", json={"bot": 1, "user_session": "u"})
    path = f"/api/{name}/1/"
    tag = await tag_of(editor, path)
    changed = await editor.patch(path, json={}, headers={"If-Match": f'"x", {tag}'})
    assert changed.status_code == 200
    for method in ("PUT", "PATCH", "DELETE"):
        stale = await editor.request(method, path, json={}, headers={"If-Match": tag})
        assert (stale.status_code, list(stale.json())) == (412, ["detail"])
    weak = {"If-Match": f"W/{changed.headers['etag']}"}
    assert (await editor.delete(path, headers=weak)).status_code == 412
    any_version = {"If-Match": "*"}
    assert (await editor.delete(path, headers=any_version)).status_code == 204
    assert (await editor.delete(path, headers=any_version)).status_code == 404


async def test_a_stale_write_stores_nothing(editor, bot):
    await editor.patch("/api/bots/1/", json={"name": "b"}, headers={"If-Match": '"old"'})
    assert (await editor.get("/api/bots/1/")).json() == bot


async def test_a_changed_history_is_another_version(editor, bot):
    await editor.post("/api/executions/", json={"bot": 1, "user_session": "u"})
    tag = await tag_of(editor, "/api/executions/1/")
    turn = {"role": "user", "content": "a"}
    await editor.patch("/api/executions/1/", json={"conversation_history": [turn]})
    stale = await editor.patch("/api/executions/1/", json={}, headers={"If-Match": tag})
    assert stale.status_code == 412


async def test_a_known_version_is_not_sent_again(editor, bot):
    tag = await tag_of(editor)
    for header in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = await editor.get("/api/bots/1/", headers={"If-None-Match": header})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    fresh = await editor.get("/api/bots/1/", headers={"If-None-Match": '"x"'})
    assert fresh.json() == bot
    put = await editor.patch("/api/bots/1/", json={}, headers={"If-None-Match": "*"})
    assert put.status_code == 412


async def test_of_two_writers_with_one_version_the_second_is_refused(editor, bot):
    tag = await tag_of(editor)
    answers = await asyncio.gather(
        *(
            editor.patch("/api/bots/1/", json={"name": name}, headers={"If-Match": tag})
            for name in ("a", "b", "c", "d")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


async def post(client, key="k-1", path="/api/bots/", **values):
    return await client.post(path, json={"name": "Бот", **values}, headers={"Idempotency-Key": key})


async def count(client):
    return (await client.get("/api/bots/")).json()["count"]


async def test_a_repeated_request_gets_the_first_answer(editor):
    first, second = await post(editor), await post(editor)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["etag"] == first.headers["etag"]
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert await count(editor) == 1


async def test_the_first_answer_is_repeated_even_when_the_object_is_gone(editor):
    first = await post(editor)
    await editor.delete("/api/bots/1/")
    assert (await post(editor)).content == first.content


async def test_another_body_under_the_same_key_is_refused(editor):
    await post(editor)
    other = await post(editor, name="other")
    assert (other.status_code, list(other.json())) == (422, ["detail"])
    assert await count(editor) == 1


async def test_a_key_belongs_to_its_caller_and_its_path(app, editor):
    await post(editor)
    admin = await post(app.signed_in("administrator"))
    assert (admin.status_code, admin.json()["id"]) == (201, 2)
    scenario = await post(editor, path="/api/scenarios/", bot=1)
    assert (scenario.status_code, scenario.json()["bot"]) == (201, 1)


async def test_a_refused_request_does_not_use_its_key_up(app, editor):
    wrong = await post(editor, max_tokens=0)
    assert wrong.status_code == 400
    assert (await post(editor)).status_code == 201
    viewer = app.signed_in("viewer")
    assert (await post(viewer)).status_code == 403


async def test_parallel_requests_with_one_key_make_one_object(editor):
    answers = await asyncio.gather(*(post(editor) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["id"] for answer in answers} == {1}
    assert await count(editor) == 1


async def test_a_key_is_kept_for_a_day(app, editor):
    await post(editor)

    def make_older(session):
        for row in session.exec(select(IdempotencyKey)):
            row.created_at -= idempotency.KEEP

    app.call(make_older)
    again = await post(editor)
    assert (again.json()["id"], "idempotent-replayed" in again.headers) == (2, False)


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ".encode(), "a\tb"])
async def test_a_key_is_short_printable_ascii(editor, key):
    answer = await editor.post("/api/bots/", json={"name": "x"}, headers={b"Idempotency-Key": key})
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])
    assert await count(editor) == 0


async def test_a_request_still_at_work_keeps_its_key(app, editor):
    await post(editor)

    def unfinish(session):
        for row in session.exec(select(IdempotencyKey)):
            row.status = 0

    app.call(unfinish)
    busy = await post(editor)
    assert (busy.status_code, list(busy.json())) == (409, ["detail"])

    def make_older(session):
        for row in session.exec(select(IdempotencyKey)):
            row.created_at -= idempotency.LONGEST_WORK

    app.call(make_older)
    assert (await post(editor)).status_code == 201


def chat_answers(app):
    return app.call(lambda session: session.exec(select(func.count()).select_from(Message)).one())


@pytest.fixture
async def talking(tmp_path):
    """An application whose model is a real small server."""
    with OpenAiServer() as server:
        async with make_app(
            tmp_path, api_anonymous_read=True, openai_base_url=server.url, openai_api_key="k"
        ) as running:
            running.add(Bot(name="b", created_by_id=1))
            yield running, server


async def say(client, key, *, accept="application/json", **values):
    return await client.post(
        "/api/bots/1/chat/",
        json={"message": "hello", "user_session": "u", **values},
        headers={"Idempotency-Key": key, "Accept": accept},
    )


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_a_repeated_message_is_answered_once(talking, accept):
    app, server = talking
    first = await say(app.client, "k", accept=accept)
    second = await say(app.client, "k", accept=accept)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content
    assert second.headers["content-type"] == first.headers["content-type"]
    assert second.headers["idempotent-replayed"] == "true"
    assert (len(server.requests), chat_answers(app)) == (1, 2)
    other = await say(app.client, "k", accept=accept, message="other")
    assert other.status_code == 422


async def test_a_message_still_being_answered_keeps_its_key(talking):
    app, server = talking
    held = Held("later")
    server.enqueue(held)
    first = asyncio.create_task(say(app.client, "k"))
    await asyncio.to_thread(server.wait_for_requests, 1)
    busy = await say(app.client, "k")
    held.release()
    assert (busy.status_code, (await first).status_code) == (409, 200)
    assert (await say(app.client, "k")).json() == (await first).json()


async def test_a_failed_answer_gives_the_key_back(talking):
    app, server = talking
    server.enqueue(Status(401))
    assert (await say(app.client, "k")).status_code == 502
    again = await say(app.client, "k")
    assert (again.status_code, "idempotent-replayed" in again.headers) == (200, False)
