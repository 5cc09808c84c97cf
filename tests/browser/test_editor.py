"""The scenario editor in a browser: two people at once, undo, what is stored."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.editor import (
    comes_to_hold,
    field,
    is_saved,
    names,
    row,
    stored,
    tool,
    view,
)
from tests.support.pictures import END, message, question, step


@pytest.fixture
def scene(talks, ids):
    """`scene(3)`: a scenario that greets, asks and says good-bye; its id."""

    def make(**fields) -> int:
        hello, ask, bye = ids(3)
        return talks.scenario(
            talks.bot(),
            message(hello, "Здравствуйте", ask),
            question(ask, "имя", bye),
            step(bye, "message", END),
            **fields,
        )

    return make


class TestTwoEditors:
    @pytest.fixture
    def both(self, new_page, open_editor, scene):
        """Two people before the same scenario: (first, second, its id)."""
        scenario = scene()
        first, second = new_page(), new_page()
        open_editor(first, scenario, "administrator")
        open_editor(second, scenario, "editor")
        return first, second, scenario

    def write(self, page: Page, number: int, label: str, text: str) -> None:
        page.locator(".step-node").nth(number).click()
        field(page, label).fill(text)

    def test_the_second_is_asked_and_nothing_is_lost(self, both, site):
        first, second, scenario = both
        self.write(first, 0, "Текст", "Добрый день")
        is_saved(first)
        self.write(second, 0, "Название", "Начало")
        dialog = second.get_by_role("dialog", name="Сценарий тем временем изменили")
        expect(dialog).to_contain_text("Изменения сделал(а) admin.")
        expect(dialog).to_contain_text("Добрый день")
        expect(dialog).to_contain_text("Начало")
        assert "Начало" not in stored(site, scenario)
        second.keyboard.press("Escape")
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="Наложить мои правки сверху").click()
        is_saved(second)
        found = stored(site, scenario)["Начало"]
        assert found["content"]["text"] == "Добрый день"
        expect(field(second, "Текст")).to_have_value("Добрый день")
        expect(field(second, "Название")).to_have_value("Начало")

    def test_the_second_may_take_what_the_first_wrote(self, both, site):
        first, second, scenario = both
        self.write(first, 0, "Текст", "Моё")
        is_saved(first)
        self.write(second, 0, "Текст", "Нет, моё")
        dialog = second.get_by_role("dialog", name="Сценарий тем временем изменили")
        dialog.get_by_role("button", name="Взять чужое, мои правки убрать").click()
        expect(field(second, "Текст")).to_have_value("Моё")
        is_saved(second)
        assert "Моё" in [one["content"]["text"] for one in stored(site, scenario).values()]

    def test_who_only_looks_on_is_told(self, both):
        first, second, _ = both
        self.write(first, 0, "Текст", "Добрый вечер")
        is_saved(first)
        second.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(second.locator(".step-node").first).to_contain_text("Добрый вечер")
        told = second.get_by_role("status").filter(has_text="admin")
        expect(told).to_contain_text("Изменён шаг")

    def test_a_step_deleted_by_the_first_comes_back_with_the_seconds_words(self, both, site):
        first, second, scenario = both
        first.locator(".step-node").nth(1).click()
        first.keyboard.press("Delete")
        is_saved(first)
        self.write(second, 1, "Что спросить", "Как к вам обращаться?")
        dialog = second.get_by_role("dialog", name="Сценарий тем временем изменили")
        dialog.get_by_role("button", name="Наложить мои правки сверху").click()
        is_saved(second)
        texts = [one["content"].get("text") for one in stored(site, scenario).values()]
        assert "Как к вам обращаться?" in texts


class TestUndo:
    def test_a_deleted_step_comes_back_in_every_view(self, page, scene, open_editor, site):
        scenario = scene()
        before = stored(site, scenario)
        open_editor(page, scenario)
        question = page.locator(".step-node").nth(1)
        name = question.locator(".step-name").inner_text()
        question.click()
        expect(field(page, "Название")).to_have_value(name)
        page.keyboard.press("Delete")
        expect(page.locator(".step-node")).to_have_count(2)
        note = page.get_by_role("status").filter(has_text="Удалён шаг")
        expect(note).to_contain_text("Сюда вели:")
        expect(field(page, "Название")).to_have_count(0)
        is_saved(page)
        note.get_by_role("button", name="Отменить").click()
        expect(page.locator(".step-node")).to_have_count(3)
        comes_to_hold(site, scenario, lambda steps: _bare(steps) == _bare(before))
        view(page, "Список")
        expect(row(page, name)).to_be_visible()
        tool(page, "Повторить").click()
        expect(row(page, name)).to_have_count(0)
        tool(page, "Отменить").click()
        expect(row(page, name)).to_be_visible()
        row(page, name).get_by_role("button", name=re.compile(f": {name}$")).first.click()
        expect(field(page, "Название")).to_have_value(name)
        is_saved(page)
        assert _bare(stored(site, scenario)) == _bare(before)

    def test_fifty_changes_lead_back_and_forth(self, page, scene, open_editor, site):
        scenario = scene()
        open_editor(page, scenario)
        view(page, "Список")
        first, *_ = before = names(page)
        down = page.get_by_role("button", name=f"Ниже: {first}")
        up = page.get_by_role("button", name=f"Выше: {first}")
        for number in range(50):
            (up if number % 2 else down).click()
            at = 0 if number % 2 else 1
            expect(page.locator(".row-title").nth(at)).to_have_text(first)
        for number in range(50):
            page.keyboard.press("Control+z")
            at = 0 if number % 2 else 1
            expect(page.locator(".row-title").nth(at)).to_have_text(first)
        assert names(page) == before
        expect(tool(page, "Отменить")).to_be_disabled()
        for _ in range(50):
            tool(page, "Повторить").click()
        expect(tool(page, "Повторить")).to_be_disabled()
        assert names(page) == before

    def test_writing_in_the_form_is_one_change(self, page, scene, open_editor):
        scenario = scene()
        open_editor(page, scenario)
        page.locator(".step-node").first.click()
        text = field(page, "Текст")
        text.fill("")
        text.press_sequentially("Рады видеть вас", delay=5)
        is_saved(page)
        expect(page.locator(".step-node").first).to_contain_text("Рады видеть вас")
        tool(page, "Отменить").click()
        expect(text).to_have_value("Здравствуйте")
        expect(page.locator(".step-node").first).to_contain_text("Здравствуйте")
        tool(page, "Повторить").click()
        expect(text).to_have_value("Рады видеть вас")


def _bare(steps):
    """Without the places, which the layout gives at the first visit."""
    return {name: {**one, "place": None} for name, one in steps.items()}
