"""Scenarios, steps and conversations in a browser: their lists, and one conversation's trace."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, select

from alpina_app.i18n import translate
from alpina_app.models import Bot, BotExecution, Message, Scenario, Step, TraceEvent
from alpina_app.services.scenario_templates import list_templates
from tests.browser.conftest import eventually

EDITOR = re.compile(r"/scenarios/\d+")


@pytest.fixture
def editor(page, sign_in) -> Page:
    sign_in(page, "editor")
    return page


def rows(page: Page):
    return page.get_by_role("main").get_by_role("listitem")


def names(page: Page):
    return rows(page).locator(".strong-link")


def dialog(page: Page):
    return page.get_by_role("dialog")


def toast(page: Page, text: str):
    return page.locator("[data-sonner-toast]").filter(has_text=text)


def scenario_of(site, scenario_id: int) -> Scenario | None:
    def read(session: Session):
        found = session.get(Scenario, scenario_id)
        return None if found is None else Scenario(**found.model_dump())

    return site.call(read)


def step_names(site, scenario_id: int) -> list[str]:
    query = select(Step.name).where(Step.scenario_id == scenario_id).order_by(Step.order)
    return site.call(lambda session: list(session.exec(query)))


def says(scenario_id: int, **fields) -> Step:
    return Step(**{"name": "Шаг", "scenario_id": scenario_id, "content": {"text": "А"}, **fields})


class TestScenarios:
    def test_findings_are_seen_at_a_glance(self, editor, visit, talks, site):
        bot_id = talks.bot(name="Проверяемый")
        sound = talks.scenario(bot_id, name="Исправный")
        broken = talks.scenario(bot_id, name="Сломанный")
        site.add(
            says(sound, content={"text": "Привет", "end": True}),
            says(broken, step_type="question", content={"text": ""}),
        )
        visit(editor, f"/scenarios?bot={bot_id}&ordering=name")
        expect(names(editor)).to_have_text(["Исправный", "Сломанный"])
        expect(rows(editor).nth(0)).to_contain_text("без ошибок")
        expect(rows(editor).nth(1)).to_contain_text("1 ошибка")

    def test_one_with_errors_is_not_turned_on(self, editor, visit, talks, site):
        scenario_id = talks.scenario(talks.bot(), name="Неисправимый", is_active=False)
        site.add(says(scenario_id, step_type="question", content={"text": ""}))
        visit(editor, "/scenarios?search=Неисправимый")
        switch = editor.get_by_role("switch", name="Сценарий «Неисправимый» включён")
        switch.click()
        expect(toast(editor, "В сценарии есть ошибки")).to_be_visible()
        expect(switch).not_to_be_checked()
        assert scenario_of(site, scenario_id).is_active is False

    def test_one_without_errors_is_turned_on_and_off(self, editor, visit, talks, site):
        scenario_id = talks.scenario(talks.bot(), name="Включаемый", is_active=False)
        site.add(says(scenario_id))
        visit(editor, "/scenarios?search=Включаемый")
        switch = editor.get_by_role("switch", name="Сценарий «Включаемый» включён")
        switch.check()
        eventually(lambda: scenario_of(site, scenario_id).is_active)
        editor.reload()
        expect(switch).to_be_checked()
        switch.uncheck()
        eventually(lambda: not scenario_of(site, scenario_id).is_active)
        editor.reload()
        expect(switch).not_to_be_checked()

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_a_ready_one_brings_its_name_and_steps(
        self, new_page, sign_in, visit, talks, site, language
    ):
        bot_id = talks.bot(name=f"Для шаблона {language}")
        page = new_page(language=language)
        sign_in(page, "editor")
        visit(page, f"/scenarios?bot={bot_id}")
        page.get_by_role("button", name=translate(language, "work.new_scenario")).first.click()
        expect(dialog(page).get_by_role("radio")).to_have_count(7)
        template = list_templates()[0]
        dialog(page).get_by_role("radio", name=template.name[language], exact=True).check()
        dialog(page).get_by_role("button", name=translate(language, "work.create")).click()
        page.wait_for_url(EDITOR)
        made = int(EDITOR.search(page.url)[0].rpartition("/")[2])
        found = scenario_of(site, made)
        assert (found.name, found.bot_id) == (template.name[language], bot_id)
        assert len(step_names(site, made)) == template.steps

    def test_an_empty_one_wants_a_name(self, editor, visit, talks, site):
        bot_id = talks.bot(name="Для пустого")
        visit(editor, f"/bots/{bot_id}")
        editor.get_by_role("button", name="Новый сценарий").click()
        dialog(editor).get_by_role("button", name="Создать").click()
        expect(dialog(editor).get_by_role("alert")).to_have_text("Заполните это поле.")
        dialog(editor).get_by_label("Название").fill("Чистый лист")
        dialog(editor).get_by_role("button", name="Создать").click()
        editor.wait_for_url(EDITOR)
        made = int(EDITOR.search(editor.url)[0].rpartition("/")[2])
        assert scenario_of(site, made).name == "Чистый лист"

    def test_a_copy_opens_and_one_is_deleted(self, editor, visit, talks, site):
        scenario_id = talks.scenario(talks.bot(), name="Образцовый")
        site.add(says(scenario_id, name="Первый"))
        visit(editor, "/scenarios?search=Образцовый")
        menu = editor.get_by_role("button", name="Действия: Образцовый", exact=True)
        menu.click()
        editor.get_by_role("menuitem", name="Дублировать").click()
        editor.wait_for_url(EDITOR)
        visit(editor, "/scenarios?search=Образцовый")
        expect(rows(editor)).to_have_count(2)
        menu.click()
        editor.get_by_role("menuitem", name="Удалить…").click()
        expect(dialog(editor)).to_contain_text("Удалить сценарий «Образцовый»?")
        dialog(editor).get_by_role("button", name="Удалить навсегда").click()
        expect(toast(editor, "Сценарий «Образцовый» удалён.")).to_be_visible()
        expect(rows(editor)).to_have_count(1)
        assert scenario_of(site, scenario_id) is None

    def test_a_viewer_reads_only(self, page, sign_in, visit, talks):
        talks.scenario(talks.bot(), name="Для чтения")
        sign_in(page, "viewer")
        visit(page, "/scenarios?search=Для чтения")
        expect(page.get_by_role("switch")).to_be_disabled()
        expect(page.get_by_role("button", name="Новый сценарий")).to_have_count(0)
        page.get_by_role("button", name="Действия: Для чтения").click()
        expect(page.get_by_role("menuitem")).to_have_text(["Настроить", "Открыть бота"])


class TestSteps:
    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_one_is_found_by_what_it_says_and_opens_in_the_editor(
        self, new_page, sign_in, visit, talks, site, language
    ):
        scenario_id = talks.scenario(talks.bot(name="Хозяин шагов"), name="С шагами")
        word = f"Аустерлиц{language}"
        [_, wanted] = site.add(
            says(scenario_id, name="Первый"),
            says(scenario_id, name="Искомый", content={"text": f"Помните {word}, друзья?"}),
        )
        page = new_page(language=language)
        sign_in(page, "viewer")
        visit(page, "/steps")
        page.get_by_role("searchbox").fill(word.lower())
        expect(names(page)).to_have_text(["Искомый"])
        expect(rows(page)).to_contain_text(f"Помните {word}, друзья?")
        expect(rows(page)).to_contain_text("С шагами")
        names(page).click()
        page.wait_for_url(re.compile(rf"/scenarios/{scenario_id}/?\?step={wanted}"))
        expect(
            page.get_by_role("textbox", name=translate(language, "form.step_name"), exact=True)
        ).to_have_value("Искомый")

    def test_they_are_chosen_by_type_and_bot(self, editor, visit, talks, site):
        scenario_id = talks.scenario(talks.bot(name="Разборчивый"))
        site.add(
            says(scenario_id, name="Речь"),
            says(scenario_id, name="Вопрос", step_type="question", content={"text": "Кто?"}),
        )
        visit(editor, "/steps")
        editor.get_by_label("Бот", exact=True).select_option(label="Разборчивый")
        expect(names(editor)).to_have_text(["Речь", "Вопрос"])
        editor.get_by_label("Тип шага").select_option(label="вопрос")
        expect(names(editor)).to_have_text(["Вопрос"])
        editor.reload()
        expect(names(editor)).to_have_text(["Вопрос"])


class TestHistory:
    def test_a_conversation_is_found_and_shows_what_its_steps_did(
        self, page, sign_in, visit, talks, site
    ):
        bot_id = talks.bot(name="Собеседник")
        scenario_id = talks.scenario(bot_id, name="Опрос")
        [step_id] = site.add(says(scenario_id, name="Ваше имя", step_type="question"))
        [talk] = site.add(
            BotExecution(
                bot_id=bot_id,
                scenario_id=scenario_id,
                user_session="гость-77",
                status="failed",
                is_completed=True,
                variables={"имя": "Анна", "баллы": [1, 2]},
            )
        )
        site.add(
            Message(execution_id=talk, position=0, role="user", content="Привет"),
            Message(execution_id=talk, position=1, role="assistant", content="Как вас зовут?"),
            TraceEvent(
                execution_id=talk,
                seq=1,
                step_id=step_id,
                step_type="question",
                input="Анна",
                exit="next",
                duration_ms=7,
                warnings=[{"code": "path_missing", "params": {"path": "data.id", "name": "код"}}],
            ),
            TraceEvent(execution_id=talk, seq=2, step_id=10**9, error="step_limit", tokens=12),
        )
        sign_in(page, "viewer")
        visit(page, "/history")
        page.get_by_role("searchbox").fill("гость-77")
        expect(rows(page)).to_have_count(1)
        expect(rows(page)).to_contain_text("сбой")
        names(page).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Разговор {talk}")
        for text in ("Как вас зовут?", "Анна", "[1, 2]", "В ответе нет «data.id»"):
            expect(page.get_by_text(text).first).to_be_visible()
        expect(page.get_by_role("main")).not_to_contain_text("step_limit")
        page.get_by_text("Подробности").first.click()
        expect(page.get_by_text('"input": "Анна"')).to_be_visible()
        page.get_by_role("link", name="Ваше имя").click()
        page.wait_for_url(re.compile(rf"/scenarios/{scenario_id}/?\?step={step_id}"))

    def test_it_is_narrowed_by_state_and_shared_by_its_address(self, editor, visit, talks, site):
        bot_id = talks.bot(name="Болтун")
        site.add(
            BotExecution(bot_id=bot_id, user_session="болтун-1", is_completed=False),
            BotExecution(
                bot_id=bot_id, user_session="болтун-2", is_completed=True, status="completed"
            ),
        )
        visit(editor, f"/history?bot={bot_id}")
        expect(rows(editor)).to_have_count(2)
        editor.get_by_label("Состояние").select_option("true")
        expect(rows(editor)).to_have_count(1)
        expect(rows(editor)).to_contain_text("болтун-2")
        assert "is_completed=true" in editor.url

    def test_what_is_not_there_says_so(self, editor, visit):
        visit(editor, "/history/999999999")
        expect(editor.get_by_role("heading", level=1)).to_have_text("Такого разговора нет")


@pytest.mark.parametrize("path", ["/bots", "/scenarios", "/steps", "/history"])
def test_an_empty_list_says_what_to_do_next(own_site, new_page, watch, path):
    site = own_site()
    watch.url = site.url
    page = new_page()
    page.context.add_cookies(site.login_cookies("editor"))
    page.goto(site.url + path)
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", level=2)).to_be_visible()
    expect(main.get_by_role("link").or_(main.get_by_role("button")).first).to_be_visible()
    assert site.call(lambda session: session.exec(select(Bot.id)).all()) == []


def test_an_empty_list_offers_what_it_is_for_once(own_site, new_page, watch):
    site = own_site()
    watch.url = site.url
    page = new_page()
    page.context.add_cookies(site.login_cookies("editor"))
    page.goto(f"{site.url}/bots")
    page.get_by_role("link", name="Новый бот").click()
    page.get_by_label("Название", exact=True).fill("Первый")
    page.get_by_role("button", name="Создать бота").click()
    expect(page).to_have_url(re.compile(r"/bots/\d+$"))
    page.get_by_role("link", name="Боты", exact=True).click()
    expect(page.get_by_role("link", name="Первый")).to_be_visible()
    expect(page.get_by_role("link", name="Новый бот")).to_have_count(1)
    page.get_by_role("link", name="Сценарии", exact=True).click()
    page.get_by_role("heading", level=2, name="Сценариев пока нет").wait_for()
    page.get_by_role("button", name="Новый сценарий").click()
    expect(page.get_by_role("dialog", name="Новый сценарий")).to_be_visible()
