"""Home, the frame of the pages, and the pages that refuse, in a browser."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from alpina_app.i18n import translate
from alpina_app.models import Bot, BotExecution, Scenario, Step, TraceEvent
from tests.support.raw_socket import STATE, heard

LANGUAGES = pytest.mark.parametrize("language", ["ru", "en"])


@pytest.fixture
def editor(page, sign_in) -> Page:
    sign_in(page, "editor")
    return page


def section(page: Page, title: str):
    return page.locator("section").filter(has=page.get_by_role("heading", name=title))


class TestHome:
    @LANGUAGES
    def test_a_guest_learns_what_it_is_and_whom_to_talk_to(self, new_page, visit, talks, language):
        bot_id = talks.bot(name=f"Открытый {language}", description="Всегда рад")
        talks.bot(name=f"Закрытый {language}", is_active=False)
        page = new_page(language=language)
        visit(page, "/")
        main = page.get_by_role("main")
        expect(main.get_by_role("heading", level=1)).to_have_text("Alpina Digital")
        expect(main.get_by_role("heading", name=f"Открытый {language}")).to_be_visible()
        expect(main).not_to_contain_text(f"Закрытый {language}")
        talk = translate(language, "home.chat")
        main.get_by_role("link", name=f"{talk}: Открытый {language}").click()
        page.wait_for_url(re.compile(rf"/chat/{bot_id}/?$"))

    def test_an_editor_sees_today_and_what_needs_attention(self, editor, visit, talks, site):
        lonely = talks.bot(name="Без сценариев")
        broken = talks.bot(name="С поломкой")
        [scenario] = site.add(Scenario(name="Сломан", bot_id=broken))
        site.add(Step(name="1", scenario_id=scenario, step_type="question", content={"text": ""}))
        talks.change(Bot, broken, start_scenario_id=scenario)
        [talk] = site.add(BotExecution(bot_id=lonely, user_session="сегодня"))
        site.add(TraceEvent(execution_id=talk, seq=1, error="model_timeout"))
        visit(editor, "/")
        expect(editor.get_by_text(re.compile("^разговор(а|ов)? сегодня$"))).to_be_visible()
        attention = section(editor, "Требует внимания")
        expect(attention.get_by_role("listitem").filter(has_text="С поломкой")).to_contain_text(
            "В начальном сценарии ошибки"
        )
        of_lonely = attention.get_by_role("listitem").filter(has_text="Без сценариев")
        expect(of_lonely.filter(has_text="1 ошибка модели за сутки.")).to_be_visible()
        expect(of_lonely.filter(has_text="Нет включённых сценариев")).to_be_visible()
        talks_today = section(editor, "Последние разговоры")
        expect(talks_today.get_by_role("link", name="Без сценариев").first).to_be_visible()
        editor.get_by_role("link", name="Создать бота").click()
        editor.wait_for_url(re.compile("/bots/new/?$"))

    @LANGUAGES
    def test_a_viewer_is_offered_nothing_to_make(self, new_page, sign_in, visit, talks, language):
        talks.bot()
        page = new_page(language=language)
        sign_in(page, "viewer")
        visit(page, "/")
        expect(page.get_by_role("link", name=translate(language, "home.quick_all"))).to_be_visible()
        expect(page.get_by_role("link", name=translate(language, "home.quick_new"))).to_have_count(
            0
        )

    def test_the_first_editor_adds_examples(self, own_site, new_page, watch):
        site = own_site()
        watch.url = site.url
        page = new_page()
        page.context.add_cookies(site.login_cookies("editor"))
        page.goto(site.url)
        page.get_by_role("button", name="Добавить примеры").click()
        expect(page.get_by_role("heading", name="Бот-консультант")).to_be_visible()
        expect(page.get_by_text("Добавлены 3 бота.")).to_be_visible()


class TestShell:
    @LANGUAGES
    def test_signing_in_and_out_leads_back(self, new_page, site, language):
        page = new_page(language=language)
        page.goto(f"{site.url}/steps?search=слово")
        page.wait_for_url(re.compile("/admin/login/"))
        page.locator("[name=username]").fill("viewer")
        page.locator("[name=password]").fill("viewer-pass-1")
        page.locator("[type=submit]").click()
        page.wait_for_url(re.compile(r"/steps/?\?search="))
        expect(page.get_by_role("searchbox")).to_have_value("слово")
        page.get_by_role("button", name=translate(language, "shell.sign_out")).click()
        page.wait_for_url(re.compile("/admin/login/"))
        page.goto(site.url)
        sign_in = page.get_by_role("link", name=translate(language, "shell.sign_in"))
        expect(sign_in.first).to_be_visible()

    def test_the_language_is_switched_at_once_and_kept(self, editor, visit):
        visit(editor, "/bots")
        editor.get_by_role("button", name="English").click()
        expect(editor.get_by_role("heading", level=1)).to_have_text("Bots")
        expect(editor.locator("html")).to_have_attribute("lang", "en")
        editor.reload()
        expect(editor.get_by_role("heading", level=1)).to_have_text("Bots")

    def test_who_reads_english_is_shown_no_russian_first(self, new_page, sign_in, site):
        page = new_page(language="en")
        sign_in(page, "editor")
        scripts, is_held = [], True
        page.route(
            re.compile(r"/assets/.*\.js"),
            lambda route: scripts.append(route) if is_held else route.continue_(),
        )
        page.goto(f"{site.url}/bots", wait_until="commit")
        title = page.locator("h1")
        expect(title).to_have_text("Боты")
        expect(title).to_be_hidden()
        is_held = False
        for script in scripts:
            script.continue_()
        expect(title).to_have_text("Bots")
        expect(title).to_be_visible()

    def test_the_theme_is_switched_and_kept(self, editor, visit):
        visit(editor, "/bots")
        editor.get_by_role("button", name="Сменить светлую тему").click()
        expect(editor.locator("html")).to_have_class(re.compile("dark"))
        editor.reload()
        expect(editor.locator("html")).to_have_class(re.compile("dark"))

    def test_the_first_tab_stop_leads_past_the_navigation(self, editor, visit):
        visit(editor, "/bots")
        editor.keyboard.press("Tab")
        skip = editor.get_by_role("link", name="К содержанию")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        editor.keyboard.press("Enter")
        editor.keyboard.press("Tab")
        expect(editor.get_by_role("button", name="Импорт из файла")).to_be_focused()

    def test_a_row_is_worked_by_keyboard(self, editor, visit, talks):
        talks.bot(name="Клавишный")
        visit(editor, "/bots?search=Клавишный")
        menu = editor.get_by_role("button", name="Действия с ботом «Клавишный»")
        menu.focus()
        editor.keyboard.press("Enter")
        expect(editor.get_by_role("menuitem", name="Настроить")).to_be_focused()
        editor.keyboard.press("End")
        expect(editor.get_by_role("menuitem", name="Удалить…")).to_be_focused()
        editor.keyboard.press("Enter")
        expect(editor.get_by_role("dialog")).to_contain_text("Удалить бота «Клавишный»?")
        expect(editor.get_by_role("button", name="Отмена")).to_be_focused()
        expect(editor.get_by_role("menu")).to_have_count(0)
        editor.keyboard.press("Escape")
        expect(editor.get_by_role("dialog")).to_have_count(0)
        expect(menu).to_be_focused()

    def test_the_menu_of_a_narrow_screen_closes_after_it_led_somewhere(
        self, new_page, sign_in, visit
    ):
        page = new_page(width=390)
        sign_in(page, "editor")
        visit(page, "/bots")
        sheet = page.locator(".menu-sheet")
        page.locator(".menu summary").click()
        sheet.get_by_role("link", name="Боты").click()
        expect(sheet).to_be_hidden()
        page.locator(".menu summary").click()
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        expect(page.locator(".menu summary")).to_be_focused()

    def test_links_out_of_the_pages_load_their_documents(self, editor, visit):
        visit(editor, "/")
        editor.locator("aside").get_by_role("link", name="Администрирование").click()
        editor.wait_for_url(re.compile("/admin/"))
        expect(editor.get_by_role("heading", level=1).first).to_be_visible()
        expect(editor.get_by_text("Такой страницы нет")).to_have_count(0)

    @LANGUAGES
    def test_a_lost_server_is_told_until_it_is_back(self, own_site, new_page, watch, language):
        watch.allow("WebSocket connection to", "ERR_CONNECTION_REFUSED")
        site = own_site()
        watch.url = site.url
        site.add(Bot(name="Дождавшийся", created_by_id=1))
        page = new_page(language=language)
        page.context.add_cookies(site.login_cookies("editor"))
        page.goto(f"{site.url}/bots")
        expect(page.get_by_role("link", name="Дождавшийся")).to_be_visible()
        site.stop(hard=True)
        told = page.get_by_role("status").filter(has_text=translate(language, "shell.reconnecting"))
        expect(told).to_be_visible()
        site.start()
        expect(told).to_have_count(0)
        page.get_by_role("searchbox").fill("дождав")
        page.wait_for_url(re.compile("search="))
        expect(page.get_by_role("link", name="Дождавшийся")).to_be_visible()


class TestRefusals:
    @LANGUAGES
    def test_an_address_without_a_page(self, new_page, site, watch, language):
        watch.allow("404")
        page = new_page(language=language)
        assert page.goto(f"{site.url}/no/such/page").status == 404
        expect(page.get_by_role("heading", level=1)).to_have_text(
            translate(language, "shell.not_found_title")
        )
        page.get_by_role("link", name=translate(language, "shell.to_home")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Alpina Digital")

    @LANGUAGES
    def test_a_viewer_is_told_where_he_may_not_go(self, new_page, sign_in, visit, language):
        page = new_page(language=language)
        sign_in(page, "viewer")
        visit(page, "/bots/new")
        expect(page.get_by_role("alert")).to_contain_text(
            translate(language, "forms.not_allowed_title")
        )

    def test_a_bot_that_is_not_there_says_so(self, editor, visit):
        visit(editor, "/bots/999999")
        expect(editor.get_by_role("heading", level=1)).to_have_text("Такого бота нет")


@pytest.mark.parametrize("role", [None, "viewer"])
def test_the_id_of_a_tab_gives_nobody_what_it_showed(editor, visit, talks, site, role):
    secret = "тайный промпт"
    bot_id = talks.bot(system_prompt=secret, is_active=False)
    visit(editor, f"/bots/{bot_id}")
    expect(editor.get_by_label("Системный промпт")).to_have_value(secret)
    tab = editor.evaluate("sessionStorage.token")
    known = site.login_cookies(role) if role else []
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in known)
    editor.close()
    for name in ("hydrate_and_load", "hydrate"):
        told = heard(site.url, tab, "/", [{"name": f"{STATE}.{name}"}], cookies)
        assert "is_hydrated" in told
        assert json.dumps(secret)[1:-1] not in told
        assert secret not in told
