"""The browser tab behind an event of the chat page: who it is, and how to tell it something."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reflex_base.constants.route import RouteVar
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext
from reflex_base.utils.exceptions import ReflexRuntimeError

from alpina_app.i18n import Language
from alpina_app.services.access import Caller
from alpina_app.services.sign_in import caller_of_cookies
from alpina_app.ui.runtime import runtime
from alpina_app.web.client import client_of


@dataclass(frozen=True, slots=True)
class Tab:
    """`visit` is the page's own word for this opening of the conversation: every answer repeats
    it, and the page drops what answers an earlier one.

    What is told goes to the page at once and is not kept in its state, so that nothing of a
    conversation stands where another client with the tab's id could have it sent again.
    """

    visit: str
    language: Language
    state_name: str
    _context: EventContext = field(default_factory=EventContext.get, repr=False)

    @property
    def name(self) -> str:
        return self._context.token

    async def tell(self, **values: dict[str, Any]) -> None:
        """Sets vars of the page's state, in the page only; all of them in one frame."""
        told = {
            f"{name}{FIELD_MARKER}": {"visit": self.visit, **value}
            for name, value in values.items()
        }
        await self._context.emit_delta({self.state_name: told})

    def is_there(self) -> bool:
        """Whether the connection that the event came by is still the tab's."""
        try:
            namespace = RegistrationContext.get().app.event_namespace
        except (ReflexRuntimeError, LookupError):
            return True
        connection = self._context.router_data.get(RouteVar.SESSION_ID)
        return namespace is None or namespace.sid_to_token.get(str(connection)) == self.name

    async def caller(self) -> Caller:
        return await caller_of_cookies(runtime(), str(self._headers.get("cookie", "")))

    @property
    def address(self) -> str:
        """The client's address, seen through the proxies we trust."""
        headers = [
            (name.encode("latin-1"), str(self._headers.get(name, "")).encode("latin-1", "replace"))
            for name in ("x-forwarded-for", "x-forwarded-proto")
        ]
        peer = str(self._headers.get("asgi-scope-client", ""))
        scope = {"type": "websocket", "client": (peer, 0), "headers": headers}
        return client_of(scope, runtime().settings.trusted_proxies).address

    @property
    def _headers(self) -> dict[str, Any]:
        headers: dict[str, Any] = self._context.router_data.get(RouteVar.HEADERS) or {}
        return headers


def milliseconds(moment: datetime) -> int:
    """A time as JavaScript counts it."""
    return int(moment.timestamp() * 1000)


def clock() -> float:
    return time.monotonic()
