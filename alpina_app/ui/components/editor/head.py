"""The editor's top: name, what is live, how saving stands, on and off, publish."""

import reflex as rx

from alpina_app.ui.components.editor.parts import TYPED_PAUSE_MS, SaveState
from alpina_app.ui.components.links import page_link
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.states.editor_versions import EditorVersions
from alpina_app.ui.texts import t, words


def editor_head() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            page_link(
                rx.icon("chevron-left", size=18, aria_hidden="true"),
                rx.el.span(t("editor.to_list"), class_name="visually-hidden"),
                href="/scenarios",
                class_name="icon-button",
                title=t("editor.to_list"),
            ),
            rx.el.div(
                rx.el.h1(EditorState.name, class_name="visually-hidden"),
                rx.el.form(
                    rx.el.input(
                        key=EditorState.name_key,
                        name="name",
                        default_value=EditorState.name,
                        aria_label=t("editor.name"),
                        read_only=~EditorState.may_edit,
                        max_length=200,
                        auto_complete="off",
                        class_name="scenario-name",
                        on_change=EditorState.type_name.debounce(TYPED_PAUSE_MS),
                        on_blur=EditorState.rename,
                        custom_attrs={"data-late": "true"},
                    ),
                    on_submit=rx.call_script("document.activeElement?.blur()"),
                    reset_on_submit=False,
                ),
                rx.el.div(
                    page_link(
                        EditorState.bot_name,
                        href=f"/bots/{EditorState.bot_id}",
                        class_name="bot-of-scenario",
                    ),
                    _save_state(),
                    class_name="head-facts",
                ),
                class_name="head-names",
            ),
            class_name="head-start",
        ),
        rx.el.div(
            _live_badge(),
            _active_switch(),
            _chat_link(),
            rx.cond(
                EditorState.may_edit,
                rx.el.button(
                    rx.icon("rocket", size=17, aria_hidden="true"),
                    t("editor.publish"),
                    type="button",
                    class_name="button primary",
                    on_click=EditorVersions.ask_publish,
                    disabled=EditorState.step_count == 0,
                ),
            ),
            class_name="head-end",
        ),
        class_name="editor-head",
    )


def _save_state() -> rx.Component:
    return SaveState.create(
        rx.match(
            EditorState.save_state,
            ("saving", rx.el.span(t("editor.saving"), class_name="save-state")),
            (
                "failed",
                rx.el.span(
                    rx.icon("circle-alert", size=14, aria_hidden="true"),
                    t("editor.failed"),
                    rx.el.button(
                        t("editor.try_again"),
                        type="button",
                        class_name="link",
                        on_click=EditorState.save_now,
                    ),
                    class_name="save-state bad",
                ),
            ),
            (
                "conflict",
                rx.el.span(t("editor.in_conflict"), class_name="save-state bad"),
            ),
            rx.el.span(
                rx.icon("check", size=14, aria_hidden="true"),
                t("editor.saved"),
                class_name="save-state",
            ),
        ),
        state=EditorState.save_state,
        saving=t("editor.saving"),
    )


def _live_badge() -> rx.Component:
    number = EditorState.live_number
    return rx.el.span(
        rx.el.span(class_name="live-dot", aria_hidden="true"),
        rx.match(
            EditorState.live_state,
            (
                "live",
                rx.cond(
                    number > 0,
                    t("editor.live_live_number", number=number),
                    t("editor.live_live"),
                ),
            ),
            (
                "changed",
                rx.cond(
                    number > 0,
                    t("editor.live_changed_number", number=number),
                    t("editor.live_changed"),
                ),
            ),
            ("direct", t("editor.live_direct")),
            t("editor.live_none"),
        ),
        class_name=f"badge live-badge live-{EditorState.live_state}",
        custom_attrs={"data-live": EditorState.live_state},
    )


def _chat_link() -> rx.Component:
    return rx.cond(
        EditorState.live_state == "none",
        rx.fragment(),
        page_link(
            rx.icon("message-circle", size=17, aria_hidden="true"),
            rx.el.span(t("editor.open_chat")),
            href=f"/chat/{EditorState.bot_id}",
            class_name="button to-chat",
        ),
    )


def _active_switch() -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            role="switch",
            checked=EditorState.is_active,
            disabled=~EditorState.may_edit,
            class_name="switch",
            on_change=EditorState.set_active,
            aria_describedby="switch-error",
        ),
        rx.el.span(t("editor.active")),
        class_name="switch-label",
    )


def switch_error() -> rx.Component:
    """Why the scenario cannot be made active."""
    error = EditorState.switch_error
    return rx.el.div(
        rx.cond(
            error.contains("ru"),
            rx.el.p(words(error["ru"], error["en"]), class_name="notice bad"),
        ),
        rx.cond(
            EditorState.save_error.contains("ru"),
            rx.el.p(
                words(EditorState.save_error["ru"], EditorState.save_error["en"]),
                class_name="notice bad",
            ),
        ),
        id="switch-error",
        role="alert",
        class_name="editor-errors",
    )
