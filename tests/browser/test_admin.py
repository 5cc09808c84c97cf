"""The administration in a browser: people, secrets, tokens, conversations, and who may see them."""

import re
import secrets

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from alpina_app.models import BotExecution, Secret
from tests.support.app import PEOPLE
from tests.support.pictures import message, question

MARKUP = '<img src=x onerror="window.hit=1">'
FOR_ADMINISTRATORS = ("user", "secret", "audit")


def unique(name: str) -> str:
    return f"{name}-{secrets.token_hex(4)}"


@pytest.fixture
def enter(site, sign_in):
    """`enter(page, "/admin/user/list", "editor")`."""

    def go(page: Page, path: str = "/admin/", role: str = "administrator") -> None:
        sign_in(page, role)
        page.goto(site.url + path)

    return go


def save(page: Page) -> None:
    page.get_by_role("button", name="Сохранить", exact=True).click()


def row(page: Page, text: str):
    return page.get_by_role("row").filter(has_text=text)


def make_user(page: Page, site, name: str, password: str, role: str = "editor") -> None:
    page.goto(f"{site.url}/admin/user/create")
    page.get_by_label("Имя пользователя").fill(name)
    page.locator("[name=role]").select_option(role)
    page.locator("[name=password]").fill(password)
    save(page)
    page.wait_for_url("**/admin/user/list*")


def try_to_sign_in(page: Page, site, name: str, password: str) -> None:
    page.goto(f"{site.url}/admin/login/?next=/admin/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", password)
    page.click("[type=submit]")


def edit(page: Page, name: str) -> None:
    row(page, name).locator("a[href*='/edit']").click()
    expect(page.locator("[name=password]")).to_be_visible()


def test_an_administrator_makes_a_user_who_enters_with_his_role(page, site, new_page):
    administrator = PEOPLE["administrator"]
    page.goto(f"{site.url}/admin/user/list")
    expect(page).to_have_url(f"{site.url}/admin/login/?next=%2Fadmin%2Fuser%2Flist")
    page.fill("[name=username]", administrator.username)
    page.fill("[name=password]", administrator.password)
    page.click("[type=submit]")
    page.wait_for_url("**/admin/user/list")
    name = unique("anna")
    make_user(page, site, name, "a long password")
    expect(row(page, name)).to_contain_text("Редактор")
    other = new_page()
    try_to_sign_in(other, site, name, "a long password")
    expect(other.get_by_role("heading", name="Администрирование")).to_be_visible()
    expect(other.locator("header")).to_contain_text(name)
    expect(other.locator("header")).to_contain_text("Редактор")


def test_a_wrong_form_says_what_is_wrong_beside_the_field(page, enter, watch):
    watch.allow("422")
    enter(page, "/admin/user/create")
    page.get_by_label("Имя пользователя").fill("two words")
    page.get_by_label("Эл. почта").fill("anna@example.com")
    page.locator("[name=password]").fill("short")
    save(page)
    expect(page.locator("[name=password]")).to_have_value("")
    expect(page.get_by_label("Имя пользователя")).to_have_value("two words")
    expect(page.get_by_label("Эл. почта")).to_have_value("anna@example.com")
    for name in ("username", "password"):
        field = page.locator(f"[name={name}]")
        expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".invalid-feedback")).to_have_text(
        [re.compile("^Не больше 150 символов"), re.compile("^Пароль слишком короткий")]
    )


def test_a_new_password_counts_and_the_old_one_no_more(page, site, enter, new_page):
    enter(page)
    name = unique("boris")
    make_user(page, site, name, "the first password")
    other = new_page()
    try_to_sign_in(other, site, name, "the first password")
    other.wait_for_url(f"{site.url}/admin/")
    edit(page, name)
    page.locator("[name=password]").fill("the second password")
    save(page)
    page.wait_for_url("**/admin/user/list*")
    other.reload()
    expect(other.locator("[name=password]")).to_be_visible()
    try_to_sign_in(other, site, name, "the first password")
    expect(other.get_by_role("alert")).to_be_visible()
    try_to_sign_in(other, site, name, "the second password")
    other.wait_for_url(f"{site.url}/admin/")


def test_a_deactivated_user_is_out_at_once(page, site, enter, new_page):
    enter(page)
    name = unique("viktor")
    make_user(page, site, name, "a long password")
    other = new_page()
    try_to_sign_in(other, site, name, "a long password")
    other.wait_for_url(f"{site.url}/admin/")
    edit(page, name)
    page.locator("[name=is_active]").uncheck()
    save(page)
    page.wait_for_url("**/admin/user/list*")
    other.reload()
    expect(other.locator("[name=password]")).to_be_visible()
    try_to_sign_in(other, site, name, "a long password")
    expect(other.get_by_role("alert")).to_be_visible()


def test_a_secrets_value_is_never_shown_again(page, site, enter):
    enter(page, "/admin/secret/create")
    name, value = unique("KEY").replace("-", "_"), unique("value")
    page.locator("[name=name]").fill(name)
    page.locator("[name=value]").fill(value)
    save(page)
    page.wait_for_url("**/admin/secret/list*")
    expect(row(page, name)).to_be_visible()
    secret_id = site.call(
        lambda session: session.scalars(select(Secret.id).filter_by(name=name)).one()
    )
    for path in ("list", f"detail?pk={secret_id}", f"edit?pk={secret_id}"):
        answer = page.goto(f"{site.url}/admin/secret/{path}")
        page.wait_for_load_state("networkidle")
        assert answer.status == 200
        assert value not in page.content()
        assert value not in answer.text()


def test_a_token_is_shown_once_and_works(page, site, enter):
    enter(page, "/admin/token/create")
    name = unique("crm")
    page.get_by_label("Название").fill(name)
    save(page)
    token = page.get_by_label("Новый токен").input_value()
    answer = httpx.get(f"{site.url}/api/executions/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 200
    page.get_by_role("link", name="Скопировано, к списку").click()
    expect(row(page, name)).to_contain_text(token[:10])
    assert token not in page.content()
    row(page, name).get_by_role("link", name="Удалить").click()
    page.get_by_role("button", name="Да, удалить").click()
    expect(row(page, name)).to_have_count(0)
    answer = httpx.get(f"{site.url}/api/executions/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 401


def test_every_conversation_is_read_with_its_trace(page, site, enter, talks, ids):
    first, second = ids(2)
    bot_id = talks.bot(name=unique("Консультант"))
    scenario_id = talks.scenario(
        bot_id, question(first, "имя", next_step=second), message(second, "Спасибо, {{имя}}!")
    )
    session = unique("guest")
    for text in ("Здравствуйте", "Анна"):
        answer = httpx.post(
            f"{site.url}/api/bots/{bot_id}/chat/",
            json={"message": text, "user_session": session, "scenario": scenario_id},
        )
        assert answer.status_code == 200, answer.text
    execution = answer.json()["execution_id"]
    person = PEOPLE["viewer"]
    told = httpx.get(
        f"{site.url}/api/executions/{execution}/trace/", auth=(person.username, person.password)
    )
    enter(page, "/admin/execution/list")
    row(page, session).locator("a[href*='/detail']").first.click()
    said = page.get_by_role("region", name="Сообщения").locator(".alpina-line")
    expect(said).to_have_count(4)
    expect(said.nth(3)).to_have_text("Спасибо, Анна!")
    trace = page.get_by_role("region", name="Ход выполнения")
    expect(trace.locator("tbody tr")).to_have_count(len(told.json()))
    trace.get_by_text("Записанные переменные").first.click()
    expect(trace.get_by_text('"имя": "Анна"')).to_be_visible()


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_what_is_the_administrators_is_for_nobody_else(page, site, enter, watch, role):
    watch.allow("403")
    enter(page, "/admin/", role)
    for name in ("Пользователи", "Секреты", "Журнал действий"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)
    for key in FOR_ADMINISTRATORS:
        answer = page.goto(f"{site.url}/admin/{key}/list")
        assert answer.status == 403
        expect(page.get_by_text("Для этого нужны другие права.")).to_be_visible()


def test_a_viewer_changes_nothing(page, site, enter, talks, watch):
    watch.allow("403")
    bot_id = talks.bot(name=unique("Бот"))
    enter(page, "/admin/bot/list", "viewer")
    expect(page.get_by_role("link", name="Добавить бота")).to_have_count(0)
    expect(page.locator("a[href*='/edit']")).to_have_count(0)
    assert page.goto(f"{site.url}/admin/bot/create").status == 403
    assert page.goto(f"{site.url}/admin/bot/edit?pk={bot_id}").status == 403


def test_it_speaks_russian_and_english(page, site, enter):
    enter(page, "/admin/user/list")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("heading", name="Пользователи")).to_be_visible()
    page.get_by_role("button", name="Русский").click()
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
    page.goto(f"{site.url}/admin/bot/create")
    expect(page.get_by_text("System prompt")).to_be_visible()


def test_stored_markup_is_text_everywhere(page, site, enter, talks, ids):
    [step_id] = ids(1)
    bot_id = talks.bot(name=MARKUP, description=MARKUP, system_prompt=MARKUP)
    scenario_id = talks.scenario(bot_id, message(step_id, MARKUP, name=MARKUP), name=MARKUP)
    [execution_id] = site.add(BotExecution(bot_id=bot_id, user_session=MARKUP))
    for key, number in (
        ("bot", bot_id),
        ("scenario", scenario_id),
        ("step", step_id),
        ("execution", execution_id),
    ):
        for path in ("list", f"detail?pk={number}", f"edit?pk={number}"):
            if (key, path.partition("?")[0]) == ("execution", "edit"):
                continue
            enter(page, f"/admin/{key}/{path}")
            page.wait_for_load_state("networkidle")
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_can_be_used_by_everybody(
    new_page, site, enter, serious_findings, scrolls_sideways, dark, width
):
    page = new_page(dark=dark, width=width)
    for path in ("/admin/", "/admin/bot/list", "/admin/bot/create", "/admin/user/list"):
        enter(page, path)
        page.wait_for_load_state("networkidle")
        assert not scrolls_sideways(page), path
        assert serious_findings(page) == [], path
