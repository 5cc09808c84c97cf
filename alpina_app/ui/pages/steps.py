"""`/steps`: every step, found by what it says, straight into the editor."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.links import page_link
from alpina_app.ui.components.lists import bot_filter, filter_by, rows_or_why_not, toolbar
from alpina_app.ui.components.shell import page_head, shell
from alpina_app.ui.components.states import empty_state
from alpina_app.ui.states.steps import Steps
from alpina_app.ui.texts import t

STEP_ICONS = {
    "message": "message-square",
    "question": "circle-help",
    "condition": "split",
    "api_call": "cloud",
}


def steps() -> rx.Component:
    return shell(
        page_head(t("work.steps_title")),
        toolbar(
            Steps,
            bot_filter(Steps),
            filter_by(
                Steps,
                "step_type",
                t("work.filter_type"),
                [
                    ("", t("work.any_type")),
                    *((name, t(f"work.type_{name}")) for name in STEP_ICONS),
                ],
            ),
            label=t("work.steps_list"),
            search=t("work.steps_search"),
        ),
        rows_or_why_not(
            Steps,
            count="bots.steps_count",
            row=_row,
            empty=empty_state(
                "list",
                t("work.no_steps"),
                t("work.no_steps_text"),
                page_link(t("work.to_scenarios"), href="/scenarios", class_name="button primary"),
            ),
        ),
        active="steps",
    )


def step_type_badge(step_type: Any) -> rx.Component:
    """The type's sign and name."""
    return rx.match(
        step_type,
        *(
            (
                name,
                rx.el.span(
                    rx.icon(icon, size=14, aria_hidden="true"),
                    t(f"work.type_{name}"),
                    class_name=f"badge step-{name}",
                ),
            )
            for name, icon in STEP_ICONS.items()
        ),
        rx.fragment(),
    )


def _row(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            page_link(
                line.name,
                href=f"/scenarios/{line.scenario_id}?step={line.id}",
                class_name="strong-link",
            ),
            rx.cond(line.text != "", rx.el.p(line.text, class_name="line-text")),
            rx.el.p(rx.el.span(line.scenario), rx.el.span(line.bot), class_name="facts"),
            class_name="line-main",
        ),
        step_type_badge(line.step_type),
        class_name="line",
        key=line.id,
    )
