"""`/bots`: the list of bots."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.browser import TextFile
from alpina_app.ui.components.dialogs import confirm_dialog, modal
from alpina_app.ui.components.formats import moment
from alpina_app.ui.components.links import page_link
from alpina_app.ui.components.lists import filter_select, pager, rows_skeleton, search_box, toolbar
from alpina_app.ui.components.shell import page_head, shell
from alpina_app.ui.components.states import empty_state
from alpina_app.ui.states.bots import LONGEST_FILE, Bots
from alpina_app.ui.states.session import Session
from alpina_app.ui.texts import t, words

_ORDERINGS = (
    ("-created_at", "order_newest"),
    ("created_at", "order_oldest"),
    ("-updated_at", "order_changed"),
    ("name", "order_name"),
    ("-name", "order_name_back"),
)


def bots() -> rx.Component:
    return shell(
        page_head(
            t("bots.title"),
            rx.cond(
                Session.may_edit,
                rx.fragment(
                    rx.el.button(
                        rx.icon("upload", size=18, aria_hidden="true"),
                        t("bots.import"),
                        type="button",
                        class_name="button",
                        on_click=Bots.open_import,
                    ),
                    new_bot_link(),
                ),
            ),
        ),
        _toolbar(),
        rx.cond(Bots.ready, _found(), rows_skeleton()),
        delete_dialog(Bots.deleting != 0, Bots.goes_with, Bots.keep, Bots.delete),
        _import_dialog(),
        active="bots",
    )


def new_bot_link() -> rx.Component:
    return page_link(
        rx.icon("plus", size=18, aria_hidden="true"),
        t("bots.new"),
        href="/bots/new",
        class_name="button primary",
    )


def type_label(bot_type: Any) -> rx.Component:
    return rx.cond(bot_type == "chat", t("bots.type_chat"), t("bots.type_completion"))


def actions_menu(
    *label: Any,
    first: tuple[rx.Component, ...] = (),
    export: Any,
    duplicate: Any,
    delete: Any,
    class_name: str,
) -> rx.Component:
    """What can be done with a bot; `label` is what the button holds."""
    return rx.menu.root(
        rx.menu.trigger(rx.el.button(*label, type="button", class_name=class_name)),
        rx.menu.content(
            *first,
            rx.menu.item(t("bots.export"), on_select=export),
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


def delete_dialog(opened: Any, goes_with: Any, on_close: Any, on_confirm: Any) -> rx.Component:
    """Says what goes away with the bot. `goes_with`: a Var of `bot_pages.GoesWith`."""
    alone = (goes_with.scenarios == 0) & (goes_with.executions == 0)
    return confirm_dialog(
        "delete-bot",
        t("bots.delete_title", name=goes_with.name),
        rx.cond(
            alone,
            rx.el.p(t("bots.delete_alone")),
            rx.fragment(
                rx.el.p(t("bots.delete_with")),
                rx.el.ul(
                    *(
                        rx.cond(count > 0, rx.el.li(t(f"bots.{name}_count", count=count)))
                        for name, count in (
                            ("scenarios", goes_with.scenarios),
                            ("steps", goes_with.steps),
                            ("talks", goes_with.executions),
                        )
                    ),
                ),
            ),
        ),
        rx.el.p(t("bots.delete_forever")),
        open=opened,
        on_close=on_close,
        confirm=t("bots.delete_confirm"),
        on_confirm=on_confirm,
        danger=True,
    )


def _toolbar() -> rx.Component:
    return toolbar(
        search_box(
            t("bots.search"),
            value=Bots.search,
            key=Bots.search_key,
            on_type=Bots.type_search,
            on_submit=Bots.submit_search,
        ),
        filter_select(
            t("bots.filter_active"),
            [
                ("", t("bots.any_activity")),
                ("true", t("bots.only_active")),
                ("false", t("bots.only_inactive")),
            ],
            value=Bots.is_active,
            on_change=Bots.choose_active,
        ),
        filter_select(
            t("bots.filter_type"),
            [
                ("", t("bots.any_type")),
                ("chat", t("bots.type_chat")),
                ("completion", t("bots.type_completion")),
            ],
            value=Bots.bot_type,
            on_change=Bots.choose_type,
        ),
        filter_select(
            t("bots.order"),
            [(value, t(f"bots.{text}")) for value, text in _ORDERINGS],
            value=Bots.ordering,
            on_change=Bots.choose_ordering,
        ),
        label=t("bots.list_label"),
    )


def _found() -> rx.Component:
    return rx.cond(
        Bots.count > 0,
        rx.fragment(
            rx.el.p(t("bots.count", count=Bots.count), class_name="list-note", role="status"),
            rx.el.ul(rx.foreach(Bots.rows, _row), class_name="list bots"),
            pager(Bots.links),
        ),
        rx.cond(
            Bots.is_narrowed,
            empty_state(
                "search-x",
                t("bots.nothing_title"),
                t("bots.nothing_text"),
                page_link(t("bots.show_all"), href="/bots", class_name="button"),
            ),
            rx.cond(
                Session.may_edit,
                empty_state("bot", t("bots.empty_title"), t("bots.empty_text"), new_bot_link()),
                empty_state("bot", t("bots.empty_title"), t("bots.empty_text_viewer")),
            ),
        ),
    )


def _row(bot: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            page_link(bot.name, href=f"/bots/{bot.id}", class_name="bot-name"),
            rx.cond(bot.description != "", rx.el.p(bot.description, class_name="bot-description")),
            rx.el.p(
                rx.el.span(type_label(bot.bot_type)),
                rx.el.span(bot.gpt_model, class_name="mono"),
                rx.el.span(t("bots.scenarios_count", count=bot.scenarios)),
                rx.el.span(t("bots.changed"), " ", moment(bot.updated_at)),
                class_name="facts",
            ),
            class_name="bot-main",
        ),
        rx.el.input(
            type="checkbox",
            role="switch",
            checked=bot.is_active,
            on_change=lambda checked: Bots.set_active(bot.id, checked),
            disabled=~Session.may_edit,
            aria_label=t("bots.turn_on", name=bot.name),
            class_name="switch",
        ),
        _menu(bot),
        class_name="bot-row",
        key=bot.id,
    )


def _menu(bot: Any) -> rx.Component:
    return actions_menu(
        rx.icon("ellipsis", size=20, aria_hidden="true"),
        rx.el.span(t("bots.actions", name=bot.name), class_name="visually-hidden"),
        first=(
            rx.menu.item(t("bots.edit"), on_select=rx.redirect(f"/bots/{bot.id}")),
            rx.menu.item(t("bots.open_chat"), on_select=rx.redirect(f"/chat/{bot.id}")),
        ),
        export=Bots.export(bot.id),
        duplicate=Bots.duplicate(bot.id),
        delete=Bots.ask_delete(bot.id),
        class_name="icon-button",
    )


def _import_dialog() -> rx.Component:
    return modal(
        "import-bot",
        t("bots.import_title"),
        rx.el.p(t("bots.import_text"), class_name="dialog-text"),
        TextFile.create(
            label=t("bots.import_pick"),
            hint=t("bots.import_drop"),
            accept=".json,application/json",
            limit=LONGEST_FILE,
            on_text=Bots.import_file,
            on_refuse=Bots.refuse_file,
        ),
        rx.cond(
            Bots.file_errors.length() > 0,
            rx.el.div(
                rx.el.p(t("bots.import_failed", count=Bots.file_errors.length())),
                rx.el.ul(rx.foreach(Bots.file_errors, _file_error), class_name="file-errors"),
                class_name="notice bad file-report",
                role="alert",
            ),
        ),
        open=Bots.importing,
        on_close=Bots.close_import,
    )


def _file_error(error: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(error.path != "", rx.el.code(error.path)),
        " ",
        words(error.ru, error.en),
    )
