"""What the lists of scenarios, steps and conversations share: search, filters, order, pages."""

from typing import Any, ClassVar

import reflex as rx

from alpina_app.errors import NotFound
from alpina_app.services.access import Caller
from alpina_app.services.work_lists import BotName, Listing, bot_names
from alpina_app.ui.guards import Guarded, reported, sign_in_redirect
from alpina_app.ui.lists import Asked, ListShape, PageLink, clean_search, page_links
from alpina_app.ui.runtime import runtime


class Listed(Guarded, mixin=True):
    """A list whose question stands in the address. A state of it says `_shape` and `_find`."""

    ready: bool = False
    count: int = 0
    links: list[PageLink] = []
    bots: list[BotName] = []
    search: str = ""
    search_key: int = 0
    chosen: dict[str, str] = {}
    ordering: str = ""
    is_narrowed: bool = False

    _shape: ClassVar[ListShape]
    _typed: list[str] = []

    @rx.event
    @reported
    async def load(self) -> Any:
        caller = await self._caller()
        if not caller.signed_in:
            return sign_in_redirect(self)
        await self._fill(caller)
        return None

    @rx.event
    @reported
    async def type_search(self, text: str) -> Any:
        await self._require_sign_in()
        return self._search(text, replace=True)

    @rx.event
    @reported
    async def submit_search(self, form: dict[str, Any]) -> Any:
        await self._require_sign_in()
        return self._search(form.get("search") if isinstance(form, dict) else "")

    @rx.event
    @reported
    async def choose(self, name: str, value: str) -> Any:
        """A filter; an empty value takes it away."""
        await self._require_sign_in()
        if not isinstance(name, str) or not isinstance(value, str):
            return None
        if name not in self._shape.filters or (value and not self._shape.allows(name, value)):
            return None
        return self._go(self._asked().with_filter(name, value))

    @rx.event
    @reported
    async def choose_ordering(self, value: str) -> Any:
        await self._require_sign_in()
        if value not in self._shape.orderings:
            return None
        ordering = "" if value == self._shape.orderings[0] else value
        return self._go(self._asked().with_ordering(ordering))

    async def _find(self, caller: Caller, asked: Asked) -> Listing:
        """The page that is asked for; puts its lines into the state."""
        raise NotImplementedError

    async def _fill(self, caller: Caller) -> None:
        asked = self._asked()
        try:
            found = await self._find(caller, asked)
        except NotFound:
            asked = asked.with_page(0)
            found = await self._find(caller, asked)
        self.bots = await runtime().database.read(bot_names, caller)
        self.count = found.count
        self.links = page_links(self._shape, asked, found.number, found.pages)
        self._show_search(asked.search)
        self.chosen = {name: asked.filters.get(name, "") for name in self._shape.filters}
        self.ordering = asked.ordering or self._shape.orderings[0]
        self.is_narrowed = asked.is_narrowed
        self.ready = True

    def _search(self, raw: Any, *, replace: bool = False) -> Any:
        text = clean_search(raw)
        self._typed = [*self._typed[-20:], text]
        return self._go(self._asked().with_search(text), replace=replace)

    def _asked(self) -> Asked:
        return self._shape.read(self.router.url.query_parameters)

    def _go(self, asked: Asked, *, replace: bool = False) -> Any:
        return rx.redirect(self._shape.address(asked), replace=replace)

    def _show_search(self, text: str) -> None:
        """What was typed stands in the box already, and more may have been typed meanwhile."""
        if text in self._typed:
            self._typed = self._typed[self._typed.index(text) + 1 :]
        elif text != self.search:
            self._typed = []
            self.search_key += 1
        self.search = text
