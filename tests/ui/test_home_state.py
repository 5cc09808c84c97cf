"""The home page without a browser."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete

from alpina_app import ui
from alpina_app.models import Bot, BotExecution, Message, Scenario, Step, TraceEvent, User, utc_now
from alpina_app.services.overview import Attention, OpenBot
from alpina_app.ui.states.home import Home, Numbers
from alpina_app.ui.states.session import Session
from tests.support.app import make_app
from tests.support.tab import Tab


def bot(**fields) -> Bot:
    return Bot(**{"name": "Бот", "created_by_id": 1, **fields})


def scenario(bot_id: int, **fields) -> Scenario:
    return Scenario(**{"name": "С", "bot_id": bot_id, **fields})


def says(scenario_id: int, text: object = "Привет") -> Step:
    return Step(name="Шаг", scenario_id=scenario_id, content={"text": text})


async def home_of(app, role: str | None):
    tab = Tab(app, role)
    assert await tab.fire(Home, "load") == []
    return await tab.state(Home)


async def attention(app) -> list[Attention]:
    return list((await home_of(app, "viewer")).attention)


async def test_a_guest_sees_the_open_bots_and_nothing_else(app):
    app.add(
        bot(name="Открыт", description="о нём", system_prompt="тайна"),
        bot(name="Закрыт", is_active=False),
        BotExecution(bot_id=1, user_session="чужой разговор"),
    )
    tab = Tab(app)
    await tab.fire(Home, "load")
    state = await tab.state(Home)
    assert list(state.open_bots) == [OpenBot(1, "Открыт", "о нём")]
    assert (state.for_team, state.numbers, state.recent) == (False, Numbers(), [])
    public = json.dumps(await tab.public(Home), ensure_ascii=False)
    assert "тайна" not in public and "чужой" not in public and "Закрыт" not in public


async def test_the_newest_bots_come_first(app):
    now = utc_now()
    app.add(
        bot(name="Старый", created_at=now - timedelta(days=2)),
        bot(name="Новый", created_at=now),
    )
    assert [one.name for one in (await home_of(app, None)).open_bots] == ["Новый", "Старый"]


async def test_without_any_user_the_page_says_how_to_make_one(app):
    assert (await home_of(app, None)).has_users is True

    app.call(lambda session: session.execute(delete(User)))
    assert (await home_of(app, None)).has_users is False


async def test_signed_in_people_see_the_day(app):
    now = utc_now()
    app.add(
        bot(),
        bot(name="Выключен", is_active=False),
        scenario(1),
        BotExecution(bot_id=1, scenario_id=1, user_session="a", updated_at=now),
        BotExecution(
            bot_id=2, user_session="b", is_completed=True, status="completed",
            updated_at=now - timedelta(minutes=1),
        ),
        BotExecution(
            bot_id=1, user_session="c",
            created_at=now - timedelta(days=2), updated_at=now - timedelta(days=2),
        ),
        Message(execution_id=1, position=0, role="user", content="?"),
        Message(execution_id=1, position=1, role="assistant", content="!"),
    )  # fmt: skip
    state = await home_of(app, "viewer")
    assert state.numbers == Numbers(today=2, today_open=1, bots=2, active_bots=1)
    shown = [(one.id, one.bot, one.scenario, one.status, one.messages) for one in state.recent]
    assert shown == [
        (1, "Бот", "С", "running", 2),
        (2, "Выключен", "", "completed", 0),
        (3, "Бот", "", "running", 0),
    ]


class TestAttention:
    async def test_sound_bots_need_none(self, app):
        app.add(bot(), scenario(1), says(1))
        app.call(lambda session: setattr(session.get(Bot, 1), "start_scenario_id", 1))
        assert await attention(app) == []

    async def test_no_active_scenario(self, app):
        app.add(bot(), scenario(1, is_active=False), bot(name="Выключен", is_active=False))
        assert await attention(app) == [Attention(1, "Бот", "no_active_scenario")]

    async def test_a_start_scenario_that_is_off(self, app):
        app.add(bot(), scenario(1, is_active=False))
        app.call(lambda session: setattr(session.get(Bot, 1), "start_scenario_id", 1))
        assert await attention(app) == [Attention(1, "Бот", "start_inactive", scenario_id=1)]

    async def test_a_start_scenario_with_errors_until_it_is_mended(self, app):
        app.add(bot(), scenario(1), says(1, text=7))
        app.call(lambda session: setattr(session.get(Bot, 1), "start_scenario_id", 1))
        broken = [Attention(1, "Бот", "start_broken", scenario_id=1)]
        assert await attention(app) == broken
        assert await attention(app) == broken  # now from what is kept compiled

        def mend(session):
            session.get(Step, 1).content = {"text": "Привет"}
            session.get(Scenario, 1).revision += 1

        app.call(mend)
        assert await attention(app) == []

    async def test_model_errors_of_the_last_day(self, app):
        now = utc_now()
        old = now - timedelta(days=2)

        def event(seq, error, step_type=None, at=now):
            return TraceEvent(
                execution_id=1, seq=seq, error=error, step_type=step_type, started_at=at
            )

        app.add(
            bot(), scenario(1),
            BotExecution(bot_id=1, user_session="a"),
            event(1, "model_timeout"),
            event(2, "unavailable", "message"),
            event(3, None, "message"),
            event(4, "http_500", "api_call"),
            event(5, "model_timeout", at=old),
        )  # fmt: skip
        assert await attention(app) == [Attention(1, "Бот", "model_errors", count=2)]


class TestExamples:
    async def test_an_editor_adds_them_once(self, app):
        tab = Tab(app, "editor")
        assert await tab.toasts(Home, "add_examples") == ["Добавлены 3 бота."]
        assert (await tab.state(Home)).numbers.bots == 3
        assert await tab.toasts(Home, "add_examples") == ["Добавлено 0 ботов."]

    @pytest.mark.parametrize("role", [None, "viewer"])
    async def test_others_do_not(self, app, role):
        tab = Tab(app, role)
        assert len(await tab.toasts(Home, "add_examples")) == 1
        assert (await home_of(app, "viewer")).numbers.bots == 0


async def test_signing_out_forgets_what_the_team_saw(app):
    app.add(bot(), BotExecution(bot_id=1, user_session="s"))
    tab = Tab(app, "editor")
    await tab.fire(Home, "load")
    state = await tab.state(Home)
    assert len(state.recent) == 1
    tab.sign_in(None)
    await tab.fire(Home, "load")
    assert (state.for_team, state.recent, state.numbers) == (False, [], Numbers())


@pytest.mark.parametrize(
    ("settings", "model"),
    [({}, "none"), ({"openai_api_key": "sk-x"}, ""), ({"openai_base_url": "http://x/v1"}, "")],
)
async def test_the_shell_knows_whether_a_model_is_there(tmp_path, settings, model):
    async with make_app(tmp_path, **settings) as app:
        ui.open_pages(app.runtime)
        tab = Tab(app, "viewer", "/bots?page=2")
        await tab.fire(Session, "load")
        state = await tab.state(Session)
        assert (state.model, state.username, state.may_edit) == (model, "viewer", False)
        assert state.sign_in_href == "/admin/login/?next=/bots%3Fpage%3D2"
        ui.close_pages()
