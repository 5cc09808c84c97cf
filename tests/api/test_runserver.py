"""The server as a process: what it says, whom it lets in, how it ends."""

import contextlib
import signal
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.server_process import run, running_server, settings

HANDSHAKE = (
    "GET /_event/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(folder):
    env = settings(folder, CSRF_TRUSTED_ORIGINS="https://partner.example.com")
    with running_server(env) as running:
        yield running


def status(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def handshake(port, host, origin):
    """The status of an attempt to open the pages' event socket."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(HANDSHAKE.format(host=host, origin=origin).encode())
        return int(connection.recv(100).split()[1])


def children(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return []


def test_page_api_and_operations_answer_on_one_port(server):
    paths = ("", "api/root/", "admin/login/", "healthz", "api/no-such-thing/")
    assert [status(server.url + path) for path in paths] == [200, 200, 200, 200, 404]


def test_without_a_user_the_console_shows_a_link_that_opens(folder):
    with running_server(settings(folder)) as server:
        line = server.process.stdout.readline()
        link = line.rpartition(" ")[2].strip()
        assert link.startswith(f"{server.url}admin/setup/?token=")
        assert [status(link), status(link + "0")] == [200, 403]


def test_with_a_user_no_link_is_shown(tmp_path):
    env = settings(tmp_path, DJANGO_SUPERUSER_PASSWORD="admin-pass-1")
    given = ("--noinput", "--username", "admin", "--email", "a@example.com")
    assert run("createsuperuser", *given, env=env) == (0, "Created the administrator admin\n")
    with running_server(env) as server:
        server.stop()
    assert [line for line in server.said if "setup" in line] == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_event_socket_opens_for_pages_of_the_site(server, host):
    own = f"{host}:{server.port}"
    assert handshake(server.port, own, f"http://{own}") == 101
    assert handshake(server.port, own, "https://partner.example.com") == 101


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example.com", "http://127.0.0.1:1", "null", "http://127.0.0.1.evil.example.com"],
)
def test_the_event_socket_stays_shut_for_foreign_pages(server, origin):
    assert handshake(server.port, f"127.0.0.1:{server.port}", origin) in (400, 403)


def test_the_built_pages_name_no_host_of_the_event_socket(server):
    environment = Path(f"/proc/{server.process.pid}/environ").read_text().split("\0")
    (folder,) = [Path(pair.partition("=")[2]) for pair in environment if "ALPINA_PAGES=" in pair]
    (script,) = (folder / "build" / "client" / "assets").glob("reflex-env-*.js")
    text = script.read_text(encoding="utf-8")
    assert ("localhost" in text, "location.origin" in text) == (False, True)


def test_a_second_server_on_the_port_says_that_it_is_taken(server, folder):
    code, said = run("runserver", str(server.port), env=settings(folder))
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith(f"Port {server.port} is taken: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_and_what_it_started(tmp_path, number):
    with running_server(settings(tmp_path)) as server:
        assert status(server.url) == 200
        started = children(server.process.pid)
        assert server.stop(number) == 0
        assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []


def test_a_killed_server_starts_again_on_its_port(tmp_path):
    env = settings(tmp_path)
    with running_server(env) as first:
        assert status(first.url) == 200
        first.process.kill()
        first.process.wait()
        with running_server(env, str(first.port)) as second:
            assert (second.url, status(second.url)) == (first.url, 200)


@pytest.mark.parametrize("command", [["runserver", "0"], ["migrate"], ["check"]])
def test_wrong_settings_are_named_on_one_line(tmp_path, command):
    env = settings(tmp_path, SECRET_KEY="short-and-private", TIME_ZONE="Mars/Olympus")
    code, said = run(*command, env=env)
    line = said.splitlines()[-1]
    assert (code, line.startswith("Wrong settings: SECRET_KEY: ")) == (2, True)
    assert ("TIME_ZONE: " in line, "short-and-private" in said, "Traceback" in said) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:s3cret@127.0.0.1:1/db", "The database cannot be reached: "),
        ("mysql://me:s3cret@127.0.0.1:1/db", "The database cannot be reached: "),
        ("sqlite:////no/such/folder/db.sqlite3", "The database cannot be reached: "),
        ("postgresql://me:s3cret@host:port/db", "Wrong settings: DATABASE_URL: "),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line(tmp_path, url, told):
    code, said = run("runserver", "0", env=settings(tmp_path, DATABASE_URL=url))
    assert (code in (1, 2), said.splitlines()[-1].startswith(told)) == (True, True)
    assert ("s3cret" in said, "Traceback" in said) == (False, False)


def test_a_redis_that_cannot_be_reached_is_one_line(tmp_path):
    env = settings(tmp_path, REDIS_URL="redis://:s3cret@127.0.0.1:1/0")
    code, said = run("runserver", "0", env=env)
    assert (code, said.splitlines()[-1].startswith("Redis cannot be reached: ")) == (1, True)
    assert ("s3cret" in said, "Traceback" in said) == (False, False)
