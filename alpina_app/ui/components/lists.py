"""What lists have in common: search box, filters, pager, skeleton."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from alpina_app.ui.components.links import page_link
from alpina_app.ui.texts import t


def toolbar(*controls: rx.Component, label: Any) -> rx.Component:
    return rx.el.div(*controls, class_name="toolbar", role="search", aria_label=label)


def search_box(label: Any, *, value: Any, key: Any, on_type: Any, on_submit: Any) -> rx.Component:
    """`on_type(text)` comes a moment after the last key, `on_submit(form)` on Enter.

    The box is not bound: it begins anew with `value` when `key` changes.
    """
    return rx.el.form(
        rx.icon("search", size=18, aria_hidden="true"),
        rx.el.input(
            type="search",
            name="search",
            default_value=value,
            key=key,
            aria_label=label,
            placeholder=label,
            auto_complete="off",
            max_length=200,
            class_name="input",
            on_change=on_type.debounce(300),
        ),
        on_submit=on_submit,
        reset_on_submit=False,
        class_name="search-box",
    )


def filter_select(
    label: Any, options: Sequence[tuple[str, Any]], *, value: Any, on_change: Any
) -> rx.Component:
    """`options`: values and labels; the value "" stands for all."""
    return rx.el.select(
        *(rx.el.option(text, value=name) for name, text in options),
        value=value,
        on_change=on_change,
        aria_label=label,
        class_name="select compact",
    )


def pager(links: Any) -> rx.Component:
    """`links`: a Var of `ui.lists.PageLink`s."""
    return rx.cond(
        links.length() > 0,
        rx.el.nav(
            rx.foreach(links, _page),
            class_name="pager",
            aria_label=t("forms.pages"),
        ),
    )


def rows_skeleton(count: int = 5) -> rx.Component:
    """In the place of rows that are on their way."""
    return rx.el.div(
        *(rx.el.div(class_name="skeleton row-skeleton") for _ in range(count)),
        class_name="stack",
        aria_hidden="true",
    )


def _page(link: Any) -> rx.Component:
    return rx.cond(
        link.number == 0,
        rx.el.span("…", class_name="pager-gap"),
        page_link(
            link.number,
            href=link.href,
            class_name="pager-link",
            aria_label=t("forms.page_number", number=link.number),
            aria_current=rx.cond(link.is_current, "page", "false"),
        ),
    )
