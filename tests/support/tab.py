"""A browser's tab as the server sees it, without a browser: cookies, an address, states.

    tab = Tab(app, "editor", "/bots?search=бот")
    told = await tab.fire(Bots, "load")    # what the handler sends back: [("_redirect", {...})]
    rows = (await tab.state(Bots)).rows

Handlers are called as a raw socket client calls them: with any arguments at all.
"""

import inspect
import json
import re
from typing import Any

import reflex as rx
from reflex.istate.data import HeaderData, URLData
from reflex_base.event import Event, get_event
from reflex_base.utils.format import json_dumps

from alpina_app.services.accounts import open_login_session
from alpina_app.ui.guards import OneOwner
from tests.support.app import ORIGIN, TestApp

_TOAST = re.compile(r'\("([^"]*)"')
Told = list[tuple[str, dict[str, Any]]]


class Tab:
    """A guest's without `role`. Needs `alpina_app.ui.open_pages(app.runtime)`."""

    def __init__(self, app: TestApp, role: str | None = None, address: str = "/") -> None:
        self._app = app
        self._root = rx.State(_reflex_internal_init=True)
        self._cookies = ""
        self._address = address
        self.sign_in(role)

    def sign_in(self, role: str | None) -> str:
        """As another person from now on, or as nobody; the session's token."""
        token = ""
        if role is not None:
            token = self._app.call(open_login_session, self._app.people[role].id, 14)
        self._cookies = f"sessionid={token}; csrftoken=abc" if token else ""
        self._tell_router()
        return token

    def go(self, address: str) -> None:
        self._address = address
        self._tell_router()

    async def state(self, kind: type[Any]) -> Any:
        return await self._root.get_state(kind)

    async def connect(self, *, event: str = "hydrate_and_load", loaded: bool = False) -> str:
        """What a browser that connects with this tab's token is sent, as JSON.

        `loaded`: it has just loaded its page; else it only found the server again.
        """
        payload = {"hashes": ["0" * 16]} if loaded else {}
        told = Event(name=get_event(self._root, event), payload=payload)
        await OneOwner().preprocess(None, self._root, told)
        return json_dumps(self._root.dict(), ensure_ascii=False)

    async def fire(self, kind: type[Any], handler: str, /, *args: Any) -> Told:
        """Runs an event handler to its end. What its states hold then can be kept elsewhere."""
        state = await self.state(kind)
        found = kind.event_handlers[handler]
        target = _Background(state) if found.is_background else state
        result = found.fn(target, *args)
        if inspect.isasyncgen(result):
            told = [told async for event in result for told in _told(event)]
        else:
            told = _told(await result)
        _serialize(self._root)
        return told

    async def toasts(self, kind: type[Any], handler: str, /, *args: Any) -> list[str]:
        """`fire`, and what its toasts say."""
        told = await self.fire(kind, handler, *args)
        texts = [values.get("function", "") for name, values in told if name == "_call_function"]
        found = [match[1] for text in texts if (match := _TOAST.search(text))]
        return [json.loads(f'"{text}"') for text in found]

    async def public(self, kind: type[Any]) -> dict[str, Any]:
        """What the browser is sent of a state."""
        state = await self.state(kind)
        text = json_dumps({name: getattr(state, name) for name in kind.base_vars})
        found: dict[str, Any] = json.loads(text)
        return found

    def _tell_router(self) -> None:
        data = {
            "headers": {"cookie": self._cookies, "origin": ORIGIN},
            "asPath": self._address,
            "pathname": self._address.partition("?")[0],
        }
        self._root.rx_router_headers = HeaderData.from_router_data(data)
        self._root.rx_router_url = URLData.from_router_data(data)


class _Background:
    """Stands for the proxy that background handlers get: `async with` gives the state itself."""

    def __init__(self, state: Any) -> None:
        object.__setattr__(self, "_state", state)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._state)

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._state, name)
        function = getattr(found, "__func__", None)
        return function.__get__(self) if function is not None else found

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._state, name, value)


def _serialize(state: Any) -> None:
    """As Reflex does where states live in Redis; raises StateSerializationError."""
    if state._was_touched:
        state._serialize()
    for one in state.substates.values():
        _serialize(one)


def _told(result: Any) -> Told:
    if result is None:
        return []
    if isinstance(result, list | tuple):
        return [told for one in result for told in _told(one)]
    if not isinstance(result, rx.event.EventSpec):
        return [(getattr(result, "fn", result).__name__, {})]
    name = result.client_handler_name or result.handler.fn.__qualname__
    return [(name, {str(key): _value(value) for key, value in result.args})]


def _value(argument: Any) -> Any:
    """A plain value; JavaScript as its text."""
    return getattr(argument, "_var_value", None) or str(argument)
