"""The server around any ASGI application: how requests under way, signals and failures end it."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, closing

import pytest

from alpina_app.bootstrap.paths import ROOT

PROGRAM = """
import asyncio, socket, sys
from alpina_app import serving
from alpina_app.bootstrap.console import Stop

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        if "fail" in sys.argv:
            await send({"type": "lifespan.startup.failed", "message": "Traceback\\nOSError: no"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        print("closed", flush=True)
        await send({"type": "lifespan.shutdown.complete"})
        return
    print("asked", scope["path"], flush=True)
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    if scope["path"] == "/endless":
        await asyncio.sleep(1000)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})

sock = socket.create_server(("127.0.0.1", 0))
port = sock.getsockname()[1]
try:
    ready = lambda: print("ready", port, flush=True)
    code = serving.serve(app, sock, ready, lambda: print("stopping", flush=True))
except Stop as problem:
    print(problem.key, problem.params, flush=True)
    code = problem.exit_code
serving.leave(code)
"""


class Served:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = iter(self.process.stdout.readline, "")

    def line(self):
        return next(self.said).rstrip()

    def ask(self, path, timeout=20):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()


@pytest.fixture
def served():
    server = Served()
    server.port = int(server.line().removeprefix("ready "))
    yield server
    server.process.kill()
    server.process.communicate()


def http_connection(port):
    return closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20))


def test_an_idle_server_ends_at_once_even_with_an_open_connection(served):
    with socket.create_connection(("127.0.0.1", served.port)):
        served.process.send_signal(signal.SIGINT)
        assert [served.line(), served.line()] == ["stopping", "closed"]
        assert served.process.wait(20) == 0


def test_many_open_connections_leave_room_for_the_next(served):
    with ExitStack() as opened:
        for _ in range(400):
            idle = opened.enter_context(http_connection(served.port))
            idle.request("GET", "/")
            assert idle.getresponse().read() == b"done"
            assert served.line() == "asked /"
        assert served.ask("/") == b"done"


def test_a_request_under_way_gets_its_answer_and_new_ones_are_refused(served):
    answers = []
    asking = threading.Thread(target=lambda: answers.append(served.ask("/slow")))
    asking.start()
    assert served.line() == "asked /slow"
    served.process.send_signal(signal.SIGTERM)
    assert served.line() == "stopping"
    asking.join(20)
    assert answers == [b"done"]
    assert (served.line(), served.process.wait(20)) == ("closed", 0)
    with pytest.raises(ConnectionRefusedError):
        served.ask("/")


def test_a_request_without_end_holds_the_server_up_for_a_while_only(served):
    asking = threading.Thread(target=swallow, args=(served.ask, "/endless"))
    asking.start()
    assert served.line() == "asked /endless"
    served.process.send_signal(signal.SIGINT)
    assert [served.line(), served.line()] == ["stopping", "closed"]
    assert served.process.wait(20) == 0
    asking.join(20)


def test_a_second_signal_does_not_wait_for_requests(served):
    asking = threading.Thread(target=swallow, args=(served.ask, "/endless"))
    asking.start()
    assert served.line() == "asked /endless"
    served.process.send_signal(signal.SIGINT)
    assert served.line() == "stopping"
    served.process.send_signal(signal.SIGINT)
    assert (served.line(), served.process.wait(20)) == ("closed", 0)
    asking.join(20)


def test_an_application_that_cannot_begin_is_named_by_its_last_line():
    server = Served("fail")
    said, _ = server.process.communicate(timeout=30)
    assert said.splitlines()[-1] == "bad_start {'reason': 'OSError: no'}"
    assert server.process.returncode == 1


def swallow(function, *arguments):
    try:
        function(*arguments)
    except (OSError, http.client.HTTPException):
        return
