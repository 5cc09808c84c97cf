"""What a browser shows under /api/: Swagger UI and the browsable pages, all from this server."""

import httpx
from playwright.sync_api import expect

METHODS = {"get", "post", "put", "patch", "delete"}


def test_swagger_ui_shows_every_operation_with_its_example(page, site):
    paths = httpx.get(f"{site.url}/api/schema/").json()["paths"]
    page.goto(f"{site.url}/api/docs/")
    blocks = page.locator(".opblock")
    expect(blocks).to_have_count(sum(len(METHODS & item.keys()) for item in paths.values()))
    chat = page.locator("#operations-bots-bots_chat")
    chat.locator(".opblock-summary-control").click()
    expect(chat.get_by_text("Привет! Расскажи о возможностях системы").first).to_be_visible()


def test_an_editor_makes_a_bot_on_a_browsable_page(page, site, sign_in):
    sign_in(page, "editor")
    page.goto(f"{site.url}/api/bots/")
    page.locator("form [name=name]").fill("<b>Бот</b>")
    page.get_by_role("button", name="POST").first.click()
    expect(page.get_by_text("HTTP 201 Created")).to_be_visible()
    expect(page.get_by_text('"name": "<b>Бот</b>"').first).to_be_visible()
