"""Bodies of requests: read up to a limit, then JSON, a form or multipart."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qsl

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from alpina_app.api.media import FORM, JSON, MULTIPART, MediaType, parse_media_type
from alpina_app.api.refusals import Malformed, Refused, UnreadBody, UnsupportedMediaType
from alpina_app.services.fields import Form, UploadedFile, decode_json
from alpina_app.web.body import BodyError, read_body

MAX_FIELDS: Final = 1000
_CHARSETS: Final = frozenset({"utf-8", "ascii"})


@dataclass(frozen=True, slots=True)
class Payload:
    """A body that was read: its data and what they came from, or why they cannot be had.

    The refusal waits until the caller's rights and the object have been looked at, as in the
    original: `require()` raises it.
    """

    data: Any = None
    form: Form = "json"
    refusal: Refused | None = None
    raw: bytes = field(default=b"", repr=False)

    def require(self) -> Any:
        if self.refusal is not None:
            raise self.refusal
        return self.data


async def read_payload(request: Request, limit: int) -> Payload:
    """`limit` in bytes. An empty body is empty data of any type."""
    content_type = request.headers.get("content-type", "")
    try:
        body = await read_body(request, limit)
        if not body:
            form: Form = "html" if _is_form(parse_media_type(content_type)) else "json"
            return Payload({}, form)
        return replace(parse(body, content_type), raw=body)
    except Refused as refusal:
        return Payload(refusal=refusal)
    except BodyError as error:
        return Payload(refusal=UnreadBody(error))


def parse(body: bytes, content_type: str) -> Payload:
    """Raises Malformed or UnsupportedMediaType."""
    media_type = parse_media_type(content_type)
    kind = next((known for known in (JSON, FORM, MULTIPART) if media_type.covers(known)), None)
    if kind is None or not _is_utf8(media_type):
        raise UnsupportedMediaType(content_type)
    match kind:
        case "application/json":
            return Payload(_json(body))
        case "application/x-www-form-urlencoded":
            return Payload(_form(body), "html")
        case _:
            return Payload(_multipart(body, content_type), "html")


def _is_form(media_type: MediaType) -> bool:
    return media_type.covers(FORM) or media_type.covers(MULTIPART)


def _is_utf8(media_type: MediaType) -> bool:
    charset = media_type.params.get("charset")
    if charset is None:
        return True
    try:
        return codecs.lookup(charset).name in _CHARSETS
    except (LookupError, ValueError):
        return False


def _json(body: bytes) -> Any:
    try:
        return decode_json(body.decode())
    except ValueError as error:
        raise Malformed(f"JSON parse error - {error}") from None


def _form(body: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise Malformed(f"Form parse error - {error}") from None
    return dict(pairs)


def _multipart(body: bytes, content_type: str) -> Mapping[str, Any]:
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise Malformed("Multipart form parse error - Invalid boundary in multipart: None")
    parts = _Parts()
    try:
        parser = MultipartParser(boundary, parts.callbacks(), max_size=float("inf"))
        parser.write(body)
        parser.finalize()
    except (MultipartParseError, ValueError) as error:
        raise Malformed(f"Multipart form parse error - {error}") from None
    if not parts.ended:
        raise Malformed("Multipart form parse error - the last boundary is missing")
    return parts.values


class _Parts:
    """Collects the parts of one multipart body."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.ended = False
        self._count = 0
        self._name = bytearray()
        self._value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._data = bytearray()

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_ended,
            "on_part_data": lambda data, start, end: self._data.extend(data[start:end]),
            "on_part_end": self._part_ended,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._count += 1
        if self._count > MAX_FIELDS:
            raise ValueError("too many fields")
        self._headers = {}
        self._data = bytearray()

    def _header_ended(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _part_ended(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name")
        if name is None:
            return
        text = name.decode()
        if b"filename" in options:
            self.values[text] = UploadedFile(options[b"filename"].decode(errors="replace"))
        else:
            self.values[text] = bytes(self._data).decode()

    def _end(self) -> None:
        self.ended = True
