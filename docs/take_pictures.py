"""Takes a picture of each page, in Russian and English, light and dark, into docs/images/.

    .venv/bin/python docs/take_pictures.py http://127.0.0.1:8000 admin PASSWORD

Wants a running server with the test data (`manage.py create_test_data`) and Chromium.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parent / "images"
PAGES = {
    "home": "/",
    "bots": "/bots",
    "bot": "/bots/1",
    "scenarios": "/scenarios",
    "scenario": "/scenarios/2",
    "steps": "/steps",
    "history": "/history",
    "talk": "/history/2",
    "chat": "/chat/2",
    "admin": "/admin/",
}
SIZES = {"": (1280, 800), "-phone": (390, 800)}
BEGIN = {"ru": "Начать разговор", "en": "Start the conversation"}
SETTLED_MS = 1200


def main(url: str, name: str, password: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for language in ("ru", "en"):
            for scheme in ("light", "dark"):
                for suffix, size in SIZES.items():
                    if suffix and (language, scheme) != ("ru", "light"):
                        continue
                    _take(
                        browser, url.rstrip("/"), (name, password), language, scheme, suffix, size
                    )
        browser.close()


def _take(
    browser: Browser,
    url: str,
    account: tuple[str, str],
    language: str,
    scheme: str,
    suffix: str,
    size: tuple[int, int],
) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="ru-RU" if language == "ru" else "en-US",
    )
    context.add_init_script(f"localStorage.setItem('alpina-language', '{language}')")
    page = context.new_page()
    page.goto(f"{url}/admin/login/?next=/&lang={language}")
    page.screenshot(path=IMAGES / f"sign-in-{language}-{scheme}{suffix}.png")
    page.fill("[name=username]", account[0])
    page.fill("[name=password]", account[1])
    page.click("[type=submit]")
    for name, path in PAGES.items():
        page.goto(url + path)
        page.wait_for_load_state("networkidle")
        if name == "chat":
            page.get_by_role("button", name=BEGIN[language]).click()
        page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=IMAGES / f"{name}-{language}-{scheme}{suffix}.png")
    context.close()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
