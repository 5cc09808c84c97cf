"""The scenario editor without a browser: one model, its changes, saving, two people, trying out."""

import json
import pickle
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from alpina_app import ui
from alpina_app.domain.sketch import Change
from alpina_app.domain.sketch.clips import read_clip
from alpina_app.models import Bot, Scenario, Secret, Step
from alpina_app.services import crud, versions
from alpina_app.services.access import Caller
from alpina_app.services.steps import STEPS
from alpina_app.ui.states import editor as editor_module
from alpina_app.ui.states.editor import EditorState
from alpina_app.ui.states.editor_desk import UNDO_STEPS, Feed
from alpina_app.ui.states.editor_panel import EditorPanel
from alpina_app.ui.states.editor_preview import EditorPreview
from alpina_app.ui.states.editor_tries import EditorTries
from alpina_app.ui.states.editor_versions import EditorVersions
from alpina_app.ui.texts import I18n
from tests.support.app import make_app
from tests.support.openai_server import OpenAiServer
from tests.support.tab import Tab

EDITOR = Caller(2, "editor", "editor")
OPTIONS = [{"label": "Да", "goto": 3}, {"label": "Нет"}]
CHOICE = {"text": "Ну?", "save_to": "да", "input": {"type": "choice", "options": OPTIONS}}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(editor_module, "SAVE_PAUSE_S", 0)


def fill(app, *, direct: bool = True, **fields):
    """Bot 1 with scenario 1: 1 -> 2 (a choice) -> 3 by "Да", 4 otherwise."""
    app.add(
        Bot(name="Бот", created_by_id=1),
        Scenario(name="Сценарий", bot_id=1, draft_mode=not direct, **fields),
        Step(name="Шаг 1", scenario_id=1, content={"text": "Привет"}, order=1),
        Step(name="Шаг 2", scenario_id=1, content=CHOICE, order=2, step_type="question"),
        Step(name="Шаг 3", scenario_id=1, content={"text": "{{да}}", "end": True}, order=3),
        Step(name="Шаг 4", scenario_id=1, content={"text": "Пока", "end": True}, order=4),
    )

    def link(session):
        for id, target in ((1, 2), (2, 4)):
            session.execute(update(Step).where(Step.id == id).values(next_step_id=target))

    app.call(link)


@pytest.fixture
def scenario(app):
    fill(app)
    return app


async def open_tab(app, role="editor", address="/scenarios/1"):
    tab = Tab(app, role, address)
    await tab.fire(EditorState, "load")
    return tab, await tab.state(EditorState)


async def settle(tab):
    """What the handlers leave to the background."""
    await tab.fire(EditorState, "recheck")
    await tab.fire(EditorState, "autosave")


def stored(app, id: int = 1) -> dict:
    def read(session):
        found = session.get(Step, id)
        return None if found is None else found.model_dump()

    return app.call(read)


def revision(app) -> int:
    return app.call(lambda session: session.get(Scenario, 1).revision)


def names(state) -> list[str]:
    return [one["name"] for one in state.step_names]


def browser(state, known=None):
    """The browser's model after what it was sent: {id: node}."""
    nodes = {} if known is None else known
    if known is None:
        nodes |= {node["id"]: node for node in state.graph["nodes"]}
    for entry in state.feed:
        for id in entry["gone"]:
            nodes.pop(id, None)
        nodes |= {node["id"]: node for node in entry["nodes"]}
    return nodes


class TestOpening:
    async def test_a_guest_is_sent_to_sign_in(self, scenario):
        tab = Tab(scenario, None, "/scenarios/1")
        [(name, values)] = await tab.fire(EditorState, "load")
        assert name == "_call_script"
        assert "/admin/login/?next=/scenarios/1" in values["javascript_code"]
        assert (await tab.public(EditorState))["graph"] == {}

    @pytest.mark.parametrize("address", ["/scenarios/9", "/scenarios/x", "/scenarios/1/2", "/"])
    async def test_a_scenario_that_is_not_there(self, scenario, address):
        _, state = await open_tab(scenario, address=address)
        assert (state.is_missing, state.ready, state.graph) == (True, True, {})

    async def test_everything_is_shown(self, scenario):
        _, state = await open_tab(scenario)
        assert (state.name, state.bot_name, state.save_state) == ("Сценарий", "Бот", "saved")
        assert (state.live_state, state.may_edit, state.start_id) == ("direct", True, 1)
        node = state.graph["nodes"][1]
        assert node["lines"] == [
            ["says", "Ну?"],
            [
                "note",
                "ждёт: один вариант → запоминает в да",
                "waits for: one option → remembers as да",
            ],
        ]
        assert [(one["key"], one["to"], one["follows"]) for one in node["exits"]] == [
            ("option:0", 3, False), ("option:1", 4, True), ("next", 4, False),
            ("on_fail", None, False),
        ]  # fmt: skip
        assert state.variables == [{"name": "да", "set_in": [2], "used_in": [3]}]

    async def test_an_address_may_name_a_step(self, scenario):
        _, state = await open_tab(scenario, address="/scenarios/1?step=3")
        assert (state.selected_id, state.selected_step["name"]) == (3, "Шаг 3")

    async def test_a_viewer_sees_and_changes_nothing(self, scenario):
        tab, state = await open_tab(scenario, "viewer")
        assert (state.may_edit, len(state.graph["nodes"])) == (False, 4)
        assert await tab.toasts(EditorState, "delete_steps", [1]) == ["На это у вас нет прав."]
        assert names(state) == ["Шаг 1", "Шаг 2", "Шаг 3", "Шаг 4"]

    async def test_another_session_in_the_same_tab_finds_an_empty_page(self, scenario):
        tab, state = await open_tab(scenario)
        tab.sign_in("viewer")
        await tab.fire(EditorState, "resend")
        assert (state.graph, state._desk) == ({}, None)

    async def test_coming_back_keeps_the_undo(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "delete_steps", [4])
        await settle(tab)
        await tab.fire(EditorState, "load")
        assert (state.can_undo, names(state)) == (True, ["Шаг 1", "Шаг 2", "Шаг 3"])

    async def test_a_lost_state_is_made_anew_by_the_next_event(self, scenario):
        tab = Tab(scenario, "editor", "/scenarios/1")
        await tab.fire(EditorState, "change_step", 1, {"name": "Новый"})
        await settle(tab)
        assert stored(scenario)["name"] == "Новый"


class TestEditing:
    async def test_a_new_step_is_stored_at_once_and_selected(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "add_step", "question", 2, "option:1", None, None, False)
        assert (state.selected_id, state.selected_step["step_type"]) == (5, "question")
        assert (stored(scenario, 5)["name"], stored(scenario, 5)["order"]) == ("Вопрос 5", 4)
        assert stored(scenario, 2)["content"]["input"]["options"][1]["goto"] == 5
        assert browser(state)[2]["exits"][1]["to"] == 5

    async def test_a_step_inserted_on_an_edge_links_itself(self, scenario):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorState, "add_step", "message", 1, "next", 10, 20.5, True)
        assert (stored(scenario, 1)["next_step_id"], stored(scenario, 5)["next_step_id"]) == (5, 2)
        assert (stored(scenario, 5)["canvas_x"], stored(scenario, 5)["canvas_y"]) == (10.0, 20.5)

    async def test_the_forms_picker_makes_a_step_and_keeps_the_form(self, scenario):
        tab, state = await open_tab(scenario, address="/scenarios/1?step=2")
        await tab.fire(EditorState, "create_at", "message", {"step": 2, "exit": "on_fail"})
        assert state.selected_id == 2
        assert state.selected_step["content"]["on_fail"] == {"action": "goto", "goto": 5}

    async def test_links_are_made_and_cut(self, scenario):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorState, "link", 2, "option:1", 1)
        await tab.fire(EditorState, "link", 1, "next", 0)
        await settle(tab)
        assert stored(scenario, 2)["content"]["input"]["options"][1]["goto"] == 1
        assert stored(scenario, 1)["next_step_id"] is None

    async def test_deleting_says_what_pointed_there_and_undo_brings_it_back(self, scenario):
        tab, state = await open_tab(scenario)
        before = browser(state)[2]
        await tab.fire(EditorState, "delete_steps", [3])
        assert state.note["ru"] == "Удалён шаг «Шаг 3». Сюда вели: «Шаг 2» (Да). Эти связи сняты."
        await settle(tab)
        assert stored(scenario, 3) is None
        await tab.fire(EditorState, "undo")
        await settle(tab)
        assert stored(scenario, 3)["content"] == {"text": "{{да}}", "end": True}
        assert browser(state)[2] == before
        await tab.fire(EditorState, "redo")
        await settle(tab)
        assert stored(scenario, 3) is None

    async def test_fifty_changes_can_be_undone(self, scenario):
        tab, state = await open_tab(scenario)
        for n in range(UNDO_STEPS + 5):
            await tab.fire(EditorState, "link", 1, "next", 2 + n % 2)
        for _ in range(UNDO_STEPS):
            assert state.can_undo
            await tab.fire(EditorState, "undo")
        assert (state.can_undo, state.can_redo) == (False, True)

    async def test_undone_to_what_is_stored_nothing_is_saved(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 1, {"name": "А"})
        await tab.fire(EditorState, "undo")
        await settle(tab)
        assert (state.save_state, revision(scenario)) == ("saved", 1)

    async def test_a_form_typed_on_is_one_change(self, scenario):
        tab, state = await open_tab(scenario)
        for text in ("П", "Пр", "При"):
            await tab.fire(EditorState, "change_step", 1, {"content": {"text": text}})
        await tab.fire(EditorState, "undo")
        assert browser(state)[1]["lines"] == [["says", "Привет"]]

    async def test_the_version_tells_the_form_of_changes_beside_it(self, scenario):
        tab, state = await open_tab(scenario, address="/scenarios/1?step=2")
        await tab.fire(EditorState, "change_step", 2, {"name": "Имя"})
        assert (state.selected_step["version"], state.selected_step["name"]) == (0, "Имя")
        await tab.fire(EditorState, "link", 2, "next", 3)
        assert state.selected_step["version"] == 1

    async def test_moving_is_no_new_revision_and_can_be_undone(self, scenario):
        tab, state = await open_tab(scenario)
        sent = (state.graph, list(state.feed))
        await tab.fire(EditorState, "move", [[1, 5, 6], [2, 7.5, -8]])
        assert (state.graph, list(state.feed)) == sent
        await settle(tab)
        assert (stored(scenario)["canvas_x"], stored(scenario)["canvas_y"]) == (5.0, 6.0)
        assert (revision(scenario), state.save_state) == (1, "saved")
        await tab.fire(EditorState, "undo")
        await settle(tab)
        assert (stored(scenario)["canvas_x"], browser(state)[1]["x"]) == (None, None)

    async def test_the_layouts_places_are_nothing_to_undo(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "place_first", [[1, 0, 0], [2, 300, 0]])
        assert (stored(scenario, 2)["canvas_x"], state.can_undo) == (300.0, False)
        await tab.fire(EditorState, "place_first", [[2, 5, 5]])
        assert stored(scenario, 2)["canvas_x"] == 300.0

    async def test_the_list_is_reordered_without_rewiring(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "reorder", 4, 0)
        await settle(tab)
        assert names(state) == ["Шаг 4", "Шаг 1", "Шаг 2", "Шаг 3"]
        assert (state.start_id, stored(scenario, 2)["next_step_id"]) == (1, 4)

    async def test_another_step_becomes_the_start(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "set_start", 3)
        await settle(tab)
        assert (state.start_id, state.feed[-1]["start"]) == (3, 3)
        await tab.fire(EditorState, "choose_start", "2")
        assert state.start_id == 2

    async def test_steps_are_copied_within_and_between_scenarios(self, scenario):
        scenario.add(Scenario(name="Другой", bot_id=1))
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "pick", [2, 3])
        clip = state.clip
        assert [one.id for one in read_clip(clip, state._desk.sketch)] == [2, 3]
        await tab.fire(EditorState, "paste", clip)
        assert stored(scenario, 5)["content"]["input"]["options"][0]["goto"] == 6
        assert stored(scenario, 5)["next_step_id"] == 4
        assert (state.picked_count, state.focus["ids"]) == (2, [5, 6])
        other, state = await open_tab(scenario, address="/scenarios/2")
        await other.fire(EditorState, "paste", clip)
        assert stored(scenario, 7)["next_step_id"] is None
        assert stored(scenario, 7)["content"]["input"]["options"][0]["goto"] == 8

    async def test_other_texts_are_not_pasted(self, scenario):
        tab, _ = await open_tab(scenario)
        assert await tab.toasts(EditorState, "paste", "привет") == ["В буфере обмена нет шагов."]

    async def test_a_variable_is_renamed_everywhere(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "rename_variable", "да", "выбор")
        assert state.note["ru"] == "Переменная «да» теперь «выбор» в 2 шагах."
        await settle(tab)
        assert stored(scenario, 3)["content"]["text"] == "{{выбор}}"
        assert await tab.toasts(EditorState, "rename_variable", "выбор", "bot") == [
            "Имя «bot» занято встроенной переменной."
        ]

    async def test_a_template_fills_an_empty_scenario_only(self, app):
        app.add(Bot(name="Бот", created_by_id=1), Scenario(name="С", bot_id=1))
        tab, state = await open_tab(app)
        await tab.fire(EditorState, "use_template", "greeting")
        await settle(tab)
        assert names(state) == ["Приветствие", "Чем помочь", "О продукте", "Контакты"]
        assert (state.error_count, state.selected_id) == (0, 1)
        await tab.fire(EditorState, "use_template", "faq")
        assert state.step_count == 4
        await tab.fire(EditorState, "undo")
        await settle(tab)
        assert (state.step_count, stored(app)) == (0, None)

    async def test_texts_are_in_the_language_of_the_page(self, app):
        app.add(Bot(name="Bot", created_by_id=1), Scenario(name="S", bot_id=1))
        tab, state = await open_tab(app)
        (await tab.state(I18n)).lang = "en"
        await tab.fire(EditorState, "add_step", "message", 0, "next", None, None, False)
        assert names(state) == ["Message 1"]

    async def test_the_name_and_the_description_are_edited(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "rename", "  Новое  ")
        await tab.fire(EditorState, "describe", "О чём")
        await settle(tab)
        row = scenario.call(lambda session: session.get(Scenario, 1).model_dump())
        assert (row["name"], row["description"]) == ("Новое", "О чём")
        key = state.name_key
        await tab.fire(EditorState, "rename", "   ")
        assert (state.name, state.name_key) == ("Новое", key + 1)

    @pytest.mark.parametrize(
        ("handler", "given"),
        [
            ("add_step", ("poem",)),
            ("add_step", ("message", 1, "option:9")),
            ("add_step", ("message", 0, "next", float("inf"), 0.0)),
            ("link", (1, "next", 99)),
            ("link", (99, "next", 1)),
            ("link", (1, "branch:0", 1)),
            ("delete_steps", ("1",)),
            ("move", ([[1, "a", 2]],)),
            ("move", ([[1, 1e9, 2]],)),
            ("reorder", (99, 1)),
            ("change_step", (1, {"id": 5})),
            ("change_step", (1, {"content": float("nan")})),
            ("change_step", (1, {"step_type": "ode"})),
            ("change_step", (99, {"name": "x"})),
            ("set_start", (99,)),
            ("use_template", ("faq",)),
        ],
    )
    async def test_what_does_not_fit_changes_nothing(self, scenario, handler, given):
        tab, state = await open_tab(scenario)
        before = (browser(state), names(state))
        assert await tab.toasts(EditorState, handler, *given) == ["Проверьте введённые данные."]
        assert (browser(state), names(state), state.can_undo) == (*before, False)

    async def test_a_step_pointing_nowhere_is_no_exit(self, scenario):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 1, {"next_step": 77})
        await settle(tab)
        assert stored(scenario)["next_step_id"] is None


class TestFeed:
    async def test_the_browser_follows_by_entries(self, scenario):
        tab, state = await open_tab(scenario)
        known = browser(state)
        await tab.fire(EditorState, "change_step", 1, {"name": "А"})
        assert [node["id"] for node in state.feed[-1]["nodes"]] == [1]
        await tab.fire(EditorState, "delete_steps", [4])
        assert (state.feed[-1]["gone"], state.feed[-1]["seq"]) == ([4], state.graph["seq"] + 2)
        assert browser(state, known) == {
            node["id"]: node for node in (await resent(tab, state))["nodes"]
        }

    async def test_only_the_newest_entries_are_sent(self, scenario):
        tab, state = await open_tab(scenario)
        for n in range(Feed.KEPT + 3):
            await tab.fire(EditorState, "change_step", 1, {"name": f"А{n}"})
        numbers = [entry["seq"] for entry in state.feed]
        first = state.graph["seq"] + 4
        assert numbers == list(range(first, first + Feed.KEPT))

    async def test_a_large_change_is_sent_whole(self, scenario):
        tab, state = await open_tab(scenario)
        steps = [
            {"id": n, "name": "Ш", "step_type": "message", "content": {}}
            for n in range(1, Feed.LARGE + 5)
        ]
        clip = json.dumps({"format": "alpina-steps", "version": 1, "steps": steps})
        await tab.fire(EditorState, "paste", clip)
        assert (len(state.graph["nodes"]), state.feed) == (4 + Feed.LARGE + 4, [])

    async def test_no_two_scenarios_share_an_epoch(self, scenario):
        scenario.add(Scenario(name="Другой", bot_id=1))
        tab, state = await open_tab(scenario)
        before = state.graph["epoch"]
        tab.go("/scenarios/2")
        await tab.fire(EditorState, "load")
        assert (state.name, state.graph["nodes"]) == ("Другой", [])
        assert state.graph["epoch"] != before


async def resent(tab, state):
    await tab.fire(EditorState, "resend")
    return state.graph


class TestChecker:
    async def test_findings_are_shown_in_both_languages_and_marked(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 1, {"content": {"text": "{{"}})
        await settle(tab)
        [first, *_] = state.findings
        assert (first["severity"], first["step"], first["name"]) == ("error", 1, "Шаг 1")
        assert first["ru"].startswith("Шаблон не читается")
        assert first["en"] != first["ru"]
        assert (state.error_count, state.marks["1"]) == (1, [1, 0])
        await tab.fire(EditorState, "go_to", 1)
        assert state.selected_findings_ru[0]["path"] == "content.text"
        assert state.focus["id"] == 1

    async def test_an_offered_mend_is_applied_and_can_be_undone(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 4, {"content": {"text": "Пока"}})
        await settle(tab)
        [found] = [one for one in state.findings if one["step"] == 4]
        assert found["mends"]
        await tab.fire(EditorState, "mend", found["key"])
        await settle(tab)
        assert stored(scenario, 4)["content"] == {"text": "Пока", "end": True}
        assert [one for one in state.findings if one["step"] == 4] == []
        await tab.fire(EditorState, "undo")
        await settle(tab)
        assert stored(scenario, 4)["content"] == {"text": "Пока"}

    async def test_a_scenario_with_errors_cannot_be_made_active(self, app):
        fill(app, is_active=False)
        tab, state = await open_tab(app)
        await tab.fire(EditorState, "change_step", 2, {"content": {}})
        await tab.fire(EditorState, "set_active", True)
        assert state.switch_error["ru"].startswith("Нельзя включить: в сценарии")
        assert state.is_active is False
        assert app.call(lambda session: session.get(Scenario, 1).is_active) is False
        await tab.fire(EditorState, "undo")
        await tab.fire(EditorState, "set_active", True)
        assert (state.switch_error, state.is_active) == ({}, True)

    async def test_one_with_errors_can_be_made_inactive(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 2, {"content": {}})
        await tab.fire(EditorState, "set_active", False)
        assert (state.is_active, state.switch_error) == (False, {})


class TestSaving:
    async def test_the_first_save_makes_a_draft_and_what_was_live_stays(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 1, {"content": {"text": "Иначе"}})
        assert state.save_state == "saving"
        await settle(tab)
        assert (state.save_state, state.live_state, state.live_number) == ("saved", "changed", 1)
        picture = scenario.call(
            versions.read_published, EDITOR, 1, state._desk.draft.published_version
        )
        assert picture.steps[0].content == {"text": "Привет"}

    async def test_a_refused_save_says_why_and_is_tried_again(self, scenario):
        tab, state = await open_tab(scenario)
        state._desk.do(change_of(state, 1, name="я" * 300))
        await tab.fire(EditorState, "autosave")
        assert state.save_state == "failed"
        assert state.save_error["ru"] == "Слишком длинно: не больше 200 символов."
        await tab.fire(EditorState, "change_step", 1, {"name": "Короче"})
        await tab.fire(EditorState, "save_now")
        assert (state.save_state, stored(scenario)["name"]) == ("saved", "Короче")

    async def test_leaving_the_page_stores_what_is_unsaved(self, scenario):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 1, {"name": "Новый"})
        await tab.fire(EditorState, "leave")
        assert stored(scenario)["name"] == "Новый"

    async def test_the_state_can_be_kept_elsewhere(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "delete_steps", [4])
        again = pickle.loads(pickle.dumps(state._desk))
        assert again.sketch == state._desk.sketch


def change_of(state, id, **values):
    return Change({id: replace(state._desk.sketch.steps[id], **values)})


class TestTwoPeople:
    async def both(self, app):
        mine, theirs = await open_tab(app), await open_tab(app, "administrator")
        return *mine, *theirs

    async def test_the_second_sees_what_the_first_changed(self, scenario):
        mine, state, theirs, _ = await self.both(scenario)
        await theirs.fire(EditorState, "change_step", 1, {"content": {"text": "Их"}})
        await settle(theirs)
        await mine.fire(EditorState, "change_step", 3, {"name": "Моё"})
        await settle(mine)
        assert (state.save_state, state.conflict["who"]) == ("conflict", "admin")
        assert [one["ru"] for one in state.conflict["theirs"]] == [
            "Изменён шаг «Шаг 1» (сообщение)"
        ]
        assert state.conflict["theirs"][0]["lines"][0]["ru"] == "текст: было «Привет», стало «Их»"
        assert [one["ru"] for one in state.conflict["mine"]] == ["Изменён шаг «Моё» (сообщение)"]
        assert stored(scenario, 3)["name"] == "Шаг 3"

    async def test_mine_on_top_keeps_both(self, scenario):
        mine, state, theirs, _ = await self.both(scenario)
        await theirs.fire(EditorState, "change_step", 1, {"content": {"text": "Их"}})
        await settle(theirs)
        await mine.fire(EditorState, "change_step", 1, {"name": "Моё"})
        await settle(mine)
        await mine.fire(EditorState, "put_mine_on_top")
        found = stored(scenario)
        assert (found["name"], found["content"]) == ("Моё", {"text": "Их"})
        assert (state.save_state, state.conflict) == ("saved", {})
        await mine.fire(EditorState, "undo")
        await settle(mine)
        assert (stored(scenario)["name"], stored(scenario)["content"]) == ("Шаг 1", {"text": "Их"})

    async def test_theirs_taken_drops_mine(self, scenario):
        mine, state, theirs, _ = await self.both(scenario)
        await theirs.fire(EditorState, "delete_steps", [4])
        await settle(theirs)
        await mine.fire(EditorState, "change_step", 1, {"name": "Моё"})
        await settle(mine)
        await mine.fire(EditorState, "take_theirs")
        assert (names(state), state.can_undo) == (["Шаг 1", "Шаг 2", "Шаг 3"], False)
        assert (state.save_state, stored(scenario)["name"]) == ("saved", "Шаг 1")

    async def test_while_it_is_asked_nothing_is_edited(self, scenario):
        mine, state, theirs, _ = await self.both(scenario)
        await theirs.fire(EditorState, "delete_steps", [4])
        await settle(theirs)
        await mine.fire(EditorState, "change_step", 1, {"name": "Моё"})
        await settle(mine)
        await mine.fire(EditorState, "delete_steps", [2])
        assert (names(state)[:2], state.save_state) == (["Моё", "Шаг 2"], "conflict")

    async def test_a_step_they_deleted_through_rest_comes_back_anew(self, scenario):
        mine, state = await open_tab(scenario)
        scenario.call(crud.remove, EDITOR, STEPS, 4)
        await mine.fire(EditorState, "change_step", 4, {"name": "Моё"})
        await settle(mine)
        assert (state.save_state, state.conflict["who"]) == ("conflict", "")
        await mine.fire(EditorState, "put_mine_on_top")
        assert (state.save_state, stored(scenario, 5)["name"]) == ("saved", "Моё")

    async def test_what_changed_elsewhere_is_shown_when_nothing_is_unsaved(self, scenario):
        mine, state, theirs, _ = await self.both(scenario)
        await theirs.fire(EditorState, "delete_steps", [4])
        await settle(theirs)
        await mine.fire(EditorState, "look")
        assert names(state) == ["Шаг 1", "Шаг 2", "Шаг 3"]
        assert state.note["ru"].startswith("admin: Изменён шаг «Шаг 2» (вопрос)")

    async def test_another_revision_of_the_same_scenario_is_no_conflict(self, scenario):
        mine, state, theirs, _ = await self.both(scenario)
        await theirs.fire(EditorState, "set_active", False)
        await mine.fire(EditorState, "change_step", 1, {"name": "Моё"})
        await settle(mine)
        assert (state.save_state, stored(scenario)["name"]) == ("saved", "Моё")


class TestVersions:
    async def test_publishing_makes_the_draft_live(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 1, {"content": {"text": "Новое"}})
        await tab.fire(EditorVersions, "ask_publish")
        shown = await tab.state(EditorVersions)
        assert [one["ru"] for one in shown.changes] == ["Изменён шаг «Шаг 1» (сообщение)"]
        toasts = await tab.toasts(EditorVersions, "publish", {"note": "Вежливее", "start": "on"})
        assert toasts == ["Опубликована версия 2: новые разговоры идут по ней."]
        assert (state.live_state, state.live_number, state.starts_bot) == ("live", 2, True)
        assert [(one["number"], one["note"], one["live"]) for one in shown.versions] == [
            (2, "Вежливее", True),
            (1, "", False),
        ]
        assert scenario.call(lambda s: s.execute(select(Bot.start_scenario_id)).scalar_one()) == 1

    async def test_errors_forbid_publishing_and_are_counted(self, scenario):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 2, {"content": {}})
        await tab.fire(EditorVersions, "ask_publish")
        shown = await tab.state(EditorVersions)
        assert shown.refusal["ru"] == "В сценарии 1 ошибка: исправьте её, чтобы опубликовать."
        await tab.fire(EditorVersions, "publish", {"note": ""})
        assert shown.versions == []

    async def test_a_version_is_compared_and_restored_and_that_undone(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "add_step", "message", 4, "next", None, None, False)
        await tab.fire(EditorState, "delete_steps", [1])
        await settle(tab)
        await tab.fire(EditorVersions, "open_panel")
        shown = await tab.state(EditorVersions)
        [version] = shown.versions
        await tab.fire(EditorVersions, "compare", version["id"])
        assert [one["ru"] for one in shown.compared["told"]] == [
            "Изменён шаг «Шаг 4» (сообщение)",
            "Добавлен шаг «Сообщение 5» (сообщение)",
            "Удалён шаг «Шаг 1» (сообщение)",
        ]
        await tab.fire(EditorVersions, "ask_restore", version["id"])
        await tab.fire(EditorVersions, "restore")
        assert names(state) == ["Шаг 1", "Шаг 2", "Шаг 3", "Шаг 4"]
        await tab.fire(EditorState, "undo")
        await settle(tab)
        assert names(state) == ["Шаг 2", "Шаг 3", "Шаг 4", "Сообщение 5"]
        assert (state.save_state, stored(scenario)) == ("saved", None)
        assert stored(scenario, 5)["name"] == "Сообщение 5"

    async def test_leaving_the_draft_makes_the_rows_live(self, scenario):
        tab, state = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 1, {"name": "А"})
        await tab.fire(EditorVersions, "leave_draft")
        assert (state.live_state, state.save_state) == ("direct", "saved")


@pytest.fixture
async def model(tmp_path):
    with OpenAiServer() as server:
        async with make_app(tmp_path, openai_api_key="sk-test", openai_base_url=server.url) as app:
            ui.open_pages(app.runtime)
            app.model = server
            yield app
            ui.close_pages()


class TestPreview:
    async def test_a_scenario_is_played_and_traced_and_nothing_stored(self, scenario):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorPreview, "start", 0)
        shown = await tab.state(EditorPreview)
        assert [one["text"] for one in shown.lines] == ["Привет", "Ну?"]
        assert (shown.phase, shown.lit) == ("asks", 2)
        assert [one["label"] for one in shown.options] == ["Да", "Нет"]
        await tab.fire(EditorPreview, "say", {"answer": "да"})
        assert (shown.phase, shown.status) == ("done", "completed")
        assert [one["text"] for one in shown.lines[2:]] == ["да", "Да"]
        assert [(one["name"], one["exit"]["ru"]) for one in shown.trace] == [
            ("Шаг 1", "дальше"),
            ("Шаг 2", "ждёт ответа"),
            ("Шаг 2", "вариант «Да»"),
            ("Шаг 3", "дальше"),
        ]
        assert shown.variables == [{"name": "да", "value": "Да"}]
        assert scenario.call(lambda s: s.execute(select(Scenario.revision)).scalar_one()) == 1

    async def test_from_a_step_with_variables_set_beforehand(self, scenario):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorPreview, "add_variable", {"name": "да", "value": "[1, 2]"})
        await tab.fire(EditorPreview, "start", 3)
        shown = await tab.state(EditorPreview)
        assert [one["text"] for one in shown.lines] == ["1, 2"]
        await tab.fire(EditorPreview, "stop")
        assert (shown.phase, shown.variables) == ("idle", [{"name": "да", "value": "[1,2]"}])

    async def test_variables_are_changed_on_the_way(self, scenario):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorState, "change_step", 4, {"content": {"text": "{{x}}"}})
        await tab.fire(EditorPreview, "start", 0)
        await tab.fire(EditorPreview, "set_variable", "x", "5")
        await tab.fire(EditorPreview, "say", {"answer": "нет"})
        shown = await tab.state(EditorPreview)
        assert shown.lines[-1]["text"] == "5"

    @pytest.mark.parametrize("name", ["bot", "a b", "", "1"])
    async def test_names_that_are_none_are_refused(self, scenario, name):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorPreview, "set_variable", name, "5")
        shown = await tab.state(EditorPreview)
        assert "не годится" in shown.problem["ru"]
        assert shown.variables == []

    async def test_the_model_answers_really(self, model):
        fill(model)
        model.model.enqueue("Отвечаю")
        tab, _ = await open_tab(model)
        content = {"text": "Раз", "gpt": {"prompt": "Скажи"}}
        await tab.fire(EditorState, "change_step", 4, {"content": content})
        await tab.fire(EditorPreview, "start", 4)
        shown = await tab.state(EditorPreview)
        assert [one["text"] for one in shown.lines] == ["Раз", "Отвечаю"]
        assert shown.tokens > 0

    async def test_effects_are_answered_by_hand(self, scenario):
        tab, _ = await open_tab(scenario)
        scenario.add(Secret(name="KEY", value="sealed"))
        content = {
            "url": "https://example.com/?k={{secret.KEY}}",
            "save": [{"path": "id", "var": "x"}],
            "on_error": {"text": "Сбой"},
        }
        await tab.fire(EditorState, "change_step", 4, {"step_type": "api_call", "content": content})
        await tab.fire(EditorPreview, "set_by_hand", True)
        await tab.fire(EditorPreview, "start", 4)
        shown = await tab.state(EditorPreview)
        assert (shown.phase, shown.lit) == ("by_hand", 4)
        assert shown.effect["text"] == "GET https://example.com/?k=***"
        await tab.fire(EditorPreview, "answer_by_hand", {"status": "200", "text": '{"id": 7}'})
        assert (shown.phase, shown.variables) == ("done", [{"name": "x", "value": "7"}])
        await tab.fire(EditorPreview, "start", 4)
        await tab.fire(EditorPreview, "answer_by_hand", {"fails": "true"})
        assert shown.lines[-1]["text"] == "Сбой"

    async def test_a_waiting_preview_keeps_no_secret(self, scenario):
        tab, _ = await open_tab(scenario)
        await tab.fire(EditorPreview, "start", 0)
        shown = await tab.state(EditorPreview)
        again = pickle.loads(pickle.dumps(shown._preview))
        assert [one.text for one in again.lines] == ["Привет", "Ну?"]

    async def test_viewers_start_nothing(self, scenario):
        tab, _ = await open_tab(scenario, "viewer")
        assert await tab.toasts(EditorPreview, "start", 0) == ["На это у вас нет прав."]


class TestTries:
    async def test_a_prompt_is_tried_with_variables(self, model):
        fill(model)
        model.model.enqueue("Ответ")
        tab, _ = await open_tab(model)
        content = {"gpt": {"prompt": "О {{тема}}"}}
        await tab.fire(EditorState, "change_step", 4, {"content": content})
        await tab.fire(EditorTries, "try_prompt", 4, {"тема": "море"})
        shown = (await tab.state(EditorTries)).prompt
        assert (shown["step"], shown["text"], shown["error"]) == (4, "Ответ", "")
        assert shown["tokens"] > 0
        assert model.model.requests[-1].body["messages"][-1]["content"] == "О море"

    async def test_a_request_to_a_private_address_is_refused(self, scenario):
        tab, _ = await open_tab(scenario)
        content = {"url": "http://127.0.0.1:1/", "on_error": {}}
        await tab.fire(EditorState, "change_step", 4, {"step_type": "api_call", "content": content})
        await tab.fire(EditorTries, "try_request", 4, {})
        shown = (await tab.state(EditorTries)).request
        assert (shown["status"], shown["error"], shown["running"]) == (0, "refused_address", False)


class TestPanel:
    async def test_tabs_are_chosen_and_closed(self, scenario):
        tab, _ = await open_tab(scenario)
        panel = await tab.state(EditorPanel)
        await tab.fire(EditorPanel, "choose", "check")
        assert (panel.tab, panel.sheet) == ("check", True)
        await tab.fire(EditorPanel, "follow")
        assert panel.tab == "step"
        await tab.fire(EditorPanel, "choose", "nothing")
        assert (panel.tab, panel.sheet) == ("", False)
