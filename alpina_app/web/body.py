"""The body of a request, within bounds: it may be neither too large nor too slow."""

import asyncio
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.types import Receive

LONGEST_S: Final = 60.0
_DRAIN: Final = 8 * 1024 * 1024


class BodyError(Exception):
    """The body cannot be had: answered with `status` and `detail`."""

    status: ClassVar[int] = 400
    detail: ClassVar[str] = "The request was cut short."


class BodyTooLarge(BodyError):
    status = 413
    detail = "The request body is too large."


class BodyTooSlow(BodyError):
    status = 408
    detail = "The request body did not arrive in time."


async def read_body(request: Request, limit: int) -> bytes:
    """`limit` in bytes. Raises BodyError.

    Of a body that is too large some more is read: a client that still sends hears no answer.
    """
    try:
        async with asyncio.timeout(LONGEST_S):
            return await _read(request, limit)
    except TimeoutError:
        raise BodyTooSlow from None


async def _read(request: Request, limit: int) -> bytes:
    announced = request.headers.get("content-length", "")
    too_large = announced.isdigit() and (len(announced) > 19 or int(announced) > limit)
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        chunk, more = await _next_chunk(request.receive)
        size += len(chunk)
        too_large = too_large or size > limit
        if too_large and (size > limit + _DRAIN or not more):
            raise BodyTooLarge
        if not too_large:
            chunks.append(chunk)
    return b"".join(chunks)


async def _next_chunk(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise BodyError
    return message.get("body", b""), message.get("more_body", False)
