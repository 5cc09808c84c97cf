"""What nobody should send: always a 4xx, never a 500, and nothing is stored."""

import asyncio
import json
from itertools import product

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from alpina_app.api.index import RESOURCES
from alpina_app.models import Bot, BotExecution, Scenario, Step
from alpina_app.operations import Metrics, create_operations
from alpina_app.services import accounts
from alpina_app.services.access import Caller
from alpina_app.web import body as web_body
from tests.support.app import make_app

JSON = {"Content-Type": "application/json"}
NUL, HIGH = "\\u0000", "\\ud800"


@pytest.fixture
async def app(tmp_path):
    async with make_app(tmp_path, api_anonymous_read=True, max_body_kb=16) as running:
        running.add(
            Bot(name="b", created_by_id=1),
            Scenario(name="s", bot_id=1),
            Step(name="x", scenario_id=1),
        )
        yield running


async def state(client):
    found = {}
    for name in ("bots", "scenarios", "steps", "executions"):
        found[name] = (await client.get(f"/api/{name}/")).json()["results"]
    return found


BODIES = {
    "huge reference": '{"name": "x", "bot": 1%s}' % ("0" * 30),
    "huge reference as text": '{"name": "x", "bot": "1%s"}' % ("0" * 5000),
    "number of 5000 digits": '{"name": "x", "bot": 1%s}' % ("0" * 5000),
    "NaN": '{"name": "x", "bot": NaN}',
    "Infinity": '{"name": "x", "bot": -Infinity}',
    "overflowing number": '{"name": "x", "bot": 1e999}',
    "100,000 brackets": "[" * 100_000,
    "nested deeply": '{"name": "x", "bot": 1, "description": %s}' % ("[" * 5000 + "]" * 5000),
    "lone surrogate": '{"name": "a%sb", "bot": 1}' % HIGH,
    "NUL": '{"name": "a%sb", "bot": 1}' % NUL,
    "raw control character": '{"name": "a\nb", "bot": 1}',
    "single quotes": "{'name': 'x', 'bot': 1}",
    "comment": '{"name": "x", "bot": 1} // done',
    "byte order mark": '\ufeff{"name": "x", "bot": 1}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_monstrous_json_is_refused(app, editor, body, method):
    before = await state(editor)
    path = "/api/scenarios/" if method == "POST" else "/api/scenarios/1/"
    answer = await editor.request(method, path, content=body.encode(), headers=JSON)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()
    assert await state(editor) == before


CONTENTS = {
    "NUL in a text": f'"a{NUL}b"',
    "NUL in a key": '{"a%s": 1}' % NUL,
    "surrogate in a text": f'["{HIGH}"]',
    "surrogate in a key": '{"%s": 1}' % HIGH,
    "infinite number": "[1e999]",
    "201 levels": "[" * 250 + "]" * 250,
    "900 levels": '{"a":' * 900 + "1" + "}" * 900,
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
async def test_content_that_no_database_holds_is_refused(app, editor, content):
    before = await state(editor)
    for field, path in (("content", "/api/steps/1/"), ("variables", "/api/executions/")):
        method = "PATCH" if field == "content" else "POST"
        values = content if field == "content" else '{"v": %s}' % content
        body = '{"bot": 1, "user_session": "u", "%s": %s}' % (field, values)
        answer = await editor.request(method, path, content=body.encode(), headers=JSON)
        assert answer.status_code == 400
    form = {"name": "x", "scenario": "1", "content": content}
    assert (await editor.post("/api/steps/", data=form)).status_code == 400
    assert await state(editor) == before


async def test_200_levels_of_content_are_kept(editor):
    content = json.loads("[" * 199 + "]" * 199)
    answer = await editor.patch("/api/steps/1/", json={"content": content})
    assert (answer.status_code, answer.json()["content"]) == (200, content)


@pytest.mark.parametrize("charset", ["windows-1251", "utf-16", "utf-7", "koi8-r", "unicode_escape"])
async def test_foreign_charsets_are_refused(app, editor, charset):
    before = await state(editor)
    text = '{"name": "Бот"}'
    try:
        body = text.encode(charset)
    except UnicodeEncodeError:
        body = text.encode()
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data"):
        headers = {"Content-Type": f"{kind}; charset={charset}"}
        answer = await editor.post("/api/bots/", content=body, headers=headers)
        assert answer.status_code == 415
    for raw in (text.encode("windows-1251"), text.encode("utf-16"), b"\xff\xfe\x00"):
        answer = await editor.post("/api/bots/", content=raw, headers=JSON)
        assert answer.status_code == 400
    assert await state(editor) == before


async def test_a_body_over_the_limit_is_refused(app, editor):
    before = await state(editor)
    fitting = json.dumps({"name": "x", "description": "y" * (16 * 1024 - 40)}).encode()
    assert (await editor.post("/api/bots/", content=fitting, headers=JSON)).status_code == 201
    await editor.delete("/api/bots/2/")

    async def chunks():
        for _ in range(40):
            yield b" " * 1024

    for body in (b'{"name": "%s"}' % (b"x" * 16 * 1024), chunks()):
        answer = await editor.post("/api/bots/", content=body, headers=JSON)
        assert (answer.status_code, answer.json()) == (
            413,
            {"detail": "The request body is too large."},
        )
    assert await state(editor) == before


@pytest.mark.parametrize(
    "query",
    [
        "page=" + "9" * 4000,
        "page=1" + "0" * 30,
        "page_size=" + "9" * 4000,
        "bot=" + "9" * 4000,
        "bot=1e400",
        "bot=NaN",
        "search=" + "%00",
        "search=%ED%A0%80",
        "search=" + "x+" * 4000,
        "ordering=" + "name," * 1500,
        "search=%",
        "%FF=%FE&search=%FF",
        "x" * 9000,
        "&".join(f"a{n}=1" for n in range(1001)),
        "format=%00",
        "user_session=%00",
    ],
    ids=lambda query: query[:20],
)
async def test_monstrous_queries_are_no_500(app, editor, query):
    for name in ("bots", "scenarios", "steps", "executions"):
        answer = await editor.get(f"/api/{name}/?{query}")
        assert answer.status_code < 500
        assert answer.json()
    if len(query) > 8192:
        assert answer.status_code == 414


@pytest.mark.parametrize(
    "id", ["1" + "0" * 30, "-" + "9" * 30, "9223372036854775808", "0", "1e5", "%00", "NaN", "''"]
)
async def test_monstrous_ids_are_not_found(editor, id):
    for path in ("/api/bots/{}/", "/api/steps/{}/", "/api/scenarios/{}/steps/"):
        for method in ("GET", "PATCH", "DELETE"):
            answer = await editor.request(method, path.format(id), json={})
            assert answer.status_code in (404, 405)


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "x" * 5000},
        {"Accept": "," * 5000},
        {"Accept": ";;;===/"},
        {"Authorization": "Basic \xff"},
        {"Authorization": "Basic " + "QQ" * 5000},
        {"Cookie": "sessionid=" + "x" * 5000},
        {"Cookie": "sessionid=\xff; csrftoken=\x01"},
        {"If-Match": '"' * 3000},
        {"If-None-Match": "W/" * 3000},
        {"Content-Length": "nonsense"},
    ],
    ids=str,
)
async def test_monstrous_headers_are_no_500(app, headers):
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    for method in ("GET", "POST", "OPTIONS"):
        answer = await app.client.request(method, "/api/bots/1/", headers=raw)
        assert answer.status_code < 500


async def test_searching_for_markup_and_statements_finds_them_only(app, editor):
    app.add(Bot(name="'; DROP TABLE bot; --", created_by_id=1))
    answer = await editor.get("/api/bots/", params={"search": "'; drop"})
    assert [bot["id"] for bot in answer.json()["results"]] == [2]


async def unsent_body(asgi, path, headers):
    """The answer to a request whose body is announced and never comes: status and JSON."""
    said = []

    async def send(message):
        said.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "scheme": "http",
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
    }
    await asgi(scope, asyncio.Event().wait, send)
    return said[0]["status"], json.loads(said[1]["body"])


@pytest.mark.parametrize("announced", ["20", str(10**9)], ids=["short", "too large"])
async def test_a_body_that_never_comes_is_not_waited_for(app, monkeypatch, announced):
    monkeypatch.setattr(web_body, "LONGEST_S", 0.05)
    token = app.call(accounts.create_token, Caller(1, "admin", "administrator"), name="t").text
    headers = {"host": "localhost", "content-length": announced, "authorization": f"Token {token}"}
    headers["content-type"] = "application/json"
    answer = await unsent_body(app.asgi, "/api/bots/", headers)
    assert answer == (408, {"detail": "The request body did not arrive in time."})


async def test_a_form_of_the_administration_has_a_limit_too(app):
    admin = app.signed_in("administrator")
    answer = await admin.post("/admin/bot/create", data={"name": "x" * 17 * 1024})
    assert (answer.status_code, answer.text) == (413, "The request body is too large.")


async def test_an_error_of_the_database_is_logged_without_the_values(app):
    def fail(session):
        session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "s3cret"})

    with pytest.raises(DBAPIError) as caught:
        app.call(fail)
    assert "nowhere" in str(caught.value)
    assert "s3cret" not in str(caught.value)


async def test_a_proxied_request_reads_no_metrics(app):
    served = create_operations(app.runtime, Metrics())
    transport = httpx.ASGITransport(served, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.get("/metrics")).status_code == 200
        for name in ("X-Forwarded-For", "Forwarded"):
            answer = await client.get("/metrics", headers={name: "for=8.8.8.8"})
            assert (answer.status_code, answer.text) == (403, "Forbidden\n")


LITERALS = (
    f'"a{HIGH}"', f'"{NUL}"', f'["{HIGH}"]', '{"%s": 1}' % NUL, "1e999", "-1e999", "1e308",
    "5e-324", "1" + "0" * 30, "-1" + "0" * 30, "9" * 5000, f'"{"9" * 5000}"', "-0.0", "NaN",
    "9223372036854775808", "[" * 300 + "]" * 300, '{"a":' * 300 + "1" + "}" * 300,
    '"\\u202e"', '"\\ufdd0"', '"\\uffff"',
)  # fmt: skip


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
async def test_whatever_is_sent_the_object_can_still_be_read(app, editor, resource):
    app.add(BotExecution(bot_id=1, user_session="u"))
    path = f"/api/{resource.name}/1/"
    for field, literal in product(resource.fields, LITERALS):
        body = '{"%s": %s}' % (field.name, literal)
        answer = await editor.patch(path, content=body, headers=JSON)
        assert answer.status_code in (200, 400), (body[:100], answer.text)
        for again in (path, f"/api/{resource.name}/", f"{path}?format=api"):
            assert (await editor.get(again)).status_code == 200, (again, body[:100])
