"""HTTP steps: one request to a checked address, with redirects, retries and limits.

Rules: "HTTP calls" of the scenario format; reasons in `docs/decisions/0004-outgoing-calls.md`.
"""

import logging
import ssl
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import anyio
import httpcore2

from alpina_app.clients.address_guard import (
    AddressGuard,
    CallFailed,
    PinnedNetwork,
    Resolver,
    system_resolver,
)
from alpina_app.clients.http_body import read_body
from alpina_app.clients.http_hop import REDIRECTS, Hop, Redirect, first_hop
from alpina_app.domain.effects import CallApi, HttpFailure, HttpResult

MAX_REDIRECTS = 3
MAX_HEADER_BYTES = 65_536
MAX_LOOK_UPS = 16  # at one time; more wait, within their own time limits


def backoff_s(retry: int) -> float:
    """Seconds to wait before the first retry (0), the second (1), ..."""
    return float(0.25 * 2**retry)


class HttpCaller:
    """Performs the `CallApi` effects of the engine.

    `allowed_hosts`: the setting HTTP_CALL_ALLOWED_HOSTS, entries as `AddressGuard` takes them.
    `resolver`: the look-up of names (default: the system's). `verify`: the TLS context (default:
    the system's trusted authorities). `backoff`: see `backoff_s`.
    Proxies named in the environment are not used: they would look up names anew.
    """

    def __init__(
        self,
        allowed_hosts: Iterable[str] = (),
        *,
        resolver: Resolver | None = None,
        verify: ssl.SSLContext | None = None,
        backoff: Callable[[int], float] = backoff_s,
    ) -> None:
        self._threads = ThreadPoolExecutor(MAX_LOOK_UPS, thread_name_prefix="look-up")
        self._guard = AddressGuard(allowed_hosts, resolver or system_resolver(self._threads))
        self._tls = verify or httpcore2.default_ssl_context()
        self._backoff = backoff
        # At DEBUG it logs the headers of answers, where secrets may come back.
        logging.getLogger("httpcore2").setLevel(logging.INFO)

    async def call(self, request: CallApi) -> HttpResult:
        """The answer, or a result with `failure`; raises nothing but cancellation.

        Answers of any status, also 429 and 5xx after the last retry, are no failure here.
        """
        started = anyio.current_time()
        result = HttpResult(failure="timeout")
        with anyio.move_on_after(request.timeout_s):
            result = await self._try_repeatedly(request, started + request.timeout_s)
        return replace(result, duration_ms=round((anyio.current_time() - started) * 1000))

    async def aclose(self) -> None:
        """Takes no more look-ups. Calls leave no connection open behind them."""
        self._threads.shutdown(wait=False)

    async def _try_repeatedly(self, request: CallApi, deadline: float) -> HttpResult:
        retries = request.retries if request.method == "GET" else 0
        for retry in range(retries + 1):
            # The tries share what is left, so that one that hangs leaves time for the next.
            result = HttpResult(failure="timeout")
            with anyio.move_on_after(_time_left(deadline) / (retries + 1 - retry)):
                result = await self._follow(request)
            if retry == retries or not _is_worth_a_retry(result):
                break
            pause_s = max(self._backoff(retry), _retry_after_s(result))
            if pause_s >= _time_left(deadline):
                break
            await anyio.sleep(pause_s)
        return result

    async def _follow(self, request: CallApi) -> HttpResult:
        limit = request.max_response_kb * 1024
        try:
            hop = first_hop(request)
            for _ in range(MAX_REDIRECTS + 1):
                answer = await self._exchange(hop, limit)
                if isinstance(answer, HttpResult):
                    return answer
                hop = hop.redirected(answer)
        except CallFailed as failed:
            return HttpResult(status=failed.status, failure=failed.failure)
        return HttpResult(failure="too_many_redirects")

    async def _exchange(self, hop: Hop, limit: int) -> HttpResult | Redirect:
        addresses = await self._guard.addresses(hop.target)
        request = hop.to_request()
        network = PinnedNetwork(addresses)
        connection = httpcore2.AsyncHTTPConnection(
            request.url.origin, ssl_context=self._tls, network_backend=network
        )
        try:
            return await _read_answer(await connection.handle_async_request(request), limit)
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as e:
            raise CallFailed(_failure(e)) from e
        except ssl.SSLError as error:
            raise CallFailed("tls") from error
        finally:
            await network.aclose()


async def _read_answer(response: httpcore2.Response, limit: int) -> HttpResult | Redirect:
    if sum(len(name) + len(value) for name, value in response.headers) > MAX_HEADER_BYTES:
        raise CallFailed("too_large", response.status)
    headers = tuple((_text(name).lower(), _text(value)) for name, value in response.headers)
    location = _first(headers, "location")
    if response.status in REDIRECTS and location is not None:
        return Redirect(response.status, location)
    encoding = ", ".join(value for name, value in headers if name == "content-encoding")
    try:
        async with aclosing(response.aiter_stream()) as chunks:
            body = await read_body(chunks, encoding, limit)
    except CallFailed as failed:
        raise CallFailed(failed.failure, response.status) from failed
    return HttpResult(status=response.status, headers=headers, body=body)


def _failure(error: Exception) -> HttpFailure:
    cause = error.__cause__
    if isinstance(error, httpcore2.NetworkError | httpcore2.TimeoutException):
        return "tls" if isinstance(cause, ssl.SSLError) else "connection"
    if isinstance(error, httpcore2.LocalProtocolError):
        return "bad_request"
    if cause is None or "peer closed connection" in str(error):
        return "connection"
    # h11 gives this status where a head is longer than it takes
    return "too_large" if getattr(cause, "error_status_hint", 0) == 431 else "bad_response"


def _is_worth_a_retry(result: HttpResult) -> bool:
    if result.failure:
        return result.failure in ("connection", "timeout")
    return result.status == 429 or result.status >= 500


def _retry_after_s(result: HttpResult) -> float:
    """Seconds asked for by Retry-After (RFC 9110, 10.2.3), 0 where it says nothing readable."""
    value = _first(result.headers, "retry-after") or ""
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _time_left(deadline: float) -> float:
    return deadline - anyio.current_time()


def _first(headers: tuple[tuple[str, str], ...], wanted: str) -> str | None:
    return next((value for name, value in headers if name == wanted), None)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
