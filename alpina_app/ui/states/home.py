"""`/`: the open bots for everybody, how things stand for signed-in people."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from alpina_app.i18n import translate
from alpina_app.services.accounts import has_users
from alpina_app.services.bot_pages import ExecutionRow
from alpina_app.services.overview import Attention, OpenBot, open_bots, read_overview
from alpina_app.services.test_data import create_test_data
from alpina_app.ui.guards import Fresh, reported
from alpina_app.ui.runtime import runtime
from alpina_app.ui.texts import language_of


@dataclass(frozen=True, slots=True)
class Numbers:
    """Conversations of today in the site's time zone, and bots."""

    today: int = 0
    today_open: int = 0
    bots: int = 0
    active_bots: int = 0


class Home(Fresh, rx.State):
    """`for_team`: the signed-in person's part is filled."""

    ready: bool = False
    for_team: bool = False
    has_users: bool = True
    open_bots: list[OpenBot] = []
    numbers: Numbers = Numbers()
    attention: list[Attention] = []
    recent: list[ExecutionRow] = []

    @rx.event
    @reported
    async def load(self) -> None:
        await self._fill()

    @rx.event
    @reported
    async def add_examples(self) -> Any:
        """The bots of `create_test_data`, for those who may write bots."""
        await self._require_editor()
        made = await runtime().database.run(create_test_data)
        await self._fill()
        text = translate(await language_of(self), "home.examples_added", count=made["bots"])
        return rx.toast.success(text)

    async def _fill(self) -> None:
        caller = await self._caller()
        database = runtime().database
        self.has_users = caller.signed_in or await database.read(has_users)
        self.open_bots = await database.read(open_bots)
        self.for_team = caller.signed_in
        if caller.signed_in:
            found = await read_overview(runtime(), caller)
            self.numbers = Numbers(found.today, found.today_open, found.bots, found.active_bots)
            self.attention = list(found.attention)
            self.recent = list(found.recent)
        self.ready = True
