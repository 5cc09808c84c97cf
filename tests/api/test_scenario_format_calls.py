"""scenario-format, "api_call" and "HTTP calls": conversations over REST with a real HTTP server."""

import base64
import json

import pytest

from alpina_app.services.access import SYSTEM
from alpina_app.services.secrets_store import set_secret
from tests.support.http_server import Answer, Endless, Hang, HttpServer, Raw
from tests.support.transcripts import studio, texts

SENTENCE = (
    "Не удалось получить нужные данные, поэтому разговор пришлось завершить. "
    "Попробуйте, пожалуйста, позже."
)
SECRET = "s3cr3t-Значение"


@pytest.fixture
async def server():
    async with HttpServer() as server:
        yield server


@pytest.fixture
async def made(tmp_path, server):
    async with studio(tmp_path, http_call_allowed_hosts=("127.0.0.1",)) as made:
        yield made


async def calling(made, url, before=(), **content):
    """A message that sets variables, a call, and what is said after it."""
    return await made.scenario(
        set=("message", {"set": [{"var": k, "value": v} for k, v in before]}, "call"),
        call=(
            "api_call",
            {"url": url, "on_error": {"goto": "bad", "text": "Не вышло"}, **content},
            "good",
        ),
        good=("message", {"text": "Вышло"}),
        bad=("message", {"text": "Плохо"}),
    )


async def call_event(talk):
    return next(event for event in await talk.trace() if event["step_type"] == "api_call")


async def keep_secret(made, name, value):
    made.app.call(set_secret, SYSTEM, made.app.runtime.settings, name, value)


async def test_what_comes_back_is_saved_by_path_with_its_status(made, server):
    server.enqueue(Answer(201, json.dumps({"data": {"items": [{"id": 7}], "none": None}}).encode()))
    talk = await calling(
        made,
        server.url("/x"),
        save=[
            {"path": "data.items[0].id", "var": "id"},
            {"path": "data.none", "var": "none", "default": "нет"},
            {"path": "data.lost", "var": "lost"},
            {"path": "", "var": "all"},
        ],
        save_status="status",
        set=[{"var": "next", "value": "{{id | plus: 1}}"}],
    )
    assert texts(await talk.begin()) == ["Вышло"]
    assert await talk.variables() == {
        "status": 201,
        "id": 7,
        "none": "нет",
        "lost": None,
        "all": {"data": {"items": [{"id": 7}], "none": None}},
        "next": 8,
    }
    event = await call_event(talk)
    assert event["exit"] == "next"
    assert [one["params"]["path"] for one in event["warnings"]] == ["data.none", "data.lost"]
    assert event["output"] == {
        "status": 201,
        "body": '{"data": {"items": [{"id": 7}], "none": null}}',
    }


async def test_values_are_escaped_for_where_they_land(made, server):
    evil = 'a/b?c=d&e #"}\r\nX-Evil: 1'
    talk = await calling(
        made,
        server.url("/p/{{v}}?q={{v | urlencode}}#никогда"),
        before=[("v", evil), ("list", [1, "x"]), ("t", True)],
        method="POST",
        query=[{"name": "{{v}}", "value": "{{v}}"}, {"name": "t", "value": "{{t}}"}],
        headers=[
            {"name": "X-V", "value": "{{v}}"},
            {"name": "X-Имя".replace("Имя", "N"), "value": "й"},
        ],
        body={
            "type": "json",
            "value": {"v": "{{v}}", "list": "{{list}}", "t": ["{{t}}", "t={{t}}"], "{{v}}": None},
        },
    )
    assert texts(await talk.begin()) == ["Вышло"]
    [received] = server.requests
    quoted = "a%2Fb%3Fc%3Dd%26e%20%23%22%7D%0D%0AX-Evil%3A%201"
    assert received.target == f"/p/{quoted}?q={quoted}&{quoted}={quoted}&t=true"
    assert received.headers["x-v"] == 'a/b?c=d&e #"}X-Evil: 1'
    assert b"X-N: \xd0\xb9".lower() in [line.lower() for line in received.raw_headers]
    assert "x-evil" not in received.headers
    assert received.headers["content-type"] == "application/json"
    assert json.loads(received.body) == {
        "v": evil,
        "list": [1, "x"],
        "t": [True, "t=true"],
        "{{v}}": None,
    }


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ('{"a": "{{v}}", "b": {{list}}, "c": {{n}}}', {"a": 'x"\\\n', "b": [1], "c": 5}),
        ('{"a": "{{v | json}}", "b": {{v | json}}}', {"a": 'x"\\\n', "b": 'x"\\\n'}),
        ("{{list}}", [1]),
        ("{{v}}", 'x"\\\n'),
        ("{{lost}}", ""),
        (5, 5),
        (None, None),
        ([{"{{n}}": "{{n}}"}], [{"{{n}}": 5}]),
    ],
)
async def test_json_bodies(made, server, body, sent):
    talk = await calling(
        made,
        server.url(),
        before=[("v", 'x"\\\n'), ("list", [1]), ("n", 5)],
        method="PUT",
        body={"type": "json", "value": body},
    )
    assert texts(await talk.begin()) == ["Вышло"]
    assert json.loads(server.requests[0].body) == sent


async def test_a_json_text_that_renders_to_no_json_is_on_error(made, server):
    talk = await calling(
        made,
        server.url(),
        before=[("list", [1])],
        method="POST",
        body={"type": "json", "value": "{{list}} and more"},
        save_status="status",
    )
    assert texts(await talk.begin()) == ["Не вышло", "Плохо"]
    assert (server.requests, await talk.variables()) == ([], {"list": [1], "status": 0})


async def test_form_and_raw_bodies(made, server):
    form = {"type": "form", "value": [{"name": "а б", "value": "{{v}}"}, {"name": "n", "value": 5}]}
    talk = await calling(made, server.url(), before=[("v", "x&y=1")], method="POST", body=form)
    await talk.begin()
    raw = {"type": "raw", "value": "v={{v}}"}
    talk = await calling(made, server.url(), before=[("v", "x&y")], method="PATCH", body=raw)
    await talk.begin()
    headers = [{"name": "content-type", "value": "application/xml"}]
    talk = await calling(made, server.url(), method="DELETE", body=raw, headers=headers)
    await talk.begin()
    first, second, third = server.requests
    assert (first.headers["content-type"], first.body) == (
        "application/x-www-form-urlencoded",
        b"%D0%B0%20%D0%B1=x%26y%3D1&n=5",
    )
    assert (second.method, second.headers["content-type"].split(";")[0], second.body) == (
        "PATCH",
        "text/plain",
        b"v=x&y",
    )
    assert (third.method, third.headers["content-type"]) == ("DELETE", "application/xml")


@pytest.mark.parametrize(
    ("auth", "secret", "header", "value"),
    [
        (
            {"type": "basic"},
            "user:pass:w",
            "authorization",
            "Basic " + base64.b64encode(b"user:pass:w").decode(),
        ),
        ({"type": "bearer"}, "tok-123456", "authorization", "Bearer tok-123456"),
        ({"type": "header", "name": "X-Api-Key"}, "tok-123456", "x-api-key", "tok-123456"),
    ],
)
async def test_auth(made, server, auth, secret, header, value):
    await keep_secret(made, "KEY", secret)
    talk = await calling(made, server.url(), auth={**auth, "secret": "KEY"})
    assert texts(await talk.begin()) == ["Вышло"]
    assert server.requests[0].headers[header] == value
    assert secret not in json.dumps(await talk.trace(), ensure_ascii=False)
    assert value.split()[-1] not in json.dumps(await talk.trace())


async def test_secrets_stand_in_urls_headers_and_bodies_and_nowhere_in_the_trace(made, server):
    await keep_secret(made, "KEY", SECRET)
    body = json.dumps({"token": SECRET, "q": "ok"}, ensure_ascii=False).encode()
    server.enqueue(Answer(200, body))
    talk = await calling(
        made,
        server.url("/{{secret.KEY}}?k={{secret.KEY}}"),
        method="POST",
        headers=[{"name": "X-Key", "value": "k {{secret.KEY}}"}],
        body={"type": "json", "value": {"key": "{{secret.KEY}}"}},
        save=[{"path": "token", "var": "token"}],
    )
    await talk.begin()
    [received] = server.requests
    assert json.loads(received.body) == {"key": SECRET}
    assert "s3cr3t-%D0%97" in received.target
    event = await call_event(talk)
    assert event["input"] == {
        "method": "POST",
        "url": server.url("/***?k=***"),
        "headers": [
            {"name": "X-Key", "value": "k ***"},
            {"name": "Content-Type", "value": "application/json"},
        ],
        "body": '{"key":"***"}',
    }
    assert event["output"] == {"status": 200, "body": '{"token": "***", "q": "ok"}'}
    assert event["variables_set"] == {"token": "***"}


async def test_secrets_are_live(made, server):
    await keep_secret(made, "KEY", "first-value")
    talk = await made.scenario(
        ask=("question", {"text": "?"}, "call"),
        call=(
            "api_call",
            {"url": server.url(), "auth": {"type": "bearer", "secret": "KEY"}, "on_error": {}},
        ),
    )
    await talk.begin()
    await keep_secret(made, "KEY", "second-value")
    await talk.say("да")
    assert server.requests[0].headers["authorization"] == "Bearer second-value"


async def test_a_scenario_whose_secret_is_unknown_starts_as_soon_as_it_is_made(made, server):
    talk = await calling(made, server.url(), auth={"type": "bearer", "secret": "LATER"})
    refused = await talk.post("Начнём", scenario=talk.scenario)
    assert (refused.status_code, list(refused.json())) == (400, ["scenario"])
    await keep_secret(made, "LATER", "tok-123456")
    assert texts(await talk.begin()) == ["Вышло"]


@pytest.mark.parametrize(
    ("success", "status", "is_good"),
    [
        ({}, 204, True),
        ({}, 304, False),
        ({"success": [200, 404]}, 404, True),
        ({"success": [200, 404]}, 201, False),
        ({"success": "any"}, 503, True),
    ],
)
async def test_success(made, server, success, status, is_good):
    server.enqueue(Answer(status))
    talk = await calling(made, server.url(), save_status="s", **success)
    assert texts(await talk.begin()) == (["Вышло"] if is_good else ["Не вышло", "Плохо"])
    assert await talk.variables() == {"s": status}
    assert (await call_event(talk))["error"] == (None if is_good else "bad_status")


@pytest.mark.parametrize(
    ("reply", "content", "status", "error"),
    [
        (Answer(200, b"<html>"), {"save": [{"path": "a", "var": "a"}]}, 200, "not_json"),
        (Answer(200, b'{"a": NaN}'), {"save": [{"path": "a", "var": "a"}]}, 200, "not_json"),
        (Answer(200), {"save": [{"path": "a", "var": "a"}]}, 200, "not_json"),
        (Hang(), {"timeout_s": 1}, 0, "timeout"),
        (Hang(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12"), {"timeout_s": 1}, 0, "timeout"),
        (Raw(), {}, 0, "connection"),
        (Answer(200, b"x" * 1025), {"max_response_kb": 1}, 200, "too_large"),
        (
            Endless(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", b"x" * 4096),
            {},
            200,
            "too_large",
        ),
    ],
    ids=["html", "nan", "empty", "hangs", "half a body", "drops", "1 KB", "endless"],
)
async def test_failures_follow_on_error_and_set_nothing_but_the_status(
    made, server, reply, content, status, error
):
    server.enqueue(reply)
    talk = await calling(
        made, server.url(), save_status="s", set=[{"var": "x", "value": 1}], **content
    )
    assert texts(await talk.begin()) == ["Не вышло", "Плохо"]
    assert await talk.variables() == {"s": status}
    event = await call_event(talk)
    assert (event["error"], event["exit"]) == (error, "on_error")


async def test_exactly_the_largest_answer_is_taken(made, server):
    server.enqueue(Answer(200, b'"' + b"x" * 1022 + b'"'))
    talk = await calling(made, server.url(), max_response_kb=1, save=[{"path": "", "var": "v"}])
    assert texts(await talk.begin()) == ["Вышло"]
    assert await talk.variables() == {"v": "x" * 1022}


async def test_a_variable_over_200_kb_is_on_error(made, server):
    server.enqueue(Answer(200, json.dumps({"ok": 1, "v": "x" * 204_799}).encode()))
    talk = await calling(
        made,
        server.url(),
        max_response_kb=1024,
        save=[{"path": "ok", "var": "ok"}, {"path": "v", "var": "v"}],
        save_status="s",
    )
    assert texts(await talk.begin()) == ["Не вышло", "Плохо"]
    assert await talk.variables() == {"s": 200}
    assert (await call_event(talk))["error"] == "variable_limit"


async def test_without_on_error_a_built_in_sentence_ends_the_run(made, server):
    server.enqueue(Answer(500))
    talk = await calling(made, server.url(), on_error=None)
    reply = await talk.begin(language="ru")
    assert reply["messages"] == [{"role": "assistant", "content": SENTENCE, "step": None}]
    assert (reply["is_completed"], reply["current_step"]) == (True, talk.ids["call"])


async def test_an_empty_on_error_ends_the_run_quietly(made, server):
    server.enqueue(Answer(500))
    talk = await calling(made, server.url(), on_error={})
    reply = await talk.begin()
    assert (reply["messages"], reply["is_completed"]) == ([], True)


@pytest.mark.parametrize(
    ("status", "error"), [(429, None), (500, None), (503, None), (404, "bad_status")]
)
async def test_get_alone_is_retried(made, server, status, error):
    server.enqueue(Answer(status))
    talk = await calling(made, server.url(), retries=1)
    await talk.begin()
    assert (await call_event(talk))["error"] == error
    assert len(server.requests) == (1 if error else 2)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_other_methods_are_not_retried(made, server, method):
    server.enqueue(Answer(503))
    talk = await calling(made, server.url(), method=method, retries=3)
    await talk.begin()
    assert (len(server.requests), (await call_event(talk))["error"]) == (1, "bad_status")


def redirect(status, to):
    return Answer(status, headers=(("Location", to),))


@pytest.mark.parametrize(
    ("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "PUT"), (308, "PUT")]
)
async def test_redirects(made, server, status, method):
    server.enqueue(redirect(status, "/two"))
    talk = await calling(
        made, server.url("/one"), method="PUT", body={"type": "raw", "value": "тело"}
    )
    assert texts(await talk.begin()) == ["Вышло"]
    last = server.requests[-1]
    assert (last.target, last.method, last.body.decode()) == (
        "/two",
        method,
        "" if method == "GET" else "тело",
    )


async def test_three_redirects_are_followed_and_a_fourth_is_status_0(made, server):
    server.enqueue(*(redirect(302, f"/{n}") for n in range(3)))
    talk = await calling(made, server.url(), save_status="s")
    assert texts(await talk.begin()) == ["Вышло"]
    server.requests.clear()
    server.enqueue(*(redirect(302, f"/{n}") for n in range(4)))
    other = talk.anew()
    assert texts(await other.begin()) == ["Не вышло", "Плохо"]
    assert (len(server.requests), await other.variables()) == (4, {"s": 0})
    assert (await call_event(other))["error"] == "too_many_redirects"


async def test_credentials_are_dropped_across_ports(made, server):
    await keep_secret(made, "KEY", "tok-123456")
    async with HttpServer() as other:
        server.enqueue(redirect(307, other.url("/there")))
        talk = await calling(
            made,
            server.url(),
            auth={"type": "bearer", "secret": "KEY"},
            headers=[
                {"name": "X-Key", "value": "{{secret.KEY}}"},
                {"name": "X-Open", "value": "1"},
            ],
        )
        assert texts(await talk.begin()) == ["Вышло"]
        [received] = other.requests
    assert {"authorization", "x-key"}.isdisjoint(received.headers)
    assert received.headers["x-open"] == "1"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.2",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
        "100.64.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "224.0.0.1",
        "127.0.0.1.",
        "１２７.0.0.1",
        "127。0。0。1",
    ],
)
@pytest.mark.parametrize("way", ["url", "redirect"])
async def test_no_address_but_a_public_or_an_allowed_one_is_called(made, server, host, way):
    """127.0.0.1 is allowed as it is written there, and in no other spelling."""
    target = f"http://{host}:{server.port}/"
    if way == "redirect":
        server.enqueue(redirect(302, target.encode().decode("latin-1")))
    url = target if way == "url" else server.url("/go")
    talk = await calling(made, url, save_status="s", success="any")
    assert texts(await talk.begin()) == ["Не вышло", "Плохо"]
    assert await talk.variables() == {"s": 0}
    event = await call_event(talk)
    assert event["error"] in ("refused_address", "bad_url")
    assert len(server.requests) == (0 if way == "url" else 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://user@127.0.0.1:{port}/",
        "http://{{{{h}}}}:{port}/",
        "{{{{h}}}}://127.0.0.1/",
        "ftp://127.0.0.1/",
    ],
)
async def test_what_the_checker_refuses_is_refused_at_run_time_too(made, server, url):
    talk = await made.scenario(
        ask=("question", {"text": "?", "save_to": "h"}, "call"),
        call=(
            "api_call",
            {
                "url": url.format(port=server.port),
                "save_status": "s",
                "on_error": {"text": "Не вышло"},
            },
        ),
    )
    assert (await made.check(talk.scenario))["ok"] is False
    await made.post(
        "/api/executions/", bot=talk.bot, scenario=talk.scenario, user_session=talk.session
    )
    await talk.say("Раз")
    reply = await talk.say("127.0.0.1")
    assert (texts(reply), server.requests) == (["Не вышло"], [])
    assert (await talk.variables())["s"] == 0


async def test_the_trace_cuts_a_body_at_2_kb(made, server):
    server.enqueue(Answer(200, ("я" * 2000).encode()))
    talk = await calling(made, server.url())
    await talk.begin()
    assert (await call_event(talk))["output"] == {"status": 200, "body": "я" * 1024}


async def test_nul_and_lone_surrogates_are_replaced(made, server):
    server.enqueue(Answer(200, b'{"a": "x\\u0000y\\ud800"}'))
    talk = await calling(made, server.url(), save=[{"path": "a", "var": "a"}])
    await talk.begin()
    assert await talk.variables() == {"a": "x\ufffdy\ufffd"}
