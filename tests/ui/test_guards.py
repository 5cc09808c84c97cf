"""A tab's states belong to the session that filled them."""

import json

import pytest
import reflex as rx
from reflex_base.event.processor.base_state_processor import _hydrate_event_names

from alpina_app.models import Bot, BotExecution, Scenario
from alpina_app.ui.states.bot import BotForm
from alpina_app.ui.states.bots import Bots
from alpina_app.ui.states.home import Home
from alpina_app.ui.texts import I18n
from tests.support.tab import Tab

SECRET = "тайна-7c1"


async def filled(app) -> Tab:
    """A tab in which an editor has seen what is not for everybody."""
    app.add(Bot(name=SECRET, is_active=False, system_prompt=SECRET, created_by_id=1))
    app.add(Scenario(name=SECRET, bot_id=1))
    app.add(BotExecution(bot_id=1, scenario_id=1, user_session="s"))
    tab = Tab(app, "editor", "/bots/1")
    await tab.connect()
    for state in (Home, Bots, BotForm):
        await tab.fire(state, "load")
    return tab


async def test_the_same_person_gets_the_tab_back(app):
    tab = await filled(app)
    assert SECRET in await tab.connect()


@pytest.mark.parametrize("loaded", [False, True])
@pytest.mark.parametrize("event", ["hydrate", "hydrate_and_load"])
async def test_another_browser_with_the_tabs_token_gets_nothing_of_it(app, event, loaded):
    for role in (None, "viewer"):
        tab = await filled(app)
        tab.sign_in(role)
        assert SECRET not in await tab.connect(event=event, loaded=loaded)


def test_these_are_the_events_that_send_every_state():
    assert {f"{rx.State.get_name()}.{name}" for name in ("hydrate", "hydrate_and_load")} == set(
        _hydrate_event_names()
    )


async def test_a_page_that_is_loaded_anew_begins_without_what_the_tab_showed(app):
    tab = await filled(app)
    (await tab.state(I18n)).lang = "en"
    assert SECRET not in await tab.connect(loaded=True)
    assert (await tab.state(I18n)).lang == "en"


async def test_an_event_before_the_connection_gives_nothing_either(app):
    tab = await filled(app)
    tab.sign_in(None)
    await tab.fire(Bots, "keep")
    assert SECRET not in await tab.connect()


async def test_a_handler_that_is_called_by_another_person_forgets_first(app):
    for state in (Home, Bots, BotForm):
        tab = await filled(app)
        assert SECRET in json.dumps(await tab.public(state), ensure_ascii=False)
        tab.sign_in(None)
        await tab.fire(state, "load")
        assert SECRET not in json.dumps(await tab.public(state), ensure_ascii=False)


async def test_the_language_is_the_browsers_not_the_persons(app):
    tab = await filled(app)
    (await tab.state(I18n)).lang = "en"
    tab.sign_in(None)
    await tab.connect()
    assert (await tab.state(I18n)).lang == "ru"  # the browser tells its own right after
