"""Who may enter the administration: the session's user, asked of the database on every request.

starlette-admin's own sign-in is not used; its CSRF token stays, and an `Origin` must be ours.
"""

from urllib.parse import urlencode

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_admin.auth import AdminUser, BaseAuthProvider
from starlette_admin.i18n import set_locale

from alpina_app.services.runtime import Runtime
from alpina_app.web import csrf
from alpina_app.web.account_page import language_of
from alpina_app.web.body import BodyError, read_body
from alpina_app.web.client import client_of

STATIC = "/admin/static/"
_UNREADABLE = ("%00", "\x00")  # no database takes NUL


class Gate:
    """In front of starlette-admin's application: guests go to the sign-in form and come back."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self._app = app
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(STATIC):
            await self._app(scope, receive, send)
            return
        settings = self._runtime.settings
        if client_of(scope, settings.trusted_proxies).secure:
            scope = {**scope, "scheme": "https"}
        request = Request(scope, receive)
        response = await self._refusal(request)
        if response is not None:
            await response(scope, receive, send)
            return
        try:
            body = await read_body(request, settings.max_body_kb * 1024)
        except BodyError as error:
            await PlainTextResponse(error.detail, error.status)(scope, receive, send)
            return
        await self._app(request.scope, _again(body, receive), send)

    async def _refusal(self, request: Request) -> Response | None:
        if any(mark in request.url.query for mark in _UNREADABLE):
            return PlainTextResponse("Null characters are not allowed.", 400)
        cookies = "; ".join(request.headers.getlist("cookie"))
        caller = await self._runtime.sign_in.caller_of_cookies(cookies)
        if not caller.signed_in:
            return _to_sign_in(request)
        if request.method not in csrf.SAFE_METHODS:
            problem = csrf.origin_problem(
                dict(request.headers),
                request.url.scheme == "https",
                self._runtime.settings.csrf_trusted_origins,
            )
            if problem is not None:
                return PlainTextResponse(problem, 403)
        request.state.caller = caller
        return None


class Known(BaseAuthProvider):
    """Tells starlette-admin what the gate found out."""

    async def authenticate(self, request: Request) -> AdminUser | None:
        return AdminUser(username=request.state.caller.username)

    def get_routes(self, templates: Jinja2Templates) -> list[Route]:
        """Only names for its templates: the paths are answered before it is asked."""
        return [
            Route("/login/", _nothing_here, name="login"),
            Route("/logout/", _nothing_here, name="logout"),
        ]

    def get_middleware(self) -> Middleware:
        return Middleware(_Marked)


class Language:
    """`?lang=`, the cookie or the browser decide, as on the sign-in form."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            set_locale(language_of(Request(scope)))
        await self._app(scope, receive, send)


class _Marked:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state = Request(scope).state
            caller = getattr(state, "caller", None)
            state.is_anonymous = caller is None
            state.admin_user = AdminUser(username=caller.username) if caller is not None else None
        await self._app(scope, receive, send)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body already read."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read


async def _nothing_here(request: Request) -> Response:
    return HTMLResponse("", 404)


def _to_sign_in(request: Request) -> Response:
    """A page comes back where it was; an action cannot be repeated, so its list does."""
    path = request.url.path
    if request.method in csrf.SAFE_METHODS and "/_api/" not in path:
        path += f"?{request.url.query}" if request.url.query else ""
    else:
        path = "/admin/"
    return RedirectResponse(f"/admin/login/?{urlencode({'next': path})}", 303)
