"""Publishing beside running chats: what is live, what differs, restoring, writes through REST."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from alpina_app.models import Bot
from tests.browser.editor import field, is_saved, node, panel, tool
from tests.support.app import PEOPLE
from tests.support.pictures import message, question


@pytest.fixture
def scene(talks, ids):
    """A bot that begins with a scenario of three steps: (bot, scenario, ids of the steps)."""
    n = ids(3)
    bot = talks.bot(name="Анкета")
    scenario = talks.scenario(
        bot,
        message(n[0], "Здравствуйте", n[1]),
        question(n[1], "имя", n[2]),
        message(n[2], "Спасибо, {{имя}}", end=True),
    )
    talks.change(Bot, bot, start_scenario_id=scenario)
    return bot, scenario, n


@pytest.fixture
def chat(new_page, visit):
    """`chat(bot)`: a guest's page where the scenario has asked its question."""

    def begin(bot: int) -> Page:
        page = new_page()
        visit(page, f"/chat/{bot}")
        page.get_by_role("button", name="Начать разговор").click()
        expect(said(page)).to_have_text(["Здравствуйте", "Как вас зовут?"])
        return page

    return begin


def said(page: Page):
    return page.locator(".chat-line.bot:has(.chat-meta) .speech")


def answers(page: Page, expected: str) -> None:
    """The guest says a name, and the scenario ends with `expected`."""
    page.get_by_label("Сообщение", exact=True).fill("Анна")
    page.get_by_label("Сообщение", exact=True).press("Enter")
    expect(said(page).last).to_have_text(expected)


def publish(page: Page, note: str) -> None:
    page.get_by_role("button", name="Опубликовать").click()
    dialog = page.get_by_role("dialog", name="Опубликовать сценарий")
    dialog.get_by_label("Примечание к версии").fill(note)
    dialog.get_by_role("button", name="Опубликовать").click()
    expect(dialog).to_be_hidden()


def live(page: Page, text: str) -> None:
    expect(page.locator(".live-badge")).to_have_text(text)


def write(page: Page, id: int, text: str) -> None:
    node(page, f"Шаг {id}").click()
    field(page, "Текст").fill(text)
    is_saved(page)


def test_chats_run_the_published_version_while_the_draft_changes(page, scene, chat, open_editor):
    bot, scenario, n = scene
    last = n[2]
    open_editor(page, scenario)
    live(page, "Работает без черновика")
    publish(page, "Первая")
    live(page, "В эфире: версия 1")
    early = chat(bot)

    write(page, last, "До встречи, {{имя}}!")
    live(page, "В эфире версия 1, есть правки")
    answers(early, "Спасибо, Анна")
    answers(chat(bot), "Спасибо, Анна")

    versions = panel(page, "Версии")
    first = versions.get_by_role("listitem").filter(has_text="Первая")
    expect(first).to_contain_text("admin")
    first.get_by_role("button", name="Что изменилось с тех пор").click()
    expect(first).to_contain_text(f"Изменён шаг «Шаг {last}» (сообщение)")
    expect(first).to_contain_text("Спасибо, {{имя}}")
    expect(first).to_contain_text("До встречи, {{имя}}!")

    waiting = chat(bot)
    publish(page, "Вторая")
    live(page, "В эфире: версия 2")
    second = versions.locator(".version").filter(has_text="Вторая")
    expect(second).to_contain_text("В эфире")
    expect(first.first).not_to_contain_text("В эфире")
    answers(waiting, "Спасибо, Анна")
    answers(chat(bot), "До встречи, Анна!")

    first.get_by_role("button", name="Вернуть").click()
    page.get_by_role("dialog").get_by_role("button", name="Вернуть").click()
    expect(node(page, f"Шаг {last}")).to_contain_text("Спасибо, {{имя}}")
    live(page, "В эфире версия 2, есть правки")
    answers(chat(bot), "До встречи, Анна!")
    tool(page, "Отменить").click()
    expect(node(page, f"Шаг {last}")).to_contain_text("До встречи, {{имя}}!")
    live(page, "В эфире: версия 2")
    tool(page, "Повторить").click()
    is_saved(page)
    publish(page, "Третья")
    answers(chat(bot), "Спасибо, Анна")


class TestWritesThroughRest:
    @pytest.fixture
    def patch(self, page, site):
        """`patch(step, text)`: a program writes the text of a step."""
        person = PEOPLE["editor"]
        secret = base64.b64encode(f"{person.username}:{person.password}".encode()).decode()

        def send(step: int, text: str, **content) -> None:
            answer = page.context.request.patch(
                f"{site.url}/api/steps/{step}/",
                headers={"Authorization": f"Basic {secret}"},
                data={"content": {"text": text, **content}},
            )
            assert answer.status == 200, answer.text()

        return send

    def test_are_live_at_once(self, page, scene, chat, open_editor, patch):
        bot, scenario, n = scene
        open_editor(page, scenario)
        patch(n[2], "Записал, {{имя}}", end=True)
        answers(chat(bot), "Записал, Анна")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(node(page, f"Шаг {n[2]}")).to_contain_text("Записал, {{имя}}")
        live(page, "Работает без черновика")

    def test_wait_for_publishing_in_draft_mode(self, page, scene, chat, open_editor, patch):
        bot, scenario, n = scene
        open_editor(page, scenario)
        publish(page, "Так и оставим")
        patch(n[2], "Записал, {{имя}}", end=True)
        answers(chat(bot), "Спасибо, Анна")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        live(page, "В эфире версия 1, есть правки")
        panel(page, "Версии").get_by_role("button", name="Работать без черновика").click()
        page.get_by_role("dialog").get_by_role("button", name="Работать без черновика").click()
        live(page, "Работает без черновика")
        answers(chat(bot), "Записал, Анна")


def test_the_first_edit_of_a_live_scenario_keeps_what_is_live(page, scene, chat, open_editor):
    bot, scenario, n = scene
    open_editor(page, scenario)
    write(page, n[2], "Правка")
    live(page, "В эфире версия 1, есть правки")
    answers(chat(bot), "Спасибо, Анна")
    page.get_by_role("button", name="Опубликовать").click()
    dialog = page.get_by_role("dialog", name="Опубликовать сценарий")
    expect(dialog).to_contain_text(re.compile(f"Изменён шаг «Шаг {n[2]}»"))
