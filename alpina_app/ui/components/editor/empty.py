"""An empty scenario: ready ones to take, or a clean sheet."""

import reflex as rx

from alpina_app.services.scenario_templates import Template, list_templates
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.states.editor_panel import EditorPanel
from alpina_app.ui.texts import t, words


def empty_editor() -> rx.Component:
    return rx.cond(
        EditorState.may_edit,
        rx.el.div(
            rx.el.h2(t("editor.empty_title")),
            rx.el.p(t("editor.empty_text"), class_name="soft"),
            rx.el.ul(*(_card(one) for one in list_templates()), class_name="template-cards"),
            rx.el.button(
                rx.icon("plus", size=17, aria_hidden="true"),
                t("editor.empty_own"),
                type="button",
                class_name="button",
                on_click=[
                    EditorState.add_step("message", 0, "next", None, None, False),
                    EditorPanel.show_step,
                ],
            ),
            class_name="empty-editor",
        ),
        rx.el.p(t("editor.empty_viewer"), class_name="soft"),
    )


def _card(one: Template) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.icon(one.icon, size=22, aria_hidden="true"),
            rx.el.span(
                rx.el.strong(words(one.name["ru"], one.name["en"])),
                rx.el.span(words(one.description["ru"], one.description["en"])),
                rx.el.small(t("editor.steps_count", count=one.steps), class_name="soft"),
                class_name="template-text",
            ),
            type="button",
            class_name="template-card",
            on_click=EditorState.use_template(one.key),
        )
    )
