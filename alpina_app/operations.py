"""`/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (Prometheus)."""

import hmac
import time
from collections.abc import Awaitable, Callable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from sqlalchemy import text
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alpina_app.services.runtime import Runtime

_LOOPBACK = ("127.0.0.1", "::1")


class Metrics:
    """This process's figures, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "alpina_http_requests", "Answered requests", ["part", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "alpina_http_seconds", "Seconds to the whole answer", ["part"], registry=self.registry
        )
        self.live_turns = Gauge("alpina_live_turns", "Chat turns at work", registry=self.registry)


class Measured:
    """Counts the requests of one part of the site and the seconds they take."""

    def __init__(self, app: ASGIApp, metrics: Metrics, part: str) -> None:
        self._app = app
        self._requests = metrics.requests
        self._seconds = metrics.seconds.labels(part)
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, status = time.perf_counter(), "500"

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_counted)
        finally:
            self._requests.labels(self._part, status).inc()
            self._seconds.observe(time.perf_counter() - begun)


def create_operations(runtime: Runtime, metrics: Metrics) -> ASGIApp:
    return Starlette(
        routes=[
            Route("/healthz", _healthz),
            Route("/readyz", _readyz(runtime)),
            Route("/metrics", _metrics(runtime, metrics)),
        ]
    )


async def _healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _readyz(runtime: Runtime) -> Callable[[Request], Awaitable[Response]]:
    async def readyz(request: Request) -> Response:
        try:
            await runtime.database.read(_ping)
        except Exception:
            return JSONResponse({"status": "error", "database": "unreachable"}, status_code=503)
        return JSONResponse({"status": "ok", "database": "ok"})

    return readyz


def _metrics(runtime: Runtime, metrics: Metrics) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        if not _may_read_metrics(runtime, request):
            return PlainTextResponse("Forbidden\n", status_code=403)
        metrics.live_turns.set(runtime.turns.count)
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return serve


def _may_read_metrics(runtime: Runtime, request: Request) -> bool:
    """With METRICS_TOKEN: who sends it as a Bearer token. Without: this machine alone.

    A request that a proxy on this machine passes on is not this machine's.
    """
    token = runtime.settings.metrics_token
    if token is None:
        proxied = "x-forwarded-for" in request.headers or "forwarded" in request.headers
        return not proxied and request.client is not None and request.client.host in _LOOPBACK
    sent = request.headers.get("authorization", "")
    return hmac.compare_digest(sent.encode(), f"Bearer {token.get_secret_value()}".encode())


def _ping(session: Session) -> None:
    session.execute(text("SELECT 1"))
