"""Who stands behind an event. Every handler is a public endpoint, so every handler asks.

    class Bots(Guarded, rx.State):
        @rx.event
        async def load(self):
            caller = await self._caller()                 # may be a guest
        @rx.event
        async def save(self, form: dict[str, Any]):
            caller = await self._require_editor()         # raises what `reported` shows

A state belongs to the session that filled it: when another one speaks with the same tab token, the
state is reset before it answers (`Guarded`), and so is every state of the tab before a browser that
connects is sent any (`OneOwner`). Page guards only spare the person a page that could show nothing.
"""

import functools
import hashlib
import inspect
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import reflex as rx
from reflex.istate.proxy import StateProxy
from reflex.middleware.middleware import Middleware
from reflex_base.constants import CompileVars
from reflex_base.event import get_event

from alpina_app.errors import AlpinaError, NotSignedIn
from alpina_app.i18n import Language, translate
from alpina_app.services import access
from alpina_app.services.access import Caller
from alpina_app.services.sign_in import SESSION_COOKIE, caller_of_cookies, cookie_value
from alpina_app.ui.runtime import runtime
from alpina_app.ui.texts import language_of

log = logging.getLogger(__name__)
F = TypeVar("F", bound=Callable[..., Any])


class Guarded(rx.State, mixin=True):
    """For every state that shows or changes what not everybody may see."""

    _filled_for: str = ""

    async def _caller(self) -> Caller:
        """The caller as the database knows him now. Resets the state where the session changed."""
        cookies = self.router.headers.cookie or ""
        token = cookie_value(cookies, SESSION_COOKIE) or ""
        caller = await caller_of_cookies(runtime(), cookies)
        owner = _fingerprint(token if caller.signed_in else "")
        if self._filled_for != owner:
            if self._filled_for:
                self.reset()  # type: ignore[no-untyped-call]
            self._filled_for = owner
        return caller

    async def _require_sign_in(self) -> Caller:
        caller = await self._caller()
        access.require_sign_in(caller)
        return caller

    async def _require_editor(self) -> Caller:
        caller = await self._caller()
        access.require_editor(caller)
        return caller


class Fresh(Guarded, mixin=True):
    """For a state that its page fills: a page that is loaded anew begins without what the tab
    showed before. A page that only finds its server again goes on."""


class TabOwner(rx.State):
    """Whose session the states of this tab were filled for."""

    _session: str = ""


@dataclass
class OneOwner(Middleware):
    """Empties a tab's states before they are sent to a browser that connects: all of them where it
    speaks for another session than they were filled for, the fresh ones where it has just loaded
    its page."""

    async def preprocess(self, app: Any, state: Any, event: Any) -> None:
        if event.name not in _connecting(state):
            return
        token = cookie_value(state.router.headers.cookie or "", SESSION_COOKIE) or ""
        session = _fingerprint(token)
        if (await state.get_state(TabOwner))._session != session:
            state.reset()
            (await state.get_state(TabOwner))._session = session
        elif event.payload.get("hashes"):  # of what the page was built with: its first connection
            for one in state.substates.values():
                if isinstance(one, Fresh):
                    one.reset()  # type: ignore[no-untyped-call]


def _connecting(root: Any) -> tuple[str, ...]:
    """Names of the events that are answered with every state of the tab."""
    names = (CompileVars.HYDRATE, CompileVars.HYDRATE_AND_LOAD)
    return tuple(get_event(root, name) for name in names)


def reported(handler: F) -> F:
    """Decorates an async event handler: a known error becomes a toast in the person's language.

    An unknown one is logged with an id, and the toast shows that id. Put it below `@rx.event`.
    """
    if _is_generator(handler):

        @functools.wraps(handler)
        async def generating(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            try:
                async for event in handler(self, *args, **kwargs):
                    yield event
            except Exception as error:
                yield await _toast_of(self, error)

        return generating  # type: ignore[return-value]

    @functools.wraps(handler)
    async def awaiting(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return await handler(self, *args, **kwargs)
        except Exception as error:
            return await _toast_of(self, error)

    return awaiting  # type: ignore[return-value]


def error_text(error: Exception, language: Language) -> str:
    """What a person is told of an error; unknown ones are logged under an id."""
    if isinstance(error, AlpinaError):
        return translate(language, f"errors.{error.error_code}", **error.params)
    error_id = secrets.token_hex(4)
    log.error("Event handler failed, id %s", error_id, exc_info=error)
    return translate(language, "errors.error", id=error_id)


async def _toast_of(state: Any, error: Exception) -> Any:
    if isinstance(state, StateProxy):  # of a background event
        async with state:
            return await _made_toast(state, error)
    return await _made_toast(state, error)


async def _made_toast(state: Any, error: Exception) -> Any:
    language = await language_of(state)
    if isinstance(error, NotSignedIn):
        return [rx.toast.error(error_text(error, language)), sign_in_redirect(state)]
    return rx.toast.error(error_text(error, language))


def sign_in_redirect(state: Any) -> Any:
    """To the sign-in form and back to this page.

    A full page load: the socket keeps the cookies it was opened with. What stands unsaved in a
    guarded form is kept for the way back.
    """
    return rx.call_script(
        "window.dispatchEvent(new Event('alpina-form-keep'));"
        f"window.location.assign({json.dumps(sign_in_address(state))})"
    )


def sign_in_address(state: Any) -> str:
    """The sign-in form that leads back to the page the state's event came from."""
    url = state.router.url
    return "/admin/login/?next=" + quote(url.path + (f"?{url.query}" if url.query else ""))


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _is_generator(handler: Callable[..., Any]) -> bool:
    return inspect.isasyncgenfunction(handler)
