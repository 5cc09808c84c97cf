"""The panel beside a bot's form that talks with the settings as they stand there."""

import json
from typing import Any

import reflex as rx

from alpina_app.ui.components.model_notice import model_notice
from alpina_app.ui.states.bot import BotForm
from alpina_app.ui.states.try_out import LONGEST_MESSAGE, TryOut
from alpina_app.ui.texts import t, words


def try_out(form: str) -> rx.Component:
    """`form`: the id of the bot's form."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("bots.try")),
            rx.cond(
                TryOut.lines.length() > 0,
                rx.el.button(
                    rx.icon("rotate-ccw", size=16, aria_hidden="true"),
                    t("bots.try_clear"),
                    type="button",
                    class_name="button small",
                    on_click=TryOut.clear,
                ),
            ),
            class_name="section-head",
        ),
        rx.el.p(
            t("bots.try_text"),
            rx.cond(
                BotForm.values["start_scenario"] != "",
                rx.el.span(" ", t("bots.try_scenario")),
            ),
            class_name="soft small-text",
        ),
        model_notice(),
        _log(),
        rx.cond(
            TryOut.problem.contains("ru"),
            rx.el.p(
                words(TryOut.problem["ru"], TryOut.problem["en"]),
                class_name="error-text",
                role="alert",
            ),
        ),
        rx.el.form(
            rx.el.input(
                type="text",
                name="message",
                key=TryOut.sent,
                aria_label=t("bots.try_message"),
                placeholder=t("bots.try_placeholder"),
                auto_complete="off",
                max_length=LONGEST_MESSAGE,
                auto_focus=TryOut.sent > 0,
                class_name="input",
            ),
            rx.cond(
                TryOut.busy,
                rx.el.button(
                    rx.icon("square", size=16, aria_hidden="true"),
                    t("bots.try_stop"),
                    type="button",
                    class_name="button",
                    on_click=TryOut.stop,
                ),
                rx.el.button(
                    rx.icon("send", size=16, aria_hidden="true"),
                    rx.el.span(t("bots.try_send"), class_name="visually-hidden"),
                    type="submit",
                    class_name="button primary",
                ),
            ),
            on_submit=lambda data: TryOut.send(data, _values_of(form)),
            reset_on_submit=False,
            class_name="try-form",
        ),
        class_name="card side-card try-out",
    )


def _values_of(form: str) -> rx.Var[dict[str, Any]]:
    """What stands in the form when the event is sent."""
    element = f"document.getElementById({json.dumps(form)})"
    return rx.Var(f"Object.fromEntries(new FormData({element}))").to(dict[str, Any])


def _log() -> rx.Component:
    """Newest lines last; the reversed column keeps the end in sight as it grows."""
    return rx.el.div(
        rx.el.div(
            rx.cond(
                TryOut.lines.length() == 0,
                rx.el.p(t("bots.try_empty"), class_name="soft try-empty"),
            ),
            rx.foreach(TryOut.lines, _line),
            rx.cond(
                TryOut.busy,
                _bubble(
                    "assistant",
                    rx.cond(
                        TryOut.live != "",
                        TryOut.live,
                        rx.el.span(t("bots.try_writes"), class_name="soft"),
                    ),
                ),
            ),
            class_name="try-lines",
        ),
        class_name="try-log",
        role="log",
        tab_index=0,
        aria_label=t("bots.try_log"),
    )


def _line(line: Any) -> rx.Component:
    return _bubble(
        line.role,
        line.text,
        rx.cond(
            (line.tokens > 0) | line.cut,
            rx.el.small(
                rx.cond(line.cut, rx.el.span(t("bots.try_cut"))),
                rx.cond(line.tokens > 0, rx.el.span(t("bots.try_tokens", count=line.tokens))),
                class_name="facts",
            ),
        ),
    )


def _bubble(role: Any, *content: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span(
            rx.cond(role == "user", t("bots.try_you"), t("bots.try_bot")),
            class_name="visually-hidden",
        ),
        rx.el.div(*content, class_name="try-text"),
        class_name=rx.cond(role == "user", "try-line mine", "try-line"),
    )
