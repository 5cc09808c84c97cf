"""Every page of the application and the route it stands on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from alpina_app.ui.pages.chat import chat
from alpina_app.ui.pages.home import home


@dataclass(frozen=True, slots=True)
class Page:
    """`on_load`: event handlers, run after the session's own."""

    route: str
    component: Callable[[], rx.Component]
    title: str
    on_load: tuple[Any, ...] = ()


PAGES: tuple[Page, ...] = (
    Page("/", home, "Alpina Digital"),
    Page("/chat/[bot]", chat, "Чат — Alpina Digital"),
)
