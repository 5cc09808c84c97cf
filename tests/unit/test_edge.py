"""What stands around every part: whose requests are served at all."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from alpina_app.edge import AllowedHosts, Dispatch


async def hello(scope, receive, send):
    await PlainTextResponse("hello")(scope, receive, send)


async def status(hosts, *sent):
    app = AllowedHosts(hello, hosts)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        request = client.build_request("GET", "/")
        request.headers = httpx.Headers([("host", host) for host in sent])
        return (await client.send(request)).status_code


OURS = ("localhost", "[::1]", ".example.com")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost:8000",
        "localhost.",
        "[::1]",
        "[::1]:8000",
        "example.com",
        "a.b.example.com:1",
    ],
)
async def test_our_hosts_are_served(host):
    assert await status(OURS, host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evilexample.com",
        "localhost:80@evil.example",
        "localhost:evil.example",
        "localhost:80/../x",
        "localhost:",
        "localhost:1234567",
        "[::1]evil.example",
        "user@localhost",
        "localhost, evil.example",
        "localhost evil.example",
        'localhost:"><script>',
        " localhost",
        "",
    ],
)
async def test_no_other_host_is_served_in_any_spelling(host):
    assert await status(OURS, host) == 400


async def test_a_host_must_come_once():
    assert await status(OURS) == 400
    assert await status(OURS, "localhost", "evil.example") == 400
    assert await status(OURS, "evil.example", "localhost") == 400


async def test_with_all_hosts_allowed_it_must_still_be_one():
    assert await status(("*",), "anything.example:81") == 200
    assert await status(("*",), "a b") == 400
    assert await status(("*",), "localhost@evil.example") == 400


async def test_a_request_for_the_server_itself_reaches_the_pages():
    """`OPTIONS *` (RFC 9110, 9.3.7) has a path without a slash."""
    pages = Starlette(routes=[Route("/", hello)])
    app = Dispatch(pages, lambda: {"/api": hello})
    scope = {"type": "http", "method": "OPTIONS", "path": "*", "headers": [], "query_string": b""}
    sent = []

    async def send(message):
        sent.append(message)

    await app(scope, None, send)
    assert sent[0]["status"] == 404
