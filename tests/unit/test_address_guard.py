import socket
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import ip_address

import anyio
import httpcore2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpina_app.clients.address_guard import (
    AddressGuard,
    CallFailed,
    PinnedNetwork,
    Target,
    parse_target,
    system_resolver,
)
from alpina_app.errors import SettingsError
from alpina_app.settings import load_settings
from tests.support.http_server import HttpServer


class Names:
    """A resolver with a fixed answer for each name; counts look-ups."""

    def __init__(self, **addresses: Sequence[str]) -> None:
        self.addresses = addresses
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, name: str, port: int) -> Sequence[str]:
        self.asked.append((name, port))
        if name.split(".")[0] not in self.addresses:
            raise OSError("no such name")
        return self.addresses[name.split(".")[0]]


async def refusal(guard: AddressGuard, url: str) -> str:
    with pytest.raises(CallFailed) as caught:
        await guard.addresses(parse_target(url))
    return caught.value.failure


def name(scheme: str, host: str, port: int, path: str, written: str | None = None) -> Target:
    return Target(scheme, host, port, path, written or host, None)


def address(host: str, port: int, written: str) -> Target:
    return Target("http", host, port, "/", written, ip_address(host))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("HTTPS://Api.Example:443/a b#c", name("https", "api.example", 443, "/a%20b")),
        ("http://host/?q=ж&x={y}", name("http", "host", 80, "/?q=%D0%B6&x=%7By%7D")),
        ("http://h_1", name("http", "h_1", 80, "/")),
        ("http://host:/x", name("http", "host", 80, "/x")),
        ("http://host:08080?", name("http", "host", 8080, "/?")),
        ("http://host/%d0%b6/9%/%zz", name("http", "host", 80, "/%d0%b6/9%25/%25zz")),
        (" http://host./a\\b\n", name("http", "host", 80, "/a%5Cb", "host.")),
        ("http://host/\ud800\n/", name("http", "host", 80, "/%ED%A0%80%0A/")),
        ("http://Пример.РФ", name("http", "xn--e1afmkfd.xn--p1ai", 80, "/", "пример.рф")),
        ("http://[0:0:0:0:0:0:0:1]:81/", address("::1", 81, "0:0:0:0:0:0:0:1")),
        ("http://１２７.1/", address("127.0.0.1", 80, "１２７.1")),
    ],
)
def test_url_is_read_into_what_is_called(url: str, target: Target) -> None:
    assert parse_target(url) == target


@pytest.mark.parametrize(
    ("url", "authority", "again"),
    [
        ("http://host:80/a", "host", "http://host/a"),
        ("http://host:443/a", "host:443", "http://host:443/a"),
        ("https://host:443/a", "host", "https://host/a"),
        ("https://[::1]:8443/", "[::1]:8443", "https://[::1]:8443/"),
        ("http://0x7f.1", "127.0.0.1", "http://127.0.0.1/"),
    ],
)
def test_host_header_names_the_port_only_where_needed(url: str, authority: str, again: str) -> None:
    target = parse_target(url)

    assert (target.authority, target.url) == (authority, again)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "host",
        "//host/",
        "/path",
        "http:host",
        "http:/host",
        "http:///path",
        "http://",
        "http://?q",
        "http://:80/",
        "ftp://host/",
        "file:///etc/passwd",
        "gopher://host/",
        "unix:/run/docker.sock",
        "http+unix://%2Frun%2Fdocker.sock/",
        "httpſ://host/",
        "javascript:alert(1)",
        "http://user@host/",
        "http://user:password@host/",
        "http://@host/",
        "http://host@127.0.0.1/",
        "http://host\\@127.0.0.1/",
        "http://127.0.0.1\\host/",
        "http://host:0/",
        "http://host:65536/",
        "http://host:-1/",
        "http://host:+80/",
        "http://host:8_0/",
        "http://host:８０/",
        "http://host:80:80/",
        "http://host:80 /",
        "http://host :80/",
        "http://host\t/",
        "http://ho\nst/",
        "http://host\x00/",
        "http://host\x00.example/",
        "http://%31%32%37.0.0.1/",
        "http://127.0.0.1%2fhost/",
        "http://127.0.0.1%00.example/",
        "http://[fe80::1%eth0]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1",
        "http://::1/",
        "http://[127.0.0.1]/",
        "http://[v1.host]/",
        "http://[::1]host/",
        "http://[::g]/",
        "http://1.2.3.4.5/",
        "http://256.0.0.1/",
        "http://08.0.0.1/",
        "http://4294967296/",
        "http://host.1/",
        "http://a..b/",
        "http://.host/",
        "http://host../",
        "http://-host/",
        "http://host-/",
        "http://xn--\u0431.example/",
        "http://\u202ehost/",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 130 + "example/",
        "http://" + "ж" * 300 + "/",
        "http://host/" + "a" * 70_000,
    ],
)
def test_odd_urls_are_refused(url: str) -> None:
    with pytest.raises(CallFailed) as caught:
        parse_target(url)

    assert caught.value.failure == "bad_url"


@given(st.text())
def test_no_text_crashes_the_reader(text: str) -> None:
    for url in (text, f"http://{text}", f"http://host{text}", f"http://[{text}]/"):
        try:
            target = parse_target(url)
        except CallFailed:
            continue
        assert target.target.isascii()
        assert target.host.isascii()
        assert 0 < target.port < 65_536
        assert replace(parse_target(target.url), written=target.written) == target


async def test_name_is_looked_up_once_and_its_addresses_given_in_order() -> None:
    names = Names(api=["2606:4700::1", "93.184.215.14", "93.184.215.14"])

    found = await AddressGuard([], names).addresses(parse_target("https://API.example/x"))

    assert found == ("2606:4700::1", "93.184.215.14")
    assert names.asked == [("api.example", 443)]


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "10.0.0.1"],
        ["169.254.169.254", "93.184.215.14"],
        ["93.184.215.14", "::ffff:93.184.215.14"],
        ["2606:4700::1%3"],
        ["fd00:ec2::254"],
        ["93.184.215.14", "no address"],
    ],
)
async def test_one_address_that_is_not_public_refuses_the_name(addresses: list[str]) -> None:
    assert await refusal(AddressGuard([], Names(api=addresses)), "http://api/") == "refused_address"


@pytest.mark.parametrize("names", [Names(), Names(api=[])])
async def test_name_without_addresses_is_a_failed_connection(names: Names) -> None:
    assert await refusal(AddressGuard([], names), "http://api/") == "connection"


@pytest.mark.parametrize(
    ("entry", "url", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1/", "127.0.0.1"),
        ("127.0.0.1", "http://127.0.0.1:9000/", "127.0.0.1"),
        ("127.0.0.1:9000", "https://127.0.0.1:9000/", "127.0.0.1"),
        ("127.0.0.1:80", "http://127.0.0.1/", "127.0.0.1"),
        ("127.1", "http://127.1/", "127.0.0.1"),
        ("::1", "http://[::1]:9000/", "::1"),
        ("[::1]", "http://[::1]/", "::1"),
        ("[::1]:9000", "http://[::1]:9000/", "::1"),
        ("api.local", "http://API.Local/", "10.1.2.3"),
        (" Api.Local:8080 ", "http://api.local:8080/", "10.1.2.3"),
        ("api.рф", "http://API.РФ/", "10.1.2.3"),
    ],
)
async def test_allowed_host_is_admitted_as_written(entry: str, url: str, address: str) -> None:
    guard = AddressGuard([entry], Names(api=["10.1.2.3"]))

    assert await guard.addresses(parse_target(url)) == (address,)


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1", "http://localhost/"),
        ("127.0.0.1", "http://127.1/"),
        ("127.0.0.1", "http://127.0.0.1./"),
        ("127.0.0.1", "http://2130706433/"),
        ("127.0.0.1", "http://１２７.0.0.1/"),
        ("127.0.0.1", "http://127.0.0.2/"),
        ("127.0.0.1", "http://[::1]/"),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/"),
        ("127.0.0.1:9000", "http://127.0.0.1/"),
        ("127.0.0.1:9000", "http://127.0.0.1:9001/"),
        ("127.0.0.1:80", "https://127.0.0.1/"),
        ("localhost", "http://127.0.0.1/"),
        ("localhost", "http://localhost./"),
        ("localhost", "http://localhost.example/"),
        ("example", "http://localhost.example/"),
        ("::1", "http://[0:0:0:0:0:0:0:1]/"),
    ],
)
async def test_allowed_host_admits_no_other_spelling_port_or_name(entry: str, url: str) -> None:
    guard = AddressGuard([entry], Names(localhost=["127.0.0.1", "::1"]))

    assert await refusal(guard, url) == "refused_address"


NO_HOSTS = [
    "http://host",
    "user@host",
    "a b",
    "host/x",
    "[::1",
    "[127.0.0.1]",
    "host:",
    "host:port",
]


@pytest.mark.parametrize("entry", ["", *NO_HOSTS])
def test_entry_that_is_no_host_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="no host"):
        AddressGuard([entry], Names())


@pytest.mark.parametrize("entry", NO_HOSTS)
def test_setting_is_refused_at_start_where_an_entry_is_no_host(entry: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file=None, secret_key="k" * 20, http_call_allowed_hosts=entry)

    (problem,) = caught.value.problems
    assert problem.startswith("HTTP_CALL_ALLOWED_HOSTS:")


def test_setting_takes_what_the_guard_takes() -> None:
    hosts = "Crm.local, crm.local:8080, 127.0.0.1, ::1, [::1]:80, апи.рф, ::ffff:127.0.0.1"

    settings = load_settings(env_file=None, secret_key="k" * 20, http_call_allowed_hosts=hosts)

    AddressGuard(settings.http_call_allowed_hosts, Names())
    assert settings.http_call_allowed_hosts[:2] == ("crm.local", "crm.local:8080")


class Network:
    """Stands in for the TCP layer: notes every address and leads all of them to one port.

    `dead`: addresses where a connection is refused; `silent`: where nothing ever answers;
    `given_up`: where the system stops trying.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
        self.asked: list[str] = []
        self.dead: set[str] = set()
        self.silent: set[str] = set()
        self.given_up: set[str] = set()
        connect = httpcore2.AnyIOBackend.connect_tcp

        async def connect_tcp(
            backend: httpcore2.AnyIOBackend, host: str, asked_port: int, **options: object
        ) -> httpcore2.AsyncNetworkStream:
            self.asked.append(host)
            if host in self.silent:
                await anyio.sleep_forever()
            if host in self.given_up:
                raise httpcore2.ConnectTimeout("timed out")
            if host in self.dead:
                raise httpcore2.ConnectError("refused")
            return await connect(backend, "127.0.0.1", port)

        monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)


async def test_connection_goes_to_the_given_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HttpServer() as server:
        network = Network(monkeypatch, server.port)

        pinned = PinnedNetwork(["93.184.215.14", "1.1.1.1"])
        await pinned.connect_tcp("localhost", 80)
        await pinned.aclose()
        await server.all_closed()

    assert network.asked == ["93.184.215.14"]


@pytest.mark.parametrize("kind", ["dead", "silent", "given_up"])
async def test_next_address_is_tried_where_one_does_not_answer(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with HttpServer() as server:
        network = Network(monkeypatch, server.port)
        getattr(network, kind).add("2606:4700::1")

        pinned = PinnedNetwork(["2606:4700::1", "1.1.1.1"])
        await pinned.connect_tcp("api", 80)
        await pinned.aclose()
        await server.all_closed()

    assert network.asked == ["2606:4700::1", "1.1.1.1"]


async def test_no_address_that_answers_is_a_connect_error(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, 0)
    network.dead |= {"1.1.1.1", "8.8.8.8"}

    with pytest.raises(httpcore2.ConnectError):
        await PinnedNetwork(["1.1.1.1", "8.8.8.8"]).connect_tcp("api", 80)


async def test_system_look_up_leaves_the_event_loop_free(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def slow(name: bytes, port: int, **options: object) -> list[tuple[object, ...]]:
        assert released.wait(10), "the event loop was blocked"
        return getaddrinfo(name, port, **options)

    getaddrinfo = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with ThreadPoolExecutor(1) as threads:
        async with anyio.create_task_group() as tasks:
            found: list[str] = []

            async def look_up() -> None:
                found.extend(await system_resolver(threads)("localhost", 80))

            tasks.start_soon(look_up)
            await anyio.wait_all_tasks_blocked()
            released.set()

    assert "127.0.0.1" in found


async def test_system_look_up_of_no_name_is_an_os_error() -> None:
    with ThreadPoolExecutor(1) as threads, pytest.raises(OSError):
        await system_resolver(threads)("no-such-name.invalid", 80)
