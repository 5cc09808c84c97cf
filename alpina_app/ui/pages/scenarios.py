"""`/scenarios`: the list of scenarios with their findings at a glance."""

from typing import Any

import reflex as rx

from alpina_app.services.scenario_templates import list_templates
from alpina_app.ui.components.dialogs import confirm_dialog, modal
from alpina_app.ui.components.fields import Fields
from alpina_app.ui.components.formats import moment
from alpina_app.ui.components.links import page_link
from alpina_app.ui.components.lists import (
    ORDERINGS,
    activity_filter,
    bot_filter,
    row_menu,
    row_switch,
    rows_or_why_not,
    toolbar,
    unless_empty,
)
from alpina_app.ui.components.shell import page_head, shell
from alpina_app.ui.components.states import empty_state
from alpina_app.ui.states.scenarios import Scenarios
from alpina_app.ui.states.session import Session
from alpina_app.ui.texts import t, words


def scenarios() -> rx.Component:
    return shell(
        page_head(
            t("work.scenarios_title"),
            rx.cond(Session.may_edit, unless_empty(Scenarios, _new_button())),
        ),
        toolbar(
            Scenarios,
            bot_filter(Scenarios),
            activity_filter(Scenarios),
            label=t("work.scenarios_list"),
            search=t("work.scenarios_search"),
            orderings=ORDERINGS,
        ),
        rows_or_why_not(Scenarios, count="bots.scenarios_count", row=_row, empty=_empty()),
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


def _empty() -> rx.Component:
    return rx.cond(
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
        row_switch(Scenarios, line, t("work.turn_on", name=line.name)),
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
    return row_menu(
        t("work.actions", name=line.name),
        rx.menu.item(t("bots.edit"), on_select=rx.redirect(f"/scenarios/{line.id}")),
        rx.menu.item(t("work.open_bot"), on_select=rx.redirect(f"/bots/{line.bot_id}")),
        duplicate=Scenarios.copy(line.id),
        delete=Scenarios.ask_delete(line.id),
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
    fields = Fields("new-scenario", "work", Scenarios.chosen, Scenarios.errors)
    bots = rx.foreach(Scenarios.bots, lambda bot: rx.el.option(bot.name, value=bot.id.to_string()))
    return new_scenario_dialog(
        fields.choice("bot", bots),
        open=Scenarios.making,
        errors=Scenarios.errors,
        on_close=Scenarios.close_new,
        on_submit=Scenarios.make,
    )


def new_scenario_dialog(
    *fields: rx.Component, open: Any, errors: Any, on_close: Any, on_submit: Any
) -> rx.Component:
    """Asks for what `make_scenario` wants beside `fields`: a name, and what to begin with."""
    named = Fields("new-scenario", "work", rx.Var.create({"name": ""}), errors)
    return modal(
        "new-scenario",
        t("work.new_scenario"),
        rx.el.form(
            rx.el.div(
                named.text(
                    "name", hint=True, max_length=200, custom_attrs={"data-autofocus": "true"}
                ),
                *fields,
                class_name="form-row",
            ),
            _template_choice(),
            rx.el.div(
                rx.el.button(
                    t("forms.cancel"), type="button", class_name="button", on_click=on_close
                ),
                rx.el.button(t("work.create"), type="submit", class_name="button primary"),
                class_name="dialog-actions",
            ),
            on_submit=on_submit,
            reset_on_submit=False,
            no_validate=True,
            class_name="form",
        ),
        open=open,
        on_close=on_close,
        class_name="broad",
    )


def _template_choice() -> rx.Component:
    """What a new scenario begins with: the field `template` of a form."""
    own = _template(
        "", "file-plus", t("work.template_none"), t("work.template_none_text"), checked=True
    )
    return rx.el.fieldset(
        rx.el.legend(t("work.template"), class_name="label"),
        rx.el.div(
            own,
            *(
                _template(
                    one.key,
                    one.icon,
                    words(one.name["ru"], one.name["en"]),
                    words(one.description["ru"], one.description["en"]),
                )
                for one in list_templates()
            ),
            class_name="template-choices",
        ),
        class_name="plain-fieldset",
    )


def _template(key: str, icon: str, name: Any, text: Any, *, checked: bool = False) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="template",
            value=key,
            default_checked=checked,
            aria_label=name,
            aria_describedby=f"template-{key or 'none'}",
        ),
        rx.icon(icon, size=20, aria_hidden="true"),
        rx.el.span(
            rx.el.strong(name),
            rx.el.span(text, id=f"template-{key or 'none'}", class_name="soft"),
        ),
        class_name="template-choice",
    )
