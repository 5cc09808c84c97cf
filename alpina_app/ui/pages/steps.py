"""`/steps`: every step, found by what it says, straight into the editor."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.links import page_link
from alpina_app.ui.components.lists import filter_select, pager, rows_skeleton, search_box, toolbar
from alpina_app.ui.components.shell import page_head, shell
from alpina_app.ui.components.states import empty_state
from alpina_app.ui.pages.scenarios import bot_filter, nothing_found
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
            search_box(
                t("work.steps_search"),
                value=Steps.search,
                key=Steps.search_key,
                on_type=Steps.type_search,
                on_submit=Steps.submit_search,
            ),
            bot_filter(Steps),
            filter_select(
                t("work.filter_type"),
                [
                    ("", t("work.any_type")),
                    *((name, t(f"work.type_{name}")) for name in STEP_ICONS),
                ],
                value=Steps.chosen["step_type"],
                on_change=lambda value: Steps.choose("step_type", value),
            ),
            label=t("work.steps_list"),
        ),
        rx.cond(Steps.ready, _found(), rows_skeleton()),
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


def _found() -> rx.Component:
    return rx.cond(
        Steps.count > 0,
        rx.fragment(
            rx.el.p(
                t("bots.steps_count", count=Steps.count), class_name="list-note", role="status"
            ),
            rx.el.ul(rx.foreach(Steps.rows, _row), class_name="list"),
            pager(Steps.links),
        ),
        rx.cond(
            Steps.is_narrowed,
            nothing_found("/steps"),
            empty_state(
                "list",
                t("work.no_steps"),
                t("work.no_steps_text"),
                page_link(t("work.to_scenarios"), href="/scenarios", class_name="button primary"),
            ),
        ),
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
