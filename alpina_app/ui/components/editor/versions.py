"""Versions: the list with what differs, publishing and restoring."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.dialogs import confirm_dialog, modal
from alpina_app.ui.components.formats import moment
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.states.editor_versions import EditorVersions
from alpina_app.ui.texts import t, words


def versions_panel() -> rx.Component:
    return rx.el.div(
        rx.el.p(t("editor.versions_hint"), class_name="panel-lead"),
        rx.cond(
            EditorState.live_state == "direct",
            rx.el.p(t("editor.direct_text"), class_name="notice"),
        ),
        rx.cond(
            EditorVersions.versions.length() > 0,
            rx.el.ol(rx.foreach(EditorVersions.versions, _version), class_name="versions"),
            rx.el.p(t("editor.no_versions"), class_name="soft"),
        ),
        rx.cond(
            EditorState.may_edit & (EditorVersions.versions.length() > 0),
            rx.el.button(
                t("editor.leave_draft"),
                type="button",
                class_name="button small quiet leave-draft",
                on_click=EditorVersions.ask_leave_draft,
            ),
        ),
        class_name="panel-body",
    )


def told_list(told: Any) -> rx.Component:
    """Differences in sentences, step by step."""
    return rx.el.ul(
        rx.foreach(
            told.to(list[dict[str, Any]]),
            lambda one: rx.el.li(
                rx.el.span(words(one["ru"], one["en"]), class_name="told-title"),
                rx.el.ul(
                    rx.foreach(
                        one["lines"].to(list[dict[str, str]]),
                        lambda line: rx.el.li(words(line["ru"], line["en"])),
                    )
                ),
                class_name=f"told told-{one['kind']}",
            ),
        ),
        class_name="told-list",
    )


def version_dialogs() -> rx.Component:
    return rx.fragment(_publish_dialog(), _restore_dialog(), _leave_dialog())


def _version(one: Any) -> rx.Component:
    number = one["number"].to(int)
    return rx.el.li(
        rx.el.div(
            rx.el.strong(t("editor.version", number=number)),
            rx.cond(
                one["live"],
                rx.el.span(t("editor.version_live"), class_name="badge good"),
            ),
            class_name="version-head",
        ),
        rx.el.p(
            rx.cond(
                one["note"] == "",
                rx.el.span(t("editor.no_note"), class_name="soft"),
                one["note"],
            ),
            class_name="version-note",
        ),
        rx.el.p(one["author"], " · ", moment(one["at"].to(str)), class_name="soft small-text"),
        rx.el.div(
            rx.el.button(
                t("editor.compare"),
                type="button",
                class_name="button small",
                aria_expanded=rx.cond(EditorVersions.compared["id"] == one["id"], "true", "false"),
                on_click=EditorVersions.compare(one["id"].to(int)),
            ),
            rx.cond(
                EditorState.may_edit,
                rx.el.button(
                    t("editor.restore"),
                    type="button",
                    class_name="button small",
                    on_click=EditorVersions.ask_restore(one["id"].to(int)),
                ),
            ),
            class_name="row",
        ),
        rx.cond(
            EditorVersions.compared["id"] == one["id"],
            _told_or_same(EditorVersions.compared["told"], t("editor.same")),
        ),
        class_name="version",
    )


def _told_or_same(told: Any, same: Any) -> rx.Component:
    return rx.cond(
        told.to(list[Any]).length() > 0, told_list(told), rx.el.p(same, class_name="soft")
    )


def _publish_dialog() -> rx.Component:
    refusal = EditorVersions.refusal
    return modal(
        "publish",
        t("editor.publish_title"),
        rx.cond(
            refusal.contains("ru"),
            rx.el.p(words(refusal["ru"], refusal["en"]), class_name="notice bad", role="alert"),
            rx.el.form(
                rx.cond(
                    EditorState.live_state == "none",
                    rx.el.p(t("editor.publish_first"), class_name="dialog-text"),
                    rx.cond(
                        EditorVersions.changes.length() > 0,
                        rx.el.div(
                            rx.el.p(t("editor.publish_changes"), class_name="dialog-text"),
                            told_list(EditorVersions.changes),
                            class_name="publish-changes",
                            tab_index=0,
                            role="group",
                            aria_label=t("editor.publish_changes"),
                        ),
                        rx.cond(
                            EditorState.live_state == "live",
                            rx.el.p(t("editor.publish_same"), class_name="dialog-text"),
                        ),
                    ),
                ),
                rx.el.div(
                    rx.el.label(t("editor.publish_note"), html_for="publish-note"),
                    rx.el.input(
                        id="publish-note",
                        name="note",
                        max_length=2_000,
                        auto_complete="off",
                        class_name="input",
                        aria_describedby="publish-note-hint",
                        custom_attrs={"data-autofocus": "true"},
                    ),
                    rx.el.p(
                        t("editor.publish_note_hint"), id="publish-note-hint", class_name="hint"
                    ),
                    class_name="field",
                ),
                rx.cond(
                    EditorState.starts_bot,
                    rx.fragment(),
                    rx.el.label(
                        rx.el.input(
                            type="checkbox",
                            name="start",
                            default_checked=~EditorState.bot_has_start,
                            class_name="switch",
                            role="switch",
                        ),
                        rx.el.span(t("editor.publish_start", name=EditorState.bot_name)),
                        class_name="switch-label",
                    ),
                ),
                rx.cond(
                    EditorState.bot_is_active,
                    rx.fragment(),
                    rx.el.p(t("editor.bot_off"), class_name="notice warn"),
                ),
                rx.el.div(
                    rx.el.button(
                        t("forms.cancel"),
                        type="button",
                        class_name="button",
                        on_click=EditorVersions.close_publish,
                    ),
                    rx.el.button(t("editor.publish"), type="submit", class_name="button primary"),
                    class_name="dialog-actions",
                ),
                on_submit=EditorVersions.publish,
                class_name="form",
            ),
        ),
        open=EditorVersions.publishing,
        on_close=EditorVersions.close_publish,
    )


def _restore_dialog() -> rx.Component:
    return confirm_dialog(
        "restore",
        t("editor.restore_title", number=EditorVersions.restoring_number),
        rx.el.p(t("editor.restore_text")),
        open=EditorVersions.restoring > 0,
        on_close=EditorVersions.close_restore,
        confirm=t("editor.restore"),
        on_confirm=EditorVersions.restore,
    )


def _leave_dialog() -> rx.Component:
    return confirm_dialog(
        "leave-draft",
        t("editor.leave_draft"),
        rx.el.p(t("editor.leave_draft_text")),
        open=EditorVersions.leaving,
        on_close=EditorVersions.close_leave_draft,
        confirm=t("editor.leave_draft"),
        on_confirm=EditorVersions.leave_draft,
    )
