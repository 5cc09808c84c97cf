"""Somebody else saved first: what they did, what is mine, and which of both stays."""

import reflex as rx

from alpina_app.ui.components.dialogs import Modal
from alpina_app.ui.components.editor.versions import told_list
from alpina_app.ui.components.formats import moment
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.texts import t


def conflict_dialog() -> rx.Component:
    """It has no way out but the two: whatever is closed silently would lose something."""
    conflict = EditorState.conflict
    return Modal.create(
        rx.el.h2(t("editor.conflict_title"), id="conflict-title", class_name="dialog-title"),
        rx.el.p(
            rx.cond(
                conflict["who"] == "",
                t("editor.conflict_somebody"),
                rx.cond(
                    conflict["is_me"],
                    t("editor.conflict_me"),
                    t("editor.conflict_who", who=conflict["who"].to(str)),
                ),
            ),
            rx.cond(
                conflict["when"] == "",
                rx.fragment(),
                rx.el.span(" ", moment(conflict["when"].to(str)), class_name="soft"),
            ),
            class_name="dialog-text",
        ),
        rx.el.div(
            rx.el.h3(t("editor.conflict_theirs")),
            told_list(conflict["theirs"]),
            rx.el.h3(t("editor.conflict_mine")),
            told_list(conflict["mine"]),
            class_name="conflict-told",
            tab_index=0,
            role="group",
            aria_label=t("editor.conflict_theirs"),
        ),
        rx.el.div(
            rx.el.button(
                t("editor.take_theirs"),
                type="button",
                class_name="button",
                on_click=EditorState.take_theirs,
                custom_attrs={"data-autofocus": "true"},
            ),
            rx.el.button(
                t("editor.put_mine"),
                type="button",
                class_name="button primary",
                on_click=EditorState.put_mine_on_top,
            ),
            class_name="dialog-actions",
        ),
        open=EditorState.save_state == "conflict",
        labelled_by="conflict-title",
        on_close=EditorState.keep_asking,
    )
