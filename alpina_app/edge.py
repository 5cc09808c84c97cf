"""ASGI middleware around everything: which hosts are served, security headers, and the dispatch of
`/api`, `/admin` and the operations' paths beside Reflex's pages."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Reflex puts scripts into the page and evaluates what its server sends (toasts).
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)
_CHAT_PATH = re.compile(r"/chat/([0-9]{1,18})/?")
_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[A-Fa-f0-9:.]+\])(:[0-9]{1,5})?")
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
            first = "/" + scope["path"].removeprefix("/").partition("/")[0]
            part = self._parts().get(first)
            if part is not None:
                await part(_without_router(scope), receive, send)
                return
        await self._pages(scope, receive, send)


class Framing:
    """Lets the chat page `/chat/ID?embed=1` stand in frames of the sites that the bot names.

    `origins(bot_id)`: those sites, as `https://example.com` or `https://*.example.com`. No other
    page, and no other bot's, may stand in a frame: `SecurityHeaders` around this one sees to it.
    """

    def __init__(self, app: ASGIApp, origins: Callable[[int], Awaitable[Iterable[str]]]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        bot_id = _embedded_bot(scope)
        sites = frame_ancestors(await self._origins(bot_id)) if bot_id is not None else ""
        if not sites:
            await self._app(scope, receive, send)
            return

        async def send_with_sites(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = f"{PAGE_POLICY}; {sites}"
                headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, send_with_sites)


def frame_ancestors(origins: Iterable[str]) -> str:
    """The CSP directive for `origins`; "" where none of them is one (CSP Level 3, host-source)."""
    sites = [origin.strip().rstrip("/").lower() for origin in origins]
    sound = [site for site in sites if _ORIGIN.fullmatch(site)]
    return f"frame-ancestors 'self' {' '.join(sound)}" if sound else ""


def _embedded_bot(scope: Scope) -> int | None:
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    found = _CHAT_PATH.fullmatch(scope["path"])
    query = _query(scope["query_string"].decode("latin-1"))
    return int(found[1]) if found and query.get("embed", [""])[-1] == "1" else None


def _query(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, max_num_fields=100)
    except ValueError:
        return {}


def _without_router(scope: Scope) -> Scope:
    """A part makes addresses by its own routes, not by those of the application around it."""
    return {name: value for name, value in scope.items() if name not in ("app", "router")}


class AllowedHosts:
    """400 for a Host header that is not ours, as Django's ALLOWED_HOSTS (`.name`: its sub-names).

    `*` allows all. The port does not matter. A header that is no host, or comes twice, is nobody's:
    links are made of it.
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
        sent = HTTPConnection(scope).headers.getlist("host")
        if len(sent) != 1 or not _HOST.fullmatch(sent[0]):
            return False
        if "*" in self._hosts:
            return True
        host = host_name(sent[0])
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
    name = host.lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].rstrip(".")
