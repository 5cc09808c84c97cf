"""One request on its way, as in Django REST Framework: negotiation, who calls, may they, do it.

A URL is a `View`: a handler for each method. A handler takes the `Call` and gives an `Answer`.

    async def copy(call: Call) -> Answer:
        payload = await call.payload()
        stored = await call.run(copy_scenario, call.id, payload)   # fn(session, caller, ...)
        return Answer(stored.body, 201)

    Route("/api/scenarios/{id}/copy/", page(runtime, View("Copy", {"POST": copy}, permit=editors)))

Errors of `alpina_app.errors` and `api.refusals` may be raised anywhere: `page` answers them.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import parse_qsl

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from alpina_app.api.answers import Answer, answer, answer_for
from alpina_app.api.auth import Identity, change_as, headers_of, identify, look_as, read_as, run_as
from alpina_app.api.bodies import MAX_FIELDS, Payload, read_payload
from alpina_app.api.browsable import show
from alpina_app.api.media import PARSERS, Chosen, Renderer, choose, media_type_of
from alpina_app.api.refusals import Malformed, MethodNotAllowed, Refused, UriTooLong
from alpina_app.services.access import GUEST, Caller, require_editor, require_sign_in
from alpina_app.services.resource import Resource
from alpina_app.services.runtime import Runtime
from alpina_app.services.sign_in import SESSION_COOKIE
from alpina_app.web.client import client_of
from alpina_app.web.csrf import FIELD

P = ParamSpec("P")
R = TypeVar("R")

MAX_QUERY: Final = 8192
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORMAT_KEY: Final = "alpina.format"
"""Where the dispatch leaves a path's suffix (`.json`) in the scope."""
PATH_KEY: Final = "alpina.path"
"""And the path with its suffix, as the client knows it."""
_MAX_ID: Final = 2**63 - 1


class Call:
    """A request and what is known of it. `params` are the path's; `id` is the path's object."""

    __slots__ = (
        "_form_token",
        "_identity",
        "_payload",
        "_query",
        "asked",
        "chosen",
        "headers",
        "method",
        "params",
        "request",
        "runtime",
        "view",
    )

    def __init__(
        self, view: "View", runtime: Runtime, request: Request, params: Mapping[str, str]
    ) -> None:
        self.view = view
        self.runtime = runtime
        self.request = request
        self.params = params
        self.method: str = request.scope["method"]
        self.headers = headers_of(request)
        self.chosen = Chosen("json")
        self.asked = False
        self._query: dict[str, str] | None = None
        self._identity: Identity | None = None
        self._form_token: str | None = None
        self._payload: Payload | None = None

    @property
    def id(self) -> int:
        """Raises Refused(404) for what is no number."""
        return object_id(self.params["id"])

    @property
    def path(self) -> str:
        return str(self.request.scope.get(PATH_KEY) or self.request.scope["path"])

    @property
    def suffix(self) -> str:
        """The path's format suffix: `json` for `/api/bots.json`, "" for none."""
        return str(self.request.scope.get(FORMAT_KEY, ""))

    @property
    def safe(self) -> bool:
        return self.method in _READS

    @property
    def query(self) -> dict[str, str]:
        """The query string, the last value of each key. Raises Refused for a monstrous one."""
        if self._query is None:
            self._query = _read_query(self.request.scope["query_string"])
        return self._query

    @property
    def origin(self) -> str:
        """`http://host:port`, as the client sees this site."""
        client = client_of(self.request.scope, self.runtime.settings.trusted_proxies)
        scheme = "https" if client.secure else "http"
        host: str = self.headers.get("host", "localhost")
        return f"{scheme}://{host}"

    @property
    def languages(self) -> str:
        """The header `Accept-Language`."""
        return self.headers.get("accept-language", "")

    @property
    def known_payload(self) -> Payload | None:
        """The body, where a handler has read it."""
        return self._payload

    @property
    def is_guest(self) -> bool:
        """The request carries no credentials at all."""
        return "authorization" not in self.headers and (
            SESSION_COOKIE not in self.headers.get("cookie", "")
        )

    async def payload(self) -> Payload:
        """The body, parsed; read once. What is wrong with it is raised by `payload.require()`."""
        if self._payload is not None:
            return self._payload
        limit = self.runtime.settings.max_body_kb * 1024
        payload = await read_payload(self.request, limit)
        if payload.form == "html" and isinstance(payload.data, dict):
            token = payload.data.get(FIELD)
            self._form_token = token if isinstance(token, str) else None
        self._payload = payload
        return payload

    async def identity(self) -> Identity:
        """Who calls; asked once. Raises AuthenticationFailed, CsrfFailed or Throttled."""
        if self._identity is None:
            self.asked = True
            self._identity = await identify(self.request, self.runtime, form_token=self._form_token)
        return self._identity

    async def caller(self) -> Caller:
        """Who calls, where no work in the database follows; the view permits them."""
        caller = (await self.identity()).caller
        self.permit(caller)
        return caller

    async def run(
        self,
        fn: Callable[Concatenate[Session, Caller, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """`fn(session, caller, ...)` in one transaction, after the view's `permit`."""
        self.asked = True
        if self._form_token is None and self._identity is None:
            return await run_as(self.request, self.runtime, self._permitted(fn), *args, **kwargs)
        caller = (await self.identity()).caller
        return await self.runtime.database.run(self._permitted(fn), caller, *args, **kwargs)

    async def read(
        self,
        fn: Callable[Concatenate[Session, Caller, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """`run` for functions that only read."""
        self.asked = True
        if self._identity is None:
            return await read_as(self.request, self.runtime, self._permitted(fn), *args, **kwargs)
        caller = self._identity.caller
        return await self.runtime.database.read(self._permitted(fn), caller, *args, **kwargs)

    async def change(
        self,
        fn: Callable[Concatenate[Session, Caller, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """`run` for functions that work through `services.quick` only: the fastest way."""
        self.asked = True
        if self._form_token is None and self._identity is None:
            return await change_as(self.request, self.runtime, self._permitted(fn), *args, **kwargs)
        caller = (await self.identity()).caller
        return await self.runtime.database.change(self._permitted(fn), caller, *args, **kwargs)

    async def look(
        self,
        fn: Callable[Concatenate[Session, Caller, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """`read` for functions that ask through `services.quick` only: the fastest way."""
        self.asked = True
        if self._identity is None:
            return await look_as(self.request, self.runtime, self._permitted(fn), *args, **kwargs)
        caller = self._identity.caller
        return await self.runtime.database.look(self._permitted(fn), caller, *args, **kwargs)

    def permit(self, caller: Caller) -> None:
        self.view.permit(caller, self.safe)

    def _permitted(
        self, fn: Callable[Concatenate[Session, Caller, P], R]
    ) -> Callable[Concatenate[Session, Caller, P], R]:
        def work(session: Session, caller: Caller, /, *args: P.args, **kwargs: P.kwargs) -> R:
            self.permit(caller)
            return fn(session, caller, *args, **kwargs)

        return work


Handler = Callable[[Call], Awaitable[Answer]]
Permit = Callable[[Caller, bool], None]
Forms = Callable[[Call, Caller], Awaitable[dict[str, Any]]]


def anyone(caller: Caller, safe: bool) -> None:
    """Open to guests, writing too."""


def signed_in_writers(caller: Caller, safe: bool) -> None:
    """Guests may read."""
    if not safe:
        require_sign_in(caller)


def signed_in(caller: Caller, safe: bool) -> None:
    require_sign_in(caller)


def editors(caller: Caller, safe: bool) -> None:
    """Signed-in people read, editors and administrators write."""
    if safe:
        require_sign_in(caller)
    else:
        require_editor(caller)


async def _no_actions(call: Call, caller: Caller) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What one URL is.

    `permit(caller, safe)` raises NotSignedIn or NotAllowed. `actions` gives OPTIONS its field
    lists by method; the HTML page makes forms of them.
    """

    name: str
    methods: Mapping[str, Handler]
    permit: Permit = signed_in_writers
    description: str = ""
    renderers: tuple[Renderer, ...] = ("json", "html")
    actions: Forms = _no_actions
    resource: Resource | None = None

    @property
    def allowed(self) -> tuple[str, ...]:
        head = ("HEAD",) if "GET" in self.methods else ()
        return (*self.methods, *head, "OPTIONS")


def page(runtime: Runtime, view: View) -> ASGIApp:
    """The ASGI application of a view, to be an endpoint of a Starlette `Route`."""
    return _Endpoint(server(runtime, view))


class _Endpoint:
    """An object, because Starlette takes a function for a handler of its own requests."""

    def __init__(self, serve: "Server") -> None:
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        params = {key: str(value) for key, value in scope.get("path_params", {}).items()}
        await self._serve(scope, receive, send, params)


Server = Callable[[Scope, Receive, Send, Mapping[str, str]], Awaitable[None]]


def server(runtime: Runtime, view: View) -> Server:
    """Like `page`, with the path's parameters handed over."""
    allow = ("Allow", ", ".join(view.allowed))

    async def serve(scope: Scope, receive: Receive, send: Send, params: Mapping[str, str]) -> None:
        call = Call(view, runtime, Request(scope, receive), params)
        try:
            result = await _handled(call)
        except Exception as error:
            result = answer_for(error)
        result.headers.append(allow)
        result.headers.append(("Vary", _vary(call)))
        await _send(call, result, scope, receive, send)

    return serve


async def _handled(call: Call) -> Answer:
    wanted = call.suffix
    if not wanted and call.request.scope["query_string"]:
        wanted = call.query.get("format", "")
    call.chosen = choose(call.headers.get("accept", "*/*"), wanted, call.view.renderers)
    if call.is_guest:
        call.asked = True
        call.permit(GUEST)
    handler = call.view.methods.get("GET" if call.method == "HEAD" else call.method)
    if handler is not None:
        try:
            return await handler(call)
        except _NotANumber:
            await call.caller()  # wrong credentials go before what is not there
            raise
    caller = await call.caller()
    if call.method == "OPTIONS":
        return await _options(call, caller)
    raise MethodNotAllowed(call.method)


async def _options(call: Call, caller: Caller) -> Answer:
    view = call.view
    found: dict[str, Any] = {
        "name": view.name,
        "description": view.description,
        "renders": [media_type_of(renderer) for renderer in view.renderers],
        "parses": list(PARSERS),
    }
    if actions := await view.actions(call, caller):
        found["actions"] = actions
    return answer(found)


async def _send(call: Call, result: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    if result.events is not None:
        stream = StreamingResponse(
            result.events,
            result.status,
            {"Cache-Control": "no-store", **dict(result.headers)},
            media_type="text/event-stream",
        )
        await stream(scope, receive, send)
        return
    body = b"" if result.body is None else result.body
    content_type = "application/json"
    if call.chosen.renderer == "html":
        body = await show(call, result)
        content_type = "text/html; charset=utf-8"
    else:
        if result.tag is not None:
            result.headers.append(("ETag", result.tag))
        if call.chosen.indent is not None and body:
            body = _indented(body, call.chosen.indent)
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
        for name, value in result.headers
    ]
    if result.status == 304:
        body = b""
    elif result.body is not None or call.chosen.renderer == "html":
        headers.append((b"content-type", content_type.encode()))
    headers.append((b"content-length", str(len(body)).encode()))
    if call.method == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": result.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _indented(body: bytes, indent: int) -> bytes:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=indent).encode()


def _vary(call: Call) -> str:
    scheme = call.headers.get("authorization", "").split(" ", 1)[0]
    by_basic = scheme.lower() == "basic"
    return "Accept, Cookie" if call.asked and not by_basic else "Accept"


def object_id(text: str) -> int:
    """Raises Refused(404) for what is no number; 0, which nobody has, for one that is too large."""
    try:
        number = int(text) if len(text) <= 100 else 0
    except ValueError:
        raise _NotANumber from None
    return number if abs(number) <= _MAX_ID else 0


class _NotANumber(Refused):
    status = 404
    default = "Not found."


def _read_query(raw: bytes) -> dict[str, str]:
    if len(raw) > MAX_QUERY:
        raise UriTooLong
    try:
        pairs = parse_qsl(
            raw.decode(errors="replace"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise Malformed("The query string has too many fields.") from None
    return dict(pairs)
