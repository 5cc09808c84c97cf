"""What the checker says of the draft, and mends at hand."""

from typing import Any

import reflex as rx

from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.states.editor_panel import EditorPanel
from alpina_app.ui.states.editor_views import FINDINGS_SHOWN
from alpina_app.ui.texts import t, words


def check_panel() -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.cond(
                EditorState.error_count > 0,
                t("editor.check_errors"),
                rx.cond(
                    EditorState.finding_count > 0,
                    t("editor.check_warnings"),
                    t("editor.check_ok"),
                ),
            ),
            class_name="panel-lead",
            role="status",
        ),
        rx.el.ul(rx.foreach(EditorState.findings, _finding), class_name="findings"),
        rx.cond(
            EditorState.finding_count > FINDINGS_SHOWN,
            rx.el.p(t("editor.findings_cut", count=FINDINGS_SHOWN), class_name="soft"),
        ),
        class_name="panel-body",
    )


def _finding(one: Any) -> rx.Component:
    is_error = one["severity"] == "error"
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.cond(
                    is_error,
                    rx.icon("circle-x", size=16, aria_hidden="true"),
                    rx.icon("triangle-alert", size=16, aria_hidden="true"),
                ),
                class_name="finding-icon",
            ),
            rx.el.span(
                rx.el.span(
                    rx.cond(is_error, t("editor.severity_error"), t("editor.severity_warning")),
                    ": ",
                    class_name="visually-hidden",
                ),
                rx.el.strong(rx.cond(one["step"] == 0, t("editor.whole_scenario"), one["name"])),
                rx.el.span(words(one["ru"], one["en"])),
                class_name="finding-text",
            ),
            type="button",
            class_name="finding-main",
            on_click=[EditorState.go_to(one["step"].to(int)), EditorPanel.show_step],
        ),
        rx.cond(
            one["mends"] & EditorState.may_edit,
            rx.el.button(
                t("editor.apply"),
                type="button",
                class_name="button small",
                on_click=EditorState.mend(one["key"].to(str)),
            ),
        ),
        class_name=rx.cond(is_error, "finding bad", "finding"),
    )
