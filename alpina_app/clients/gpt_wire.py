"""The OpenAI wire format: request bodies, answers and faults. Pure; `gpt.py` does the talking.

Source: https://platform.openai.com/docs/api-reference (chat, completions, streaming, errors) and
what compatible servers were seen to do.
"""

import email.utils
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from alpina_app.domain.budget import Message
from alpina_app.domain.effects import Usage

BotType = Literal["chat", "completion"]
Schema = dict[str, Any] | bool
Reason = Literal["auth", "rate_limited", "bad_request", "too_long", "unavailable", "bad_answer"]

_MAX_EVENT_BYTES: Final = 4 * 1024 * 1024
_CHOOSY_PARAMETERS: Final = (
    "stream_options",
    "response_format",
    "max_completion_tokens",
    "max_tokens",
    "temperature",
)
_UNSUPPORTED: Final = re.compile(
    r"unsupported|n[o'’]t support|unrecogni[sz]ed|unknown|unexpected|deprecated"
    r"|not (?:be )?(?:permitted|allowed)|only the default|only 1 is|extra (?:inputs|fields|keys)"
    r"|use '?max_completion_tokens",
    re.IGNORECASE,
)
_TOO_LONG: Final = ("context_length_exceeded", "exceed_context_size_error")


class Fault(Exception):
    """One call failed. Carries no text of the provider.

    `retry_after_s`: seconds the server asked for. `refused`: what it does not want to be sent (see
    `request_body`); `lasting` is false where only this very request was at fault.
    """

    def __init__(
        self,
        reason: Reason,
        *,
        status: int = 0,
        retryable: bool = False,
        retry_after_s: float | None = None,
        refused: str | None = None,
        lasting: bool = True,
    ) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.status = status
        self.retryable = retryable
        self.retry_after_s = retry_after_s
        self.refused = refused
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class Answer:
    """What a whole answer held. `finish_reason` None: the server did not say why it stopped."""

    text: str
    usage: Usage | None
    finish_reason: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event of a stream held."""

    text: str
    usage: Usage | None
    finish_reason: str | None


def path(bot_type: BotType) -> str:
    return "/completions" if bot_type == "completion" else "/chat/completions"


def request_body(
    *,
    bot_type: BotType,
    model: str,
    messages: list[Message],
    temperature: float | None,
    max_tokens: int | None,
    json_answer: bool,
    schema: Schema | None,
    stream: bool,
    refused: Collection[str],
) -> dict[str, Any]:
    """The JSON to send, without what is named in `refused`.

    Those are names of parameters, and "json_schema" for that kind of `response_format`. A refused
    `max_tokens` goes out as `max_completion_tokens` to chat models.
    """
    body: dict[str, Any] = {"model": model}
    if bot_type == "chat":
        body["messages"] = messages
        form = _response_format(json_answer, schema, refused)
        if form is not None:
            body["response_format"] = form
    else:
        body["prompt"] = "\n".join(message["content"] for message in messages)
    if temperature is not None and "temperature" not in refused:
        body["temperature"] = temperature
    limit = _limit_parameter(bot_type, refused)
    if max_tokens is not None and limit is not None:
        body[limit] = max_tokens
    if stream:
        body["stream"] = True
        if "stream_options" not in refused:
            body["stream_options"] = {"include_usage": True}
    return body


def _limit_parameter(bot_type: BotType, refused: Collection[str]) -> str | None:
    if "max_tokens" not in refused:
        return "max_tokens"
    if bot_type == "chat" and "max_completion_tokens" not in refused:
        return "max_completion_tokens"
    return None


def _response_format(
    json_answer: bool, schema: Schema | None, refused: Collection[str]
) -> dict[str, Any] | None:
    if "response_format" in refused:
        return None
    if isinstance(schema, dict) and "json_schema" not in refused:
        wanted = {"name": "answer", "schema": schema, "strict": False}
        return {"type": "json_schema", "json_schema": wanted}
    return {"type": "json_object"} if json_answer or schema is not None else None


def status_fault(
    status: int, headers: Mapping[str, str], error: object, body: dict[str, Any], now: float
) -> Fault:
    """The fault behind an HTTP status. `error`: the body's error object; `now`: Unix time."""
    wait = retry_after_s(headers, now)
    if status in (401, 403):
        return Fault("auth", status=status)
    if status == 429:
        return Fault("rate_limited", status=status, retryable=True, retry_after_s=wait)
    if status in (408, 409) or status >= 500:
        return Fault("unavailable", status=status, retryable=True, retry_after_s=wait)
    details = error if isinstance(error, dict) else {"message": str(error)}
    if details.get("code") in _TOO_LONG or details.get("type") in _TOO_LONG:
        return Fault("too_long", status=status)
    if status in (400, 422):
        return _refusal(status, details, body)
    return Fault("bad_request", status=status)


def _refusal(status: int, error: dict[str, Any], body: dict[str, Any]) -> Fault:
    message = str(error.get("message") or error)
    unsupported = bool(_UNSUPPORTED.search(f"{error.get('code')} {message}"))
    name = _blamed(error.get("param"), message, body)
    if name in ("max_tokens", "max_completion_tokens", "temperature"):
        return Fault("bad_request", status=status, refused=name if unsupported else None)
    if name == "stream_options":
        return Fault("bad_request", status=status, refused=name)
    if "response_format" in body:
        is_schema = body["response_format"]["type"] == "json_schema"
        return Fault(
            "bad_request",
            status=status,
            refused="json_schema" if is_schema else "response_format",
            lasting=name == "response_format"
            and unsupported
            and "invalid schema" not in message.lower(),
        )
    return Fault("bad_request", status=status)


def _blamed(param: object, message: str, body: dict[str, Any]) -> str | None:
    sent = [name for name in _CHOOSY_PARAMETERS if name in body]
    top = str(param).split(".")[0]
    if top in sent:
        return top
    named = [(found.start(), name) for name in sent if (found := _word(name).search(message))]
    return min(named)[1] if named else None


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{name}\b")


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from `Retry-After` (RFC 9110, 10.2.3: seconds or a date) or OpenAI's
    `retry-after-ms`; None where neither can be read."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    try:
        date = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, date.timestamp() - now)


def read_answer(raw: bytes, bot_type: BotType) -> Answer:
    """A whole answer. Raises Fault: `bad_answer` where there is no text in it."""
    data = _decode(raw)
    choice = _first_choice(data)
    if choice is None:
        raise _error_object(data) or Fault("bad_answer", status=200)
    text = choice.get("text") if bot_type == "completion" else _dict(choice, "message", "content")
    if not isinstance(text, str) or not text.strip():
        raise Fault("bad_answer", status=200)
    return Answer(sound(text), read_usage(data), _text(choice.get("finish_reason")))


def read_piece(raw: bytes, bot_type: BotType) -> Piece:
    """One event of a stream. Raises Fault for an error object or something that is no JSON."""
    data = _decode(raw)
    choice = _first_choice(data)
    if choice is None:
        if fault := _error_object(data):
            raise fault
        return Piece("", read_usage(data), None)
    text = choice.get("text") if bot_type == "completion" else _dict(choice, "delta", "content")
    return Piece(
        text if isinstance(text, str) else "",
        read_usage(data),
        _text(choice.get("finish_reason")),
    )


async def events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The data of each server-sent event; these servers write one `data:` line for each.

    Lines are split as bytes: a model's text may hold U+2028, which `str.splitlines` would cut at.
    """
    buffer = b""
    async for chunk in chunks:
        *lines, buffer = (buffer + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                yield line[5:].strip()
        if len(buffer) > _MAX_EVENT_BYTES:
            raise Fault("bad_answer", status=200)
    if buffer.startswith(b"data:"):
        yield buffer[5:].strip()


def read_models(raw: bytes) -> tuple[str, ...]:
    """Model names of a /models answer, sorted. Raises Fault."""
    data = _decode(raw)
    entries = data.get("data") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise Fault("bad_answer", status=200)
    names = {entry["id"] for entry in entries if isinstance(entry, dict) and _text(entry.get("id"))}
    return tuple(sorted(names))


def read_usage(data: object) -> Usage | None:
    """The tokens a provider counted; None where it did not."""
    usage = data.get("usage") if isinstance(data, dict) else None
    if not isinstance(usage, dict):
        return None
    prompt, completion, total = (
        value if isinstance(value := usage.get(name), int) else None
        for name in ("prompt_tokens", "completion_tokens", "total_tokens")
    )
    if prompt is None and completion is None and total is None:
        return None
    known = (prompt or 0) + (completion or 0)
    return Usage(prompt or 0, completion or 0, known if total is None else total)


def sound(text: str) -> str:
    """`text` that any database and socket takes: surrogate pairs joined, lone surrogates and NUL
    replaced by U+FFFD."""
    if text.isascii():
        return text.replace("\0", "\ufffd")
    units = text.encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace").replace("\0", "\ufffd")


def _decode(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(raw)  # takes the lone surrogates that orjson refuses
    except (ValueError, RecursionError):
        raise Fault("bad_answer", status=200) from None


def _first_choice(data: object) -> dict[str, Any] | None:
    choices = data.get("choices") if isinstance(data, dict) else None
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return choices[0]
    return None


def _error_object(data: object) -> Fault | None:
    """Some servers report a fault of their own under status 200."""
    if not isinstance(data, dict) or not data.get("error"):
        return None
    code = _dict(data, "error", "code")
    if code == 429 or code == "rate_limit_exceeded":
        return Fault("rate_limited", status=200, retryable=True)
    return Fault("unavailable", status=200, retryable=True)


def _dict(data: dict[str, Any], outer: str, inner: str) -> object:
    value = data.get(outer)
    return value.get(inner) if isinstance(value, dict) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
