"""The draft tried out beside the canvas: conversation, trace, variables."""

from typing import Any

import reflex as rx

from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.states.editor_preview import EditorPreview
from alpina_app.ui.texts import t, words


def preview_panel() -> rx.Component:
    return rx.el.div(
        rx.el.p(t("editor.preview_hint"), class_name="panel-lead"),
        rx.cond(EditorState.may_edit, _controls()),
        rx.cond(
            EditorPreview.phase != "idle",
            rx.fragment(_dialogue(), _effect(), _answer(), _end(), _trace()),
        ),
        _variables(),
        class_name="panel-body preview",
    )


def _controls() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.button(
                rx.icon("play", size=15, aria_hidden="true"),
                rx.cond(
                    EditorPreview.phase == "idle",
                    t("editor.play_start"),
                    t("editor.play_again"),
                ),
                type="button",
                class_name="button small primary",
                on_click=EditorPreview.start(0),
                disabled=EditorState.step_count == 0,
            ),
            rx.cond(
                EditorState.selected_id > 0,
                rx.el.button(
                    t("editor.play_step"),
                    type="button",
                    class_name="button small",
                    on_click=EditorPreview.start(EditorState.selected_id),
                ),
            ),
            rx.cond(
                EditorPreview.phase != "idle",
                rx.el.button(
                    t("editor.stop"),
                    type="button",
                    class_name="button small quiet",
                    on_click=EditorPreview.stop,
                ),
            ),
            class_name="row",
        ),
        rx.el.div(
            *(
                rx.el.button(
                    text,
                    type="button",
                    aria_pressed=rx.cond(EditorPreview.by_hand == value, "true", "false"),
                    on_click=EditorPreview.set_by_hand(value),
                )
                for value, text in ((False, t("editor.real")), (True, t("editor.by_hand")))
            ),
            role="group",
            aria_label=t("editor.effects"),
            class_name="segments",
        ),
        class_name="preview-controls",
    )


def _dialogue() -> rx.Component:
    return rx.el.div(
        rx.foreach(EditorPreview.lines, _line),
        rx.cond(
            EditorPreview.phase == "working",
            rx.el.p(t("editor.working"), class_name="soft"),
        ),
        role="log",
        aria_label=t("editor.dialogue"),
        tab_index=0,
        class_name="dialogue",
    )


def _line(one: Any) -> rx.Component:
    is_user = one["role"] == "user"
    return rx.el.div(
        rx.el.span(
            rx.cond(is_user, t("editor.you"), t("editor.bot_says")),
            ": ",
            class_name="visually-hidden",
        ),
        one["text"],
        class_name=rx.cond(is_user, "bubble mine", "bubble"),
    )


def _answer() -> rx.Component:
    return rx.cond(
        EditorPreview.phase == "asks",
        rx.fragment(
            rx.el.div(
                rx.foreach(
                    EditorPreview.options,
                    lambda one: rx.el.button(
                        one["label"],
                        type="button",
                        class_name="button small",
                        on_click=EditorPreview.say({"answer": one["label"]}),
                    ),
                ),
                class_name="row",
            ),
            rx.el.form(
                rx.el.input(
                    name="answer",
                    key=EditorPreview.sent,
                    aria_label=t("editor.answer"),
                    placeholder=t("editor.answer"),
                    auto_complete="off",
                    auto_focus=True,
                    class_name="input",
                ),
                rx.el.button(
                    rx.icon("send-horizontal", size=17, aria_hidden="true"),
                    rx.el.span(t("editor.send"), class_name="visually-hidden"),
                    type="submit",
                    class_name="button",
                ),
                on_submit=EditorPreview.say,
                class_name="answer-form",
            ),
        ),
    )


def _effect() -> rx.Component:
    is_gpt = EditorPreview.effect["kind"] == "gpt"
    return rx.cond(
        EditorPreview.phase == "by_hand",
        rx.el.form(
            rx.el.strong(rx.cond(is_gpt, t("editor.effect_gpt"), t("editor.effect_http"))),
            rx.el.pre(EditorPreview.effect["text"].to(str), tab_index=0, class_name="effect-text"),
            rx.cond(
                is_gpt,
                rx.fragment(),
                rx.el.div(
                    rx.el.label(t("editor.effect_status"), html_for="effect-status"),
                    rx.el.input(
                        id="effect-status",
                        name="status",
                        default_value="200",
                        input_mode="numeric",
                        class_name="input",
                    ),
                    class_name="field",
                ),
            ),
            rx.el.div(
                rx.el.label(
                    rx.cond(is_gpt, t("editor.effect_answer"), t("editor.effect_body")),
                    html_for="effect-answer",
                ),
                rx.el.textarea(
                    id="effect-answer", name="text", rows="3", class_name="textarea mono"
                ),
                class_name="field",
            ),
            rx.el.div(
                rx.el.button(
                    t("editor.effect_give"), type="submit", class_name="button small primary"
                ),
                rx.el.button(
                    t("editor.effect_fail"),
                    type="button",
                    class_name="button small",
                    on_click=EditorPreview.answer_by_hand({"fails": "true"}),
                ),
                rx.el.button(
                    t("editor.effect_real"),
                    type="button",
                    class_name="button small quiet",
                    on_click=EditorPreview.perform_now,
                ),
                class_name="row",
            ),
            key=EditorPreview.form_key,
            on_submit=EditorPreview.answer_by_hand,
            class_name="effect",
        ),
    )


def _end() -> rx.Component:
    return rx.cond(
        EditorPreview.phase == "done",
        rx.el.p(
            rx.cond(
                EditorPreview.status == "failed",
                t("editor.done_failed"),
                t("editor.done_completed"),
            ),
            rx.cond(
                EditorPreview.tokens > 0,
                rx.el.span(" ", t("editor.tokens", count=EditorPreview.tokens)),
            ),
            class_name="notice",
            role="status",
        ),
    )


def _trace() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("editor.trace"), class_name="panel-title"),
        rx.el.ol(rx.foreach(EditorPreview.trace, _event), class_name="trace"),
    )


def _event(one: Any) -> rx.Component:
    left, failed = one["exit"].to(dict[str, str]), one["error"].to(dict[str, str])
    return rx.el.li(
        rx.el.div(
            rx.el.button(
                one["name"],
                type="button",
                class_name="link",
                on_click=EditorState.go_to(one["step"].to(int)),
            ),
            rx.el.span(words(left["ru"], left["en"]), class_name="soft"),
            rx.cond(
                one["ms"].to(int) > 0,
                rx.el.span(t("editor.ms", count=one["ms"].to(int)), class_name="soft ms"),
            ),
            class_name="trace-head",
        ),
        rx.foreach(
            one["set"].to(list[dict[str, str]]),
            lambda found: rx.el.code(found["name"], " = ", found["value"]),
        ),
        rx.foreach(
            one["warnings"].to(list[dict[str, str]]),
            lambda found: rx.el.span(words(found["ru"], found["en"]), class_name="trace-warning"),
        ),
        rx.cond(
            failed["ru"] != "",
            rx.el.span(words(failed["ru"], failed["en"]), class_name="trace-error"),
        ),
    )


def _variables() -> rx.Component:
    problem = EditorPreview.problem
    return rx.el.section(
        rx.el.h2(t("editor.preset_title"), class_name="panel-title"),
        rx.el.p(t("editor.preset_hint"), class_name="soft small-text"),
        rx.el.ul(rx.foreach(EditorPreview.variables, _variable), class_name="presets"),
        rx.cond(
            EditorState.may_edit,
            rx.el.form(
                rx.el.input(
                    name="name",
                    aria_label=t("editor.new_variable"),
                    placeholder=t("editor.new_variable"),
                    list="known-variables",
                    auto_complete="off",
                    max_length=64,
                    class_name="input mono",
                ),
                rx.el.input(
                    name="value",
                    aria_label=t("editor.new_value"),
                    placeholder=t("editor.new_value"),
                    auto_complete="off",
                    class_name="input mono",
                ),
                rx.el.button(
                    rx.icon("plus", size=16, aria_hidden="true"),
                    rx.el.span(t("editor.add"), class_name="visually-hidden"),
                    type="submit",
                    class_name="button",
                ),
                rx.el.datalist(
                    rx.foreach(
                        EditorState.variables, lambda one: rx.el.option(value=one["name"].to(str))
                    ),
                    id="known-variables",
                ),
                on_submit=EditorPreview.add_variable,
                reset_on_submit=True,
                class_name="preset-form",
            ),
        ),
        rx.el.div(
            rx.cond(
                problem.contains("ru"),
                rx.el.p(words(problem["ru"], problem["en"]), class_name="error-text"),
            ),
            role="alert",
        ),
    )


def _variable(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.code(one["name"]),
        rx.el.input(
            key=one["value"].to(str),
            default_value=one["value"].to(str),
            aria_label=t("editor.value_of", name=one["name"].to(str)),
            read_only=~EditorState.may_edit,
            auto_complete="off",
            class_name="input mono",
            on_blur=lambda value: EditorPreview.set_variable(one["name"].to(str), value),
        ),
        rx.cond(
            EditorState.may_edit,
            rx.el.button(
                rx.icon("x", size=15, aria_hidden="true"),
                rx.el.span(
                    t("editor.remove_variable", name=one["name"].to(str)),
                    class_name="visually-hidden",
                ),
                type="button",
                class_name="icon-button small",
                on_click=EditorPreview.drop_variable(one["name"].to(str)),
            ),
        ),
    )
