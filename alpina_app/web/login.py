"""Signing in and out, the first administrator, a change of password: plain HTML forms.

One ASGI application for both places: `/admin/login/` and `/api-auth/login/`, `.../logout/`,
`/admin/setup/?token=`, `/admin/password/`. Nothing here needs JavaScript.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import unquote, urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from alpina_app.errors import Conflict, Invalid, Throttled, WrongCredentials
from alpina_app.services import accounts
from alpina_app.services.access import Caller
from alpina_app.services.runtime import Runtime
from alpina_app.services.sign_in import SESSION_COOKIE
from alpina_app.web import csrf
from alpina_app.web.account_forms import (
    dead_end_page,
    login_page,
    logout_page,
    password_page,
    read_form,
    repeat_problems,
    setup_page,
    text_of,
    translator,
)
from alpina_app.web.account_page import Page, render_page
from alpina_app.web.client import client_of
from alpina_app.web.cookies import drop_session_cookie, set_session_cookies

HOME: Final = {"/admin/": "/admin/", "/api-auth/": "/api/"}
SIGN_IN_PATHS: Final = frozenset(
    path + slash
    for path in (
        "/admin/login",
        "/api-auth/login",
        "/admin/logout",
        "/api-auth/logout",
        "/admin/setup",
        "/admin/password",
    )
    for slash in ("", "/")
)
Handler = Callable[[Request], Awaitable[Response]]


def create_sign_in(runtime: Runtime) -> ASGIApp:
    """The application; `SIGN_IN_PATHS` says which paths it is for."""
    return _SignIn(runtime)


def safe_next(target: str | None, default: str) -> str:
    """`target` when it leads to a path of this site, else `default`.

    Browsers read `\\` as `/` and skip tabs and line ends, and some proxies decode once more: each
    reading must stay on this site.
    """
    if not target or len(target) > 2000 or any(ord(c) <= 32 or c == "\\" for c in target):
        return default
    path = target.partition("?")[0].partition("#")[0]
    for _ in range(3):
        if not path.startswith("/") or path[1:2] in ("/", "\\") or any(ord(c) < 32 for c in path):
            return default
        path = unquote(path)
    return target


class _SignIn:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._handlers: Mapping[str, Handler] = {
            "/admin/login/": self._login,
            "/api-auth/login/": self._login,
            "/admin/logout/": self._logout,
            "/api-auth/logout/": self._logout,
            "/admin/setup/": self._setup,
            "/admin/password/": self._password,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        handler = self._handlers.get(request.url.path)
        if handler is None:
            response: Response = _with_slash(request, self._handlers)
        elif request.method not in ("GET", "HEAD", "POST"):
            response = PlainTextResponse("", 405, {"Allow": "GET, HEAD, POST"})
        else:
            response = await handler(request)
        await response(scope, receive, send)

    async def _login(self, request: Request) -> Response:
        form = await read_form(request) if request.method == "POST" else None
        home = HOME["/" + request.url.path.split("/")[1] + "/"]
        target = safe_next(_given(form, request, "next"), home)
        t = translator(request)
        if form is None:
            return self._page(request, login_page(t, target, caller=await self._caller(request)))
        username, password = text_of(form, "username"), text_of(form, "password")
        if self._csrf_problem(request, form):
            return self._page(request, login_page(t, target, username, t("form_expired")), 403)
        if not username.strip() or not password:
            return self._page(request, login_page(t, target, username, blank=True))
        try:
            signed_in = await self._runtime.sign_in.open(
                username, password, self._address(request), old_token=_session_token(request)
            )
        except Throttled as error:
            return self._throttled(
                request, error, lambda text: login_page(t, target, username, text)
            )
        except WrongCredentials:
            return self._page(request, login_page(t, target, username, t("wrong_credentials")))
        return self._entered(request, target, signed_in.token)

    async def _logout(self, request: Request) -> Response:
        form = await read_form(request) if request.method == "POST" else None
        login = request.url.path.replace("logout", "login")
        target = safe_next(_given(form, request, "next"), login)
        if form is None or self._csrf_problem(request, form):
            page = logout_page(translator(request), target, expired=form is not None)
            return self._page(request, page, 200 if form is None else 403)
        if token := _session_token(request):
            await self._runtime.sign_in.close_session(token)
        response = RedirectResponse(target, 303)
        drop_session_cookie(response, client_of(request.scope, self._proxies))
        return response

    async def _setup(self, request: Request) -> Response:
        t = translator(request)
        form = await read_form(request) if request.method == "POST" else None
        if await self._runtime.database.read(accounts.has_users):
            return self._dead_end(request, "setup_done")
        if not accounts.is_setup_token(self._runtime.settings, request.query_params.get("token")):
            return self._dead_end(request, "setup_wrong")
        if form is None:
            return self._page(request, setup_page(t))
        if self._csrf_problem(request, form):
            return self._page(request, setup_page(t, form, None, t("form_expired")), 403)
        try:
            user_id = await self._create_first(form)
        except Invalid as error:
            return self._page(request, setup_page(t, form, error.fields))
        except Conflict:
            return self._dead_end(request, "setup_done")
        signed_in = await self._runtime.sign_in.open_for(user_id)
        return self._entered(request, "/", signed_in.token)

    async def _create_first(self, form: FormData) -> int:
        username, password = text_of(form, "username"), text_of(form, "password")
        wrong = accounts.name_problems(username) | repeat_problems(form, "password")
        try:
            hashed = await self._runtime.sign_in.new_hash(password, username)
        except Invalid as error:
            raise Invalid(wrong | error.fields) from None
        if wrong:
            raise Invalid(wrong)
        return await self._runtime.database.run(
            accounts.create_first_administrator,
            username=username,
            email=text_of(form, "email"),
            password_hash=hashed,
        )

    async def _password(self, request: Request) -> Response:
        caller = await self._caller(request)
        if not caller.signed_in:
            return RedirectResponse("/admin/login/?" + urlencode({"next": "/admin/password/"}), 303)
        t = translator(request)
        form = await read_form(request) if request.method == "POST" else None
        if form is None:
            done = t("password_changed") if "done" in request.query_params else ""
            return self._page(request, password_page(t, {}, caller, success=done))
        if self._csrf_problem(request, form):
            return self._page(request, password_page(t, {}, caller, error=t("form_expired")), 403)
        try:
            await self._change_password(request, caller, form)
        except Throttled as error:
            return self._throttled(
                request, error, lambda text: password_page(t, {}, caller, error=text)
            )
        except Invalid as error:
            return self._page(request, password_page(t, error.fields, caller))
        assert caller.user_id is not None
        signed_in = await self._runtime.sign_in.open_for(caller.user_id)
        return self._entered(request, "/admin/password/?done=1", signed_in.token)

    async def _change_password(self, request: Request, caller: Caller, form: FormData) -> None:
        sign_in, database = self._runtime.sign_in, self._runtime.database
        assert caller.user_id is not None
        account = await database.read(accounts.account_of, caller.user_id)
        if account is None:
            raise WrongCredentials
        try:
            await sign_in.confirm(account, text_of(form, "old_password"), self._address(request))
        except WrongCredentials:
            raise Invalid({"old_password": ["accounts.old_password_wrong"]}) from None
        if wrong := repeat_problems(form, "new_password"):
            raise Invalid(wrong)
        hashed = await sign_in.new_hash(text_of(form, "new_password"), caller.username)
        await database.run(accounts.set_password, caller, caller.user_id, hashed)

    @property
    def _proxies(self) -> tuple[str, ...]:
        return self._runtime.settings.trusted_proxies

    def _page(
        self,
        request: Request,
        page: Page,
        status: int = 200,
        headers: dict[str, str] | None = None,
    ) -> Response:
        return render_page(
            request, page, trusted_proxies=self._proxies, status=status, headers=headers
        )

    def _throttled(
        self, request: Request, error: Throttled, page: Callable[[str], Page]
    ) -> Response:
        wait_s = error.params["wait_s"]
        text = translator(request)("sign_in_throttled", count=wait_s)
        return self._page(request, page(text), 429, {"Retry-After": str(wait_s)})

    def _dead_end(self, request: Request, name: str) -> Response:
        return self._page(request, dead_end_page(translator(request), name), 403)

    def _entered(self, request: Request, target: str, token: str) -> Response:
        response = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
        days = self._runtime.settings.session_days
        set_session_cookies(response, token, days, client_of(request.scope, self._proxies))
        return response

    def _csrf_problem(self, request: Request, form: FormData) -> str | None:
        return csrf.csrf_problem(
            dict(request.headers),
            request.cookies.get(csrf.COOKIE),
            secure=client_of(request.scope, self._proxies).secure,
            trusted_origins=self._runtime.settings.csrf_trusted_origins,
            form_token=text_of(form, csrf.FIELD) or None,
        )

    def _address(self, request: Request) -> str:
        return client_of(request.scope, self._proxies).address

    async def _caller(self, request: Request) -> Caller:
        return await self._runtime.sign_in.caller_of_cookies(request.headers.get("cookie", ""))


def _with_slash(request: Request, handlers: Mapping[str, Handler]) -> Response:
    """A path without its last slash is sent on, the query kept; a POST stays a POST."""
    path = request.url.path + "/"
    if path not in handlers:
        return PlainTextResponse("Not Found", 404)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(path + query, 301 if request.method in ("GET", "HEAD") else 307)


def _given(form: FormData | None, request: Request, name: str) -> str | None:
    """From the form first: its hidden field is what the person saw the page with."""
    return (text_of(form, name) if form is not None else "") or request.query_params.get(name)


def _session_token(request: Request) -> str | None:
    return request.cookies.get(SESSION_COOKIE)
