"""What the panel shows while no step is selected: the scenario itself and its variables."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.editor.parts import TYPED_PAUSE_MS
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.texts import t


def about_panel() -> rx.Component:
    return rx.el.div(
        rx.cond(
            EditorState.picked_count > 1,
            rx.el.div(
                rx.el.strong(t("editor.several", count=EditorState.picked_count)),
                rx.el.p(t("editor.several_hint"), class_name="soft"),
                class_name="several",
            ),
            rx.el.p(t("editor.pick_hint"), class_name="panel-lead"),
        ),
        rx.el.div(
            rx.el.label(t("editor.description"), html_for="scenario-description"),
            rx.el.textarea(
                id="scenario-description",
                key=EditorState.name_key,
                default_value=EditorState.description,
                read_only=~EditorState.may_edit,
                rows="3",
                max_length=10_000,
                class_name="textarea",
                on_change=EditorState.describe.debounce(TYPED_PAUSE_MS),
                on_blur=EditorState.describe,
                custom_attrs={"data-late": "true"},
            ),
            class_name="field",
        ),
        rx.cond(
            EditorState.step_count > 0,
            rx.el.div(
                rx.el.label(t("editor.start_step"), html_for="scenario-start"),
                rx.el.select(
                    rx.foreach(
                        EditorState.step_names,
                        lambda step: rx.el.option(step["name"], value=step["id"].to_string()),
                    ),
                    id="scenario-start",
                    value=EditorState.start_id.to_string(),
                    disabled=~EditorState.may_edit,
                    class_name="select",
                    on_change=EditorState.choose_start,
                ),
                class_name="field",
            ),
        ),
        rx.el.div(
            rx.el.h2(t("editor.variables"), class_name="panel-title"),
            rx.cond(
                EditorState.variables.length() > 0,
                rx.el.ul(rx.foreach(EditorState.variable_rows, _variable), class_name="variables"),
                rx.el.p(t("editor.no_variables"), class_name="soft"),
            ),
        ),
        class_name="panel-body",
    )


def _variable(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.input(
            key=one["name"].to(str),
            default_value=one["name"].to(str),
            aria_label=t("editor.variable_name", name=one["name"].to(str)),
            read_only=~EditorState.may_edit,
            max_length=64,
            auto_complete="off",
            spell_check=False,
            class_name="input mono",
            on_blur=lambda new: EditorState.rename_variable(one["name"].to(str), new),
        ),
        _places(t("editor.set_in"), one["set_in"].to(list[dict[str, Any]])),
        _places(t("editor.used_in"), one["used_in"].to(list[dict[str, Any]])),
    )


def _places(label: Any, places: Any) -> rx.Component:
    return rx.cond(
        places.length() > 0,
        rx.el.p(
            rx.el.span(label, " ", class_name="soft"),
            rx.foreach(
                places,
                lambda place: rx.el.button(
                    place["name"],
                    type="button",
                    class_name="link",
                    on_click=EditorState.go_to(place["id"].to(int)),
                ),
            ),
            class_name="places",
        ),
    )
