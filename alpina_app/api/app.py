"""The REST application: `/api/...` and the sign-in forms of `/api-auth/...`.

The four resources are dispatched by one pattern; everything else by Starlette routes. A path's
suffix (`/api/bots.json`) chooses the format, a path without its slash is redirected.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from alpina_app.api import chat, docs, extras
from alpina_app.api.answers import Answer
from alpina_app.api.http import FORMAT_KEY, PATH_KEY, Call, Server, View, page, server
from alpina_app.api.index import INDEX, INFO, RESOURCES
from alpina_app.api.objects import list_view, object_view, scenario_steps_view
from alpina_app.api.openapi import schema_view
from alpina_app.api.refusals import NoSuchPage
from alpina_app.services.runtime import Runtime
from alpina_app.web.login import SIGN_IN_PATHS, create_sign_in

_NAMES: Final = "|".join(resource.name for resource in RESOURCES)
_OBJECTS: Final = re.compile(rf"/api/({_NAMES})/(?:(?!import/)([^/.]+)/)?")
_SUFFIX: Final = re.compile(r"(/api/|/api/.*[^/])\.([a-z0-9]+)/?")


def create_api(runtime: Runtime) -> ASGIApp:
    """Knows its own 404s and redirects; raises nothing."""
    return _Api(runtime)


class _Api:
    def __init__(self, runtime: Runtime) -> None:
        open_to_guests = runtime.settings.api_anonymous_read
        self._lists: dict[str, Server] = {}
        self._objects: dict[str, Server] = {}
        for resource in RESOURCES:
            self._lists[resource.name] = server(runtime, list_view(resource, open_to_guests))
            self._objects[resource.name] = server(runtime, object_view(resource, open_to_guests))
        self._routes = _routes(runtime, open_to_guests)
        self._sign_in = create_sign_in(runtime)
        self._nowhere = server(runtime, _NOWHERE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        found = _OBJECTS.fullmatch(path)
        if found is not None:
            name, id = found.groups()
            if id is None:
                await self._lists[name](scope, receive, send, _NO_PARAMS)
            else:
                await self._objects[name](scope, receive, send, {"id": id})
        elif path in SIGN_IN_PATHS:
            await self._sign_in(scope, receive, send)
        else:
            await self._elsewhere(scope, receive, send)

    async def _elsewhere(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        for route in self._routes:
            match, more = route.matches(scope)
            if match is not Match.NONE:
                scope.update(more)
                await route.handle(scope, receive, send)
                return
        suffix = _SUFFIX.fullmatch(path)
        if FORMAT_KEY not in scope and suffix is not None:
            inner = {
                **scope,
                "path": suffix[1].rstrip("/") + "/",
                FORMAT_KEY: suffix[2],
                PATH_KEY: path,
            }
            if self._leads_somewhere(inner):
                await self(inner, receive, send)
                return
        if not path.endswith("/") and self._leads_somewhere({**scope, "path": f"{path}/"}):
            await _redirect(f"{path}/", scope, send)
            return
        await self._nowhere(scope, receive, send, _NO_PARAMS)

    def _leads_somewhere(self, scope: Scope) -> bool:
        return _OBJECTS.fullmatch(scope["path"]) is not None or any(
            route.matches(scope)[0] is not Match.NONE for route in self._routes
        )


_NO_PARAMS: Final[Mapping[str, str]] = {}


async def _nowhere(call: Call) -> Answer:
    raise NoSuchPage


def _leave_open(caller: object, safe: bool) -> None:
    """A path that is none says so to everybody."""


_NOWHERE: Final = View(
    "Not found",
    dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), _nowhere),
    permit=_leave_open,
)


def _routes(runtime: Runtime, open_to_guests: bool) -> list[Route]:
    return [
        Route("/api/", page(runtime, INDEX)),
        Route("/api/root/", page(runtime, INFO)),
        Route("/api/scenarios/{id}/steps/", page(runtime, scenario_steps_view(open_to_guests))),
        Route("/api/schema/", page(runtime, schema_view(open_to_guests))),
        *docs.routes(),
        *chat.routes(runtime),
        *extras.routes(runtime),
    ]


async def _redirect(path: str, scope: Scope, send: Send) -> None:
    location = quote(path)
    if scope["query_string"]:
        location += "?" + scope["query_string"].decode("latin-1")
    headers = [
        (b"location", location.encode("latin-1")),
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 301, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
