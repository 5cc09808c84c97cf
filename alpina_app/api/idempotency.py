"""`Idempotency-Key` on POST: a repeated request gets the first one's answer.

`created_once` is for work that one transaction does; `replayable` wraps any handler, such as that
of a chat turn. The answer is repeated with `Idempotent-Replayed: true`; another body under the
same key is 422, the same request still at work 409.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Concatenate, Final, ParamSpec

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from alpina_app.api.answers import Answer
from alpina_app.api.bodies import Payload
from alpina_app.api.http import Call, Handler
from alpina_app.api.refusals import Malformed
from alpina_app.services import idempotency
from alpina_app.services.access import Caller
from alpina_app.services.crud import Stored
from alpina_app.services.idempotency import Kept, Request

P = ParamSpec("P")
Tasks = set[asyncio.Task[None]]

HEADER: Final = "idempotency-key"
_MAX_LENGTH: Final = 255
_EVENTS: Final = "events"
_REPLAYED: Final = ("Idempotent-Replayed", "true")


def keyed(call: Call, payload: Payload) -> Request | None:
    """The request with its key, None where it has none. Raises Malformed for a bad key."""
    key = call.headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= _MAX_LENGTH or not (key.isascii() and key.isprintable()):
        raise Malformed("Idempotency-Key must have 1 to 255 printable ASCII characters.")
    content_type = call.headers.get("content-type", "")
    return Request(key, f"{call.method} {call.path}", content_type, payload.raw)


def created_once(
    fn: Callable[Concatenate[Session, Caller, P], Stored],
) -> Callable[Concatenate[Session, Caller, Request, P], Answer]:
    """`fn` made repeatable: `work(session, caller, request, ...)` in fn's own transaction."""

    def work(
        session: Session, caller: Caller, request: Request, /, *args: P.args, **kwargs: P.kwargs
    ) -> Answer:
        def create() -> Kept:
            stored = fn(session, caller, *args, **kwargs)
            return Kept(201, {"etag": stored.tag}, stored.body.decode())

        kept, old = idempotency.once(session, caller, request, create)
        return _answer(kept, old)

    return work


def replayable(handler: Handler) -> Handler:
    """The handler, for POSTs that may carry a key; without one nothing changes.

    Only answers below 400 are kept. A stream of events is kept when it ends without an `error`.
    The handler reads the payload again: `call.payload()` gives the same one.
    """

    tasks: Tasks = set()

    async def once(call: Call) -> Answer:
        if HEADER not in call.headers:
            return await handler(call)
        request = keyed(call, await call.payload())
        assert request is not None
        try:
            kept = await call.run(idempotency.reserve, request)
        except IntegrityError:
            kept = await call.run(idempotency.reserve, request)
        if kept is not None:
            return _answer(kept, True)
        try:
            result = await handler(call)
        except BaseException:
            await call.run(idempotency.release, request)
            raise
        return await _remembered(call, request, result, tasks)

    return once


async def _remembered(call: Call, request: Request, result: Answer, tasks: Tasks) -> Answer:
    if result.events is not None:
        result.events = _kept_events(call, request, result.events, tasks)
    elif result.status < 400:
        body = (result.body or b"").decode()
        headers = {} if result.tag is None else {"etag": result.tag}
        await call.run(idempotency.keep, request, Kept(result.status, headers, body))
    else:
        await call.run(idempotency.release, request)
    return result


async def _kept_events(
    call: Call, request: Request, events: AsyncIterator[bytes], tasks: Tasks
) -> AsyncIterator[bytes]:
    """The stream, read to its end also when the client goes away in the middle."""
    heard: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
    task = asyncio.create_task(_listen(call, request, events, heard))
    tasks.add(task)
    task.add_done_callback(tasks.discard)
    while (frame := await heard.get()) is not None:
        if isinstance(frame, Exception):
            raise frame
        yield frame


async def _listen(
    call: Call,
    request: Request,
    events: AsyncIterator[bytes],
    heard: "asyncio.Queue[bytes | Exception | None]",
) -> None:
    frames: list[bytes] = []
    whole = False
    try:
        async for frame in events:
            frames.append(frame)
            heard.put_nowait(frame)
        whole = not any(frame.startswith(b"event: error") for frame in frames)
    except Exception as error:
        heard.put_nowait(error)
    finally:
        if whole:
            kept = Kept(200, {"content": _EVENTS}, b"".join(frames).decode())
            await call.run(idempotency.keep, request, kept)
        else:
            await call.run(idempotency.release, request)
        heard.put_nowait(None)


def _answer(kept: Kept, old: bool) -> Answer:
    body: Any = kept.body.encode()
    result = Answer(body, kept.status, tag=kept.headers.get("etag"))
    if kept.headers.get("content") == _EVENTS:
        result = Answer(None, kept.status, events=_one(body))
    if old:
        result.headers.append(_REPLAYED)
    return result


async def _one(frames: bytes) -> AsyncIterator[bytes]:
    yield frames
