"""The canvas: dragging, linking, inserting, picking, the clipboard, what goes over the socket."""

import re

import pytest
from playwright.sync_api import Page, expect

from alpina_app.models import Step
from tests.browser.editor import (
    add,
    comes_to_hold,
    drag,
    edge,
    exit_of,
    field,
    is_saved,
    middle,
    node,
    stored,
    stored_rows,
    tool,
)
from tests.support.pictures import END, message, question, step

CHOICE = {"type": "choice", "options": [{"label": "Автор"}, {"label": "Читатель"}]}


@pytest.fixture
def scene(talks, ids):
    """A greeting, a question with two options and two messages nobody leads to yet."""

    def make() -> int:
        hello, ask, one, other = ids(4)
        steps = [
            message(hello, "Здравствуйте", ask),
            question(ask, "роль", None, input=CHOICE),
            step(one, "message", END),
            step(other, "message", END),
        ]
        names = ["Начало", "Роль", "Авторам", "Читателям"]
        scenario = talks.scenario(talks.bot(), *steps)
        for row, name in zip(steps, names, strict=True):
            talks.change(Step, row.id, name=name)
        return scenario

    return make


def count_frames(page: Page) -> list[int]:
    """Bytes of each frame of the page's socket, as they come and go."""
    carried: list[int] = []

    def count(data) -> None:
        carried.append(len(data if isinstance(data, bytes) else data.encode()))

    def follow(socket) -> None:
        socket.on("framesent", count)
        socket.on("framereceived", count)

    page.on("websocket", follow)
    return carried


class TestLinks:
    def test_an_exit_is_dragged_to_a_step(self, page, scene, open_editor, site):
        scenario = scene()
        open_editor(page, scenario)
        drag(page, middle(exit_of(page, "Роль", "Автор")), middle(node(page, "Авторам")))
        expect(edge(page, "Роль", "Авторам")).to_have_count(1)
        is_saved(page)
        steps = stored(site, scenario)
        options = steps["Роль"]["content"]["input"]["options"]
        assert options == [
            {"label": "Автор", "goto": steps["Авторам"]["id"]},
            {"label": "Читатель"},
        ]

    def test_an_exit_dropped_on_empty_space_asks_for_a_new_step(
        self, page, scene, open_editor, site
    ):
        scenario = scene()
        open_editor(page, scenario)
        x, y = middle(page.locator(".flow"))
        drag(page, middle(exit_of(page, "Роль", "Читатель")), (x, y + 250))
        menu = page.get_by_role("menu", name="Добавить шаг")
        menu.get_by_role("menuitem", name="Сообщение").click()
        expect(node(page, "Сообщение 5")).to_be_visible()
        expect(edge(page, "Роль", "Сообщение 5")).to_have_count(1)
        expect(field(page, "Текст")).to_be_focused()

    def test_a_step_inserted_on_an_edge_links_itself(self, page, scene, open_editor, site):
        scenario = scene()
        open_editor(page, scenario)
        line = edge(page, "Начало", "Роль")
        line.locator(".react-flow__edge-interaction").hover(force=True)
        page.get_by_role("button", name="Вставить шаг сюда").click()
        page.get_by_role("menuitem", name="Условие").click()
        expect(edge(page, "Начало", "Условие 5")).to_have_count(1)
        expect(edge(page, "Условие 5", "Роль")).to_have_count(1)
        expect(line).to_have_count(0)
        is_saved(page)
        steps = stored(site, scenario)
        assert steps["Начало"]["next"] == steps["Условие 5"]["id"]
        assert steps["Условие 5"]["next"] == steps["Роль"]["id"]

    def test_an_edge_is_taken_off(self, page, scene, open_editor, site):
        scenario = scene()
        open_editor(page, scenario)
        line = edge(page, "Начало", "Роль")
        line.locator(".react-flow__edge-interaction").hover(force=True)
        page.get_by_role("button", name="Убрать связь").click()
        expect(line).to_have_count(0)
        comes_to_hold(site, scenario, lambda steps: steps["Начало"]["next"] is None)

    def test_a_step_added_behind_the_picked_one_links_itself(self, page, scene, open_editor, site):
        scenario = scene()
        open_editor(page, scenario)
        node(page, "Начало").click()
        add(page, "message")
        expect(edge(page, "Начало", "Сообщение 5")).to_have_count(1)
        expect(edge(page, "Сообщение 5", "Роль")).to_have_count(1)


class TestPicking:
    def test_several_steps_are_picked_and_deleted_and_told_of(self, page, scene, open_editor, site):
        scenario = scene()
        open_editor(page, scenario)
        node(page, "Роль").click()
        node(page, "Авторам").click(modifiers=["Shift"])
        expect(page.get_by_text("Выбрано 2 шага").first).to_be_visible()
        tool(page, "Удалить выбранное").click()
        told = page.get_by_role("status").filter(has_text="Удалено 2 шага")
        expect(told).to_contain_text("Сюда вели: «Начало»")
        assert set(comes_to_hold(site, scenario, lambda steps: len(steps) == 2 and steps)) == {
            "Начало",
            "Читателям",
        }

    def test_all_are_picked_copied_and_pasted(self, page, scene, open_editor, site):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        scenario = scene()
        open_editor(page, scenario)
        node(page, "Начало").click()
        page.keyboard.press("Control+a")
        expect(page.get_by_text("Выбрано 4 шага").first).to_be_visible()
        page.keyboard.press("Control+c")
        page.keyboard.press("Control+v")
        expect(page.locator(".step-node")).to_have_count(8)
        is_saved(page)
        assert len(stored_rows(site, scenario)) == 8

    def test_steps_are_carried_to_another_scenario(self, new_page, scene, open_editor, site):
        page = new_page()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        first, second = scene(), scene()
        open_editor(page, first)
        node(page, "Начало").click()
        node(page, "Роль").click(modifiers=["Shift"])
        expect(page.get_by_text("Выбрано 2 шага").first).to_be_visible()
        page.keyboard.press("Control+c")
        other = new_page(context=page.context)
        open_editor(other, second)
        node(other, "Авторам").click()
        other.keyboard.press("Control+v")
        expect(other.locator(".step-node")).to_have_count(6)
        is_saved(other)
        found = stored_rows(site, second)
        copies = found[4:]
        assert copies[0]["next"] == copies[1]["id"]
        assert copies[1]["content"]["input"] == CHOICE
        tool(other, "Отменить").click()
        expect(other.locator(".step-node")).to_have_count(4)

    def test_a_form_copies_and_deletes_its_own_text_only(self, page, scene, open_editor):
        open_editor(page, scene())
        node(page, "Начало").click()
        field(page, "Текст").click()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        expect(field(page, "Текст")).to_have_value("")
        expect(page.locator(".step-node")).to_have_count(4)

    def test_what_is_written_right_after_picking_goes_into_the_picked_step(
        self, page, scene, open_editor, site
    ):
        scenario = scene()
        open_editor(page, scenario)
        for name in ("Авторам", "Читателям", "Начало"):
            node(page, name).click()
            field(page, "Текст").fill(f"Это {name}")
        add(page, "message")
        field(page, "Текст").fill("Это новое")
        is_saved(page)
        steps = stored(site, scenario)
        written = {name: one["content"].get("text") for name, one in steps.items()}
        assert written == {
            "Авторам": "Это Авторам",
            "Читателям": "Это Читателям",
            "Начало": "Это Начало",
            "Сообщение 5": "Это новое",
            "Роль": "Как вас зовут?",
        }


class TestPlaces:
    def test_a_dragged_step_stays_there_and_costs_little(self, page, scene, open_editor, site):
        scenario = scene()
        carried = count_frames(page)
        open_editor(page, scenario)
        is_saved(page)
        start = middle(node(page, "Авторам").locator(".step-head"))
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(start[0] + 40, start[1] + 40, steps=5)
        comes_to_hold(site, scenario, lambda steps: steps["Авторам"]["place"][0] is not None)
        before = stored(site, scenario)["Авторам"]["place"]
        carried.clear()
        page.mouse.move(start[0] + 180, start[1] + 160, steps=40)
        page.mouse.up()
        comes_to_hold(site, scenario, lambda steps: steps["Авторам"]["place"] != before)
        is_saved(page)
        assert 0 < sum(carried) < 1024, carried
        place = stored(site, scenario)["Авторам"]["place"]
        assert place[0] > before[0]
        assert place[1] > before[1]
        page.reload()
        drawn = re.compile(rf"translate\({place[0]:g}px, {place[1]:g}px\)")
        expect(node(page, "Авторам")).to_have_attribute("style", drawn)
        tool(page, "Разложить по порядку").click()
        comes_to_hold(site, scenario, lambda steps: steps["Авторам"]["place"] != place)
        tool(page, "Отменить").click()
        comes_to_hold(site, scenario, lambda steps: steps["Авторам"]["place"] == place)

    def test_the_small_map_and_the_zoom_are_there(self, page, scene, open_editor):
        open_editor(page, scene())
        expect(page.get_by_role("img", name="Карта сценария")).to_be_visible()
        expect(page.locator(".react-flow__minimap-node")).to_have_count(4)
        scale = page.locator(".react-flow__viewport")
        before = scale.get_attribute("style")
        page.get_by_role("button", name="Крупнее").click()
        expect(scale).not_to_have_attribute("style", before)
        page.get_by_role("button", name="Показать всё").click()
        for name in ("Начало", "Роль", "Авторам", "Читателям"):
            expect(node(page, name)).to_be_in_viewport(ratio=1)

    def test_arrows_walk_and_shift_with_an_arrow_moves(self, page, scene, open_editor, site):
        scenario = scene()
        open_editor(page, scenario)
        node(page, "Начало").click()
        page.keyboard.press("ArrowRight")
        expect(node(page, "Роль")).to_be_focused()
        expect(field(page, "Название")).to_have_value("Роль")
        before = comes_to_hold(site, scenario, lambda steps: steps["Роль"]["place"])
        page.keyboard.press("Shift+ArrowDown")
        comes_to_hold(site, scenario, lambda steps: steps["Роль"]["place"][1] > before[1])


class TestALargeScenario:
    @pytest.fixture
    def large(self, talks, ids):
        """Two hundred steps with places: each tenth one asks."""
        n = ids(200)
        steps = [
            question(id, f"ответ_{id}", after) if place % 10 == 9 else message(id, "Текст", after)
            for place, (id, after) in enumerate(zip(n, [*n[1:], None], strict=True))
        ]
        scenario = talks.scenario(talks.bot(), *steps)
        for place, id in enumerate(n):
            talks.change(Step, id, canvas_x=320.0 * (place % 20), canvas_y=220.0 * (place // 20))
        return scenario

    def test_opens_in_a_few_frames(self, page, large, open_editor):
        carried = count_frames(page)
        open_editor(page, large)
        expect(page.locator(".step-node")).to_have_count(200)
        is_saved(page)
        assert len(carried) < 25, carried
        assert sum(carried) < 300_000, sum(carried)

    def test_writing_and_moving_cost_as_little_as_in_a_small_one(
        self, page, large, open_editor, site
    ):
        carried = count_frames(page)
        open_editor(page, large)
        first, *_ = stored_rows(site, large)
        node(page, first["name"]).click()
        expect(field(page, "Название")).to_have_value(first["name"])
        is_saved(page)
        carried.clear()
        text = "Здравствуйте! Чем помочь?"
        field(page, "Текст").fill("")
        field(page, "Текст").press_sequentially(text)
        expect(field(page, "Текст")).to_have_value(text)
        comes_to_hold(site, large, lambda steps: steps[first["name"]]["content"]["text"] == text)
        is_saved(page)
        assert sum(carried) < 20_000, carried
        carried.clear()
        start = middle(node(page, first["name"]).locator(".step-head"))
        drag(page, start, (start[0] + 20, start[1] + 90))
        comes_to_hold(site, large, lambda steps: steps[first["name"]]["place"] != first["place"])
        is_saved(page)
        assert sum(carried) < 1024, carried
