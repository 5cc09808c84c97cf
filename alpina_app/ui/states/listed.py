"""What every list shares: search, filters, order, pages, and turning on and off and deleting."""

from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from alpina_app.errors import NotFound
from alpina_app.i18n import translate
from alpina_app.services import crud
from alpina_app.services.access import Caller
from alpina_app.services.resource import Resource
from alpina_app.services.work_lists import BotName, Listing, bot_names
from alpina_app.ui.arguments import known_id
from alpina_app.ui.guards import Fresh, reported, sign_in_redirect
from alpina_app.ui.lists import Asked, ListShape, PageLink, clean_search, page_links
from alpina_app.ui.runtime import runtime
from alpina_app.ui.texts import language_of


class Listed(Fresh, mixin=True):
    """A list whose question stands in the address. A state of it says `_shape` and `_find`.

    `bots`: those to choose from, where the list has the filter `bot`. `filled`: how often it was
    read from the database.
    """

    ready: bool = False
    filled: int = 0
    count: int = 0
    links: list[PageLink] = []
    bots: list[BotName] = []
    search: str = ""
    chosen: dict[str, str] = {}
    ordering: str = ""
    is_narrowed: bool = False

    _shape: ClassVar[ListShape]

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
    async def search_for(self, text: str) -> Any:
        await self._require_sign_in()
        return self._go(self._asked().with_search(clean_search(text)), replace=True)

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
        if "bot" in self._shape.filters:
            self.bots = await runtime().database.read(bot_names, caller)
        self.count = found.count
        self.links = page_links(self._shape, asked, found.number, found.pages)
        self.search = asked.search
        self.chosen = {name: asked.filters.get(name, "") for name in self._shape.filters}
        self.ordering = asked.ordering or self._shape.orderings[0]
        self.is_narrowed = asked.is_narrowed
        self.filled += 1
        self.ready = True

    def _asked(self) -> Asked:
        return self._shape.read(self.router.url.query_parameters)

    def _go(self, asked: Asked, *, replace: bool = False) -> Any:
        return rx.redirect(self._shape.address(asked), replace=replace)


class Managed(Listed, mixin=True):
    """A list whose objects can be turned on and off and deleted. A state of it says `_resource`,
    `_deleted` (the text's key, with `{name}`), `_switch` and `ask_delete`."""

    deleting: int = 0
    deleting_name: str = ""

    _resource: ClassVar[Resource]
    _deleted: ClassVar[str]

    @rx.event
    @reported
    async def set_active(self, object_id: int, is_active: bool) -> Any:
        caller = await self._require_editor()
        known = known_id(object_id, self._resource)
        try:
            await runtime().database.run(self._switch, caller, known, is_active is True)
        finally:
            await self._fill(caller)

    @rx.event
    @reported
    async def keep(self) -> None:
        await self._require_sign_in()
        self.deleting = 0

    @rx.event
    @reported
    async def delete(self) -> Any:
        caller = await self._require_editor()
        object_id, self.deleting = self.deleting, 0
        try:
            known = known_id(object_id, self._resource)
            await runtime().database.run(crud.remove, caller, self._resource, known)
        finally:
            await self._fill(caller)
        text = translate(await language_of(self), self._deleted, name=self.deleting_name)
        return rx.toast.success(text)

    @staticmethod
    def _switch(session: Session, caller: Caller, object_id: int, is_active: bool) -> None:
        """Stores it, or raises why not."""
        raise NotImplementedError
