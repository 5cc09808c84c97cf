"""`/scenarios`: the list of scenarios with their findings at a glance."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.dialogs import confirm_dialog, modal
from alpina_app.ui.components.formats import moment
from alpina_app.ui.components.links import page_link
from alpina_app.ui.components.lists import filter_select, pager, rows_skeleton, search_box, toolbar
from alpina_app.ui.components.shell import page_head, shell
from alpina_app.ui.components.states import empty_state
from alpina_app.ui.states.scenarios import Scenarios
from alpina_app.ui.states.session import Session
from alpina_app.ui.texts import t, words

_ORDERINGS = (
    ("-created_at", "order_newest"),
    ("created_at", "order_oldest"),
    ("-updated_at", "order_changed"),
    ("name", "order_name"),
    ("-name", "order_name_back"),
)


def scenarios() -> rx.Component:
    return shell(
        page_head(t("work.scenarios_title"), rx.cond(Session.may_edit, _new_button())),
        toolbar(
            search_box(
                t("work.scenarios_search"),
                value=Scenarios.search,
                key=Scenarios.search_key,
                on_type=Scenarios.type_search,
                on_submit=Scenarios.submit_search,
            ),
            bot_filter(Scenarios),
            filter_select(
                t("bots.filter_active"),
                [
                    ("", t("bots.any_activity")),
                    ("true", t("bots.only_active")),
                    ("false", t("bots.only_inactive")),
                ],
                value=Scenarios.chosen["is_active"],
                on_change=lambda value: Scenarios.choose("is_active", value),
            ),
            filter_select(
                t("bots.order"),
                [(value, t(f"bots.{text}")) for value, text in _ORDERINGS],
                value=Scenarios.ordering,
                on_change=Scenarios.choose_ordering,
            ),
            label=t("work.scenarios_list"),
        ),
        rx.cond(Scenarios.ready, _found(), rows_skeleton()),
        _new_dialog(),
        confirm_dialog(
            "delete-scenario",
            t("work.delete_scenario", name=Scenarios.deleting_name),
            rx.el.p(t("work.delete_scenario_text")),
            open=Scenarios.deleting != 0,
            on_close=Scenarios.keep,
            confirm=t("bots.delete_confirm"),
            on_confirm=Scenarios.delete,
            danger=True,
        ),
        active="scenarios",
    )


def bot_filter(state: Any) -> rx.Component:
    """Which bot's: for every list that has the filter `bot`."""
    return rx.el.select(
        rx.el.option(t("work.any_bot"), value=""),
        rx.foreach(state.bots, lambda bot: rx.el.option(bot.name, value=bot.id.to_string())),
        value=state.chosen["bot"],
        on_change=lambda value: state.choose("bot", value),
        aria_label=t("work.filter_bot"),
        class_name="select compact",
    )


def nothing_found(path: str) -> rx.Component:
    return empty_state(
        "search-x",
        t("bots.nothing_title"),
        t("bots.nothing_text"),
        page_link(t("bots.show_all"), href=path, class_name="button"),
    )


def _found() -> rx.Component:
    return rx.cond(
        Scenarios.count > 0,
        rx.fragment(
            rx.el.p(
                t("bots.scenarios_count", count=Scenarios.count),
                class_name="list-note",
                role="status",
            ),
            rx.el.ul(rx.foreach(Scenarios.rows, _row), class_name="list"),
            pager(Scenarios.links),
        ),
        rx.cond(
            Scenarios.is_narrowed,
            nothing_found("/scenarios"),
            rx.cond(
                Scenarios.bots.length() > 0,
                empty_state(
                    "git-branch",
                    t("work.no_scenarios"),
                    t("work.no_scenarios_text"),
                    rx.cond(Session.may_edit, _new_button()),
                ),
                empty_state(
                    "git-branch",
                    t("work.no_scenarios"),
                    t("work.no_bots_text"),
                    page_link(t("work.to_bots"), href="/bots", class_name="button primary"),
                ),
            ),
        ),
    )


def _row(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            page_link(line.name, href=f"/scenarios/{line.id}", class_name="strong-link"),
            rx.el.p(
                rx.el.span(line.bot),
                rx.el.span(t("bots.steps_count", count=line.steps)),
                rx.el.span(t("bots.changed"), " ", moment(line.updated_at)),
                class_name="facts",
            ),
            rx.el.p(_findings(line), _live(line), class_name="row"),
            class_name="line-main",
        ),
        rx.el.input(
            type="checkbox",
            role="switch",
            checked=line.is_active,
            on_change=lambda checked: Scenarios.set_active(line.id, checked),
            disabled=~Session.may_edit,
            aria_label=t("work.turn_on", name=line.name),
            class_name="switch",
        ),
        _menu(line),
        class_name="line",
        key=line.id,
    )


def _findings(line: Any) -> rx.Component:
    return rx.cond(
        line.errors > 0,
        rx.el.span(t("work.errors_count", count=line.errors), class_name="badge bad"),
        rx.cond(
            line.warnings > 0,
            rx.el.span(t("work.warnings_count", count=line.warnings), class_name="badge warn"),
            rx.el.span(t("work.sound"), class_name="badge good"),
        ),
    )


def _live(line: Any) -> rx.Component:
    return rx.cond(
        line.draft_mode,
        rx.cond(
            line.published > 0,
            rx.el.span(t("work.live_version", number=line.published), class_name="badge"),
            rx.el.span(t("work.not_published"), class_name="badge warn"),
        ),
    )


def _menu(line: Any) -> rx.Component:
    return rx.menu.root(
        rx.menu.trigger(
            rx.el.button(
                rx.icon("ellipsis", size=20, aria_hidden="true"),
                rx.el.span(t("work.actions", name=line.name), class_name="visually-hidden"),
                type="button",
                class_name="icon-button",
            )
        ),
        rx.menu.content(
            rx.menu.item(t("bots.edit"), on_select=rx.redirect(f"/scenarios/{line.id}")),
            rx.menu.item(t("work.open_bot"), on_select=rx.redirect(f"/bots/{line.bot_id}")),
            rx.cond(
                Session.may_edit,
                rx.fragment(
                    rx.menu.item(t("bots.duplicate"), on_select=Scenarios.copy(line.id)),
                    rx.menu.separator(),
                    rx.menu.item(
                        t("bots.delete"), color="red", on_select=Scenarios.ask_delete(line.id)
                    ),
                ),
            ),
            align="end",
        ),
        modal=False,
    )


def _new_button() -> rx.Component:
    return rx.el.button(
        rx.icon("plus", size=18, aria_hidden="true"),
        t("work.new_scenario"),
        type="button",
        class_name="button primary",
        on_click=Scenarios.open_new,
        disabled=Scenarios.ready & (Scenarios.bots.length() == 0),
    )


def _new_dialog() -> rx.Component:
    return modal(
        "new-scenario",
        t("work.new_scenario"),
        rx.el.form(
            _field(
                "name",
                rx.el.input(
                    id="new-scenario-name",
                    name="name",
                    default_value=Scenarios.new_name,
                    max_length=200,
                    auto_complete="off",
                    class_name="input",
                    aria_describedby="new-scenario-name-error",
                    aria_invalid=rx.cond(Scenarios.errors.contains("name"), "true", "false"),
                    custom_attrs={"data-autofocus": "true"},
                ),
            ),
            _field(
                "bot",
                rx.el.select(
                    rx.foreach(
                        Scenarios.bots,
                        lambda bot: rx.el.option(bot.name, value=bot.id.to_string()),
                    ),
                    id="new-scenario-bot",
                    name="bot",
                    default_value=Scenarios.chosen["bot"],
                    class_name="select",
                    aria_describedby="new-scenario-bot-error",
                ),
            ),
            rx.el.div(
                rx.el.button(
                    t("forms.cancel"),
                    type="button",
                    class_name="button",
                    on_click=Scenarios.close_new,
                ),
                rx.el.button(t("work.create"), type="submit", class_name="button primary"),
                class_name="dialog-actions",
            ),
            on_submit=Scenarios.make,
            reset_on_submit=False,
            class_name="stack",
        ),
        open=Scenarios.making,
        on_close=Scenarios.close_new,
    )


def _field(name: str, control: rx.Component) -> rx.Component:
    error = Scenarios.errors[name].to(dict[str, str])
    return rx.el.div(
        rx.el.label(t(f"work.new_{name}"), html_for=f"new-scenario-{name}", class_name="label"),
        control,
        rx.el.div(
            rx.cond(
                Scenarios.errors.contains(name),
                rx.el.p(words(error["ru"], error["en"]), class_name="error"),
            ),
            id=f"new-scenario-{name}-error",
        ),
        class_name="field",
    )
