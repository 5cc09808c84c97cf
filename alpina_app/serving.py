"""Serves the application in this process until Ctrl-C or SIGTERM.

Granian's embedded server: HTTP and WebSocket in Rust, the application on this thread's event loop,
no second process that could stay behind.
"""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from granian.constants import Interfaces
from granian.errors import FatalError
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.embed import Server
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alpina_app.bootstrap.console import Stop

# Requests under way may end within this time after Ctrl-C.
GRACE_S = 3.0
# All of the stop: requests under way, turns, the database.
STOP_LIMIT_S = 10.0

_WANTED_FILES = 16_384
_FEWEST_CONNECTIONS = 128

log = logging.getLogger(__name__)


def serve(
    app: ASGIApp,
    sock: socket.socket,
    on_ready: Callable[[], None],
    on_stop: Callable[[], None],
) -> int:
    """Serves on the listening `sock`; returns 0 once everything is closed after a signal.

    A second signal does not wait for requests under way. Raises Stop where the application's
    lifespan could not begin.
    """
    return _run(_serve(app, sock, on_ready, on_stop))


def leave(code: int) -> None:
    """Ends the process without Python's own clean-up, which the server's threads would hinder.

    Granian's Rust threads outlive the event loop; joined or unwound in the interpreter's end they
    wait for idle connections, or abort.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _run(work: Coroutine[Any, Any, int]) -> int:
    """Leaves tasks that have not ended to `leave`: those of open event sockets end for nobody."""
    loop = _new_loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(work)


def _new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where there is one (not on Windows): an eighth more requests a second."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


async def _serve(
    app: ASGIApp,
    sock: socket.socket,
    on_ready: Callable[[], None],
    on_stop: Callable[[], None],
) -> int:
    lifespan = _Lifespan(app, on_ready)
    server = _Embedded(lifespan, sock)
    stopping = asyncio.Event()
    ending: list[asyncio.Task[None]] = []  # held, or it might be collected
    asked = 0

    def stop() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            on_stop()
            stopping.set()
            server.stop()  # type: ignore[no-untyped-call]
            ending.append(asyncio.ensure_future(lifespan.end_requests()))
        else:
            lifespan.hurry.set()

    _on_signals(asyncio.get_running_loop(), stop)
    serving = asyncio.ensure_future(server.serve())
    asking = asyncio.ensure_future(stopping.wait())
    await asyncio.wait((serving, asking), return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait((serving,), timeout=STOP_LIMIT_S)
    if not serving.done():
        log.warning("Connections that do not end are cut off")
        return 0
    try:
        serving.result()
    except FatalError:
        raise Stop("bad_start", reason=lifespan.problem) from None
    return 0


class _Embedded(Server):
    def __init__(self, app: ASGIApp, sock: socket.socket) -> None:
        super().__init__(
            app, interface=Interfaces.ASGI, log_enabled=False, backpressure=_room_for_connections()
        )
        self._given = sock

    def _init_shared_socket(self) -> None:
        # Our own socket: Granian's would share a taken port with its holder (SO_REUSEPORT).
        self._given.setblocking(False)
        self._shd: Any = SocketHolder(self._given.detach(), False, 1024)  # type: ignore[call-arg]
        self._sfd = self._shd.get_fd()
        self._ssp = None


def _room_for_connections() -> int:
    """How many connections may be open at once; half of the files that the system allows us.

    A page holds one as long as it is open, a turn at work one more, to its model. Granian's own
    limit, 128, is reached by as many open tabs; whoever comes then is not answered at all.
    """
    if sys.platform == "win32":
        return _WANTED_FILES // 2
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, _WANTED_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    files = wanted if soft == resource.RLIM_INFINITY else min(soft, wanted)
    return max(_FEWEST_CONNECTIONS, files // 2)


class _Lifespan:
    """Says when the application is ready, and ends requests that would hold up the stop."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], None]) -> None:
        self._app = app
        self._on_ready = on_ready
        self._requests: set[asyncio.Task[Any]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._ending = False
        self.hurry = asyncio.Event()
        self.problem = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._watching(send))
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def end_requests(self) -> None:
        """Those under way may end within GRACE_S, or until `hurry`; the server waits for them."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._idle, self.hurry)]
        await asyncio.wait(waits, timeout=GRACE_S, return_when=asyncio.FIRST_COMPLETED)
        self._ending = True
        for task in (*waits, *self._requests):
            task.cancel()

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._requests.add(task)
        self._idle.clear()
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not self._ending:
                raise
        finally:
            self._requests.discard(task)
            if not self._requests:
                self._idle.set()

    def _watching(self, send: Send) -> Send:
        async def watch(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                # A full collection stops every stream, a quarter of a second with 100 tabs. What is
                # loaded by now stays, and what tabs hold is looked through seldom.
                gc.freeze()
                gc.set_threshold(10_000, 20, 50)
                self._on_ready()
            elif message["type"] == "lifespan.startup.failed":
                told = message.get("message", "").strip()
                log.error("The application did not start: %s", told)
                self.problem = told.rpartition("\n")[2]

        return watch


def _on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
