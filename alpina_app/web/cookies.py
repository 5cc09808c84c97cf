"""The cookies of a signed-in browser, named and set as Django does."""

from typing import Any, Final

from starlette.responses import Response

from alpina_app.services.sign_in import SESSION_COOKIE
from alpina_app.web import csrf
from alpina_app.web.client import Client

_LAX: Final[Any] = "Lax"  # as Django writes it; Starlette's own type knows lower case only


def set_session_cookies(response: Response, token: str, days: int, client: Client) -> str:
    """The new session's cookie and a fresh CSRF token, which is returned."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=days * 86_400,
        path="/",
        secure=client.secure,
        httponly=True,
        samesite=_LAX,
    )
    return set_csrf_cookie(response, csrf.new_token(), client)


def set_csrf_cookie(response: Response, token: str, client: Client) -> str:
    """Readable by the pages' own scripts, which send it back in a header."""
    response.set_cookie(
        csrf.COOKIE,
        token,
        max_age=csrf.COOKIE_AGE_S,
        path="/",
        secure=client.secure,
        samesite=_LAX,
    )
    return token


def drop_session_cookie(response: Response, client: Client) -> None:
    response.delete_cookie(
        SESSION_COOKIE, path="/", secure=client.secure, httponly=True, samesite=_LAX
    )
