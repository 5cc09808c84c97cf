"""The language model: any OpenAI-compatible server, through one AsyncOpenAI for the process."""

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Sequence
from typing import Final

import httpx2
import openai

from alpina_app.clients import gpt_wire as wire
from alpina_app.clients.endpoint import OPENAI_URL, Endpoint, FindEndpoint
from alpina_app.clients.gpt_client import Client
from alpina_app.clients.gpt_exchange import Exchange, OnDelta, talk
from alpina_app.clients.gpt_request import (
    BotSettings,
    GptAnswer,
    GptRequest,
    bot_request,
    step_request,
)
from alpina_app.clients.gpt_wire import Fault
from alpina_app.domain.budget import Message, estimate_tokens, fit_history
from alpina_app.domain.effects import AskGpt, GptFailure, GptResult
from alpina_app.errors import ModelError, ModelNotConfigured, ModelTimeout, ModelUnavailable

__all__ = [
    "BotSettings",
    "Gpt",
    "GptAnswer",
    "GptRequest",
    "OnDelta",
    "bot_request",
    "step_request",
]

_LONGEST_BACKOFF_S: Final = 8.0
_CONNECT_TIMEOUT_S: Final = 5.0
_MODELS_TIMEOUT_S: Final = 10.0
_MODELS_KEPT_S: Final = 60.0
_NO_KEY: Final = "no-key"
_NEVER_BY_PROXY: Final = ("all://127.0.0.1", "all://localhost", "all://[::1]")

log = logging.getLogger(__name__)


class Gpt:
    """One for each process (and event loop).

    Without `api_key`, `base_url` and `source` every question raises ModelNotConfigured. `source`
    (the embedded model) is asked for the address at every call, for it may change.
    `history_tokens` bounds a conversation by the estimate of `domain.budget`. The wait before a
    retry begins with `first_backoff_s` and doubles. `verify`: the TLS context (default: the
    library's), given where several clients share one.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout_s: float = 60.0,
        max_retries: int = 2,
        history_tokens: int = 3000,
        source: FindEndpoint | None = None,
        first_backoff_s: float = 0.4,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._source = source or _fixed(api_key, base_url)
        self._timeout_s = timeout_s
        self._max_retries = max_retries
        self._history_tokens = history_tokens
        self._first_backoff_s = first_backoff_s
        self._http = openai.DefaultAioHttpClient(
            timeout=httpx2.Timeout(None, connect=_CONNECT_TIMEOUT_S),
            limits=httpx2.Limits(
                max_connections=1000, max_keepalive_connections=200, keepalive_expiry=30.0
            ),
            mounts=dict.fromkeys(_NEVER_BY_PROXY),
            verify=verify or True,
        )
        self._client: tuple[Endpoint, Client] | None = None
        self._refused: dict[tuple[str, str], set[str]] = {}
        self._models: tuple[Endpoint, float, tuple[str, ...]] | None = None

    async def reply(self, request: GptRequest, on_delta: OnDelta | None = None) -> GptAnswer:
        """The model's answer; with `on_delta` its text is also told piece by piece as it comes.

        Connection errors, 408, 409, 429 and 5xx are tried again, with backoff, as long as nothing
        was told. Parameters that a model refuses are left out and not sent to it again; a
        conversation that is too long for it is halved. Raises ModelNotConfigured, ModelTimeout,
        ModelUnavailable (`params["reason"]`: see `gpt_wire.Reason`).
        """
        started = time.monotonic()
        limit_s = self._timeout_s if request.timeout_s is None else request.timeout_s
        try:
            async with asyncio.timeout(limit_s) as limit:
                answer = await self._persist(request, on_delta, started + limit_s)
        except TimeoutError:
            if not limit.expired():
                raise
            log.warning("model call failed: no answer in %.1f s", limit_s)
            raise ModelTimeout from None
        spent_ms = round((time.monotonic() - started) * 1000)
        return GptAnswer(answer.text, answer.usage, answer.finish_reason, spent_ms)

    async def ask(
        self,
        effect: AskGpt,
        bot: BotSettings,
        history: Sequence[Message] = (),
        on_delta: OnDelta | None = None,
    ) -> GptResult:
        """Perform a step's question. `history` precedes the prompt. Never raises ModelError."""
        started = time.monotonic()
        try:
            answer = await self.reply(step_request(effect, bot, history), on_delta)
        except ModelError as error:
            spent_ms = round((time.monotonic() - started) * 1000)
            return GptResult(failure=_failure(error), duration_ms=spent_ms)
        return GptResult(text=answer.text, usage=answer.usage, duration_ms=answer.duration_ms)

    async def list_models(self) -> tuple[str, ...]:
        """The provider's model names, sorted; kept for a minute. Raises ModelError."""
        try:
            async with asyncio.timeout(_MODELS_TIMEOUT_S) as limit:
                endpoint = await self._source()
                match self._models:
                    case (known, until, names) if known == endpoint and until > time.monotonic():
                        return names
                client = self._client_of(endpoint)
                response = await talk(client.get("/models", cast_to=httpx2.Response), {})
                names = wire.read_models(response.content)
        except TimeoutError:
            if not limit.expired():
                raise
            raise ModelTimeout from None
        except Fault as fault:
            raise ModelUnavailable(reason=fault.reason) from None
        self._models = (endpoint, time.monotonic() + _MODELS_KEPT_S, names)
        return names

    async def aclose(self) -> None:
        await self._http.aclose()

    def _client_of(self, endpoint: Endpoint) -> Client:
        if self._client is None or self._client[0] != endpoint:
            client = Client(
                api_key=endpoint.api_key,
                base_url=endpoint.base_url,
                max_retries=0,
                timeout=self._http.timeout,
                http_client=self._http,
            )
            self._client = (endpoint, client)
        return self._client[1]

    async def _persist(
        self, request: GptRequest, on_delta: OnDelta | None, deadline: float
    ) -> wire.Answer:
        """Try until there is an answer or no hope; `deadline` in monotonic seconds."""
        budget = self._history_tokens
        refused: frozenset[str] = frozenset()
        tries = 0
        while True:
            endpoint = await self._source()
            budget = min(budget, endpoint.history_tokens or budget)
            messages = fit_history(request.messages, budget)
            refused |= self._refused_by(endpoint, request.model)
            exchange = Exchange(self._client_of(endpoint), request, on_delta)
            try:
                return await exchange.once(messages, refused)
            except Fault as fault:
                log.warning("model call failed: %s, status %d", fault.reason, fault.status)
                wait_s = self._wait_s(fault, tries)
                if exchange.told:
                    raise ModelUnavailable(reason=fault.reason) from None
                if fault.refused and fault.refused not in refused:
                    refused |= {fault.refused}
                    if fault.lasting:
                        self._remember(endpoint, request.model, fault.refused)
                elif fault.reason == "too_long" and (less := _half(messages)):
                    budget = less
                elif (
                    fault.retryable
                    and tries < self._max_retries
                    and time.monotonic() + wait_s < deadline
                ):
                    tries += 1
                    await asyncio.sleep(wait_s)
                else:
                    raise ModelUnavailable(reason=fault.reason) from None

    def _wait_s(self, fault: Fault, tries: int) -> float:
        if fault.retry_after_s is not None:
            return fault.retry_after_s
        longest = min(_LONGEST_BACKOFF_S, self._first_backoff_s * 2.0**tries)
        return longest * random.uniform(0.75, 1.0)  # noqa: S311 - spreads retries, guards nothing

    def _refused_by(self, endpoint: Endpoint, model: str) -> frozenset[str]:
        by_server = self._refused.get((endpoint.base_url, ""), set())
        return frozenset(by_server | self._refused.get((endpoint.base_url, model), set()))

    def _remember(self, endpoint: Endpoint, model: str, refused: str) -> None:
        scope = "" if refused == "stream_options" else model
        self._refused.setdefault((endpoint.base_url, scope), set()).add(refused)


def _failure(error: ModelError) -> GptFailure:
    match error, error.params.get("reason"):
        case ModelNotConfigured(), _:
            return "not_configured"
        case ModelTimeout(), _:
            return "timeout"
        case _, "auth" | "bad_request" | "too_long":
            return "refused"
        case _, "bad_answer":
            return "bad_answer"
        case _:
            return "unavailable"


def _half(messages: list[Message]) -> int | None:
    """A budget that keeps the newer half of a conversation; None where nothing can be spared."""
    budget = sum(estimate_tokens(message["content"]) for message in messages) // 2
    return budget if len(fit_history(messages, budget)) < len(messages) else None


def _fixed(api_key: str | None, base_url: str | None) -> FindEndpoint:
    found = Endpoint(api_key or _NO_KEY, base_url or OPENAI_URL) if api_key or base_url else None

    async def endpoint() -> Endpoint:
        if found is None:
            raise ModelNotConfigured
        return found

    return endpoint
