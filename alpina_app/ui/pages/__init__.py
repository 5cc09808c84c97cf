"""Every page of the application and the route it stands on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from alpina_app.ui.pages.bot import bot, new_bot
from alpina_app.ui.pages.bots import bots
from alpina_app.ui.pages.chat import chat
from alpina_app.ui.pages.home import home
from alpina_app.ui.states.bot import BotForm
from alpina_app.ui.states.bots import Bots
from alpina_app.ui.states.home import Home


@dataclass(frozen=True, slots=True)
class Page:
    """`on_load`: event handlers, run after the session's own."""

    route: str
    component: Callable[[], rx.Component]
    title: str
    on_load: tuple[Any, ...] = ()


PAGES: tuple[Page, ...] = (
    Page("/", home, "Alpina Digital", (Home.load,)),
    Page("/bots", bots, "Боты — Alpina Digital", (Bots.load,)),
    Page("/bots/new", new_bot, "Новый бот — Alpina Digital", (BotForm.load_new,)),
    Page("/bots/[id]", bot, "Бот — Alpina Digital", (BotForm.load,)),
    Page("/chat/[bot]", chat, "Чат — Alpina Digital"),
)
