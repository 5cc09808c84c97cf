"""Trying a draft in the editor: the preview beside the canvas, the trials in the form of a step."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.editor import comes_to_hold, field, form, is_saved, node, panel, row, view
from tests.support.openai_server import Text
from tests.support.pictures import branch, call, message, question, step


@pytest.fixture
def drawn(talks, ids):
    """`drawn(build)`: a scenario of the steps that `build(ids)` gives; its id and theirs."""

    def make(count, build):
        n = ids(count)
        return talks.scenario(talks.bot(), *build(n)), n

    return make


def preview(page: Page) -> Locator:
    return page.get_by_role("tabpanel", name="Проба")


def said(page: Page) -> Locator:
    return page.get_by_role("log", name="Разговор").locator(".bubble")


def answer(page: Page, text: str) -> None:
    preview(page).get_by_label("Ответ", exact=True).fill(text)
    preview(page).get_by_label("Ответ", exact=True).press("Enter")


def lights(page: Page, name: str) -> None:
    expect(page.locator(".step-node.lit .step-name")).to_have_text([name])


class TestPreview:
    @pytest.fixture
    def scene(self, drawn):
        return drawn(
            5,
            lambda n: [
                message(n[0], "Здравствуйте", n[1]),
                question(n[1], "возраст", n[2], text="Сколько лет?", input={"type": "number"}),
                branch(
                    n[2],
                    [{"rules": [{"var": "возраст", "op": "gte", "value": 18}], "goto": n[3]}],
                    n[4],
                ),
                message(n[3], "Взрослый: {{возраст}}", end=True),
                message(n[4], "Ребёнок: {{возраст}}", end=True),
            ],
        )

    def test_runs_the_draft_with_the_step_lit_and_the_trace_beside(self, page, scene, open_editor):
        scenario, n = scene
        open_editor(page, scenario)
        panel(page, "Проба").get_by_role("button", name="С начала").click()
        expect(said(page)).to_have_text(["Бот: Здравствуйте", "Бот: Сколько лет?"])
        lights(page, f"Шаг {n[1]}")
        answer(page, "много")
        expect(said(page)).to_have_count(4)
        answer(page, "20")
        expect(said(page).last).to_have_text("Бот: Взрослый: 20")
        lights(page, f"Шаг {n[3]}")
        expect(preview(page)).to_contain_text("Сценарий закончился.")
        trace = preview(page).locator(".trace > li")
        expect(trace.filter(has_text="возраст = 20")).to_have_count(1)
        expect(trace.last).to_contain_text(f"Шаг {n[3]}")
        trace.last.get_by_role("button", name=f"Шаг {n[3]}").click()
        expect(node(page, f"Шаг {n[3]}")).to_have_class(re.compile(r"\bselected\b"))
        view(page, "Список")
        expect(row(page, f"Шаг {n[3]}")).to_have_class(re.compile(r"\blit\b"))

    def test_begins_at_any_step_with_variables_set_before(self, page, scene, open_editor):
        scenario, n = scene
        open_editor(page, scenario)
        node(page, f"Шаг {n[2]}").click()
        box = panel(page, "Проба")
        box.get_by_label("Новая переменная").fill("возраст")
        box.get_by_label("Значение", exact=True).fill("7")
        box.get_by_role("button", name="Добавить").click()
        expect(box.get_by_label("Значение: возраст")).to_have_value("7")
        box.get_by_role("button", name="С выбранного шага").click()
        expect(said(page)).to_have_text(["Бот: Ребёнок: 7"])
        box.get_by_label("Значение: возраст").fill("30")
        box.get_by_label("Значение: возраст").press("Tab")
        box.get_by_role("button", name="Закончить").click()
        expect(box.get_by_label("Значение: возраст")).to_have_value("7")

    def test_variables_are_edited_while_it_runs(self, page, scene, open_editor):
        scenario, _ = scene
        open_editor(page, scenario)
        box = panel(page, "Проба")
        box.get_by_role("button", name="С начала").click()
        expect(said(page)).to_have_count(2)
        box.get_by_label("Новая переменная").fill("лишнее")
        box.get_by_label("Значение", exact=True).fill("[1, 2]")
        box.get_by_role("button", name="Добавить").click()
        expect(box.get_by_label("Значение: лишнее")).to_have_value("[1,2]")
        box.get_by_role("button", name="Убрать лишнее").click()
        expect(box.get_by_label("Значение: лишнее")).to_have_count(0)

    def test_uses_the_draft_as_it_is_written_this_moment(self, page, scene, open_editor):
        scenario, n = scene
        open_editor(page, scenario)
        node(page, f"Шаг {n[0]}").click()
        field(page, "Текст").fill("Совсем новое")
        panel(page, "Проба").get_by_role("button", name="С начала").click()
        expect(said(page).first).to_have_text("Бот: Совсем новое")

    def test_answers_of_model_and_service_by_hand(self, page, drawn, open_editor, model):
        scenario, n = drawn(
            3,
            lambda n: [
                call(
                    n[0],
                    n[1],
                    url="https://example.com/rate",
                    save=[{"path": "rate", "var": "курс"}],
                    on_error={"text": "Нет связи", "goto": n[2]},
                ),
                step(n[1], "message", {"text": "{{курс}}", "gpt": {"prompt": "О {{курс}}"}}, n[2]),
                message(n[2], "Всё", end=True),
            ],
        )
        open_editor(page, scenario)
        box = panel(page, "Проба")
        box.get_by_role("button", name="Отвечаю сам").click()
        box.get_by_role("button", name="С начала").click()
        expect(box).to_contain_text("GET https://example.com/rate")
        lights(page, f"Шаг {n[0]}")
        box.get_by_label("Тело ответа").fill('{"rate": 91.5}')
        box.get_by_role("button", name="Ответить").click()
        expect(box).to_contain_text("О 91.5")
        box.get_by_label("Ваш ответ вместо модели").fill("Дорого")
        box.get_by_role("button", name="Ответить").click()
        expect(said(page)).to_have_text(["Бот: 91.5", "Бот: Дорого", "Бот: Всё"])
        box.get_by_role("button", name="Заново").click()
        box.get_by_role("button", name="Сбой").click()
        expect(said(page)).to_have_text(["Бот: Нет связи", "Бот: Всё"])
        assert list(model.requests) == []

    def test_asks_the_model_for_real(self, page, drawn, open_editor, model):
        scenario, _ = drawn(
            1, lambda n: [step(n[0], "message", {"gpt": {"prompt": "Привет"}, "end": True})]
        )
        model.enqueue(Text("И вам привет", usage=(9, 3)))
        open_editor(page, scenario)
        panel(page, "Проба").get_by_role("button", name="С начала").click()
        expect(said(page)).to_have_text(["Бот: И вам привет"])
        expect(preview(page)).to_contain_text("Токенов: 12")


class TestTrials:
    def test_a_click_into_the_answer_fills_a_save_path(self, page, drawn, open_editor, model, site):
        who = {"name": "X-Who", "value": "{{кто}}"}
        scenario, n = drawn(
            2,
            lambda n: [
                call(n[0], n[1], url=f"{model.url}/models", headers=[who]),
                message(n[1], "Всё", end=True),
            ],
        )
        open_editor(page, scenario)
        node(page, f"Шаг {n[0]}").click()
        form(page).get_by_text("Отправить пробный запрос").click()
        form(page).get_by_label("кто", exact=True).fill("я")
        form(page).get_by_role("button", name="Отправить", exact=True).click()
        expect(form(page).locator(".sf-result .badge").first).to_have_text("200")
        form(page).get_by_role("button", name="Развернуть или свернуть: 0").click()
        form(page).get_by_title("Записать data[0].id в переменную").click()
        saved = form(page).get_by_role("group", name="Значение 1", exact=True)
        expect(saved.get_by_label("Путь в ответе")).to_have_value("data[0].id")
        expect(saved.get_by_label("В переменную")).to_have_value("id")
        is_saved(page)
        wanted = [{"path": "data[0].id", "var": "id"}]
        comes_to_hold(
            site, scenario, lambda steps: steps[f"Шаг {n[0]}"]["content"].get("save") == wanted
        )

    def test_a_prompt_is_tried_on_the_model(self, page, drawn, open_editor, model):
        gpt = {"prompt": "Для {{имя}}", "model": "gpt-4o-mini"}
        scenario, n = drawn(1, lambda n: [step(n[0], "message", {"gpt": gpt, "end": True})])
        model.enqueue(Text("Готово", usage=(10, 2)))
        open_editor(page, scenario)
        node(page, f"Шаг {n[0]}").click()
        form(page).get_by_text("Проверить на модели").click()
        form(page).get_by_label("имя", exact=True).fill("Анна")
        form(page).get_by_role("button", name="Спросить модель").click()
        result = form(page).locator(".sf-result")
        expect(result).to_contain_text("Готово")
        expect(result).to_contain_text("12 токенов")
        expect(result).to_contain_text("стоимость 0,00003 $")
        assert model.requests[-1].body["messages"][-1]["content"] == "Для Анна"
