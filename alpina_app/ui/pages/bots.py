"""`/bots`: the list of bots."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.browser import TextFile
from alpina_app.ui.components.dialogs import confirm_dialog, modal
from alpina_app.ui.components.formats import moment
from alpina_app.ui.components.links import page_link
from alpina_app.ui.components.lists import (
    ORDERINGS,
    activity_filter,
    filter_by,
    row_menu,
    row_switch,
    rows_or_why_not,
    toolbar,
    unless_empty,
)
from alpina_app.ui.components.shell import page_head, shell
from alpina_app.ui.components.states import empty_state
from alpina_app.ui.states.bots import LONGEST_FILE, Bots
from alpina_app.ui.states.session import Session
from alpina_app.ui.texts import t, words


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
                    unless_empty(Bots, new_bot_link()),
                ),
            ),
        ),
        _toolbar(),
        rows_or_why_not(Bots, count="bots.count", row=_row, empty=_empty()),
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
        Bots,
        activity_filter(Bots),
        filter_by(
            Bots,
            "bot_type",
            t("bots.filter_type"),
            [
                ("", t("bots.any_type")),
                ("chat", t("bots.type_chat")),
                ("completion", t("bots.type_completion")),
            ],
        ),
        label=t("bots.list_label"),
        search=t("bots.search"),
        orderings=ORDERINGS,
    )


def _empty() -> rx.Component:
    return rx.cond(
        Session.may_edit,
        empty_state("bot", t("bots.empty_title"), t("bots.empty_text"), new_bot_link()),
        empty_state("bot", t("bots.empty_title"), t("bots.empty_text_viewer")),
    )


def _row(bot: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            page_link(bot.name, href=f"/bots/{bot.id}", class_name="strong-link"),
            rx.cond(bot.description != "", rx.el.p(bot.description, class_name="line-text")),
            rx.el.p(
                rx.el.span(type_label(bot.bot_type)),
                rx.el.span(bot.gpt_model, class_name="mono"),
                rx.el.span(t("bots.scenarios_count", count=bot.scenarios)),
                rx.el.span(t("bots.changed"), " ", moment(bot.updated_at)),
                class_name="facts",
            ),
            class_name="line-main",
        ),
        row_switch(Bots, bot, t("bots.turn_on", name=bot.name)),
        _menu(bot),
        class_name="line",
        key=bot.id,
    )


def _menu(bot: Any) -> rx.Component:
    return row_menu(
        t("bots.actions", name=bot.name),
        rx.menu.item(t("bots.edit"), on_select=rx.redirect(f"/bots/{bot.id}")),
        rx.menu.item(t("bots.open_chat"), on_select=rx.redirect(f"/chat/{bot.id}")),
        rx.menu.item(t("bots.export"), on_select=Bots.export(bot.id)),
        duplicate=Bots.duplicate(bot.id),
        delete=Bots.ask_delete(bot.id),
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
