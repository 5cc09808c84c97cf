"""Who sent a request: Basic first, then the session cookie, then `Authorization: Token`.

    created = await run_as(request, runtime, bots.create_bot, values)    # fn(session, caller, ...)
    identity = await identify(request, runtime)                          # where no work follows

`run_as` asks for the caller in the transaction of the work itself: one trip to the database.
Messages and statuses are those of Django REST Framework's authentication classes.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, Final, Literal, ParamSpec, TypeVar

from sqlmodel import Session
from starlette.requests import Request

from alpina_app.errors import AlpinaError, WrongCredentials
from alpina_app.services import accounts
from alpina_app.services.access import GUEST, Caller
from alpina_app.services.runtime import Runtime
from alpina_app.services.sign_in import SESSION_COOKIE, Verified, caller_of_verified, cookie_value
from alpina_app.web import csrf
from alpina_app.web.client import Client, client_of

P = ParamSpec("P")
R = TypeVar("R")
Via = Literal["basic", "session", "token"]

CHALLENGE: Final = 'Basic realm="api"'


class AuthenticationFailed(AlpinaError):
    """401 with `WWW-Authenticate: Basic realm="api"`; `detail` in the words of the wire."""

    code = "wrong_credentials"

    def __init__(self, detail: str) -> None:
        super().__init__()
        self.detail = detail


class CsrfFailed(AlpinaError):
    """403."""

    code = "csrf_failed"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.detail = f"CSRF Failed: {reason}"


@dataclass(frozen=True, slots=True)
class Identity:
    """`via` None: a guest."""

    caller: Caller
    via: Via | None = None


NOBODY: Final = Identity(GUEST)


async def identify(
    request: Request, runtime: Runtime, *, form_token: str | None = None
) -> Identity:
    """Asks the database once, or not at all where the request carries no credentials.

    `form_token`: `csrfmiddlewaretoken` of a POSTed form. Raises AuthenticationFailed, CsrfFailed,
    or Throttled after too many wrong passwords.
    """
    return await _resolved(request, runtime.database.look, _itself, runtime, form_token, (), {})


async def run_as(
    request: Request,
    runtime: Runtime,
    fn: Callable[Concatenate[Session, Caller, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """`fn(session, caller, ...)` in one transaction with the question who the caller is.

    Raises what `identify` raises, before `fn` runs.
    """
    run = runtime.database.run
    return await _resolved(request, run, _as_caller(fn), runtime, None, args, kwargs)


async def read_as(
    request: Request,
    runtime: Runtime,
    fn: Callable[Concatenate[Session, Caller, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """`run_as` for functions that only read."""
    run = runtime.database.read
    return await _resolved(request, run, _as_caller(fn), runtime, None, args, kwargs)


async def change_as(
    request: Request,
    runtime: Runtime,
    fn: Callable[Concatenate[Session, Caller, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """`run_as` for functions that work through `services.quick` only (`Database.change`)."""
    run = runtime.database.change
    return await _resolved(request, run, _as_caller(fn), runtime, None, args, kwargs)


async def look_as(
    request: Request,
    runtime: Runtime,
    fn: Callable[Concatenate[Session, Caller, P], R],
    *args: P.args,
    **kwargs: P.kwargs,
) -> R:
    """`read_as` for functions that ask through `services.quick` only (`Database.look`)."""
    run = runtime.database.look
    return await _resolved(request, run, _as_caller(fn), runtime, None, args, kwargs)


@dataclass(slots=True)
class Credentials:
    """What a request carries, with everything checked that needs no database."""

    verified: Verified | None = None
    session_token: str | None = field(default=None, repr=False)
    csrf_problem: str | None = None
    api_token: list[bytes] | None = field(default=None, repr=False)
    stale_basic: bool = False
    due_token: int | None = None

    def resolve(self, session: Session) -> Identity:
        """One indexed select for each credential present. Raises as `identify` does."""
        if self.verified is not None:
            caller = caller_of_verified(session, self.verified)
            if caller is None:
                self.stale_basic = True
                raise AuthenticationFailed("Invalid username/password.")
            return Identity(caller, "basic")
        if self.session_token is not None:
            found = accounts.caller_of_session(session, self.session_token)
            if found is not None:
                if self.csrf_problem is not None:
                    raise CsrfFailed(self.csrf_problem)
                return Identity(found, "session")
        if self.api_token is not None:
            return self._of_token(session, self.api_token)
        return NOBODY

    def _of_token(self, session: Session, words: list[bytes]) -> Identity:
        known = accounts.caller_of_token(session, _token_text(words))
        if known is None:
            raise AuthenticationFailed("Invalid token.")
        if not known.is_active:
            raise AuthenticationFailed("User inactive or deleted.")
        if known.touch:
            self.due_token = known.token_id
        return Identity(known.caller, "token")


async def credentials_of(
    request: Request, runtime: Runtime, *, form_token: str | None = None
) -> Credentials:
    """Reads the headers; a Basic credential not seen lately is checked here, in no transaction."""
    headers = headers_of(request)
    scheme, *rest = headers.get("authorization", "").encode("latin-1").split() or [b""]
    if scheme.lower() == b"basic":
        client = client_of(request.scope, runtime.settings.trusted_proxies)
        username, password = _basic_pair(rest)
        return Credentials(verified=await _verified(runtime, username, password, client))
    cookies = headers.get("cookie", "")
    found = Credentials()
    if cookies and (token := cookie_value(cookies, SESSION_COOKIE)):
        found.session_token = token
        if request.method not in csrf.SAFE_METHODS:
            found.csrf_problem = _csrf_problem(request, runtime, headers, cookies, form_token)
    if scheme.lower() == b"token":
        found.api_token = rest
    return found


async def _resolved(
    request: Request,
    run: Callable[..., Awaitable[R]],
    fn: Callable[..., R],
    runtime: Runtime,
    form_token: str | None,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> R:
    credentials = await credentials_of(request, runtime, form_token=form_token)
    try:
        if credentials == Credentials() and fn is _itself:
            return fn(None, credentials)
        result = await run(fn, credentials, *args, **kwargs)
    except AuthenticationFailed:
        if not credentials.stale_basic:
            raise
        # The password changed after this credential was remembered: look again, from the start.
        assert credentials.verified is not None
        runtime.sign_in.forget(credentials.verified.user_id)
        credentials = await credentials_of(request, runtime, form_token=form_token)
        result = await run(fn, credentials, *args, **kwargs)
    if credentials.due_token is not None:
        await runtime.database.run(accounts.touch_token, credentials.due_token)
    return result


def _itself(session: Any, credentials: Credentials) -> Identity:
    return credentials.resolve(session)


def _as_caller(fn: Callable[..., R]) -> Callable[..., R]:
    def work(session: Session, credentials: Credentials, *args: Any, **kwargs: Any) -> R:
        return fn(session, credentials.resolve(session).caller, *args, **kwargs)

    return work


async def _verified(runtime: Runtime, username: str, password: str, client: Client) -> Verified:
    try:
        return await runtime.sign_in.verify(username, password, client.address)
    except WrongCredentials:
        raise AuthenticationFailed("Invalid username/password.") from None


def _basic_pair(words: list[bytes]) -> tuple[str, str]:
    if not words:
        raise AuthenticationFailed("Invalid basic header. No credentials provided.")
    if len(words) > 1:
        raise AuthenticationFailed(
            "Invalid basic header. Credentials string should not contain spaces."
        )
    try:
        raw = base64.b64decode(words[0])
        try:
            pair = raw.decode("utf-8")
        except UnicodeDecodeError:
            pair = raw.decode("latin-1")
        username, password = pair.split(":", 1)
    except (ValueError, binascii.Error):
        raise AuthenticationFailed(
            "Invalid basic header. Credentials not correctly base64 encoded."
        ) from None
    return username, password


def _token_text(words: list[bytes]) -> str:
    if not words:
        raise AuthenticationFailed("Invalid token header. No credentials provided.")
    if len(words) > 1:
        raise AuthenticationFailed("Invalid token header. Token string should not contain spaces.")
    try:
        return words[0].decode("utf-8")
    except UnicodeDecodeError:
        raise AuthenticationFailed(
            "Invalid token header. Token string should not contain invalid characters."
        ) from None


def headers_of(request: Request) -> dict[str, str]:
    """The last of each name; cookies may come in several headers (RFC 9113, 8.2.3)."""
    sent = request.scope["headers"]
    found = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent}
    if len(found) < len(sent) and "cookie" in found:
        cookies = (value.decode("latin-1") for name, value in sent if name == b"cookie")
        found["cookie"] = "; ".join(cookies)
    return found


def _csrf_problem(
    request: Request,
    runtime: Runtime,
    headers: dict[str, str],
    cookies: str,
    form_token: str | None,
) -> str | None:
    return csrf.csrf_problem(
        headers,
        cookie_value(cookies, csrf.COOKIE),
        secure=client_of(request.scope, runtime.settings.trusted_proxies).secure,
        trusted_origins=runtime.settings.csrf_trusted_origins,
        form_token=form_token if request.method == "POST" else None,
    )
