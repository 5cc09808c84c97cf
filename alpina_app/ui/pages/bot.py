"""`/bots/[id]` and `/bots/new`: one bot."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.browser import form_guard
from alpina_app.ui.components.dialogs import confirm_dialog, modal
from alpina_app.ui.components.fields import Fields
from alpina_app.ui.components.formats import moment
from alpina_app.ui.components.links import document_link, page_link
from alpina_app.ui.components.lists import actions_menu, rows_skeleton
from alpina_app.ui.components.shell import page_head, shell
from alpina_app.ui.components.states import active_badge, missing, not_allowed
from alpina_app.ui.components.talks import talk_row
from alpina_app.ui.pages.bots import delete_dialog
from alpina_app.ui.pages.scenarios import new_scenario_dialog
from alpina_app.ui.pages.try_out import try_out
from alpina_app.ui.states.bot import TAG, BotForm
from alpina_app.ui.states.session import Session
from alpina_app.ui.states.try_out import TryOut
from alpina_app.ui.texts import t, words

FORM = "bot-form"
_MODELS = "bot-models"
_LEVELS = ((0.3, "exact"), (0.9, "even"), (1.4, "creative"), (2, "wild"))
_FIELDS = Fields("bot", "bots", BotForm.values, BotForm.errors, read_only=~Session.may_edit)


def bot() -> rx.Component:
    return _page(
        rx.cond(
            BotForm.is_missing,
            missing(
                t("bots.missing"),
                page_link(t("bots.to_list"), href="/bots", class_name="button primary"),
            ),
            rx.fragment(
                page_head(
                    BotForm.name,
                    page_link(
                        rx.icon("message-circle", size=18, aria_hidden="true"),
                        t("bots.open_chat"),
                        href=f"/chat/{BotForm.bot_id}",
                        class_name="button",
                    ),
                    _menu(),
                ),
                _facts(),
                _body(),
            ),
        )
    )


def bot_title() -> rx.Var[str]:
    chosen: rx.Var[str] = rx.cond(BotForm.name != "", BotForm.name, t("bots.title"))
    return chosen


def new_bot() -> rx.Component:
    return _page(
        rx.cond(
            BotForm.is_refused,
            not_allowed(),
            rx.fragment(page_head(t("bots.new")), _body()),
        )
    )


def _page(content: rx.Component) -> rx.Component:
    return shell(
        rx.el.div(
            rx.cond(BotForm.ready, content, rows_skeleton(6)),
            on_unmount=[BotForm.leave, TryOut.leave],
        ),
        active="bots",
        wide=True,
    )


def _facts() -> rx.Component:
    return rx.el.p(
        active_badge(BotForm.is_active),
        document_link(
            t("bots.scenarios_count", count=BotForm.scenarios.length()),
            href="#bot-scenarios",
            class_name="text-link",
        ),
        document_link(t("bots.talks"), href="#bot-talks", class_name="text-link"),
        rx.el.span(t("bots.created"), " ", moment(BotForm.created_at)),
        rx.el.span(t("bots.changed"), " ", moment(BotForm.updated_at)),
        rx.el.span(t("bots.by"), " ", BotForm.author),
        class_name="facts bot-facts",
    )


def _menu() -> rx.Component:
    return rx.fragment(
        actions_menu(
            t("bots.more"),
            rx.icon("chevron-down", size=18, aria_hidden="true"),
            first=(rx.menu.item(t("bots.export"), on_select=BotForm.export),),
            duplicate=BotForm.duplicate,
            delete=BotForm.ask_delete,
            class_name="button",
        ),
        delete_dialog(BotForm.deleting, BotForm.goes_with, BotForm.keep, BotForm.delete),
    )


def _body() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(_form(), class_name="bot-column"),
            rx.cond(Session.may_edit, rx.el.div(try_out(FORM), class_name="bot-column try-column")),
            class_name="bot-grid",
        ),
        rx.cond(BotForm.bot_id > 0, rx.el.div(_scenarios(), _talks(), class_name="halves")),
        _conflict_dialog(),
        _revert_dialog(),
        _scenario_dialog(),
        class_name="bot-page",
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name=TAG, default_value=BotForm.tag),
        form_guard(BotForm.refused, BotForm.unsaved),
        _FIELDS.form_error(),
        rx.el.section(
            rx.el.h2(t("bots.settings")),
            _FIELDS.text("name", max_length=200, required=True),
            _FIELDS.long_text("description", hint=True, rows=2),
            _FIELDS.switch("is_active", BotForm.values["is_active"] == "on", hint=True),
            class_name="card form-section",
        ),
        rx.el.section(
            rx.el.h2(t("bots.section_answers")),
            _FIELDS.long_text("system_prompt", hint=True, counter=True, rows=9),
            rx.el.div(_model(), _type(), class_name="form-row"),
            rx.el.div(
                _FIELDS.level(
                    "creativity_level",
                    scale=(0, 2, 0.1),
                    words=[(limit, t(f"bots.level_{word}")) for limit, word in _LEVELS],
                    hint=True,
                ),
                _FIELDS.text("max_tokens", hint=True, input_mode="numeric"),
                class_name="form-row",
            ),
            rx.cond(BotForm.bot_id > 0, _start()),
            class_name="card form-section",
        ),
        rx.el.section(
            rx.el.h2(t("bots.section_embed")),
            _FIELDS.long_text("allowed_origins", hint=True, rows=3),
            rx.cond(BotForm.bot_id > 0, _embed()),
            class_name="card form-section",
        ),
        rx.cond(Session.may_edit, _save_bar()),
        id=FORM,
        key=BotForm.form_key,
        on_submit=BotForm.save,
        reset_on_submit=False,
        no_validate=True,
        class_name="form",
    )


def _model() -> rx.Component:
    return rx.el.div(
        _FIELDS.text(
            "gpt_model",
            hint=True,
            max_length=100,
            list=_MODELS,
            spell_check=False,
        ),
        rx.el.datalist(
            rx.foreach(BotForm.models, lambda name: rx.el.option(value=name)), id=_MODELS
        ),
        rx.cond(BotForm.models_failed, rx.el.p(t("bots.models_failed"), class_name="hint soft")),
    )


def _type() -> rx.Component:
    options = [("chat", t("bots.type_chat")), ("completion", t("bots.type_completion"))]
    return _FIELDS.choice("bot_type", options, hint=True)


def _start() -> rx.Component:
    return _FIELDS.choice(
        "start_scenario",
        rx.fragment(
            rx.el.option(t("bots.no_scenario"), value=""),
            rx.foreach(
                BotForm.scenarios,
                lambda one: rx.el.option(
                    rx.cond(one.is_active, one.name, t("bots.scenario_off", name=one.name)),
                    value=one.id.to_string(),
                ),
            ),
        ),
        hint=True,
    )


def _embed() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.label(t("bots.embed_code"), html_for="bot-embed", class_name="label"),
            rx.el.button(
                rx.icon("copy", size=16, aria_hidden="true"),
                t("bots.copy"),
                type="button",
                class_name="button small",
                on_click=[
                    rx.set_clipboard(BotForm.snippet),
                    rx.toast.success(t("bots.copied")),
                ],
            ),
            class_name="field-head",
        ),
        rx.el.textarea(
            value=BotForm.snippet,
            read_only=True,
            rows="2",
            id="bot-embed",
            name="_embed",
            class_name="textarea mono",
            aria_describedby="bot-embed-hint",
            spell_check=False,
        ),
        rx.el.p(t("bots.embed_hint"), id="bot-embed-hint", class_name="hint"),
        class_name="field",
    )


def _save_bar() -> rx.Component:
    return rx.el.div(
        rx.el.span(t("forms.unsaved"), class_name="unsaved", role="status"),
        rx.cond(
            BotForm.bot_id > 0,
            rx.el.button(
                t("forms.revert"),
                type="button",
                class_name="button quiet when-dirty",
                on_click=BotForm.ask_revert,
            ),
        ),
        rx.el.button(
            rx.cond(BotForm.bot_id > 0, t("forms.save"), t("bots.create")),
            type="submit",
            class_name="button primary",
        ),
        class_name="save-bar",
    )


def _scenarios() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("bots.scenarios")),
            page_link(
                t("bots.all_scenarios"),
                href=f"/scenarios?bot={BotForm.bot_id}",
                class_name="text-link",
            ),
            rx.cond(
                Session.may_edit,
                rx.el.button(
                    rx.icon("plus", size=16, aria_hidden="true"),
                    t("bots.new_scenario"),
                    type="button",
                    class_name="button small",
                    on_click=BotForm.ask_scenario,
                ),
            ),
            class_name="section-head",
        ),
        rx.cond(
            BotForm.scenarios.length() > 0,
            rx.el.ul(rx.foreach(BotForm.scenarios, _scenario), class_name="plain-list"),
            rx.el.p(t("bots.no_scenarios"), class_name="soft"),
        ),
        id="bot-scenarios",
        class_name="card side-card",
    )


def _scenario(one: Any) -> rx.Component:
    return rx.el.li(
        page_link(one.name, href=f"/scenarios/{one.id}", class_name="strong-link"),
        rx.el.span(
            rx.cond(
                BotForm.values["start_scenario"] == one.id.to_string(),
                rx.el.span(t("bots.start_mark"), class_name="badge"),
            ),
            active_badge(one.is_active),
            rx.el.span(t("bots.steps_count", count=one.steps)),
            class_name="facts",
        ),
        key=one.id,
    )


def _talks() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("bots.talks")),
            page_link(
                t("bots.all_talks"),
                href=f"/history?bot={BotForm.bot_id}",
                class_name="button small",
            ),
            class_name="section-head",
        ),
        rx.cond(
            BotForm.executions.length() > 0,
            rx.el.ul(
                rx.foreach(BotForm.executions, lambda talk: talk_row(talk)), class_name="plain-list"
            ),
            rx.el.p(t("bots.no_talks"), class_name="soft"),
        ),
        id="bot-talks",
        class_name="card side-card",
    )


def _revert_dialog() -> rx.Component:
    return confirm_dialog(
        "revert",
        t("bots.revert_title"),
        rx.el.p(t("bots.revert_text")),
        open=BotForm.reverting,
        on_close=BotForm.keep_changes,
        confirm=t("bots.revert_confirm"),
        on_confirm=BotForm.revert,
        forgets=True,
    )


def _scenario_dialog() -> rx.Component:
    return new_scenario_dialog(
        open=BotForm.making_scenario,
        errors=BotForm.scenario_errors,
        on_close=BotForm.no_scenario,
        on_submit=BotForm.make_scenario,
    )


def _conflict_dialog() -> rx.Component:
    forget = {"data-form-forget": "true"}
    return modal(
        "conflict",
        t("bots.conflict_title"),
        rx.el.p(t("bots.conflict_text"), class_name="dialog-text"),
        rx.el.form(
            rx.foreach(BotForm.conflict, _difference),
            rx.el.div(
                rx.el.button(
                    t("bots.conflict_back"),
                    type="button",
                    class_name="button",
                    on_click=BotForm.back_to_form,
                ),
                rx.el.button(
                    t("bots.conflict_take"),
                    type="button",
                    class_name="button",
                    on_click=BotForm.take_theirs,
                    custom_attrs=forget,
                ),
                rx.el.button(
                    t("bots.conflict_save"),
                    type="submit",
                    class_name="button primary",
                    custom_attrs=forget,
                ),
                class_name="dialog-actions",
            ),
            on_submit=BotForm.resolve,
            reset_on_submit=False,
            class_name="form",
        ),
        open=BotForm.conflict.length() > 0,
        on_close=BotForm.back_to_form,
        class_name="broad",
    )


def _difference(one: Any) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(words(one.label_ru, one.label_en), class_name="label"),
        _side(one, "mine", t("bots.conflict_mine"), words(one.mine_ru, one.mine_en)),
        _side(one, "theirs", t("bots.conflict_theirs"), words(one.theirs_ru, one.theirs_en)),
        class_name="difference",
    )


def _side(one: Any, side: str, label: Any, value: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span(
            rx.el.input(
                type="radio",
                name=f"keep-{one.name}",
                value=side,
                default_checked=one.keeps_mine if side == "mine" else ~one.keeps_mine,
            ),
            label,
            class_name="side-head",
        ),
        rx.el.span(value, class_name="side-value"),
        class_name="side",
    )
