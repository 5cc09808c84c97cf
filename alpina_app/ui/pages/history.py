"""`/history`: conversations; `/history/[id]`: one of them with its trace."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.formats import moment, number
from alpina_app.ui.components.links import page_link
from alpina_app.ui.components.lists import (
    ORDERINGS,
    bot_filter,
    filter_by,
    rows_or_why_not,
    rows_skeleton,
    toolbar,
)
from alpina_app.ui.components.shell import page_head, shell
from alpina_app.ui.components.states import empty_state, missing
from alpina_app.ui.components.talks import status_badge
from alpina_app.ui.pages.steps import step_type_badge
from alpina_app.ui.states.history import History, TalkPage
from alpina_app.ui.texts import t, words


def history() -> rx.Component:
    return shell(
        page_head(t("work.history_title")),
        toolbar(
            History,
            bot_filter(History),
            filter_by(
                History,
                "is_completed",
                t("work.filter_state"),
                [
                    ("", t("work.any_state")),
                    ("false", t("work.only_open")),
                    ("true", t("work.only_completed")),
                ],
            ),
            label=t("work.history_list"),
            search=t("work.history_search"),
            orderings=ORDERINGS[:3],
        ),
        rows_or_why_not(
            History,
            count="bots.talks_count",
            row=_row,
            empty=empty_state(
                "history",
                t("work.no_talks"),
                t("work.no_talks_text"),
                page_link(t("work.to_bots"), href="/bots", class_name="button primary"),
            ),
        ),
        active="history",
    )


def talk_page() -> rx.Component:
    return shell(
        rx.cond(
            TalkPage.ready,
            rx.cond(TalkPage.missing, missing(t("work.no_talk")), _talk()),
            rows_skeleton(),
        ),
        active="history",
    )


def talk_title() -> rx.Var[str]:
    return t("work.talk_title", number=TalkPage.number)


def _row(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            page_link(
                line.bot,
                rx.cond(line.scenario != "", f" · {line.scenario}", ""),
                href=f"/history/{line.id}",
                class_name="strong-link",
            ),
            rx.el.p(
                rx.el.span(line.user_session, class_name="mono clipped"),
                rx.el.span(t("bots.messages_count", count=line.messages)),
                moment(line.updated_at),
                class_name="facts",
            ),
            class_name="line-main",
        ),
        status_badge(line.status),
        class_name="line",
        key=line.id,
    )


def _talk() -> rx.Component:
    return rx.fragment(
        page_head(talk_title(), status_badge(TalkPage.status)),
        rx.el.p(
            page_link(TalkPage.bot, href=f"/bots/{TalkPage.bot_id}", class_name="text-link"),
            rx.cond(
                TalkPage.scenario_id > 0,
                page_link(
                    TalkPage.scenario,
                    href=f"/scenarios/{TalkPage.scenario_id}",
                    class_name="text-link",
                ),
            ),
            rx.el.span(t("work.session"), " ", rx.el.code(TalkPage.user_session)),
            moment(TalkPage.created_at),
            class_name="facts talk-facts",
        ),
        rx.el.div(
            rx.el.section(
                rx.el.h2(t("work.messages"), class_name="section-title"),
                rx.cond(
                    TalkPage.left_out > 0,
                    rx.el.p(t("work.left_out", count=TalkPage.left_out), class_name="list-note"),
                ),
                rx.cond(
                    TalkPage.messages.length() > 0,
                    rx.el.ol(rx.foreach(TalkPage.messages, _message), class_name="talk-lines"),
                    rx.el.p(t("work.no_messages"), class_name="soft"),
                ),
            ),
            rx.el.div(_variables(), _trace(), class_name="stack"),
            class_name="talk-columns",
        ),
    )


def _message(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.match(
                one.role,
                ("user", t("work.role_user")),
                ("assistant", t("work.role_assistant")),
                one.role,
            ),
            " · ",
            moment(one.created_at),
            class_name="facts",
        ),
        rx.el.p(one.content, class_name="talk-text"),
        class_name=rx.cond(one.role == "user", "talk-line mine", "talk-line"),
        key=one.id,
    )


def _variables() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("work.variables"), class_name="section-title"),
        rx.cond(
            TalkPage.variables.length() > 0,
            rx.el.dl(
                rx.foreach(
                    TalkPage.variables,
                    lambda one: rx.el.div(
                        rx.el.dt(one.name, class_name="mono"), rx.el.dd(one.value), key=one.name
                    ),
                ),
                class_name="values",
            ),
            rx.el.p(t("work.no_variables"), class_name="soft"),
        ),
        class_name="card",
    )


def _trace() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("work.trace"), class_name="section-title"),
        rx.cond(
            TalkPage.trace.length() > 0,
            rx.el.ol(rx.foreach(TalkPage.trace, _event), class_name="plain-list"),
            rx.el.p(t("work.no_trace"), class_name="soft"),
        ),
        class_name="card",
    )


def _event(one: Any) -> rx.Component:
    left, failed = one["exit"].to(dict[str, str]), one["error"].to(dict[str, str])
    return rx.el.li(
        rx.el.p(
            rx.el.span(one.seq, class_name="mono soft"),
            rx.cond(
                one.step_type != "",
                step_type_badge(one.step_type),
                rx.el.span("GPT", class_name="badge"),
            ),
            rx.cond(
                one.step > 0,
                page_link(
                    one.name,
                    href=f"/scenarios/{TalkPage.scenario_id}?step={one.step}",
                    class_name="strong-link",
                ),
            ),
            class_name="event",
        ),
        rx.el.p(
            rx.cond(left.contains("ru"), rx.el.span(words(left["ru"], left["en"]))),
            rx.el.span(number(one.duration_ms), " ", t("work.ms")),
            rx.cond(one.tokens > 0, rx.el.span(t("work.tokens_count", count=one.tokens))),
            class_name="facts",
        ),
        rx.cond(
            failed.contains("ru"),
            rx.el.p(words(failed["ru"], failed["en"]), class_name="event-note bad"),
        ),
        rx.foreach(
            one["warnings"].to(list[dict[str, str]]),
            lambda said: rx.el.p(words(said["ru"], said["en"]), class_name="event-note"),
        ),
        rx.cond(
            one.details != "",
            rx.el.details(
                rx.el.summary(t("work.details")),
                rx.el.pre(one.details, class_name="event-details", tab_index=0),
            ),
        ),
        key=one.seq,
    )
