"""The editor as it looks and as assistive technology finds it; templates; who may only look."""

import re

import pytest
from playwright.sync_api import expect

from alpina_app.services.scenario_templates import list_templates, template_steps
from tests.browser.editor import stored_rows
from tests.support.pictures import branch, call, message, question

TABS = {
    "ru": ("Шаг", "Проверка", "Проба", "Версии"),
    "en": ("Step", "Check", "Preview", "Versions"),
}


@pytest.fixture
def rich(talks, ids):
    """One step of each type, with long words and findings."""
    n = ids(5)
    label = "Очень длинный вариант ответа, который не помещается в строку телефона"
    return talks.scenario(
        talks.bot(name="Бот с довольно длинным названием для узкого экрана"),
        message(n[0], "Здравствуйте! " + "Слово" * 30, n[1], gpt={"prompt": "Пошути"}),
        question(
            n[1],
            "роль",
            n[2],
            input={"type": "choice", "options": [{"label": label, "goto": n[4]}, {"label": "Да"}]},
        ),
        branch(n[2], [{"name": "Да", "rules": [{"var": "роль", "op": "eq", "value": "Да"}]}], n[3]),
        call(
            n[3], n[4], url="https://example.com/{{нет}}", headers=[{"name": "Host", "value": "a"}]
        ),
        message(n[4], "Всё"),
        name="Сценарий с названием, которое длиннее, чем обычно бывают названия",
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_looks_and_access(
    new_page, rich, open_editor, serious_findings, scrolls_sideways, language, dark, width
):
    page = new_page(language=language, dark=dark, width=width, height=800)
    open_editor(page, rich)

    def is_sound() -> None:
        assert (serious_findings(page), scrolls_sideways(page)) == ([], False)

    is_sound()
    views = page.get_by_role("toolbar").get_by_role("button", name=re.compile("Список|List"))
    views.click()
    is_sound()
    rows = page.locator(".row-name")
    for number in range(rows.count()):
        rows.nth(number).click()
        expect(page.locator(".sf[data-ready]")).to_be_visible()
        is_sound()
        if width < 900:
            page.get_by_role("button", name=re.compile("Скрыть панель|Hide the panel")).click()
    for name in TABS[language][1:]:
        page.get_by_role("tab", name=re.compile(f"^{name}")).click()
        expect(page.get_by_role("tabpanel", name=re.compile(f"^{name}"))).to_be_visible()
        is_sound()


class TestTemplates:
    @pytest.mark.parametrize("language", ["ru", "en"])
    @pytest.mark.parametrize("template", [one.key for one in list_templates()])
    def test_fill_an_empty_scenario(self, new_page, talks, open_editor, site, language, template):
        [one] = [found for found in list_templates() if found.key == template]
        page = new_page(language=language)
        scenario = talks.scenario(talks.bot())
        open_editor(page, scenario)
        page.get_by_role("button", name=re.compile(f"^{re.escape(one.name[language])}")).click()
        expect(page.locator(".step-node")).to_have_count(one.steps)
        expect(page.locator("[data-save=saved]")).to_be_visible()
        expected = [step.name for step in template_steps(template, language)]
        assert [row["name"] for row in stored_rows(site, scenario)] == expected
        expect(page.locator(".tab-count.bad")).to_have_count(0)
        publish = re.compile("Опубликовать|Publish")
        page.get_by_role("button", name=publish).click()
        page.get_by_role("dialog").get_by_role("button", name=publish).click()
        expect(page.locator("[data-live=live]")).to_be_visible()


class TestAViewer:
    def test_sees_all_and_changes_nothing(self, page, rich, open_editor, site):
        before = stored_rows(site, rich)
        open_editor(page, rich, "viewer")
        expect(page.locator(".step-node")).to_have_count(5)
        expect(page.get_by_role("button", name="Опубликовать")).to_have_count(0)
        expect(page.get_by_role("button", name="Добавить шаг")).to_have_count(0)
        expect(page.get_by_role("switch", name="Включён")).to_be_disabled()
        page.locator(".step-node").first.click()
        text = page.get_by_role("tabpanel", name="Шаг").get_by_label("Текст", exact=True)
        expect(text).to_be_visible()
        expect(text).not_to_be_editable()
        page.keyboard.press("Delete")
        expect(page.locator(".step-node")).to_have_count(5)
        assert stored_rows(site, rich) == before


def test_an_unknown_scenario_is_said_to_be_missing(page, sign_in, visit):
    sign_in(page)
    visit(page, "/scenarios/999999")
    expect(page.get_by_text("Такого сценария нет")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="К сценариям")).to_be_visible()
