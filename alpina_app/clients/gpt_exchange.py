"""One HTTP exchange with a model, plain or streamed. Every failure leaves as a `Fault`."""

import asyncio
import inspect
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final

import anyio
import httpx2
import openai
from openai._types import RequestOptions

from alpina_app.clients import gpt_wire as wire
from alpina_app.clients.gpt_request import GptRequest
from alpina_app.clients.gpt_wire import Fault
from alpina_app.domain.budget import Message
from alpina_app.domain.effects import Usage

OnDelta = Callable[[str], Awaitable[None] | None]
"""Takes the pieces of an answer as they come; plain or async."""

_BROKEN: Final = (httpx2.RequestError, httpx2.StreamError, ssl.SSLError, anyio.EndOfStream, OSError)
_DRAIN_S: Final = 0.2

# OpenAI takes no idempotency key: a name here spares the client the making of one, a system call.
_UNKEYED: Final[RequestOptions] = {"idempotency_key": "none"}


@dataclass(slots=True)
class Exchange:
    """One question on its way; `told` becomes true when text was given to `on_delta`."""

    client: openai.AsyncOpenAI
    request: GptRequest
    on_delta: OnDelta | None
    told: bool = False

    async def once(self, messages: list[Message], refused: frozenset[str]) -> wire.Answer:
        """One HTTP request. Raises Fault, and whatever `on_delta` raises."""
        request = self.request
        body = wire.request_body(
            bot_type=request.bot_type,
            model=request.model,
            messages=messages,
            temperature=request.temperature,
            max_tokens=request.max_tokens,
            json_answer=request.json_answer,
            schema=request.schema,
            stream=self.on_delta is not None,
            refused=refused,
        )
        response = await self._post(body)
        try:
            if self.on_delta is None:
                return wire.read_answer(response.content, request.bot_type)
            if not _is_json(response):
                return await self._listen(response)
            answer = wire.read_answer(await _whole(response), request.bot_type)
            await self._tell(answer.text)
            return answer
        finally:
            await response.aclose()

    async def _post(self, body: dict[str, Any]) -> httpx2.Response:
        """Untyped on purpose: building the library's models takes more time than the call."""
        where = wire.path(self.request.bot_type)
        streamed = self.on_delta is not None
        return await talk(
            self.client.post(
                where, cast_to=httpx2.Response, body=body, stream=streamed, options=_UNKEYED
            ),
            body,
        )

    async def _listen(self, response: httpx2.Response) -> wire.Answer:
        text: list[str] = []
        usage: Usage | None = None
        finish_reason: str | None = None
        whole = False
        held = ""
        async with aclosing(wire.events(_chunks(response))) as events:
            async for event in events:
                if event.startswith(b"[DONE]"):
                    whole = True
                    await _drain(events)
                    break
                piece = wire.read_piece(event, self.request.bot_type)
                usage = piece.usage or usage
                finish_reason = piece.finish_reason or finish_reason
                said, held = _without_half_pair(held + piece.text)
                if said:
                    text.append(wire.sound(said))
                    await self._tell(text[-1])
        if not whole and finish_reason is None:
            raise Fault("unavailable" if text else "bad_answer", status=200)
        answer = "".join(text) + wire.sound(held)
        if not answer.strip():
            raise Fault("bad_answer", status=200)
        return wire.Answer(answer, usage, finish_reason)

    async def _tell(self, text: str) -> None:
        assert self.on_delta is not None
        self.told = True
        waiting = self.on_delta(text)
        if inspect.isawaitable(waiting):
            await waiting


async def talk(exchange: Awaitable[httpx2.Response], body: dict[str, Any]) -> httpx2.Response:
    """Await a call of the library that sends `body`. Raises Fault for every failure."""
    try:
        return await exchange
    except openai.APIStatusError as error:
        headers = error.response.headers
        raise wire.status_fault(
            error.status_code, headers, error.body, body, now=time.time()
        ) from None
    except (openai.APIConnectionError, *_BROKEN):
        raise Fault("unavailable", retryable=True) from None
    except (openai.OpenAIError, httpx2.InvalidURL, ValueError, TypeError):
        raise Fault("bad_request") from None


async def _chunks(response: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.aiter_bytes():
            yield chunk
    except _BROKEN:
        raise Fault("unavailable", status=response.status_code, retryable=True) from None


async def _whole(response: httpx2.Response) -> bytes:
    return b"".join([chunk async for chunk in _chunks(response)])


async def _drain(events: AsyncIterator[bytes]) -> None:
    """Read to the end of the body, so that the connection can be used again."""
    with suppress(TimeoutError, Fault):
        async with asyncio.timeout(_DRAIN_S):
            async for _ in events:
                pass


def _is_json(response: httpx2.Response) -> bool:
    """Some servers answer a request for a stream all at once."""
    return str(response.headers.get("content-type", "")).startswith("application/json")


def _without_half_pair(text: str) -> tuple[str, str]:
    """`text` up to a high surrogate at its end, whose other half the next piece brings."""
    return (text[:-1], text[-1]) if "\ud800" <= text[-1:] <= "\udbff" else (text, "")
