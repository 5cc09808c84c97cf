"""The pages of bots in a browser: whole journeys, two people, what must not be lost."""

import json
import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session

from alpina_app.i18n import translate
from alpina_app.models import Bot, BotExecution, LoginSession, Step
from tests.browser.conftest import eventually
from tests.support.openai_server import Text

PAYLOAD = '<script>window.hit=1</script><img src=x onerror="window.hit=1">'
_ALL_SESSIONS = LoginSession.__table__
BOT_PAGE = re.compile(r"/bots/\d+/?$")


def button(page: Page, text: str):
    return page.get_by_role("button", name=text, exact=True)


def field(page: Page, name: str):
    return page.locator(f"#bot-{name}")


def form(page: Page):
    return page.locator("#bot-form")


def dialog(page: Page):
    return page.locator("dialog[open]")


def toast(page: Page, text: str):
    return page.locator("[data-sonner-toast]").filter(has_text=text)


def names(page: Page):
    """Of the bots in the list."""
    return page.get_by_role("main").get_by_role("listitem").locator(".strong-link")


def bot_of(site, bot_id: int) -> Bot | None:
    def read(session: Session):
        found = session.get(Bot, bot_id)
        return None if found is None else Bot(**found.model_dump())

    return site.call(read)


def id_of(page: Page) -> int:
    return int(page.url.rstrip("/").rpartition("/")[2])


@pytest.fixture
def editor(page, sign_in) -> Page:
    sign_in(page, "editor")
    return page


@pytest.mark.parametrize("language", ["ru", "en"])
def test_from_signing_in_to_a_bot_that_answers_a_guest(
    new_page, site, model, sign_in_by_form, language
):
    def say(key: str, **params) -> str:
        return translate(language, key, **params)

    page = new_page(language=language)
    sign_in_by_form(page, "editor")
    page.get_by_role("link", name=say("home.quick_new")).click()
    field(page, "name").fill(f"Консультант {language}")
    field(page, "system_prompt").fill("Отвечай одним словом.")
    model.enqueue(Text("Слово", pieces=("Сло", "во")))
    page.get_by_label(say("bots.try_message")).fill("Кто ты?")
    page.get_by_label(say("bots.try_message")).press("Enter")
    expect(page.locator(".try-line").last).to_contain_text("Слово")
    assert model.requests[-1].body["messages"][0]["content"] == "Отвечай одним словом."
    button(page, say("bots.create")).click()
    page.wait_for_url(BOT_PAGE)
    expect(toast(page, say("forms.saved"))).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Консультант {language}")
    expect(page).to_have_title(f"Консультант {language} — Alpina Digital")

    guest = new_page(language=language)
    guest.goto(site.url)
    card = guest.locator(".bot-card").filter(has_text=f"Консультант {language}")
    card.get_by_role("link").click()
    guest.wait_for_url(re.compile(rf"/chat/{id_of(page)}"))


class TestForm:
    def test_every_field_is_stored(self, editor, visit, talks, site):
        bot_id = talks.bot(name="Все поля")
        scenario_id = talks.scenario(bot_id, name="Приём")
        visit(editor, f"/bots/{bot_id}")
        editor.get_by_label("Название").fill("Переименован")
        editor.get_by_label("Описание").fill("Помогает выбрать")
        editor.get_by_role("switch", name="Бот включён").uncheck()
        editor.get_by_label("Системный промпт").fill("Отвечай коротко.")
        editor.get_by_role("combobox", name="Модель").fill("gpt-4o")
        editor.get_by_label("Тип", exact=True).select_option(label="Дополнение текста")
        editor.get_by_role("textbox", name="Творчество").fill("1,3")
        editor.get_by_label("Длина ответа").fill("2 000")
        editor.get_by_label("Начальный сценарий").select_option(label="Приём")
        editor.get_by_label("Сайты, где можно встроить чат").fill("https://example.com")
        button(editor, "Сохранить").click()
        expect(toast(editor, "Сохранено")).to_be_visible()
        found = bot_of(site, bot_id).model_dump(exclude={"id", "created_at", "updated_at"})
        assert found == {
            "name": "Переименован",
            "description": "Помогает выбрать",
            "is_active": False,
            "system_prompt": "Отвечай коротко.",
            "gpt_model": "gpt-4o",
            "bot_type": "completion",
            "creativity_level": 1.3,
            "max_tokens": 2000,
            "start_scenario_id": scenario_id,
            "allowed_origins": ["https://example.com"],
            "created_by_id": 1,
        }

    def test_a_new_bot_does_not_begin_with_what_another_one_has(self, editor, visit, talks):
        visit(editor, f"/bots/{talks.bot(name='Прежний')}")
        expect(field(editor, "name")).to_have_value("Прежний")
        visit(editor, "/bots/new")
        button(editor, "Создать бота").click()
        expect(editor.get_by_role("alert")).to_have_text("Заполните это поле.")
        expect(field(editor, "name")).to_have_value("")
        assert editor.url.rstrip("/").endswith("/bots/new")

    def test_a_copy_opens_and_is_off(self, editor, visit, talks, site):
        visit(editor, f"/bots/{talks.bot(name='Образец')}")
        button(editor, "Ещё").click()
        editor.get_by_role("menuitem", name="Дублировать").click()
        expect(editor.get_by_role("heading", level=1)).to_have_text("Образец — копия")
        expect(field(editor, "name")).to_have_value("Образец — копия")
        expect(editor.get_by_role("switch", name="Бот включён")).not_to_be_checked()

    def test_errors_stand_beside_the_fields_and_nothing_typed_is_lost(self, editor, visit):
        visit(editor, "/bots/new")
        field(editor, "system_prompt").fill("Длинный промпт")
        field(editor, "max_tokens").fill("много")
        field(editor, "creativity_level").fill("3")
        editor.keyboard.press("Control+s")
        expect(field(editor, "name")).to_have_attribute("aria-invalid", "true")
        expect(field(editor, "name")).to_be_focused()
        expect(editor.locator("#bot-name-error")).to_have_text("Заполните это поле.")
        expect(editor.locator("#bot-max_tokens-error")).to_have_text("Введите целое число.")
        expect(editor.locator("#bot-creativity_level-error")).to_have_text("Не больше 2.")
        editor.get_by_role("button", name="English").first.click()
        expect(editor.locator("#bot-max_tokens-error")).to_have_text("Enter a whole number.")
        assert field(editor, "system_prompt").input_value() == "Длинный промпт"
        assert field(editor, "max_tokens").input_value() == "много"

    def test_the_slider_and_its_number_follow_each_other(self, editor, visit, talks):
        visit(editor, f"/bots/{talks.bot(creativity_level=0.75)}")
        slider = editor.get_by_role("slider", name="Творчество")
        assert field(editor, "creativity_level").input_value() == "0.75"
        slider.focus()
        editor.keyboard.press("End")
        assert field(editor, "creativity_level").input_value() == "2"
        expect(editor.locator(".level-word")).to_have_text("непредсказуемо")
        field(editor, "creativity_level").fill("0,1")
        assert slider.input_value() == "0.1"
        expect(slider).to_have_attribute("aria-valuetext", "0,1 — точно и предсказуемо")

    def test_the_prompt_is_counted_as_it_is_typed(self, editor, visit):
        visit(editor, "/bots/new")
        field(editor, "system_prompt").fill("Привет 😀")
        expect(editor.locator(".counter")).to_have_text("Символов: 8 · токенов: около 5")

    def test_the_model_is_offered_from_the_providers_list(self, editor, visit):
        visit(editor, "/bots/new")
        options = editor.locator("#bot-models option")
        expect(options.first).to_be_attached()
        assert "gpt-4o-mini" in [one.get_attribute("value") for one in options.all()]

    def test_a_click_does_not_lose_what_was_typed(self, editor, visit, talks):
        bot_id = talks.bot(name="Бот для ухода")
        visit(editor, f"/bots/{bot_id}")
        field(editor, "name").fill("Ещё не сохранено")
        expect(form(editor)).to_have_attribute("data-dirty", "true")
        editor.locator("aside").get_by_role("link", name="Боты").click()
        expect(dialog(editor)).to_contain_text("Изменения не сохранены")
        expect(button(editor, "Остаться")).to_be_focused()
        editor.keyboard.press("Escape")
        expect(dialog(editor)).to_have_count(0)
        assert field(editor, "name").input_value() == "Ещё не сохранено"
        assert id_of(editor) == bot_id
        editor.locator("aside").get_by_role("link", name="Боты").click()
        button(editor, "Уйти без сохранения").click()
        editor.wait_for_url(re.compile(r"/bots/?$"))
        editor.go_back()
        expect(field(editor, "name")).to_have_value("Бот для ухода")

    def test_closing_the_tab_asks_only_while_something_is_unsaved(self, editor, visit, talks):
        visit(editor, f"/bots/{talks.bot()}")
        asked = []
        editor.on("dialog", lambda one: (asked.append(one.type), one.dismiss()))
        field(editor, "name").fill("Ещё не сохранено")
        editor.evaluate("window.location.assign('/api/docs/')")
        expect(form(editor)).to_be_visible()
        assert asked == ["beforeunload"]
        button(editor, "Сохранить").click()
        expect(form(editor)).to_have_attribute("data-dirty", "false")
        editor.goto(editor.url)
        assert asked == ["beforeunload"]

    def test_typed_text_comes_back_after_signing_in_again(self, editor, site, visit, talks):
        bot_id = talks.bot(name="До входа")
        visit(editor, f"/bots/{bot_id}")
        field(editor, "name").fill("Набрано до входа")
        editor.locator("#bot-bot_type").select_option("completion")
        site.call(lambda session: session.execute(_ALL_SESSIONS.delete()))
        button(editor, "Сохранить").click()
        editor.wait_for_url(re.compile(r"/admin/login/\?next=/bots/\d+"))
        editor.fill("[name=username]", "editor")
        editor.fill("[name=password]", "editor-pass-1")
        editor.click("[type=submit]")
        expect(field(editor, "name")).to_have_value("Набрано до входа")
        expect(editor.locator("#bot-bot_type")).to_have_value("completion")
        expect(editor.get_by_text("возвращены на место")).to_be_visible()
        button(editor, "Сохранить").click()
        expect(form(editor)).to_have_attribute("data-dirty", "false")
        assert bot_of(site, bot_id).name == "Набрано до входа"

    def test_typed_text_outlives_a_restart_of_the_server(self, own_site, new_page, watch):
        watch.allow("WebSocket connection to", "ERR_CONNECTION_REFUSED")
        site = own_site()
        watch.url = site.url
        [bot_id] = site.add(Bot(name="До перезапуска", created_by_id=1))
        page = new_page()
        page.context.add_cookies(site.login_cookies("editor"))
        page.goto(f"{site.url}/bots/{bot_id}")
        field(page, "name").fill("Набрано до перезапуска")
        site.stop(hard=True)
        expect(page.get_by_text("Нет связи с сервером")).to_be_visible()
        field(page, "description").fill("Набрано без связи")
        site.start()
        expect(page.get_by_text("Нет связи с сервером")).to_have_count(0)
        expect(page.locator(".settings .account").first).to_be_attached()
        expect(field(page, "name")).to_have_value("Набрано до перезапуска")
        expect(field(page, "description")).to_have_value("Набрано без связи")
        button(page, "Сохранить").click()
        expect(form(page)).to_have_attribute("data-dirty", "false")
        assert bot_of(site, bot_id).description == "Набрано без связи"

    def test_what_is_saved_can_be_brought_back(self, editor, visit, talks):
        visit(editor, f"/bots/{talks.bot(name='Сохранённое')}")
        field(editor, "name").fill("Передумал")
        button(editor, "Вернуть сохранённое").click()
        button(editor, "Вернуть").click()
        expect(field(editor, "name")).to_have_value("Сохранённое")
        expect(form(editor)).to_have_attribute("data-dirty", "false")

    def test_a_viewer_reads_everything_and_writes_nothing(self, page, sign_in, visit, talks):
        bot_id = talks.bot(name="Только читать", system_prompt="Промпт")
        talks.scenario(bot_id, name="Сценарий бота")
        sign_in(page, "viewer")
        visit(page, f"/bots/{bot_id}")
        expect(field(page, "system_prompt")).to_have_value("Промпт")
        expect(field(page, "system_prompt")).to_have_attribute("readonly", "")
        expect(page.locator("#bot-bot_type")).to_be_disabled()
        expect(page.get_by_text("Сценарий бота").last).to_be_visible()
        for name in ("Сохранить", "Новый сценарий", "Отправить"):
            expect(button(page, name)).to_have_count(0)
        visit(page, "/bots/new")
        expect(page.get_by_role("heading", level=1)).to_have_text("Сюда у вас нет доступа")


class TestTwoPeople:
    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_the_second_chooses_field_by_field(
        self, new_page, sign_in, visit, talks, site, language
    ):
        said = partial(translate, language)
        editor = new_page(language=language)
        sign_in(editor, "editor")
        bot_id = talks.bot(name="Общий", description="", system_prompt="Было")
        visit(editor, f"/bots/{bot_id}")
        other = new_page(language=language)
        sign_in(other, "administrator")
        visit(other, f"/bots/{bot_id}")
        field(other, "name").fill("Имя первого")
        field(other, "description").fill("Описание первого")
        button(other, said("forms.save")).click()
        expect(toast(other, said("forms.saved"))).to_be_visible()

        field(editor, "name").fill("Имя второго")
        field(editor, "system_prompt").fill("Стало")
        button(editor, said("forms.save")).click()
        asked = dialog(editor)
        expect(asked).to_contain_text(said("bots.conflict_title"))
        for text in ("Имя первого", "Имя второго", "Описание первого", "Стало", "Было"):
            expect(asked).to_contain_text(text)
        assert bot_of(site, bot_id).name == "Имя первого"
        editor.keyboard.press("Escape")
        expect(asked).to_have_count(0)
        assert field(editor, "name").input_value() == "Имя второго"

        button(editor, said("forms.save")).click()
        names = asked.get_by_role("group", name=said("bots.name"))
        names.get_by_label(said("bots.conflict_theirs")).check()
        button(editor, said("bots.conflict_save")).click()
        expect(asked).to_have_count(0)
        expect(field(editor, "name")).to_have_value("Имя первого")
        found = bot_of(site, bot_id)
        assert (found.name, found.description, found.system_prompt) == (
            "Имя первого", "Описание первого", "Стало",
        )  # fmt: skip
        expect(form(editor)).to_have_attribute("data-dirty", "false")

    def test_the_second_sees_it_after_loading_the_page_again(
        self, editor, new_page, sign_in, visit, talks
    ):
        bot_id = talks.bot(name="Было")
        visit(editor, f"/bots/{bot_id}")
        expect(field(editor, "name")).to_have_value("Было")
        other = new_page()
        sign_in(other, "administrator")
        visit(other, f"/bots/{bot_id}")
        field(other, "name").fill("Стало")
        button(other, "Сохранить").click()
        expect(toast(other, "Сохранено")).to_be_visible()
        editor.reload()
        expect(field(editor, "name")).to_have_value("Стало")

    def test_what_was_deleted_meanwhile_keeps_what_was_typed(self, editor, visit, talks, site):
        bot_id = talks.bot(name="Скоро удалят")
        visit(editor, f"/bots/{bot_id}")
        field(editor, "name").fill("Набрано")
        talks.delete(Bot, bot_id)
        button(editor, "Сохранить").click()
        expect(toast(editor, "Не найдено.")).to_be_visible()
        expect(field(editor, "name")).to_have_value("Набрано")


class TestTryOut:
    def test_an_answer_streams_and_can_be_stopped(self, editor, visit, talks, model):
        visit(editor, f"/bots/{talks.bot()}")
        model.enqueue(Text("один два три", pieces=("один ", "два ", "три"), pause_s=30))
        editor.get_by_label("Ваше сообщение").fill("Считай")
        editor.get_by_label("Ваше сообщение").press("Enter")
        expect(editor.locator(".try-line").last).to_contain_text("один")
        button(editor, "Остановить").click()
        expect(editor.locator(".try-line").last).to_contain_text("ответ оборван")
        expect(button(editor, "Отправить")).to_be_visible()
        expect(editor.get_by_label("Ваше сообщение")).to_have_value("")

    def test_a_hostile_answer_does_no_harm(self, editor, visit, talks, model):
        visit(editor, f"/bots/{talks.bot()}")
        model.enqueue(Text(PAYLOAD))
        editor.get_by_label("Ваше сообщение").fill(PAYLOAD)
        editor.get_by_label("Ваше сообщение").press("Enter")
        expect(editor.locator(".try-line").last).to_contain_text(PAYLOAD)
        assert editor.evaluate("window.hit") is None


class TestList:
    def test_the_address_keeps_search_filters_and_order(self, editor, visit, talks):
        for name in ("Яблоко-раз", "Яблоко-два", "Груша"):
            talks.bot(name=name)
        talks.bot(name="Яблоко-три", is_active=False)
        visit(editor, "/bots")
        editor.get_by_role("searchbox").press_sequentially("яблоко-")
        expect(names(editor)).to_have_text(["Яблоко-три", "Яблоко-два", "Яблоко-раз"])
        editor.get_by_label("Состояние").select_option("true")
        expect(names(editor)).to_have_text(["Яблоко-два", "Яблоко-раз"])
        editor.get_by_label("Порядок").select_option("-name")
        expect(names(editor)).to_have_text(["Яблоко-раз", "Яблоко-два"])
        editor.reload()
        expect(names(editor)).to_have_text(["Яблоко-раз", "Яблоко-два"])
        expect(editor.get_by_role("searchbox")).to_have_value("яблоко-")
        editor.go_back()
        expect(names(editor)).to_have_text(["Яблоко-два", "Яблоко-раз"])
        editor.go_back()
        expect(names(editor)).to_have_text(["Яблоко-три", "Яблоко-два", "Яблоко-раз"])
        editor.get_by_role("searchbox").fill("нет такого")
        expect(editor.get_by_text("Ничего не нашлось")).to_be_visible()
        editor.get_by_role("link", name="Показать всех").click()
        expect(editor.get_by_role("searchbox")).to_have_value("")
        expect(names(editor).filter(has_text="Груша").first).to_be_visible()

    def test_what_is_typed_before_the_page_is_alive_is_searched_for(self, editor, site, talks):
        talks.bot(name="Ранняя пташка")
        scripts, is_held = [], True
        editor.route(
            re.compile(r"/assets/.*\.js"),
            lambda route: scripts.append(route) if is_held else route.continue_(),
        )
        editor.goto(f"{site.url}/bots?search=другое", wait_until="commit")
        editor.get_by_role("searchbox").fill("ранняя")
        expect(editor.get_by_label("Порядок")).to_be_disabled()
        is_held = False
        for script in scripts:
            script.continue_()
        expect(names(editor)).to_have_text(["Ранняя пташка"])
        expect(editor.get_by_role("searchbox")).to_have_value("ранняя")

    def test_many_bots_come_in_pages(self, editor, visit, site):
        site.add(*(Bot(name=f"Страничный {n:02}", created_by_id=1) for n in range(1, 22)))
        visit(editor, "/bots?search=Страничный&ordering=name")
        expect(names(editor)).to_have_count(20)
        pages = editor.get_by_role("navigation", name="Страницы списка")
        pages.get_by_role("link", name="Страница 2").click()
        expect(names(editor)).to_have_text(["Страничный 21"])
        expect(pages.get_by_role("link", name="Страница 2")).to_have_attribute(
            "aria-current", "page"
        )
        assert "page=2" in editor.url

    def test_a_guest_comes_back_to_the_list_after_signing_in(self, page, site):
        page.goto(f"{site.url}/bots?is_active=true")
        page.wait_for_url(re.compile("/admin/login/"))
        page.fill("[name=username]", "viewer")
        page.fill("[name=password]", "viewer-pass-1")
        page.click("[type=submit]")
        page.wait_for_url(re.compile(r"/bots/?\?is_active=true$"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Боты")

    def test_a_bot_is_turned_off_by_keyboard(self, editor, visit, talks, site):
        bot_id = talks.bot(name="Выключаемый")
        visit(editor, "/bots?search=Выключаемый")
        switch = editor.get_by_role("switch", name="Включён: Выключаемый")
        switch.focus()
        editor.keyboard.press("Space")
        expect(switch).not_to_be_checked()
        eventually(lambda: not bot_of(site, bot_id).is_active)

    def test_a_bot_goes_out_as_a_file_comes_back_and_is_deleted(
        self, editor, visit, talks, site, tmp_path: Path
    ):
        bot_id = talks.bot(name="Путешественник")
        scenario_id = talks.scenario(bot_id)
        site.add(
            Step(name="1", scenario_id=scenario_id, content={"text": "а"}),
            Step(name="2", scenario_id=scenario_id, content={"text": "б"}),
            BotExecution(bot_id=bot_id, user_session="s"),
        )
        visit(editor, "/bots?search=Путешественник")
        menu = editor.get_by_role("button", name="Действия с ботом «Путешественник»")
        menu.click()
        with editor.expect_download() as download:
            editor.get_by_role("menuitem", name="Экспорт в файл").click()
        file = tmp_path / "bot.json"
        download.value.save_as(file)

        broken = json.loads(file.read_text(encoding="utf-8"))
        broken["scenarios"][0]["steps"][1]["step_type"] = "танец"
        broken["bot"]["max_tokens"] = 0
        (tmp_path / "broken.json").write_text(json.dumps(broken), encoding="utf-8")
        button(editor, "Импорт из файла").click()
        editor.set_input_files("dialog input[type=file]", tmp_path / "broken.json")
        report = editor.get_by_role("alert")
        expect(report).to_contain_text("В нём 2 ошибки")
        expect(report.get_by_role("listitem")).to_have_text(
            [
                "bot.max_tokens Не меньше 1.",
                "scenarios[0].steps[1].step_type Варианта «танец» нет.",
            ]
        )
        editor.set_input_files("dialog input[type=file]", file)
        editor.wait_for_url(BOT_PAGE)
        copy_id = id_of(editor)
        assert copy_id != bot_id

        visit(editor, f"/bots/{bot_id}")
        button(editor, "Ещё").click()
        editor.get_by_role("menuitem", name="Удалить…").click()
        for text in ("1 сценарий", "2 шага", "1 разговор"):
            expect(dialog(editor)).to_contain_text(text)
        expect(button(editor, "Отмена")).to_be_focused()
        button(editor, "Удалить навсегда").click()
        expect(toast(editor, "Бот «Путешественник» удалён.")).to_be_visible()
        assert bot_of(site, bot_id) is None
        assert bot_of(site, copy_id) is not None

    def test_a_file_that_is_too_large_is_named_so(self, editor, visit, tmp_path: Path):
        (tmp_path / "big.json").write_text(json.dumps({"a": "x" * 1_000_000}))
        visit(editor, "/bots")
        button(editor, "Импорт из файла").click()
        editor.set_input_files("dialog input[type=file]", tmp_path / "big.json")
        expect(editor.get_by_role("alert")).to_contain_text("слишком большой")


def test_the_life_of_a_bot_in_english(new_page, sign_in, visit, talks, site, tmp_path: Path):
    page = new_page(language="en")
    sign_in(page, "editor")
    visit(page, f"/bots/{talks.bot(name='Guide')}")
    page.get_by_label("Name", exact=True).fill("Tour guide")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Bots").click()
    expect(dialog(page)).to_contain_text("Leave this page?")
    button(page, "Stay").click()
    button(page, "Save").click()
    expect(toast(page, "Saved.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tour guide")

    button(page, "More").click()
    page.get_by_role("menuitem", name="Duplicate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tour guide — copy")
    button(page, "More").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export to a file").click()
    download.value.save_as(tmp_path / "bot.json")
    button(page, "More").click()
    page.get_by_role("menuitem", name="Delete…").click()
    expect(dialog(page)).to_contain_text("The bot has no scenarios and no conversations.")
    button(page, "Delete for good").click()
    expect(toast(page, "The bot “Tour guide — copy” is deleted.")).to_be_visible()
    page.wait_for_url(re.compile("/bots/?$"))

    page.get_by_role("searchbox").fill("tour")
    expect(names(page)).to_have_text(["Tour guide"])
    switch = page.get_by_role("switch", name="On: Tour guide")
    switch.uncheck()
    page.get_by_label("State").select_option(label="Off")
    expect(names(page)).to_have_text(["Tour guide"])
    expect(switch).not_to_be_checked()

    button(page, "Import from a file").click()
    (tmp_path / "bad.json").write_text('{"format": "alpina-bot", "version": 1, "bot": {}}')
    page.get_by_label("Choose a .json file").set_input_files(tmp_path / "bad.json")
    expect(page.get_by_role("alert")).to_contain_text("bot.name Please fill in this field.")
    page.get_by_label("Choose a .json file").set_input_files(tmp_path / "bot.json")
    page.wait_for_url(BOT_PAGE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tour guide — copy")
