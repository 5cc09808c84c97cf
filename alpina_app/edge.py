"""ASGI middleware around everything: which hosts are served, security headers, and the dispatch of
`/api`, `/admin` and the operations' paths beside Reflex's pages."""

from collections.abc import Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Reflex puts scripts into the page and evaluates what its server sends (toasts).
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Dispatch:
    """Sends a request to the part whose path prefix it has, everything else to the pages.

    `parts` is asked on every request: the parts stand only once the server's lifespan has begun.
    """

    def __init__(self, pages: ASGIApp, parts: Callable[[], Mapping[str, ASGIApp]]) -> None:
        self._pages = pages
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            first = "/" + scope["path"].split("/", 2)[1]
            part = self._parts().get(first)
            if part is not None:
                await part(scope, receive, send)
                return
        await self._pages(scope, receive, send)


class AllowedHosts:
    """400 for a Host header that is not ours, as Django's ALLOWED_HOSTS (`.name`: its sub-names).

    `*` allows all. The port does not matter.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._allows(scope):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            answer = JSONResponse({"detail": "Invalid Host header."}, status_code=400)
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _allows(self, scope: Scope) -> bool:
        if "*" in self._hosts:
            return True
        host = host_name(HTTPConnection(scope).headers.get("host", ""))
        return any(
            host == allowed or (allowed.startswith(".") and f".{host}".endswith(allowed))
            for allowed in self._hosts
        )


class SecurityHeaders:
    """Adds the headers every answer should have, unless the part that answers set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Content-Security-Policy", PAGE_POLICY)
                    if "frame-ancestors" not in headers["Content-Security-Policy"]:
                        headers.setdefault("X-Frame-Options", "DENY")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def host_name(host: str) -> str:
    """The name in a Host header, lower case, without its port: `[::1]:8000` -> `[::1]`."""
    name = host.lower().strip()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].rstrip(".")
