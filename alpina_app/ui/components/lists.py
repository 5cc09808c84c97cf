"""What lists have in common: search box, filters, rows, pager, skeleton.

`state` is a `states.listed.Listed`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import reflex as rx

from alpina_app.ui.components.browser import RowSwitch, SearchBox
from alpina_app.ui.components.links import page_link
from alpina_app.ui.components.states import empty_state
from alpina_app.ui.states.session import Session
from alpina_app.ui.texts import t

ORDERINGS: Final = (
    ("-created_at", "order_newest"),
    ("created_at", "order_oldest"),
    ("-updated_at", "order_changed"),
    ("name", "order_name"),
    ("-name", "order_name_back"),
)
"""Values and the texts of area `bots` that name them."""


def toolbar(
    state: Any,
    *filters: rx.Component,
    label: Any,
    search: Any,
    orderings: Sequence[tuple[str, str]] = (),
) -> rx.Component:
    """`label` names the whole, `search` the box; `orderings` as `ORDERINGS`."""
    order = filter_select(
        state,
        t("bots.order"),
        [(value, t(f"bots.{text}")) for value, text in orderings],
        value=state.ordering,
        on_change=state.choose_ordering,
    )
    return rx.el.div(
        SearchBox.create(
            rx.icon("search", size=18, aria_hidden="true"),
            label=search,
            value=state.search,
            on_search=state.search_for,
        ),
        *filters,
        *((order,) if orderings else ()),
        class_name="toolbar",
        role="search",
        aria_label=label,
    )


def filter_by(
    state: Any, name: str, label: Any, options: Sequence[tuple[str, Any]]
) -> rx.Component:
    """`name`: the filter's; `options`: values and labels, the value "" stands for all."""
    return filter_select(
        state,
        label,
        options,
        value=state.chosen[name],
        on_change=lambda value: state.choose(name, value),
    )


def activity_filter(state: Any) -> rx.Component:
    return filter_by(
        state,
        "is_active",
        t("bots.filter_active"),
        [
            ("", t("bots.any_activity")),
            ("true", t("bots.only_active")),
            ("false", t("bots.only_inactive")),
        ],
    )


def bot_filter(state: Any) -> rx.Component:
    """Which bot's: for every list that has the filter `bot`."""
    return filter_select(
        state,
        t("work.filter_bot"),
        [("", t("work.any_bot"))],
        rx.foreach(state.bots, lambda bot: rx.el.option(bot.name, value=bot.id.to_string())),
        value=state.chosen["bot"],
        on_change=lambda value: state.choose("bot", value),
    )


def filter_select(
    state: Any,
    label: Any,
    options: Sequence[tuple[str, Any]],
    *more: rx.Component,
    value: Any,
    on_change: Any,
) -> rx.Component:
    """Waits for the list: a choice made before would be lost."""
    return rx.el.select(
        *(rx.el.option(text, value=name) for name, text in options),
        *more,
        value=value,
        on_change=on_change,
        disabled=~state.ready,
        aria_label=label,
        class_name="select compact",
    )


def rows_or_why_not(
    state: Any, *, count: str, row: Callable[[Any], rx.Component], empty: rx.Component
) -> rx.Component:
    """The rows that were found, or what to do where there are none.

    `count`: the key of the text that says how many; `empty`: where nothing was asked for.
    """
    return rx.cond(
        state.ready,
        rx.cond(
            state.count > 0,
            rx.fragment(
                rx.el.p(t(count, count=state.count), class_name="list-note", role="status"),
                rx.el.ul(rx.foreach(state.rows, row), class_name="list"),
                _pager(state.links),
            ),
            rx.cond(state.is_narrowed, _nothing_found(state), empty),
        ),
        rows_skeleton(),
    )


def row_switch(state: Any, row: Any, label: Any) -> rx.Component:
    """Turns the row's object on and off; `state` is a `states.listed.Managed`."""
    return RowSwitch.create(
        label=label,
        checked=row.is_active,
        filled=state.filled,
        disabled=~Session.may_edit,
        on_switch=lambda checked: state.set_active(row.id, checked),
    )


def row_menu(label: Any, *first: rx.Component, duplicate: Any, delete: Any) -> rx.Component:
    """`label` names the button; `first`: what every reader may do."""
    return actions_menu(
        rx.icon("ellipsis", size=20, aria_hidden="true"),
        rx.el.span(label, class_name="visually-hidden"),
        first=first,
        duplicate=duplicate,
        delete=delete,
        class_name="icon-button",
    )


def actions_menu(
    *label: Any, first: Sequence[rx.Component], duplicate: Any, delete: Any, class_name: str
) -> rx.Component:
    """What can be done with an object; `label` is what the button holds."""
    return rx.menu.root(
        rx.menu.trigger(rx.el.button(*label, type="button", class_name=class_name)),
        rx.menu.content(
            *first,
            rx.cond(
                Session.may_edit,
                rx.fragment(
                    rx.menu.item(t("bots.duplicate"), on_select=duplicate),
                    rx.menu.separator(),
                    rx.menu.item(t("bots.delete"), color="red", on_select=delete),
                ),
            ),
            align="end",
        ),
        modal=False,
    )


def rows_skeleton(count: int = 5) -> rx.Component:
    """In the place of rows that are on their way."""
    return rx.el.div(
        *(rx.el.div(class_name="skeleton row-skeleton") for _ in range(count)),
        class_name="stack",
        aria_hidden="true",
    )


def unless_empty(state: Any, *parts: rx.Component) -> rx.Component:
    """`parts` of a page's head, where the empty list does not offer the same itself."""
    is_empty = state.ready & (state.count == 0) & ~state.is_narrowed
    return rx.cond(is_empty, rx.fragment(), rx.fragment(*parts))


def _nothing_found(state: Any) -> rx.Component:
    return empty_state(
        "search-x",
        t("bots.nothing_title"),
        t("bots.nothing_text"),
        page_link(t("bots.show_all"), href=state._shape.path, class_name="button"),
    )


def _pager(links: Any) -> rx.Component:
    """`links`: a Var of `ui.lists.PageLink`s."""
    return rx.cond(
        links.length() > 0,
        rx.el.nav(rx.foreach(links, _page), class_name="pager", aria_label=t("forms.pages")),
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
