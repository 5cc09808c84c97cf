"""Chromium over the whole application.

    def test_a_guest_chats(page, site, model): ...

`site` is the server, `model` its language model (rules and queue are empty at the beginning of each
test), `page` a guest's page in Russian, light, 1280 x 800. `new_page(language="en", dark=True,
width=390)` opens more, each in a context (a browser profile) of its own; `context=` puts one beside
another. After each test every page must have had a clean console and no request to another host,
and the server no traceback: `watch.allow("text")` excuses what a test provokes.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import select
from sqlmodel import Session

from alpina_app.bootstrap import pages, paths
from alpina_app.bootstrap.console import Console
from alpina_app.bootstrap.lock import exclusive
from alpina_app.models import Step
from tests.support.app import PEOPLE
from tests.support.openai_server import OpenAiServer
from tests.support.site import Site
from tests.support.talks import Talks

WAIT_MS = 10_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The shell knows who is signed in, or a page without the shell says that it is ready.
READY = ".settings .account, .settings a.primary, [data-ready='true']"
# Chromium's words when a page is left while its socket is being opened.
LEFT_EARLY = "WebSocket is closed before the connection is established"

expect.set_options(timeout=WAIT_MS)


@dataclass
class Watch:
    """What must not happen on a page, as it happened."""

    url: str
    problems: list[str] = field(default_factory=list)
    _allowed: list[str] = field(default_factory=lambda: [LEFT_EARLY])

    def allow(self, *parts: str) -> None:
        """Excuses console messages that contain one of `parts`."""
        self._allowed += parts

    def left(self) -> list[str]:
        return [
            problem
            for problem in self.problems
            if not any(part in problem for part in self._allowed)
        ]

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.problems.append(f"error: {error.error}"))
        context.on("request", lambda request: self._on_request(request.url))
        context.on("page", lambda page: page.on("websocket", self._on_socket))

    def _on_console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console {message.type}: {message.text}")

    def _on_socket(self, socket: Any) -> None:
        self._on_request(re.sub("^ws", "http", socket.url))

    def _on_request(self, url: str) -> None:
        if not url.startswith((f"{self.url}/", "data:", "blob:")):
            self.problems.append(f"request: {url}")


@pytest.fixture(scope="package")
def built_pages() -> Path:
    """The pages of the present sources; built where they are not yet."""
    with exclusive(paths.LOCK):
        if not pages.is_built(pages.folder()):
            pages.build(Console())
    return pages.folder()


@pytest.fixture(scope="package")
def model_server() -> Iterator[OpenAiServer]:
    with OpenAiServer() as server:
        yield server


@pytest.fixture(scope="package")
def shared_site(
    built_pages: Path, model_server: OpenAiServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    # HTTP steps may call the model's server, as one that is there.
    settings = {"HTTP_CALL_ALLOWED_HOSTS": "127.0.0.1", "MODEL_PRICES": "gpt-4o-mini=1/10"}
    with Site(tmp_path_factory.mktemp("site"), model_server.url, **settings) as site:
        yield site


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def model(model_server: OpenAiServer) -> OpenAiServer:
    model_server.reset()
    return model_server


@pytest.fixture
def site(shared_site: Site, model: OpenAiServer) -> Iterator[Site]:
    """The server every test shares; its data of other tests is still there."""
    before = len(shared_site.log())
    yield shared_site
    said = shared_site.log()[before:]
    assert "Traceback" not in said, said[-3000:]


@pytest.fixture
def own_site(
    built_pages: Path, model: OpenAiServer, tmp_path: Path
) -> Iterator[Callable[..., Site]]:
    """`own_site(CHAT_PER_MINUTE="2")`: a server of this test alone, that may be stopped."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(Site(tmp_path, model.url, **settings))


@pytest.fixture
def talks(site: Site) -> Talks:
    """Makes bots and scenarios in the database of `site`."""
    return Talks(site)  # type: ignore[arg-type]


@pytest.fixture
def watch(site: Site) -> Watch:
    return Watch(site.url)


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def open_one(
        *,
        language: str = "ru",
        dark: bool = False,
        width: int = 1280,
        height: int = 800,
        context: BrowserContext | None = None,
        **options: Any,
    ) -> Page:
        if context is None:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
                locale="ru-RU",
                timezone_id="Europe/Moscow",
                **options,
            )
            contexts.append(context)
            context.set_default_timeout(WAIT_MS)
            context.add_init_script(
                "try { localStorage.getItem('alpina-language') ||"
                f" localStorage.setItem('alpina-language', '{language}') }} catch (error) {{}}"
            )
            watch.follow(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert watch.left() == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def sign_in(site: Site) -> Callable[..., None]:
    """`sign_in(page, "editor")`: the page's context gets an open session's cookies."""

    def sign_in_as(page: Page, role: str = "administrator") -> None:
        page.context.add_cookies(site.login_cookies(role))  # type: ignore[arg-type]

    return sign_in_as


@pytest.fixture
def sign_in_by_form(site: Site) -> Callable[..., None]:
    """The same through the form, for journeys; the page then stands at `then`."""

    def sign_in_as(page: Page, role: str = "administrator", then: str = "/") -> None:
        person = PEOPLE[role]
        page.goto(f"{site.url}/admin/login/?next={then}")
        page.fill("[name=username]", person.username)
        page.fill("[name=password]", person.password)
        page.click("[type=submit]")
        page.wait_for_url(f"{site.url}{then}")

    return sign_in_as


@pytest.fixture
def visit(site: Site) -> Callable[..., None]:
    """`visit(page, "/bots")`: goes there and waits until the page answers to clicks."""

    def go(page: Page, path: str) -> None:
        page.goto(site.url + path)
        page.wait_for_selector(READY, state="attached")

    return go


@pytest.fixture
def open_editor(visit, sign_in) -> Callable[..., None]:
    """`open_editor(page, 7)`: the page stands at the scenario and shows its steps."""

    def go(page: Page, scenario_id: int, role: str = "administrator", query: str = "") -> None:
        sign_in(page, role)
        visit(page, f"/scenarios/{scenario_id}{query}")
        page.wait_for_selector("[data-model=ready]", state="attached")

    return go


@pytest.fixture
def ids(site: Site) -> Callable[[int], list[int]]:
    """Numbers for steps that no other test's steps have."""

    def draw(count: int) -> list[int]:
        def highest(session: Session) -> int:
            return session.execute(select(Step.id).order_by(Step.id.desc())).scalar() or 0

        first = site.call(highest) + 1
        return list(range(first, first + count))

    return draw


@pytest.fixture(scope="package")
def axe_script() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def serious_findings(axe_script: str) -> Callable[[Page], list[str]]:
    """What axe-core finds of serious or critical impact: one line each, with the elements."""

    def find(page: Page) -> list[str]:
        page.evaluate(axe_script)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes'][:5]]}"
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
        ]

    return find


@pytest.fixture
def scrolls_sideways() -> Callable[[Page], bool]:
    def scrolls(page: Page) -> bool:
        script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(page.evaluate(script))

    return scrolls


def eventually(test: Callable[[], Any], timeout_s: float = WAIT_MS / 1000) -> Any:
    """What `test()` gives once it is true; for what happens outside the page."""
    until = time.monotonic() + timeout_s
    while not (found := test()):
        assert time.monotonic() < until, "did not come true"
        time.sleep(0.02)
    return found
