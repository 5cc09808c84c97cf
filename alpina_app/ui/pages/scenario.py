"""`/scenarios/[id]`: the scenario editor."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.editor.about import about_panel
from alpina_app.ui.components.editor.check import check_panel
from alpina_app.ui.components.editor.conflict import conflict_dialog
from alpina_app.ui.components.editor.empty import empty_editor
from alpina_app.ui.components.editor.head import editor_head, switch_error
from alpina_app.ui.components.editor.parts import EditorViews, view_texts
from alpina_app.ui.components.editor.preview import preview_panel
from alpina_app.ui.components.editor.step_form import step_form
from alpina_app.ui.components.editor.versions import version_dialogs, versions_panel
from alpina_app.ui.components.links import page_link
from alpina_app.ui.components.shell import shell
from alpina_app.ui.components.states import missing
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.states.editor_panel import EditorPanel
from alpina_app.ui.states.editor_preview import EditorPreview
from alpina_app.ui.states.editor_tries import EditorTries
from alpina_app.ui.texts import I18n, t, words


def scenario() -> rx.Component:
    return shell(
        rx.cond(
            EditorState.is_missing,
            missing(
                t("editor.missing"),
                page_link(t("editor.to_list"), href="/scenarios", class_name="button primary"),
            ),
            rx.cond(EditorState.ready, _editor(), _skeleton()),
        ),
        active="scenarios",
        wide=True,
    )


def scenario_title() -> rx.Var[str]:
    title: rx.Var[str] = rx.cond(
        EditorState.name == "", t("editor.page_title"), EditorState.name
    ).to(str)
    return title


def _editor() -> rx.Component:
    return rx.el.div(
        editor_head(),
        switch_error(),
        rx.el.div(
            rx.el.div(_views(), _note(), class_name="editor-main"),
            _panel(),
            class_name=rx.cond(EditorPanel.tab == "", "editor-body", "editor-body with-panel"),
            custom_attrs={"data-sheet": rx.cond(EditorPanel.sheet, "open", "closed")},
        ),
        version_dialogs(),
        conflict_dialog(),
        class_name="editor",
    )


def _views() -> rx.Component:
    return EditorViews.create(
        empty_editor(),
        graph=EditorState.graph,
        feed=EditorState.feed,
        marks=EditorState.marks,
        focus=EditorState.focus,
        clip=EditorState.clip,
        step=EditorState.selected_step,
        selected=EditorState.selected_id,
        scenario=EditorState.scenario_id,
        read_only=~EditorState.may_edit,
        lang=I18n.lang,
        texts=view_texts(),
        lit=EditorPreview.lit,
        can_undo=EditorState.can_undo,
        can_redo=EditorState.can_redo,
        on_add=lambda step_type, source, key, x, y, inserts: [
            EditorState.add_step(step_type, source, key, x, y, inserts),
            EditorPanel.show_step,
        ],
        on_link=EditorState.link,
        on_remove=EditorState.delete_steps,
        on_move=EditorState.move,
        on_place=EditorState.place_first,
        on_reorder=EditorState.reorder,
        on_pick=lambda ids: [EditorState.pick(ids), EditorPanel.follow],
        on_open=lambda id: [EditorState.pick([id]), EditorPanel.show_step],
        on_go_to=EditorState.go_to,
        on_paste=EditorState.paste,
        on_undo=EditorState.undo,
        on_redo=EditorState.redo,
        on_resend=EditorState.resend,
        on_look=EditorState.look,
        on_leave=EditorState.leave,
    )


def _note() -> rx.Component:
    note = EditorState.note
    return rx.el.div(
        rx.cond(
            note.contains("ru"),
            rx.el.div(
                rx.el.span(words(note["ru"], note["en"])),
                rx.cond(
                    EditorState.can_undo & EditorState.may_edit,
                    rx.el.button(
                        t("editor.undo"),
                        type="button",
                        class_name="button small",
                        on_click=EditorState.undo,
                    ),
                ),
                rx.el.button(
                    rx.icon("x", size=16, aria_hidden="true"),
                    rx.el.span(t("editor.close"), class_name="visually-hidden"),
                    type="button",
                    class_name="icon-button small",
                    on_click=EditorState.close_note,
                ),
                class_name="editor-note",
            ),
        ),
        role="status",
    )


_TABS = ("step", "check", "preview", "versions")


def _panel() -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.div(
                *(_tab(name) for name in _TABS),
                class_name="panel-tabs",
                role="tablist",
                aria_label=t("editor.panel"),
            ),
            rx.cond(
                EditorPanel.tab != "",
                rx.el.button(
                    rx.icon("x", size=17, aria_hidden="true"),
                    rx.el.span(t("editor.close_panel"), class_name="visually-hidden"),
                    type="button",
                    class_name="icon-button small",
                    on_click=EditorPanel.close,
                ),
            ),
            class_name="panel-head",
        ),
        rx.match(
            EditorPanel.tab,
            ("", rx.fragment()),
            ("check", _body("check", check_panel())),
            ("preview", _body("preview", preview_panel())),
            ("versions", _body("versions", versions_panel())),
            _body("step", _step_panel()),
        ),
        class_name="editor-panel",
        aria_label=t("editor.panel"),
    )


def _tab(name: str) -> rx.Component:
    chosen = EditorPanel.tab == name
    return rx.el.button(
        t(f"editor.tab_{name}"),
        *(
            (
                rx.cond(
                    EditorState.finding_count > 0,
                    rx.el.span(
                        EditorState.finding_count,
                        class_name=rx.cond(
                            EditorState.error_count > 0, "tab-count bad", "tab-count"
                        ),
                    ),
                ),
            )
            if name == "check"
            else ()
        ),
        type="button",
        role="tab",
        id=f"tab-{name}",
        aria_selected=rx.cond(chosen, "true", "false"),
        aria_controls=f"panel-{name}",
        class_name="panel-tab",
        on_click=EditorPanel.choose(name),
    )


def _body(name: str, content: rx.Component) -> rx.Component:
    return rx.el.div(
        content,
        id=f"panel-{name}",
        role="tabpanel",
        aria_labelledby=f"tab-{name}",
        tab_index=-1,
        class_name="panel-scroll",
    )


def _step_panel() -> rx.Component:
    return rx.cond(EditorState.selected_id != 0, _step(), about_panel())


def _step() -> rx.Component:
    return rx.el.div(
        rx.cond(
            EditorState.start_id == EditorState.selected_id,
            rx.el.p(
                rx.icon("play", size=14, aria_hidden="true"),
                t("editor.is_start"),
                class_name="start-line soft",
            ),
            rx.cond(
                EditorState.may_edit,
                rx.el.button(
                    rx.icon("play", size=14, aria_hidden="true"),
                    t("editor.make_start"),
                    type="button",
                    class_name="button small quiet",
                    on_click=EditorState.set_start(EditorState.selected_id),
                ),
            ),
        ),
        step_form(
            step=EditorState.selected_step,
            steps=EditorState.step_names,
            variables=EditorState.variables,
            findings=_in_language(
                EditorState.selected_findings_ru, EditorState.selected_findings_en
            ),
            secrets=EditorState.secret_names,
            models=EditorTries.models,
            read_only=~EditorState.may_edit,
            test_result=EditorTries.request,
            prompt_result=EditorTries.prompt,
            on_change=EditorState.change_step,
            on_rename=EditorState.rename_variable,
            on_pick=EditorState.go_to,
            on_create=EditorState.create_at,
            on_test_request=EditorTries.try_request,
            on_test_prompt=EditorTries.try_prompt,
        ),
        class_name="panel-body",
    )


def _in_language(ru: Any, en: Any) -> Any:
    return rx.cond(I18n.lang == "en", en, ru)


def _skeleton() -> rx.Component:
    return rx.el.div(
        rx.el.div(class_name="skeleton editor-head-skeleton"),
        rx.el.div(class_name="skeleton editor-body-skeleton"),
        class_name="editor",
        aria_hidden="true",
    )
