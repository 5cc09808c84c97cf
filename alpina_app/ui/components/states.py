"""What a page shows in the place of its content, and small signs of how something stands."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.links import page_link
from alpina_app.ui.texts import t


def empty_state(icon: str, title: Any, text: Any, *actions: rx.Component) -> rx.Component:
    """Nothing is here yet: says so, and what to do next."""
    return rx.el.div(
        rx.icon(icon, size=36, aria_hidden="true", stroke_width=1.5),
        rx.el.h2(title),
        rx.el.p(text),
        *((rx.el.div(*actions, class_name="row centred"),) if actions else ()),
        class_name="empty",
    )


def refusal(icon: str, title: Any, text: Any, *actions: rx.Component) -> rx.Component:
    """The whole page says why it shows nothing."""
    return rx.el.div(
        rx.icon(icon, size=36, aria_hidden="true", stroke_width=1.5),
        rx.el.h1(title, class_name="page-title"),
        rx.el.p(text),
        rx.el.div(
            *actions, page_link(t("shell.to_home"), href="/", class_name="button"), class_name="row"
        ),
        class_name="empty",
        role="alert",
    )


def not_allowed() -> rx.Component:
    return refusal("lock", t("forms.not_allowed_title"), t("forms.not_allowed_text"))


def missing(title: Any, *actions: rx.Component) -> rx.Component:
    """The object of this address is not there."""
    return refusal("search-x", title, t("shell.not_found_text"), *actions)


def active_badge(is_active: Any) -> rx.Component:
    return rx.cond(
        is_active,
        rx.el.span(t("forms.active"), class_name="badge good"),
        rx.el.span(t("forms.inactive"), class_name="badge"),
    )


def notice(*content: Any, kind: str = "") -> rx.Component:
    """A remark on the page; `kind`: "", "warn" or "bad"."""
    return rx.el.div(*content, class_name=f"notice {kind}".strip())
