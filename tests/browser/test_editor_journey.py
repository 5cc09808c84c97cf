"""From an empty database to a live bot in the scenario editor: with the mouse, with keys alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import WAIT_MS, Watch
from tests.browser.editor import field, form, is_saved, node, tool
from tests.support.site import Site

MOST_CLICKS = 25
# Only what a hand does: presses of the mouse, not the clicks that Enter makes.
COUNT_PRESSES = """
for (const name of ["pointerdown", "mousemove", "wheel"])
    addEventListener(name, (event) => {
        if (event.isTrusted) sessionStorage[name] = Number(sessionStorage[name] || 0) + 1;
    }, true);
"""


@dataclass
class Journey:
    site: Site
    page: Page

    def moved(self, name: str) -> int:
        return int(self.page.evaluate("name => Number(sessionStorage[name] || 0)", name))


@pytest.fixture
def journey(own_site, browser: Browser) -> Iterator[Journey]:
    """An administrator before a server whose database holds nobody's bots yet."""
    site = own_site()
    watch = Watch(site.url)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ru-RU")
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(COUNT_PRESSES)
    watch.follow(context)
    context.add_cookies(site.login_cookies("administrator"))
    yield Journey(site, context.new_page())
    context.close()
    assert watch.left() == []
    assert "Traceback" not in site.log()


def chats_by_the_scenario(page: Page) -> None:
    """The chat that is open runs what the journeys built."""
    page.get_by_role("button", name="Начать разговор").click()
    said = page.locator(".chat-line.bot:has(.chat-meta) .speech")
    expect(said).to_have_text(["Здравствуйте!", "Кто вы?"])
    page.get_by_role("button", name="Читатель", exact=True).click()
    expect(said).to_have_text(["Здравствуйте!", "Кто вы?", "Вот наш каталог."])


def test_to_a_live_bot_with_mouse_and_keyboard(journey):
    page = journey.page
    picks = 0

    def choose(label: str, option: str) -> None:
        """A mouse needs two presses for it: one opens the list, one picks."""
        nonlocal picks
        picks += 2
        field(page, label).select_option(label=option)

    page.goto(journey.site.url)
    page.get_by_role("link", name="Создать бота").click()
    page.get_by_role("textbox", name="Название", exact=True).click()
    page.keyboard.type("Привет-бот")
    page.get_by_role("button", name="Создать бота").click()
    page.get_by_role("button", name="Новый сценарий").click()
    dialog = page.get_by_role("dialog", name="Новый сценарий")
    expect(dialog.get_by_role("textbox", name="Название")).to_be_focused()
    page.keyboard.type("Приветствие")
    page.keyboard.press("Enter")

    page.get_by_role("button", name="Начать с чистого листа").click()
    expect(field(page, "Текст")).to_be_focused()
    page.keyboard.type("Здравствуйте!")
    tool(page, "Добавить шаг: Вопрос").click()
    expect(field(page, "Что спросить")).to_be_focused()
    page.keyboard.type("Кто вы?")
    choose("Что ждём", "Один вариант")
    form(page).get_by_role("button", name="Добавить вариант").click()
    page.keyboard.type("Автор")
    page.keyboard.press("Enter")
    page.keyboard.type("Читатель")
    choose("Куда ведёт: Автор", "+ Сообщение")
    expect(node(page, "Сообщение 3")).to_be_visible()
    choose("Куда ведёт: Читатель", "+ Сообщение")
    node(page, "Сообщение 3").click()
    field(page, "Текст").click()
    page.keyboard.type("Пришлите рукопись.")
    node(page, "Сообщение 4").click()
    field(page, "Текст").click()
    page.keyboard.type("Вот наш каталог.")
    is_saved(page)
    page.get_by_role("button", name="Опубликовать").click()
    page.get_by_role("dialog").get_by_role("button", name="Опубликовать").click()
    expect(page.get_by_text("В эфире: версия 1", exact=True)).to_be_visible()
    page.get_by_role("link", name="Открыть чат").click()
    expect(page).to_have_url(re.compile("/chat/1$"))
    clicks = journey.moved("pointerdown") + picks
    assert 15 < clicks <= MOST_CLICKS

    chats_by_the_scenario(page)


def tab_to(page: Page, target: Locator, most: int = 150) -> None:
    """Presses Tab until `target` has the focus."""
    expect(target).to_be_visible()
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"no way to {target} with Tab")


def test_to_a_live_bot_by_keyboard_alone(journey):
    page = journey.page
    keys = page.keyboard

    def press(target: Locator) -> None:
        tab_to(page, target)
        keys.press("Enter")

    def choose(label: str, option: str) -> None:
        select = field(page, label)
        tab_to(page, select)
        count = select.locator("option").count()
        for key in ["ArrowDown"] * count + ["ArrowUp"] * count:
            if select.locator("option:checked").inner_text() == option:
                return
            keys.press(key)
        raise AssertionError(f"no {option} in {label}")

    page.goto(journey.site.url)
    press(page.get_by_role("link", name="Создать бота"))
    tab_to(page, page.get_by_role("textbox", name="Название", exact=True))
    keys.type("Привет-бот")
    keys.press("Enter")
    press(page.get_by_role("button", name="Новый сценарий"))
    dialog = page.get_by_role("dialog", name="Новый сценарий")
    expect(dialog.get_by_role("textbox", name="Название")).to_be_focused()
    keys.type("Приветствие")
    keys.press("Enter")

    press(page.get_by_role("button", name="Начать с чистого листа"))
    expect(field(page, "Текст")).to_be_focused()
    keys.type("Здравствуйте!")
    press(tool(page, "Добавить шаг: Вопрос"))
    expect(field(page, "Что спросить")).to_be_focused()
    keys.type("Кто вы?")
    choose("Что ждём", "Один вариант")
    press(form(page).get_by_role("button", name="Добавить вариант"))
    keys.type("Автор")
    keys.press("Enter")
    expect(field(page, "Подпись варианта 2")).to_be_focused()
    keys.type("Читатель")
    choose("Куда ведёт: Автор", "+ Сообщение")
    keys.press("Enter")
    expect(node(page, "Сообщение 3")).to_be_visible()
    choose("Куда ведёт: Читатель", "+ Вопрос")
    choose("После ответа", "конец сценария")
    expect(node(page, "Вопрос 4")).to_be_visible()
    for name, text in (("Сообщение 3", "Пришлите рукопись."), ("Вопрос 4", "Вот наш каталог.")):
        press(node(page, name))
        expect(field(page, "Название")).to_have_value(name)
        if name == "Вопрос 4":
            choose("Вид шага", "Сообщение")
        tab_to(page, field(page, "Текст"))
        keys.type(text)
    is_saved(page)
    press(page.get_by_role("button", name="Опубликовать"))
    publish = page.get_by_role("dialog")
    expect(publish.get_by_role("textbox")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_text("В эфире: версия 1", exact=True)).to_be_visible()
    press(page.get_by_role("link", name="Открыть чат"))
    expect(page).to_have_url(re.compile("/chat/1$"))
    press(page.get_by_role("button", name="Начать разговор"))
    said = page.locator(".chat-line.bot:has(.chat-meta) .speech")
    expect(said).to_have_text(["Здравствуйте!", "Кто вы?"])
    press(page.get_by_role("button", name="Читатель", exact=True))
    expect(said).to_have_text(["Здравствуйте!", "Кто вы?", "Вот наш каталог."])
    assert (journey.moved("pointerdown"), journey.moved("mousemove")) == (0, 0)
