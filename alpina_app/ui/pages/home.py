"""`/`: what this is, for everybody; how things stand, for signed-in people."""

from typing import Any

import reflex as rx

from alpina_app.ui.components.formats import number
from alpina_app.ui.components.links import document_link, page_link
from alpina_app.ui.components.lists import rows_skeleton
from alpina_app.ui.components.model_notice import model_notice
from alpina_app.ui.components.shell import page_head, shell
from alpina_app.ui.components.states import empty_state, notice
from alpina_app.ui.components.talks import talk_row
from alpina_app.ui.states.home import Home
from alpina_app.ui.states.session import Session
from alpina_app.ui.texts import t


def home() -> rx.Component:
    return shell(
        rx.cond(
            Home.ready & Session.ready,
            rx.el.div(
                rx.cond(Home.for_team, _team(), _guest()),
                class_name="stack home",
            ),
            rx.fragment(page_head("Alpina Digital"), rows_skeleton(3)),
        ),
        active="home",
    )


def _guest() -> rx.Component:
    return rx.fragment(
        rx.el.section(
            rx.el.h1("Alpina Digital", class_name="hero-title"),
            rx.el.p(t("home.lead"), class_name="hero-lead"),
            rx.cond(
                Home.has_users,
                rx.el.div(
                    document_link(
                        t("shell.sign_in"), href=Session.sign_in_href, class_name="button primary"
                    ),
                    rx.el.span(t("home.sign_in_text"), class_name="soft"),
                    class_name="row",
                ),
            ),
            class_name="hero",
        ),
        _setup(),
        model_notice(),
        _open_bots(),
    )


def _setup() -> rx.Component:
    return rx.cond(
        ~Home.has_users,
        notice(
            rx.icon("key-round", size=20, aria_hidden="true"),
            rx.el.div(
                rx.el.strong(t("home.setup_title")),
                rx.el.p(t("home.setup_text")),
                rx.el.code("python3 manage.py createsuperuser", class_name="command"),
            ),
        ),
    )


def _open_bots() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("home.open_bots"), class_name="section-title"),
        rx.cond(
            Home.open_bots.length() > 0,
            rx.el.ul(rx.foreach(Home.open_bots, _open_bot), class_name="cards"),
            empty_state("message-circle", t("home.no_open_title"), t("home.no_open_text")),
        ),
    )


def _open_bot(bot: Any) -> rx.Component:
    return rx.el.li(
        rx.el.h3(bot.name),
        rx.el.p(bot.description, class_name="soft clamp"),
        page_link(
            rx.icon("message-circle", size=18, aria_hidden="true"),
            t("home.chat"),
            href=f"/chat/{bot.id}",
            aria_label=t("home.chat_with", name=bot.name),
            class_name="button",
        ),
        class_name="card bot-card",
        key=bot.id,
    )


def _team() -> rx.Component:
    return rx.fragment(
        page_head(t("home.hello", name=Session.username)),
        model_notice(),
        _numbers(),
        _quick(),
        rx.el.div(_attention(), _recent(), class_name="halves"),
        rx.cond(Home.open_bots.length() > 0, _open_bots()),
    )


def _numbers() -> rx.Component:
    numbers = Home.numbers
    return rx.el.dl(
        _number(numbers.today, t("home.today_talks", count=numbers.today)),
        _number(numbers.today_open, t("home.today_open", count=numbers.today_open)),
        _number(numbers.bots, t("home.bots", count=numbers.bots)),
        _number(numbers.active_bots, t("home.active_bots", count=numbers.active_bots)),
        class_name="numbers",
    )


def _number(value: Any, label: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label, class_name="soft"), rx.el.dd(number(value)), class_name="card number"
    )


def _quick() -> rx.Component:
    has_bots = Home.numbers.bots > 0
    return rx.el.section(
        rx.el.h2(t("home.quick"), class_name="section-title"),
        rx.el.div(
            rx.cond(
                Session.may_edit,
                page_link(*_quick_text("plus", "new"), href="/bots/new", class_name="card quick"),
            ),
            rx.cond(
                Home.open_bots.length() > 0,
                page_link(
                    *_quick_text("message-circle", "try"),
                    href=f"/chat/{Home.open_bots[0].id}",
                    class_name="card quick",
                ),
            ),
            rx.cond(
                has_bots,
                page_link(*_quick_text("bot", "all"), href="/bots", class_name="card quick"),
                rx.cond(
                    Session.may_edit,
                    rx.el.button(
                        *_quick_text("sparkles", "examples"),
                        type="button",
                        on_click=Home.add_examples,
                        class_name="card quick",
                    ),
                ),
            ),
            class_name="quicks",
        ),
    )


def _quick_text(icon: str, name: str) -> tuple[rx.Component, rx.Component]:
    return (
        rx.icon(icon, size=22, aria_hidden="true"),
        rx.el.span(
            rx.el.strong(t(f"home.quick_{name}")),
            rx.el.span(t(f"home.quick_{name}_text"), class_name="soft"),
        ),
    )


def _attention() -> rx.Component:
    return rx.el.section(
        rx.el.h2(t("home.attention")),
        rx.cond(
            Home.attention.length() > 0,
            rx.el.ul(rx.foreach(Home.attention, _trouble), class_name="plain-list"),
            rx.el.p(
                rx.icon("circle-check", size=18, aria_hidden="true", class_name="good-icon"),
                t("home.attention_none"),
                class_name="soft with-icon",
            ),
        ),
        class_name="card side-card",
    )


def _trouble(one: Any) -> rx.Component:
    return rx.el.li(
        page_link(one.bot, href=f"/bots/{one.bot_id}", class_name="strong-link"),
        rx.el.span(
            rx.match(
                one.trouble,
                ("model_errors", t("home.trouble_model_errors", count=one.count)),
                ("start_broken", t("home.trouble_start_broken")),
                ("start_inactive", t("home.trouble_start_inactive")),
                t("home.trouble_no_active_scenario"),
            ),
            class_name="trouble-text",
        ),
        rx.cond(
            (one.trouble == "start_broken") | (one.trouble == "start_inactive"),
            page_link(
                t("home.to_scenario"),
                href=f"/scenarios/{one.scenario_id}",
                class_name="text-link",
            ),
        ),
        class_name=rx.cond(one.trouble == "no_active_scenario", "trouble", "trouble serious"),
    )


def _recent() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(t("home.recent")),
            page_link(t("bots.all_talks"), href="/history", class_name="button small"),
            class_name="section-head",
        ),
        rx.cond(
            Home.recent.length() > 0,
            rx.el.ul(
                rx.foreach(Home.recent, lambda talk: talk_row(talk, names_bot=True)),
                class_name="plain-list",
            ),
            rx.el.p(t("home.recent_none"), class_name="soft"),
        ),
        class_name="card side-card",
    )
