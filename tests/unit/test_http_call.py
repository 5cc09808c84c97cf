import asyncio
import gzip
import json
import logging
import ssl
import tracemalloc
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import anyio
import anyio.lowlevel
import httpcore2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpina_app.clients.address_guard import Resolver
from alpina_app.clients.http_call import HttpCaller, backoff_s
from alpina_app.domain.effects import CallApi, HttpResult
from tests.support.http_server import (
    Answer,
    Authority,
    Endless,
    Garbled,
    Hang,
    HttpServer,
    Raw,
    Reply,
)

HEAD = b"HTTP/1.1 200 OK\r\n"
SECRET = "s3cr3t-value"


def names(**addresses: str) -> Resolver:
    """A resolver; `_` in a keyword stands for the point of a name."""

    async def resolve(name: str, port: int) -> Sequence[str]:
        try:
            return [addresses[name.replace(".", "_")]]
        except KeyError:
            raise OSError("no such name") from None

    return resolve


def caller(*allowed: str, **options: Any) -> HttpCaller:
    defaults = {
        "backoff": lambda retry: 0.0,
        "resolver": names(),
        "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    }
    return HttpCaller(allowed or ("127.0.0.1",), **(defaults | options))


def call(url: str, **options: Any) -> CallApi:
    return CallApi(**({"step": 1, "method": "GET", "url": url} | options))


def outcome(result: HttpResult) -> tuple[int, str | None, bytes]:
    return result.status, result.failure, result.body


def echo(result: HttpResult) -> Any:
    assert result.failure is None
    return json.loads(result.body)


async def test_request_goes_out_as_given_and_the_answer_comes_back() -> None:
    async with HttpServer() as server:
        server.enqueue(Answer(201, b"done", (("X-One", "1"), ("X-Two", "Ы"))))

        result = await caller().call(
            call(
                server.url("/a b?q=ж"),
                method="POST",
                headers=(("Content-Type", "text/plain"), ("X-Name", " Пётр\t"), ("X-E", "")),
                body="тело".encode(),
            )
        )

    assert replace(result, duration_ms=0) == HttpResult(
        201, (("x-one", "1"), ("x-two", "Ы"), ("content-length", "4")), b"done"
    )
    (request,) = server.requests
    assert (request.method, request.target, request.body.decode()) == (
        "POST",
        "/a%20b?q=%D0%B6",
        "тело",
    )
    assert request.headers == {
        "host": server.authority,
        "accept": "*/*",
        "user-agent": "AlpinaDigital/1.0",
        "content-type": "text/plain",
        "x-name": "Пётр",
        "x-e": "",
        "accept-encoding": "gzip, deflate",
        "connection": "close",
        "content-length": "8",
    }
    assert "x-name: Пётр".encode() in request.raw_headers


@pytest.mark.parametrize(
    ("method", "length"),
    [("GET", None), ("DELETE", None), ("POST", "0"), ("PUT", "0"), ("PATCH", "0")],
)
async def test_content_length_without_a_body_is_said_where_a_body_is_usual(
    method: str, length: str | None
) -> None:
    async with HttpServer() as server:
        result = await caller().call(call(server.url(), method=method))

    assert echo(result)["method"] == method
    assert echo(result)["headers"].get("content-length") == length


async def test_client_sets_its_own_headers_and_leaves_the_rest_to_the_request() -> None:
    forged = ("Host", "Content-Length", "Transfer-Encoding", "Connection", "Accept-Encoding")

    async with HttpServer() as server:
        result = await caller().call(
            call(
                server.url(),
                method="POST",
                headers=(*((name, "forged") for name in forged), ("Accept", "text/csv")),
                body=b"abc",
            )
        )

    assert len(server.requests[0].raw_headers) == 6
    assert echo(result)["headers"] == {
        "host": server.authority,
        "user-agent": "AlpinaDigital/1.0",
        "accept": "text/csv",
        "accept-encoding": "gzip, deflate",
        "connection": "close",
        "content-length": "3",
    }


@pytest.mark.parametrize(
    "options",
    [
        {"method": "CONNECT"},
        {"method": "TRACE"},
        {"method": "get"},
        {"method": "GET / HTTP/1.1\r\nX: y\r\n\r\n"},
        {"headers": (("X-A", "a\r\nX-B: b"),)},
        {"headers": (("X-A", "a\x00"),)},
        {"headers": (("X A", "a"),)},
        {"headers": (("X-А", "a"),)},
        {"headers": (("", "a"),)},
    ],
)
async def test_request_that_http_does_not_allow_is_not_sent(options: dict[str, Any]) -> None:
    async with HttpServer() as server:
        result = await caller().call(call(server.url(), **options))

    assert outcome(result) == (0, "bad_request", b"")
    assert server.requests == []


async def test_lone_surrogates_do_no_harm() -> None:
    async with HttpServer() as server:
        result = await caller().call(call(server.url("/\ud800"), headers=(("X-A", "\ud800"),)))

    assert (echo(result)["target"], echo(result)["headers"]["x-a"]) == ("/%ED%A0%80", "?")


@pytest.mark.parametrize("status", [200, 204, 304, 400, 404, 429, 500, 503])
async def test_every_status_is_an_answer(status: int) -> None:
    async with HttpServer() as server:
        server.enqueue(Answer(status))

        assert outcome(await caller().call(call(server.url()))) == (status, None, b"")


async def test_interim_answers_are_passed_over() -> None:
    async with HttpServer() as server:
        server.enqueue(
            Raw(b"HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n" + HEAD + b"\r\nuntil the end")
        )

        assert outcome(await caller().call(call(server.url()))) == (200, None, b"until the end")


async def test_header_that_is_no_utf8_is_read_as_latin_1() -> None:
    async with HttpServer() as server:
        server.enqueue(Raw(HEAD + b"X-Name: caf\xe9\r\n\r\n"))

        assert (await caller().call(call(server.url()))).headers == (("x-name", "café"),)


# Where a call may go


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "１２７.0.0.1",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "ⓛocalhost",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::127.0.0.1]",
        "[2002:7f00:1::]",
        "[::1%25lo]",
        "user@127.0.0.1",
        "1.1.1.1@127.0.0.1",
        "%31%32%37.0.0.1",
        "127.0.0.1%2f.example",
        "rebind.example",
    ],
)
async def test_no_spelling_reaches_a_local_listener(host: str) -> None:
    lookups = {"localhost": "127.0.0.1", "rebind_example": "127.0.0.1"}
    async with HttpServer() as server:
        result = await HttpCaller(["127.0.0.1:1"], resolver=names(**lookups)).call(
            call(server.url(host=host))
        )

    assert result.failure in ("refused_address", "bad_url")
    assert result.status == 0
    assert server.connections == 0


async def test_localhost_of_the_system_is_refused() -> None:
    async with HttpServer() as server:
        guarded = HttpCaller(["127.0.0.1"])

        refused = await guarded.call(call(server.url(host="localhost")))
        answered = await guarded.call(call(server.url()))
        await guarded.aclose()

    assert (outcome(refused), answered.status) == ((0, "refused_address", b""), 200)


class Wire:
    """Leads every TCP connection to one server on loopback and notes where it was to go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, server: HttpServer) -> None:
        self.asked: list[str] = []
        connect = httpcore2.AnyIOBackend.connect_tcp

        async def connect_tcp(
            backend: httpcore2.AnyIOBackend, host: str, port: int, **options: Any
        ) -> httpcore2.AsyncNetworkStream:
            self.asked.append(f"{host}:{port}")
            return await connect(backend, "127.0.0.1", server.port)

        monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)


class Changing:
    """A resolver whose answer for every name is another one each time."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    async def __call__(self, name: str, port: int) -> Sequence[str]:
        return [self.answers.pop(0)]


async def test_public_address_that_was_checked_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with HttpServer() as server:
        wire = Wire(monkeypatch, server)
        resolver = Changing("93.184.215.14")

        result = await HttpCaller(resolver=resolver).call(call("http://api.example/x"))

    assert echo(result)["headers"]["host"] == "api.example"
    assert wire.asked == ["93.184.215.14:80"]
    assert resolver.answers == []


async def test_name_that_moves_to_a_local_address_is_refused_in_later_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with HttpServer() as server:
        wire = Wire(monkeypatch, server)
        guarded = HttpCaller(resolver=Changing("93.184.215.14", "127.0.0.1", "1.1.1.1"))

        results = [await guarded.call(call("http://api.example/")) for _ in range(3)]

    assert [result.failure for result in results] == [None, "refused_address", None]
    assert wire.asked == ["93.184.215.14:80", "1.1.1.1:80"]
    assert server.connections == 2


async def test_name_is_looked_up_and_checked_again_for_a_retry_and_a_redirect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with HttpServer() as server:
        wire = Wire(monkeypatch, server)
        server.enqueue(Answer(503), Answer(302, b"", (("Location", "/next"),)))
        guarded = HttpCaller(
            resolver=Changing("1.1.1.1", "8.8.8.8", "10.0.0.1"), backoff=lambda retry: 0
        )

        result = await guarded.call(call("http://api.example/", retries=3))

    assert outcome(result) == (0, "refused_address", b"")
    assert wire.asked == ["1.1.1.1:80", "8.8.8.8:80"]


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HttpServer() as proxy, HttpServer() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())

        result = await caller().call(call(server.url()))

    assert (result.status, len(server.requests), proxy.connections) == (200, 1, 0)


def spell(address: IPv4Address, draw: st.DrawFn) -> str:
    """`address` in one of the forms that some resolver or browser takes."""
    number = int(address)
    cut = draw(st.integers(0, 3))
    octets = [*address.packed[:cut], number % 256 ** (4 - cut)]
    forms = (str, hex, lambda n: f"0{n:o}", lambda n: f"0X{n:08X}", lambda n: f"0{n:011o}")
    text = ".".join(draw(st.sampled_from(forms))(octet) for octet in octets)
    v6 = draw(st.sampled_from(("::ffff:{}", "::{}", "64:ff9b::{}", "64:ff9b:1::{}", "2002:{:x}::")))
    return draw(
        st.sampled_from(
            (
                text,
                f"{text}.",
                text.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}),
                text.replace(".", "。"),
                text.replace(".", "\u00ad."),
                f"[{v6.format(number if 'x' in v6 else address)}]",
                f"[2001:0:{number >> 16:x}:{number & 0xFFFF:x}::1]",
                f"[::ffff:0:{address}]",
                text.replace("0", "%30"),
                f"user@{text}",
                f"1.1.1.1@{text}",
                f"1.1.1.1\\@{text}",
                f"{text}\\@1.1.1.1",
                f"1.1.1.1 {text}",
                f"{text}\t",
            )
        )
    )


@st.composite
def local_hosts(draw: st.DrawFn) -> str:
    closed = ("127.0.0.0/8", "10.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16", "0.0.0.0/8")
    net = draw(st.sampled_from([IPv4Network(text) for text in closed]))
    return spell(net[draw(st.integers(0, net.num_addresses - 1))], draw)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(local_hosts(), st.sampled_from(["http", "https", "HTTP"]))
async def test_no_spelling_of_a_local_address_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, host: str, scheme: str
) -> None:
    async with HttpServer() as server:
        with monkeypatch.context() as patch:
            wire = Wire(patch, server)
            guarded = caller("127.0.0.1:1", "localhost")

            direct = await guarded.call(call(f"{scheme}://{host}:8000/"))
            server.enqueue(to(f"{scheme}://{host}:8000/"))
            redirected = await guarded.call(call("http://1.1.1.1/"))

    assert {direct.failure, redirected.failure} <= {"refused_address", "bad_url"}
    assert wire.asked == ["1.1.1.1:80"]


# Redirects


def to(location: str, status: int = 302) -> Answer:
    return Answer(status, b"moved", (("Location", location),))


@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_301_to_303_become_get_without_the_body(status: int, method: str) -> None:
    async with HttpServer() as server:
        server.enqueue(to("next?a=1", status))

        result = await caller().call(
            call(
                server.url("/path/first"),
                method=method,
                headers=(("Content-Type", "text/plain"), ("Content-Language", "ru"), ("X-A", "1")),
                body=b"body",
            )
        )

    sent = echo(result)
    assert (sent["method"], sent["target"], sent["body"]) == ("GET", "/path/next?a=1", "")
    assert sent["headers"] == {
        "host": server.authority,
        "accept": "*/*",
        "user-agent": "AlpinaDigital/1.0",
        "x-a": "1",
        "accept-encoding": "gzip, deflate",
        "connection": "close",
    }


@pytest.mark.parametrize("status", [307, 308])
async def test_307_and_308_keep_method_and_body(status: int) -> None:
    async with HttpServer() as server:
        server.enqueue(to("/next", status))

        result = await caller().call(
            call(
                server.url(), method="PUT", headers=(("Content-Type", "text/plain"),), body=b"body"
            )
        )

    sent = echo(result)
    assert (sent["method"], sent["target"], sent["body"]) == ("PUT", "/next", "body")
    assert sent["headers"]["content-type"] == "text/plain"


@pytest.mark.parametrize("status", [300, 304, 305, 306])
async def test_other_3xx_are_answers(status: int) -> None:
    async with HttpServer() as server:
        server.enqueue(to("/next", status))

        assert (await caller().call(call(server.url()))).status == status


async def test_redirect_without_a_location_is_an_answer() -> None:
    async with HttpServer() as server:
        server.enqueue(Answer(302, b"where to?"))

        assert outcome(await caller().call(call(server.url()))) == (302, None, b"where to?")


async def test_third_redirect_is_followed_and_the_fourth_is_not() -> None:
    async with HttpServer() as server:
        server.enqueue(*(to(f"/{n}") for n in (1, 2, 3)))
        followed = await caller().call(call(server.url()))
        server.enqueue(*(to(f"/{n}") for n in (1, 2, 3, 4)))
        refused = await caller().call(call(server.url(), retries=2))

    assert echo(followed)["target"] == "/3"
    assert outcome(refused) == (0, "too_many_redirects", b"")
    assert [request.target for request in server.requests[4:]] == ["/", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    ("location", "failure"),
    [
        ("http://localhost:{port}/", "refused_address"),
        ("//localhost:{port}/", "refused_address"),
        ("http://127.1:{port}/", "refused_address"),
        ("http://2130706433:{port}/", "refused_address"),
        ("http://[::ffff:127.0.0.1]:{port}/", "refused_address"),
        ("http://0.0.0.0:{port}/", "refused_address"),
        ("http://169.254.169.254/latest/meta-data/", "refused_address"),
        ("http://inside.example:{port}/", "refused_address"),
        ("http://gone.example/", "connection"),
        ("http://user:password@127.0.0.1:{port}/", "bad_url"),
        ("//user@127.0.0.1:{port}/", "bad_url"),
        ("http://[::1", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
        ("ftp://127.0.0.1:{port}/", "bad_url"),
        ("javascript:alert(1)", "bad_url"),
        ("data:text/plain,hello", "bad_url"),
        ("unix:/run/docker.sock", "bad_url"),
    ],
)
async def test_redirect_is_checked_as_the_first_url_is(location: str, failure: str) -> None:
    lookups = {"localhost": "127.0.0.1", "inside_example": "127.0.0.1"}
    async with HttpServer() as server:
        server.enqueue(to(location.format(port=server.port)))

        result = await caller(resolver=names(**lookups)).call(call(server.url()))

    assert outcome(result) == (0, failure, b"")
    assert server.connections == 1


CREDENTIALS = (
    ("Authorization", "Bearer token"),
    ("Cookie", "a=b"),
    ("X-Api-Key", "key"),
    ("X-Signed", f"v1={SECRET}"),
)


def credentials_of(result: HttpResult) -> dict[str, str]:
    wanted = {name.lower() for name, _ in CREDENTIALS}
    return {name: value for name, value in echo(result)["headers"].items() if name in wanted}


def with_credentials(url: str) -> CallApi:
    return call(
        url,
        headers=(*CREDENTIALS, ("X-Plain", "kept")),
        credential_headers=frozenset({"authorization", "X-Api-Key"}),
        masked=(SECRET,),
    )


async def test_credentials_stay_on_the_same_host_and_port() -> None:
    async with HttpServer() as server:
        server.enqueue(to("/next"), to(server.url("/last", host="127.0.0.1")))

        result = await caller().call(with_credentials(server.url()))

    assert credentials_of(result) == {name.lower(): value for name, value in CREDENTIALS}


async def test_credentials_are_dropped_on_the_way_to_another_port_and_do_not_come_back() -> None:
    async with HttpServer() as server, HttpServer() as other:
        server.enqueue(to(other.url("/next")))
        other.enqueue(to(server.url("/back")))

        result = await caller().call(with_credentials(server.url()))

    assert credentials_of(result) == {}
    assert echo(result)["headers"]["x-plain"] == "kept"
    assert (
        not {"authorization", "cookie", "x-api-key", "x-signed"} & other.requests[0].headers.keys()
    )


async def test_credentials_are_dropped_on_the_way_to_another_host() -> None:
    async with HttpServer() as server:
        server.enqueue(to(server.url("/next", host="other.example")))
        guarded = caller("127.0.0.1", "other.example", resolver=names(other_example="127.0.0.1"))

        result = await guarded.call(with_credentials(server.url()))

    assert credentials_of(result) == {}
    assert echo(result)["headers"]["host"] == f"other.example:{server.port}"


async def test_credentials_are_dropped_on_the_way_from_https_to_http(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = authority.server_context("api.example")
    async with HttpServer(tls) as safe, HttpServer() as plain:
        safe.enqueue(to("http://api.example:443/next"))
        connect = httpcore2.AnyIOBackend.connect_tcp
        ports = [safe.port, plain.port]

        async def connect_tcp(backend: Any, host: str, port: int, **options: Any) -> Any:
            return await connect(backend, "127.0.0.1", ports.pop(0))

        monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)
        guarded = caller(resolver=names(api_example="1.1.1.1"), verify=authority.client_context())

        result = await guarded.call(with_credentials("https://api.example/"))

    assert credentials_of(result) == {}
    assert echo(result)["target"] == "/next"


async def test_cookies_of_an_answer_are_not_kept() -> None:
    async with HttpServer() as server:
        moved = Answer(302, b"", (("Location", "/next"), ("Set-Cookie", "a=b")))
        server.enqueue(moved)
        guarded = caller()

        results = [await guarded.call(call(server.url())) for _ in range(2)]

    assert ["cookie" in echo(result)["headers"] for result in results] == [False, False]


# TLS


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


async def test_https_asks_for_and_checks_the_name_not_the_address(authority: Authority) -> None:
    async with HttpServer(authority.server_context("api.example")) as server:
        guarded = caller(
            "api.example",
            "other.example",
            resolver=names(api_example="127.0.0.1", other_example="127.0.0.1"),
            verify=authority.client_context(),
        )

        good = await guarded.call(call(server.url(host="api.example")))
        dotted = await guarded.call(call(server.url(host="API.example")))
        wrong = await guarded.call(call(server.url(host="other.example"), retries=3))

    assert echo(good)["headers"]["host"] == f"api.example:{server.port}"
    assert dotted.status == 200
    assert outcome(wrong) == (0, "tls", b"")
    assert server.server_names == ["api.example", "api.example", "other.example"]
    assert len(server.requests) == 2


async def test_https_to_an_address_needs_a_certificate_for_it(authority: Authority) -> None:
    async with (
        HttpServer(authority.server_context("127.0.0.1")) as named,
        HttpServer(authority.server_context("localhost")) as nameless,
    ):
        guarded = caller(verify=authority.client_context())

        good = await guarded.call(call(named.url()))
        wrong = await guarded.call(call(nameless.url()))

    assert (good.status, outcome(wrong)) == (200, (0, "tls", b""))


async def test_https_is_refused_where_the_certificate_is_not_to_be_trusted(
    authority: Authority,
) -> None:
    expired = authority.server_context("127.0.0.1", expired=True)
    async with (
        HttpServer(authority.server_context("127.0.0.1")) as unknown,
        HttpServer(expired) as old,
        HttpServer(greeting=b"HTTP/1.1 400 Bad\r\n\r\n") as plain,
    ):
        by_system = await caller(verify=None).call(call(unknown.url()))
        by_date = await caller(verify=authority.client_context()).call(call(old.url()))
        by_protocol = await caller(verify=None).call(call(plain.url().replace("http:", "https:")))

    assert [outcome(result) for result in (by_system, by_date, by_protocol)] == [
        (0, "tls", b"")
    ] * 3


async def test_https_that_is_tampered_with_is_no_answer(authority: Authority) -> None:
    async with HttpServer(authority.server_context("127.0.0.1")) as server:
        server.enqueue(Garbled())

        result = await caller(verify=authority.client_context()).call(call(server.url()))

    assert outcome(result) == (0, "tls", b"")


# Limits


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("X-GZip", gzip.compress),
        ("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),
    ],
)
async def test_size_limit_counts_unpacked_bytes(encoding: str, pack: Any) -> None:
    full, over = b"a" * 2048, b"a" * 2049
    async with HttpServer() as server:
        for body in (full, over):
            server.enqueue(Answer(200, pack(body), (("Content-Encoding", encoding),)))

        results = [
            await caller().call(call(server.url(), max_response_kb=2, retries=3)) for _ in range(2)
        ]

    assert [outcome(result) for result in results] == [(200, None, full), (200, "too_large", b"")]
    assert len(server.requests) == 2


async def test_empty_body_may_claim_to_be_packed() -> None:
    async with HttpServer() as server:
        server.enqueue(Answer(204, b"", (("Content-Encoding", "gzip"),)))

        assert outcome(await caller().call(call(server.url()))) == (204, None, b"")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"\x0b\x02\x80hello\x03"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello"))),
        ("gzip", b"no gzip"),
        ("gzip", gzip.compress(b"hello")[:-4]),
        ("gzip", gzip.compress(b"hello") + b"garbage"),
        ("deflate", b"\x78\xff\xff"),
    ],
)
async def test_body_that_cannot_be_unpacked_is_no_answer(encoding: str, body: bytes) -> None:
    async with HttpServer() as server:
        server.enqueue(Answer(200, body, (("Content-Encoding", encoding),)))

        assert outcome(await caller().call(call(server.url()))) == (200, "bad_response", b"")


async def test_bomb_is_defused_in_little_memory() -> None:
    bomb = gzip.compress(bytes(32 * 2**20), compresslevel=1)
    async with HttpServer() as server:
        server.enqueue(Answer(200, bomb, (("Content-Encoding", "gzip"),)))
        tracemalloc.start()
        try:
            result = await caller().call(call(server.url(), max_response_kb=1024))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert outcome(result) == (200, "too_large", b"")
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    "reply",
    [
        Endless(HEAD + b"\r\n", b"a" * 65_536),
        Endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"a" * 1024 + b"\r\n"),
        Endless(HEAD + b"Content-Encoding: deflate\r\n\r\n", b"\0\0\0\xff\xff" * 10_000),
    ],
    ids=["plain", "chunked", "packed nothing"],
)
async def test_reading_stops_at_the_limit(reply: Reply) -> None:
    async with HttpServer() as server:
        server.enqueue(reply)

        result = await caller().call(call(server.url(), max_response_kb=1, timeout_s=60))

    assert outcome(result) == (200, "too_large", b"")
    assert server.sent_bytes < 32 * 2**20


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Raw(HEAD + b"x: " + b"a" * 70_000 + b"\r\n\r\n"), 200),
        (Endless(HEAD, b"x: " + b"a" * 10_000 + b"\r\n"), 0),
        (Endless(HEAD + b"x: ", b"a" * 10_000), 0),
    ],
)
async def test_too_large_a_head_is_not_read(reply: Reply, status: int) -> None:
    async with HttpServer() as server:
        server.enqueue(reply)

        result = await caller().call(call(server.url(), timeout_s=60))

    assert outcome(result) == (status, "too_large", b"")


@pytest.mark.parametrize(
    "reply",
    [
        Hang(),
        Hang(b"HTTP/1.1 200"),
        Hang(HEAD + b"\r\nsome of the body"),
        Hang(HEAD + b"Content-Length: 100\r\n\r\nsome"),
        Endless(HEAD + b"\r\n", b"a", pause_s=0.01),
        Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause_s=0.01),
        Answer(503),
    ],
)
async def test_time_limit_holds_for_the_whole_call(reply: Reply) -> None:
    async with HttpServer() as server:
        server.enqueue(to("/next"), reply, Hang(), Hang(), Hang())

        result = await caller().call(call(server.url(), timeout_s=0.3, retries=2))

    assert outcome(result) == (0, "timeout", b"")
    assert result.duration_ms >= 250


async def test_time_limit_holds_for_the_look_up() -> None:
    async def never(name: str, port: int) -> Sequence[str]:
        await anyio.sleep_forever()
        raise AssertionError

    result = await HttpCaller(resolver=never).call(call("http://api.example/", timeout_s=0.05))

    assert outcome(result) == (0, "timeout", b"")


async def test_time_limit_holds_for_the_handshake() -> None:
    async with HttpServer(greeting=b"") as server:
        url = server.url().replace("http:", "https:")

        assert outcome(await caller().call(call(url, timeout_s=0.05))) == (0, "timeout", b"")
        await server.all_closed()


async def test_cancellation_passes_and_closes_the_connection() -> None:
    async with HttpServer() as server:
        server.enqueue(Hang())
        task = asyncio.create_task(caller().call(call(server.url(), retries=3)))
        while not server.requests:
            await anyio.lowlevel.checkpoint()
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        await server.all_closed()

    assert server.connections == 1


async def test_connection_is_closed_after_the_answer() -> None:
    async with HttpServer() as server:
        guarded = caller()
        for _ in range(3):
            await guarded.call(call(server.url()))
        await server.all_closed()

    assert server.connections == 3


# Failures and retries


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Raw(), "connection"),
        (Raw(reset=True), "connection"),
        (Raw(b"HTTP/1.1 2"), "connection"),
        (Raw(HEAD + b"Content-Length: 10\r\n\r\nsome"), "connection"),
        (Raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nsome"), "connection"),
        (Raw(HEAD + b"Content-Length: 10\r\n\r\nsome", reset=True), "connection"),
        (Raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), "bad_response"),
        (Raw(b"\x15\x03\x01\x00\x02\x02\x0a\r\n\r\n"), "bad_response"),
        (Raw(HEAD + b"Content-Length: ten\r\n\r\n"), "bad_response"),
        (Raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "bad_response"),
        (Raw(HEAD + b"no header\r\n\r\n"), "bad_response"),
    ],
)
async def test_broken_answer_is_named(reply: Reply, failure: str) -> None:
    async with HttpServer() as server:
        server.enqueue(reply)

        assert outcome(await caller().call(call(server.url()))) == (0, failure, b"")


async def test_switched_protocol_is_no_answer() -> None:
    async with HttpServer() as server:
        server.enqueue(Raw(b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\nhello"))

        assert outcome(await caller().call(call(server.url()))) == (0, "bad_response", b"")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", HEAD + b"\r\n"]))
async def test_no_answer_makes_a_call_raise(data: bytes, head: bytes) -> None:
    async with HttpServer() as server:
        server.enqueue(Raw(head + data))

        result = await caller().call(call(server.url()))

    assert result.failure in (None, "connection", "bad_response", "too_large")
    assert result.failure or result.status >= 200


@pytest.mark.parametrize(
    "reply", [Answer(429), Answer(500), Answer(503, b"busy"), Raw(), Raw(reset=True), Hang()]
)
async def test_get_is_tried_again(reply: Reply) -> None:
    async with HttpServer() as server:
        server.enqueue(reply, reply, Answer(200, b"at last"))

        result = await caller().call(call(server.url(), retries=2, timeout_s=1.5))

    assert outcome(result) == (200, None, b"at last")
    assert len(server.requests) == 3


async def test_refused_connection_is_tried_again() -> None:
    waits: list[int] = []
    async with HttpServer() as server:
        url = server.url()

    def backoff(retry: int) -> float:
        waits.append(retry)
        return 0.0

    result = await caller(backoff=backoff).call(call(url, retries=2))

    assert outcome(result) == (0, "connection", b"")
    assert waits == [0, 1]


@pytest.mark.parametrize("status", [200, 301, 400, 401, 404, 408])
async def test_other_statuses_are_not_tried_again(status: int) -> None:
    async with HttpServer() as server:
        server.enqueue(Answer(status))

        result = await caller().call(call(server.url(), retries=3))

    assert (result.status, len(server.requests)) == (status, 1)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("reply", [Answer(503), Raw()])
async def test_only_get_is_tried_again(method: str, reply: Reply) -> None:
    async with HttpServer() as server:
        server.enqueue(reply)

        result = await caller().call(call(server.url(), method=method, retries=3))

    assert result.status in (503, 0)
    assert len(server.requests) == 1


async def test_last_answer_counts_where_retries_run_out() -> None:
    async with HttpServer() as server:
        server.enqueue(Answer(503, b"1"), Answer(502, b"2"), Answer(429, b"3"), Answer(200))

        result = await caller().call(call(server.url(), retries=2))

    assert outcome(result) == (429, None, b"3")


@pytest.mark.parametrize(
    "retry_after",
    ["120", "9" * 400, format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)],
)
async def test_retry_after_beyond_the_time_limit_ends_the_call_at_once(retry_after: str) -> None:
    async with HttpServer() as server:
        server.enqueue(Answer(429, b"busy", (("Retry-After", retry_after),)))

        result = await caller().call(call(server.url(), retries=3, timeout_s=60))

    assert outcome(result) == (429, None, b"busy")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "retry_after",
    [
        "0",
        "-1",
        "soon",
        "",
        "²",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 99 Nov 99999 99:99:99 +99999999999",
    ],
)
async def test_retry_after_that_is_past_or_unreadable_does_not_hold_up(retry_after: str) -> None:
    async with HttpServer() as server:
        server.enqueue(Answer(503, b"", (("Retry-After", retry_after),)), Answer(200))

        result = await caller().call(call(server.url(), retries=1))

    assert result.status == 200


async def test_retry_after_and_backoff_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(delay: float) -> None:
        pauses.append(delay)

    async with HttpServer() as server:
        server.enqueue(
            Answer(503), Answer(503, b"", (("Retry-After", "7"),)), Raw(), Answer(200, b"ok")
        )
        monkeypatch.setattr("alpina_app.clients.http_call.anyio.sleep", sleep)
        result = await caller(backoff=backoff_s).call(call(server.url(), retries=3))

    assert outcome(result) == (200, None, b"ok")
    assert pauses == [0.25, 7.0, 1.0]


# Secrets


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


async def test_no_secret_is_logged(everything_logged: pytest.LogCaptureFixture) -> None:
    async with HttpServer() as server:
        server.enqueue(
            Answer(200, SECRET.encode(), (("X-Echo", SECRET), ("Set-Cookie", SECRET))),
            to(f"http://localhost/{SECRET}"),
        )
        for method in ("POST", "GET", "GET /"):
            await caller(resolver=names(localhost="127.0.0.1")).call(
                call(
                    server.url(f"/{SECRET}"),
                    method=method,
                    headers=(("Authorization", SECRET),),
                    body=SECRET.encode(),
                    masked=(SECRET,),
                )
            )

    assert len(server.requests) == 2
    assert SECRET not in everything_logged.text
