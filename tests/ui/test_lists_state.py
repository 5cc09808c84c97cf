"""The lists of scenarios, steps and conversations without a browser."""

import pytest
from sqlalchemy import select

from alpina_app.models import Bot, BotExecution, Scenario, Step, TraceEvent
from alpina_app.services.scenario_templates import list_templates
from alpina_app.ui.states.history import History, TalkPage
from alpina_app.ui.states.scenarios import Scenarios
from alpina_app.ui.states.steps import Steps
from tests.support.tab import Tab

BROKEN = {"step_type": "question", "content": {"text": ""}}


@pytest.fixture(autouse=True)
def bot(app) -> None:
    app.add(Bot(name="Бот", created_by_id=1))


def says(text: str, **fields) -> Step:
    return Step(**{"name": "Шаг", "scenario_id": 1, "content": {"text": text}, **fields})


async def found(app, state, address: str) -> list[str]:
    tab = Tab(app, "viewer", address)
    await tab.fire(state, "load")
    return [row.name for row in (await tab.state(state)).rows]


def names(app) -> list[str]:
    return app.call(
        lambda session: list(session.scalars(select(Scenario.name).order_by(Scenario.id)))
    )


def is_active(app, scenario_id: int = 1) -> bool:
    return app.call(lambda session: session.get(Scenario, scenario_id).is_active)


class TestScenarios:
    async def test_one_with_errors_is_not_turned_on(self, app):
        app.add(Scenario(name="С", bot_id=1, is_active=False), says("", **BROKEN))
        tab = Tab(app, "editor", "/scenarios")
        await tab.fire(Scenarios, "load")
        before = (await tab.state(Scenarios)).filled
        assert await tab.toasts(Scenarios, "set_active", 1, True) == [
            "В сценарии есть ошибки. Исправьте их в редакторе, чтобы опубликовать и включить его."
        ]
        state = await tab.state(Scenarios)
        assert (is_active(app), state.rows[0].errors, state.filled) == (False, 1, before + 1)

    async def test_one_with_errors_can_be_turned_off(self, app):
        app.add(Scenario(name="С", bot_id=1, is_active=True), says("", **BROKEN))
        tab = Tab(app, "editor", "/scenarios")
        assert await tab.toasts(Scenarios, "set_active", 1, False) == []
        assert is_active(app) is False

    async def test_every_template_can_be_taken(self, app):
        tab = Tab(app, "editor", "/scenarios")
        for one in list_templates():
            form = {"name": " ", "bot": "1", "template": one.key}
            [(told, values)] = await tab.fire(Scenarios, "make", form)
            assert (told, values["path"].startswith("/scenarios/")) == ("_redirect", True)
        assert names(app) == [one.name["ru"] for one in list_templates()]

    async def test_a_name_of_ones_own_stands_before_the_templates(self, app):
        tab = Tab(app, "editor", "/scenarios")
        form = {"name": "Мой", "bot": "1", "template": list_templates()[0].key}
        await tab.fire(Scenarios, "make", form)
        assert names(app) == ["Мой"]

    @pytest.mark.parametrize(
        ("form", "wrong"),
        [
            ({"name": "", "bot": "1", "template": ""}, ["name"]),
            ({"name": "", "bot": "1", "template": "нет такого"}, ["name"]),
            ({"name": "С", "bot": "7", "template": "greeting"}, ["bot"]),
            ({"name": "С", "bot": 10**30, "template": ""}, ["bot"]),
            ({"name": ["С"], "bot": {}, "template": ["greeting"]}, ["bot", "name"]),
            ({}, ["bot", "name"]),
            (None, ["bot", "name"]),
        ],
    )
    async def test_what_is_wrong_stands_beside_its_field(self, app, form, wrong):
        tab = Tab(app, "editor", "/scenarios")
        assert await tab.fire(Scenarios, "make", form) == []
        assert sorted((await tab.state(Scenarios)).errors) == wrong
        assert names(app) == []


class TestSteps:
    @pytest.mark.parametrize(
        ("search", "expected"),
        [
            ("чай", ["Чай"]),
            ("ЗЕЛЁНЫЙ лист", ["Чай"]),
            ('"крепкий"', ["Чай"]),
            ("100%25", ["Скидка"]),
            ("100!", []),
            ("к_фе", []),
            ("\\", ["Скидка"]),
            ("спроси о цене", ["Модель"]),
        ],
    )
    async def test_every_word_is_found_in_name_or_content(self, app, search, expected):
        app.add(
            Scenario(name="С", bot_id=1),
            says('Зелёный лист, "крепкий"', name="Чай"),
            says("Скидка 100% на C:\\кофе", name="Скидка"),
            says("", name="Модель", content={"gpt": {"prompt": "Спроси о цене"}}),
        )
        assert await found(app, Steps, f"/steps?search={search}") == expected

    async def test_what_the_model_is_asked_is_shown(self, app):
        app.add(Scenario(name="С", bot_id=1), says("", content={"gpt": {"prompt": "Спроси"}}))
        tab = Tab(app, "viewer", "/steps")
        await tab.fire(Steps, "load")
        assert [row.text for row in (await tab.state(Steps)).rows] == ["Спроси"]


class TestChoosing:
    @pytest.mark.parametrize("state", [Scenarios, Steps, History])
    @pytest.mark.parametrize(
        ("name", "value"),
        [("bot", "x"), ("bot", "9" * 30), ("нет", "1"), (["bot"], "1"), ("bot", 1), (None, None)],
    )
    async def test_what_cannot_be_chosen_leads_nowhere(self, app, state, name, value):
        assert await Tab(app, "viewer", "/").fire(state, "choose", name, value) == []

    async def test_a_choice_leads_to_the_first_page_of_its_address(self, app):
        tab = Tab(app, "viewer", "/history?search=a&page=4")
        [(told, values)] = await tab.fire(History, "choose", "is_completed", "true")
        assert (told, values["path"]) == ("_redirect", "/history?search=a&is_completed=true")


class TestTalk:
    async def test_events_are_told_in_words(self, app):
        app.add(
            Scenario(name="С", bot_id=1),
            says("А", name="Приветствие"),
            BotExecution(bot_id=1, scenario_id=1, user_session="s"),
            TraceEvent(execution_id=1, seq=1, step_id=1, step_type="message", exit="next"),
            TraceEvent(
                execution_id=1,
                seq=2,
                step_id=77,
                error="step_limit",
                warnings=[{"code": "class_unknown", "params": {"answer": "х"}}],
            ),
        )
        tab = Tab(app, "viewer", "/history/1")
        await tab.fire(TalkPage, "load")
        first, second = (await tab.state(TalkPage)).trace
        assert (first.step, first.name, first.exit["ru"]) == (1, "Приветствие", "дальше")
        assert (first.error, first.warnings, first.details) == ({}, [], "")
        assert (second.step, second.name) == (0, "")
        assert second.warnings[0]["ru"] == "Модель ответила не из списка: х"
        assert second.error["ru"] not in ("", "step_limit")

    @pytest.mark.parametrize("last", ["0", "7", "abc", "9" * 30, "٣", "1/2/x"])
    async def test_what_is_not_there_says_so(self, app, last):
        tab = Tab(app, "viewer", f"/history/{last}")
        await tab.fire(TalkPage, "load")
        state = await tab.state(TalkPage)
        assert (state.ready, state.missing) == (True, True)
