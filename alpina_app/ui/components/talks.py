"""Conversations in lists."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.formats import moment
from alpina_app.ui.components.links import page_link
from alpina_app.ui.texts import t

_KINDS = {"completed": "good", "failed": "bad", "cancelled": "", "abandoned": ""}


def talk_row(talk: Any, *, names_bot: bool = False) -> rx.Component:
    """One `services.bot_pages.ExecutionRow`."""
    scenario = rx.cond(talk.scenario != "", talk.scenario, t("bots.without_scenario"))
    return rx.el.li(
        page_link(
            talk.bot if names_bot else scenario,
            href=f"/history/{talk.id}",
            class_name="strong-link",
        ),
        rx.el.span(
            *((rx.el.span(scenario),) if names_bot else ()),
            status_badge(talk.status),
            rx.el.span(t("bots.messages_count", count=talk.messages)),
            moment(talk.updated_at),
            class_name="facts",
        ),
        key=talk.id,
    )


def status_badge(status: Any) -> rx.Component:
    """How a conversation stands."""
    return rx.match(
        status,
        *(
            (name, rx.el.span(t(f"bots.status_{name}"), class_name=f"badge {kind}".strip()))
            for name, kind in _KINDS.items()
        ),
        rx.el.span(t("bots.status_running"), class_name="badge"),
    )
