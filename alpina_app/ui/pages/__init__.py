"""Every page of the application and the route it stands on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from alpina_app.ui.pages.bot import bot, bot_title, new_bot
from alpina_app.ui.pages.bots import bots
from alpina_app.ui.pages.chat import chat
from alpina_app.ui.pages.history import history, talk_page, talk_title
from alpina_app.ui.pages.home import home
from alpina_app.ui.pages.scenario import scenario, scenario_title
from alpina_app.ui.pages.scenarios import scenarios
from alpina_app.ui.pages.steps import steps
from alpina_app.ui.states.bot import BotForm
from alpina_app.ui.states.bots import Bots
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.states.history import History, TalkPage
from alpina_app.ui.states.home import Home
from alpina_app.ui.states.scenarios import Scenarios
from alpina_app.ui.states.steps import Steps
from alpina_app.ui.texts import t


@dataclass(frozen=True, slots=True)
class Page:
    """`title`: a text or a Var. `on_load`: event handlers, run after the session's own."""

    route: str
    component: Callable[[], rx.Component]
    title: Any
    on_load: tuple[Any, ...] = ()


def titled(name: rx.Var[str]) -> rx.Var[str]:
    """What the browser's tab says."""
    return name + " — Alpina Digital"


PAGES: tuple[Page, ...] = (
    Page("/", home, "Alpina Digital", (Home.load,)),
    Page("/bots", bots, titled(t("bots.title")), (Bots.load,)),
    Page("/bots/new", new_bot, titled(t("bots.new")), (BotForm.load_new,)),
    Page("/bots/[id]", bot, titled(bot_title()), (BotForm.load,)),
    Page("/scenarios", scenarios, titled(t("work.scenarios_title")), (Scenarios.load,)),
    Page("/scenarios/[id]", scenario, titled(scenario_title()), (EditorState.load,)),
    Page("/steps", steps, titled(t("work.steps_title")), (Steps.load,)),
    Page("/history", history, titled(t("work.history_title")), (History.load,)),
    Page("/history/[id]", talk_page, titled(talk_title()), (TalkPage.load,)),
    Page("/chat/[bot]", chat, "Чат — Alpina Digital"),
)
