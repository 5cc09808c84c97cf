"""Reads the body of an HTTP answer, unpacks it, and stops at a limit."""

import zlib
from collections.abc import AsyncIterable

from alpina_app.clients.address_guard import CallFailed

ACCEPT_ENCODING = "gzip, deflate"
PACKED_SLACK = 65_536  # bytes that packed data may be larger than what is in it


async def read_body(chunks: AsyncIterable[bytes], encoding: str, limit: int) -> bytes:
    """The unpacked body. `encoding`: the Content-Encoding header's value, "" for none.

    Raises CallFailed: "too_large" as soon as more than `limit` unpacked bytes are there, with at
    most one byte above the limit ever unpacked; "bad_response" for broken or unknown packing.
    """
    unpacker = _unpacker(encoding)
    body = bytearray()
    packed = 0
    async for chunk in chunks:
        packed += len(chunk)
        body += unpacker.feed(chunk, limit + 1 - len(body)) if unpacker else chunk
        if len(body) > limit or packed > limit + PACKED_SLACK:
            raise CallFailed("too_large")
    if unpacker and packed and not unpacker.is_complete:
        raise CallFailed("bad_response")
    return bytes(body)


class _Unpacker:
    """gzip (RFC 1952, with several members) and deflate (RFC 9110, with or without its header)."""

    def __init__(self, gzip: bool) -> None:
        self._gzip = gzip
        self._stream: zlib._Decompress | None = None

    @property
    def is_complete(self) -> bool:
        return self._stream is not None and self._stream.eof

    def feed(self, data: bytes, room: int) -> bytes:
        """At most `room` unpacked bytes, fewer than `room` only where `data` is used up."""
        unpacked = b""
        while data and len(unpacked) < room:
            if self._stream is None or self._stream.eof:
                self._stream = zlib.decompressobj(self._window(data))
            try:
                unpacked += self._stream.decompress(data, room - len(unpacked))
            except zlib.error as error:
                raise CallFailed("bad_response") from error
            data = self._stream.unused_data
        return unpacked

    def _window(self, data: bytes) -> int:
        if self._gzip:
            return zlib.MAX_WBITS | 16
        return zlib.MAX_WBITS if data[0] & 0x0F == zlib.DEFLATED else -zlib.MAX_WBITS


def _unpacker(encoding: str) -> _Unpacker | None:
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return _Unpacker(gzip=True)
        case "deflate":
            return _Unpacker(gzip=False)
        case _:
            raise CallFailed("bad_response")
