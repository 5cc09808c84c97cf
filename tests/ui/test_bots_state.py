"""The pages of bots without a browser: lists, saving, two people, trying out, files."""

import base64
import json

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import select

from alpina_app import ui
from alpina_app.models import Bot, BotExecution, Scenario, Step
from alpina_app.services import crud
from alpina_app.services.access import Caller
from alpina_app.services.bots import BOTS
from alpina_app.ui.states.bot import BotForm
from alpina_app.ui.states.bots import Bots, FileError
from alpina_app.ui.states.try_out import TryLine, TryOut
from tests.support.app import make_app
from tests.support.openai_server import Held, OpenAiServer, Status, Text
from tests.support.tab import Tab

EDITOR = Caller(2, "editor", "editor")


def bot(**fields) -> Bot:
    return Bot(**{"name": "Бот", "created_by_id": 1, **fields})


def stored(app, bot_id: int = 1) -> dict:
    def read(session):
        found = session.get(Bot, bot_id)
        return None if found is None else found.model_dump()

    return app.call(read)


async def open_form(app, role: str = "editor", bot_id: int = 1):
    tab = Tab(app, role, f"/bots/{bot_id}")
    await tab.connect(loaded=True)
    await tab.fire(BotForm, "load")
    return tab, await tab.state(BotForm)


def sent(state, **changed) -> dict:
    """What the browser sends of the form."""
    values = {**state.values, **changed}
    return {name: value for name, value in values.items() if value} | {"_tag": state.tag}


class TestList:
    async def test_a_guest_is_sent_to_sign_in_and_back(self, app):
        app.add(bot())
        tab = Tab(app, None, "/bots?search=бот&page=2")
        [(name, values)] = await tab.fire(Bots, "load")
        assert name == "_call_script"
        assert (
            "/admin/login/?next=/bots%3Fsearch%3D%D0%B1%D0%BE%D1%82%26page%3D2"
            in values["javascript_code"]
        )
        assert (await tab.state(Bots)).rows == []

    async def test_the_address_says_what_is_listed(self, app):
        app.add(
            bot(name="Приём заявок"),
            bot(name="Опрос", description="заявки тоже"),
            bot(name="Заявки выключены", is_active=False),
            bot(name="Прочее"),
        )
        tab = Tab(app, "viewer", "/bots?search=заяв&is_active=true&ordering=name")
        await tab.fire(Bots, "load")
        state = await tab.state(Bots)
        assert [row.name for row in state.rows] == ["Опрос", "Приём заявок"]
        assert (state.count, state.chosen["is_active"], state.ordering) == (2, "true", "name")

    async def test_a_page_past_the_end_shows_the_last_one(self, app):
        app.add(*(bot(name=f"Бот {number:02}") for number in range(1, 42)))
        tab = Tab(app, "viewer", "/bots?ordering=name&page=99")
        await tab.fire(Bots, "load")
        state = await tab.state(Bots)
        assert [row.name for row in state.rows] == ["Бот 41"]
        assert [(link.number, link.is_current) for link in state.links] == [
            (1, False), (2, False), (3, True),
        ]  # fmt: skip

    async def test_typing_goes_to_the_address_of_the_search(self, app):
        tab = Tab(app, "viewer", "/bots?is_active=true&page=3")
        [(name, values)] = await tab.fire(Bots, "search_for", " при \n ём")
        assert (name, values["replace"]) == ("_redirect", True)
        assert values["path"] == "/bots?search=%D0%BF%D1%80%D0%B8+%D1%91%D0%BC&is_active=true"

    async def test_an_editor_turns_a_bot_off(self, app):
        app.add(bot())
        tab = Tab(app, "editor", "/bots")
        await tab.fire(Bots, "set_active", 1, False)
        assert stored(app)["is_active"] is False
        assert [row.is_active for row in (await tab.state(Bots)).rows] == [False]

    async def test_a_viewer_does_not(self, app):
        app.add(bot())
        tab = Tab(app, "viewer", "/bots")
        assert await tab.toasts(Bots, "set_active", 1, False) == ["На это у вас нет прав."]
        assert stored(app)["is_active"] is True

    async def test_deleting_says_what_goes_with_the_bot(self, app):
        app.add(
            bot(name="Лишний"),
            Scenario(name="С", bot_id=1),
            Step(name="1", scenario_id=1),
            Step(name="2", scenario_id=1),
            BotExecution(bot_id=1, user_session="s"),
        )
        tab = Tab(app, "editor", "/bots")
        await tab.fire(Bots, "ask_delete", 1)
        state = await tab.state(Bots)
        found = state.goes_with
        assert (found.name, found.scenarios, found.steps, found.executions) == ("Лишний", 1, 2, 1)
        assert await tab.toasts(Bots, "delete") == ["Бот «Лишний» удалён."]
        assert stored(app) is None
        assert (state.deleting, state.rows) == (0, [])

    async def test_a_copy_is_inactive_and_has_the_scenarios(self, app):
        app.add(bot(name="Образец"), Scenario(name="С", bot_id=1), Step(name="1", scenario_id=1))
        tab = Tab(app, "editor", "/bots")
        [(_, values), _] = await tab.fire(Bots, "duplicate", 1)
        assert values["path"] == "/bots/2"
        copy = stored(app, 2)
        assert (copy["name"], copy["is_active"], copy["created_by_id"]) == (
            "Образец — копия", False, 2,
        )  # fmt: skip
        assert app.call(lambda s: s.execute(select(Scenario.bot_id)).scalars().all()) == [1, 2]

    @pytest.mark.parametrize("bot_id", ["1", None, True, 0, -1, 1.0, 2**70, [1], {}])
    async def test_what_is_no_id_finds_nothing(self, app, bot_id):
        app.add(bot())
        tab = Tab(app, "editor", "/bots")
        for handler in ("duplicate", "export", "ask_delete"):
            assert await tab.toasts(Bots, handler, bot_id) == ["Не найдено."]
        assert await tab.toasts(Bots, "set_active", bot_id, False) == ["Не найдено."]
        assert stored(app)["is_active"] is True


class TestFiles:
    async def test_a_bot_comes_back_from_its_file(self, app):
        app.add(bot(system_prompt="Кратко"), Scenario(name="С", bot_id=1))
        tab = Tab(app, "editor", "/bots")
        [(name, values)] = await tab.fire(Bots, "export", 1)
        assert (name, values["filename"]) == ("_download", "bot-1.json")
        text = base64.b64decode(values["url"].partition("base64,")[2]).decode()
        assert await tab.toasts(Bots, "import_file", text) == ["Бот загружен: 1 сценарий."]
        assert stored(app, 2)["system_prompt"] == "Кратко"

    async def test_every_error_of_a_file_is_reported_by_its_place(self, app):
        text = json.dumps(
            {
                "format": "alpina-bot",
                "version": 1,
                "bot": {"name": "", "max_tokens": 0},
                "scenarios": [{"key": "a", "name": "С", "steps": [{"key": "b", "next_step": "c"}]}],
            }
        )
        tab = Tab(app, "editor", "/bots")
        assert await tab.fire(Bots, "import_file", text) == []
        state = await tab.state(Bots)
        assert [(error.path, error.ru) for error in state.file_errors] == [
            ("bot.name", "Заполните это поле."),
            ("bot.max_tokens", "Не меньше 1."),
            ("scenarios[0].steps[0].name", "Заполните это поле."),
            ("scenarios[0].steps[0].next_step", "Ничего с ключом «c» в файле нет."),
        ]
        assert stored(app) is None

    @pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "NaN", '{"a": 1e999', "\ud800"])
    async def test_what_is_no_json_is_refused(self, app, text):
        tab = Tab(app, "editor", "/bots")
        await tab.fire(Bots, "import_file", text)
        errors = (await tab.state(Bots)).file_errors
        assert errors == [FileError("", "Это не файл JSON.", "This is no JSON file.")]

    async def test_secrets_to_set_are_named(self, app):
        data = {"format": "alpina-bot", "version": 1, "bot": {"name": "Б"}, "secrets": ["crm_key"]}
        tab = Tab(app, "editor", "/bots")
        assert await tab.toasts(Bots, "import_file", json.dumps(data)) == [
            "Бот загружен: 0 сценариев. Проверьте, что заданы секреты: crm_key."
        ]


class TestForm:
    async def test_a_guest_sees_nothing_of_a_bot(self, app):
        app.add(bot(system_prompt="тайна"))
        tab = Tab(app, None, "/bots/1")
        [(name, _)] = await tab.fire(BotForm, "load")
        assert name == "_call_script"
        assert "тайна" not in json.dumps(await tab.public(BotForm), ensure_ascii=False)

    async def test_a_bot_that_is_not_there(self, app):
        for address in ("/bots/7", "/bots/0", "/bots/abc", f"/bots/{10**30}", "/bots/٣"):
            tab = Tab(app, "viewer", address)
            await tab.fire(BotForm, "load")
            state = await tab.state(BotForm)
            assert (state.ready, state.is_missing, state.bot_id) == (True, True, 0)

    async def test_every_field_is_stored(self, app):
        app.add(bot(), Scenario(name="С", bot_id=1))
        tab, state = await open_form(app)
        key = state.form_key
        form = {
            "name": " Новый ",
            "description": "о боте",
            "bot_type": "completion",
            "gpt_model": "gpt-4o",
            "creativity_level": "1,25",
            "max_tokens": "2 000",
            "system_prompt": "строка\r\nещё",
            "start_scenario": "1",
            "allowed_origins": "https://Example.com/\nhttp://localhost:3000",
            "_tag": state.tag,
        }
        assert await tab.toasts(BotForm, "save", form) == ["Сохранено."]
        found = stored(app)
        found.pop("created_at"), found.pop("updated_at")
        assert found == {
            "id": 1,
            "name": "Новый",
            "description": "о боте",
            "bot_type": "completion",
            "gpt_model": "gpt-4o",
            "creativity_level": 1.25,
            "max_tokens": 2000,
            "system_prompt": "строка\nещё",
            "is_active": False,
            "created_by_id": 1,
            "start_scenario_id": 1,
            "allowed_origins": ["https://example.com", "http://localhost:3000"],
        }
        assert (state.name, state.is_active, state.form_key) == ("Новый", False, key)

    async def test_wrong_fields_are_all_told_and_nothing_is_stored(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        form = sent(state, name=" ", max_tokens="0", creativity_level="много", gpt_model="")
        form["allowed_origins"] = "example.com"
        assert await tab.fire(BotForm, "save", form) == []
        assert {name: text["ru"] for name, text in state.errors.items()} == {
            "name": "Заполните это поле.",
            "gpt_model": "Заполните это поле.",
            "creativity_level": "Введите число.",
            "max_tokens": "Не меньше 1.",
            "allowed_origins": (
                "«example.com» — не адрес сайта. Нужен вид https://example.com, без пути."
            ),
        }
        assert state.refused == 1
        assert stored(app)["name"] == "Бот"

    async def test_a_wrong_site_alone_stores_nothing_either(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        await tab.fire(BotForm, "save", sent(state, name="Новый", allowed_origins="нет"))
        assert list(state.errors) == ["allowed_origins"]
        assert stored(app)["name"] == "Бот"

    async def test_a_start_scenario_of_another_bot_is_refused(self, app):
        app.add(bot(), bot(), Scenario(name="С", bot_id=2))
        tab, state = await open_form(app)
        await tab.fire(BotForm, "save", sent(state, start_scenario="1"))
        assert state.errors["start_scenario"]["ru"] == "Этот сценарий принадлежит другому боту."

    async def test_a_new_bot_is_made_and_opened(self, app):
        tab = Tab(app, "editor", "/bots/new")
        await tab.fire(BotForm, "load_new")
        state = await tab.state(BotForm)
        told = await tab.fire(BotForm, "save", {**state.values, "name": "Первый"})
        assert [name for name, _ in told] == ["_call_script", "_redirect", "_call_function"]
        assert told[1][1]["path"] == "/bots/1"
        assert (stored(app)["name"], stored(app)["created_by_id"]) == ("Первый", 2)

    async def test_a_viewer_makes_and_saves_nothing(self, app):
        app.add(bot())
        tab = Tab(app, "viewer", "/bots/new")
        await tab.fire(BotForm, "load_new")
        assert (await tab.state(BotForm)).is_refused
        tab, state = await open_form(app, "viewer")
        assert state.values["name"] == "Бот"
        no = ["На это у вас нет прав."]
        assert await tab.toasts(BotForm, "save", sent(state, name="Взлом")) == no
        assert await tab.toasts(BotForm, "duplicate") == no
        assert await tab.toasts(BotForm, "ask_delete") == no
        assert await tab.toasts(BotForm, "delete") == no
        assert await tab.toasts(TryOut, "send", {"message": "x"}, {}) == no
        assert stored(app)["name"] == "Бот"

    async def test_coming_back_online_leaves_the_form_alone(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        key = state.form_key
        crud_update(app, name="Другое")
        await tab.connect()
        await tab.fire(BotForm, "load")
        assert (state.form_key, state.values["name"], state.name) == (key, "Бот", "Другое")

    async def test_a_page_that_is_loaded_anew_shows_what_is_stored_now(self, app):
        app.add(bot())
        tab = Tab(app, "editor", "/bots/1")
        await tab.connect(loaded=True)
        await tab.fire(BotForm, "load")
        crud_update(app, name="Другое")
        await tab.connect(loaded=True)
        await tab.fire(BotForm, "load")
        assert (await tab.state(BotForm)).values["name"] == "Другое"

    async def test_the_form_of_a_new_bot_does_not_go_on_with_another_ones(self, app):
        app.add(bot(name="Прежний"))
        tab, state = await open_form(app)
        key = state.form_key
        tab.go("/bots/new")
        await tab.fire(BotForm, "load_new")
        assert (state.bot_id, state.values["name"]) == (0, "")
        assert state.form_key not in ("", key)

    async def test_another_person_in_the_same_tab_does_not_get_what_was_shown(self, app):
        app.add(bot(system_prompt="тайна"))
        tab, _ = await open_form(app)
        tab.sign_in(None)
        await tab.fire(BotForm, "save", {"name": "x"})
        assert "тайна" not in json.dumps(await tab.public(BotForm), ensure_ascii=False)


def crud_update(app, bot_id: int = 1, **changes) -> None:
    app.call(crud.update, EDITOR, BOTS, bot_id, changes, partial=True)


class TestTwoPeople:
    async def test_the_second_sees_the_firsts_values_and_overwrites_nothing(self, app):
        app.add(bot(system_prompt="было"))
        tab, state = await open_form(app)
        crud_update(app, name="Их имя", description="их описание")
        assert await tab.fire(BotForm, "save", sent(state, name="Моё имя")) == []
        shown = [(one.name, one.mine_ru, one.theirs_ru, one.keeps_mine) for one in state.conflict]
        assert shown == [
            ("name", "Моё имя", "Их имя", True),
            ("description", "(пусто)", "их описание", False),
        ]
        assert (stored(app)["name"], stored(app)["description"]) == ("Их имя", "их описание")

    async def test_each_field_gets_the_chosen_value(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        crud_update(app, name="Их имя", description="их описание", max_tokens=5)
        form = sent(state, name="Моё имя", description="моё", system_prompt="моё")
        await tab.fire(BotForm, "save", form)
        choice = {"keep-name": "theirs", "keep-description": "mine", "keep-max_tokens": "theirs"}
        assert await tab.toasts(BotForm, "resolve", choice) == ["Сохранено."]
        found = stored(app)
        names = ("name", "description", "max_tokens", "system_prompt")
        assert [found[name] for name in names] == ["Их имя", "моё", 5, "моё"]
        assert (state.conflict, state.values["name"], state.unsaved) == ([], "Их имя", False)

    async def test_a_third_change_meanwhile_is_asked_about_again(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        crud_update(app, name="Их имя")
        await tab.fire(BotForm, "save", sent(state, name="Моё имя"))
        crud_update(app, name="Третье имя")
        assert await tab.fire(BotForm, "resolve", {"keep-name": "mine"}) == []
        assert [(one.mine_ru, one.theirs_ru) for one in state.conflict] == [
            ("Моё имя", "Третье имя")
        ]
        assert stored(app)["name"] == "Третье имя"

    async def test_a_choice_that_is_refused_stays_in_the_form(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        crud_update(app, description="их")
        form = sent(state, max_tokens="0")
        await tab.fire(BotForm, "save", form)
        # Wrong fields come to light first when the choice is saved.
        assert state.conflict or state.errors
        await tab.fire(BotForm, "resolve", {"keep-max_tokens": "mine"})
        assert state.errors["max_tokens"]["ru"] == "Не меньше 1."
        assert (state.values["max_tokens"], state.unsaved) == ("0", True)
        assert stored(app)["max_tokens"] == 1000

    async def test_equal_values_need_no_question(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        crud_update(app, name="Одно имя")
        assert await tab.toasts(BotForm, "save", sent(state, name="Одно имя ")) == ["Сохранено."]

    async def test_theirs_can_be_taken_whole(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        key = state.form_key
        crud_update(app, name="Их имя")
        await tab.fire(BotForm, "save", sent(state, name="Моё имя"))
        await tab.fire(BotForm, "take_theirs")
        assert (state.values["name"], state.conflict) == ("Их имя", [])
        assert state.form_key != key

    async def test_a_draft_of_an_older_version_asks_too(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        old = sent(state, name="Моё имя")
        crud_update(app, name="Их имя")
        tab, state = await open_form(app)
        assert await tab.fire(BotForm, "save", old) == []
        assert [one.name for one in state.conflict] == ["name"]

    async def test_a_bot_deleted_meanwhile(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        app.call(crud.remove, EDITOR, BOTS, 1)
        assert await tab.toasts(BotForm, "save", sent(state, name="Моё")) == ["Не найдено."]


class TestTryOut:
    @pytest.fixture
    async def talking(self, tmp_path):
        with OpenAiServer() as model:
            settings = {"openai_api_key": "sk-x", "openai_base_url": model.url}
            async with make_app(tmp_path, model_max_retries=0, **settings) as app:
                ui.open_pages(app.runtime)
                app.add(bot(system_prompt="хранится"))
                tab, state = await open_form(app)
                yield model, app, tab, sent(state)
                ui.close_pages()

    async def test_it_talks_with_the_unsaved_settings_and_stores_nothing(self, talking):
        model, app, tab, form = talking
        model.enqueue(Text("Первый ответ", usage=(7, 5)), Text("Второй", usage=(9, 1)))
        form |= {"system_prompt": "Новый промпт", "gpt_model": "gpt-4o-mini", "max_tokens": "50"}
        await tab.fire(TryOut, "send", {"message": " Привет "}, form)
        await tab.fire(TryOut, "send", {"message": "Ещё"}, form)
        state = await tab.state(TryOut)
        assert list(state.lines) == [
            TryLine("user", "Привет"),
            TryLine("assistant", "Первый ответ", tokens=12),
            TryLine("user", "Ещё"),
            TryLine("assistant", "Второй", tokens=10),
        ]
        assert (state.busy, state.live, state.sent) == (False, "", 2)
        asked = model.requests[-1].body
        assert (asked["model"], asked["max_tokens"], asked["temperature"]) == (
            "gpt-4o-mini", 50, 0.7,
        )  # fmt: skip
        assert asked["messages"] == [
            {"role": "system", "content": "Новый промпт"},
            {"role": "user", "content": "Привет"},
            {"role": "assistant", "content": "Первый ответ"},
            {"role": "user", "content": "Ещё"},
        ]
        assert stored(app)["system_prompt"] == "хранится"
        assert app.call(lambda s: s.execute(select(BotExecution.id)).all()) == []

    async def test_wrong_settings_are_marked_in_the_form_and_not_sent(self, talking):
        model, _, tab, form = talking
        await tab.fire(TryOut, "send", {"message": "Привет"}, {**form, "max_tokens": "-1"})
        state, bot_form = await tab.state(TryOut), await tab.state(BotForm)
        assert list(bot_form.errors) == ["max_tokens"]
        assert state.problem["ru"] == "Сначала исправьте отмеченные поля формы."
        assert (state.sent, list(state.lines), list(model.requests)) == (0, [], [])

    async def test_a_failing_model_is_explained(self, talking):
        model, _, tab, form = talking
        model.enqueue(Status(401))
        await tab.fire(TryOut, "send", {"message": "Привет"}, form)
        state = await tab.state(TryOut)
        assert state.problem["ru"] == "Поставщик модели отклонил ключ. Проверьте OPENAI_API_KEY."
        assert (state.busy, list(state.lines)) == (False, [TryLine("user", "Привет")])

    @pytest.mark.parametrize(
        ("form", "settings"),
        [(None, None), ({"message": 7}, {}), ({"message": "   "}, {}), ([], 3), ({}, "x")],
    )
    async def test_nothing_to_say_asks_nothing(self, talking, form, settings):
        model, _, tab, _ = talking
        assert await tab.fire(TryOut, "send", form, settings) == []
        assert list(model.requests) == []

    async def test_stop_ends_the_question_at_once(self, talking):
        model, _, tab, form = talking
        held = Held("никогда не дойдёт")
        model.enqueue(held)
        state = await tab.state(TryOut)
        async with anyio.create_task_group() as group:
            group.start_soon(tab.fire, TryOut, "send", {"message": "Привет"}, form)
            await anyio.to_thread.run_sync(model.wait_for_requests, 1)
            await tab.fire(TryOut, "stop")
        assert (state.busy, list(state.lines)) == (False, [TryLine("user", "Привет")])


class TestScenarioOfTheBot:
    async def test_a_scenario_is_made_for_this_bot_and_opened(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        await tab.fire(BotForm, "ask_scenario")
        assert state.making_scenario
        [(_, values)] = await tab.fire(BotForm, "make_scenario", {"name": "Приём"})
        assert values["path"] == "/scenarios/1"
        made = app.call(lambda s: s.execute(select(Scenario.name, Scenario.bot_id)).all())
        assert made == [("Приём", 1)]

    async def test_it_needs_a_name(self, app):
        app.add(bot())
        tab, state = await open_form(app)
        for form in ({"name": " "}, {}, None):
            await tab.fire(BotForm, "make_scenario", form)
            assert list(state.scenario_errors) == ["name"]
