"""What holds on every page of the team's work: for axe, on a narrow screen, with hostile texts."""

import pytest
from playwright.sync_api import Page, expect

from alpina_app.i18n import translate
from alpina_app.models import BotExecution, Message, Step, TraceEvent

HOSTILE = (
    '<script>window.hit=1</script><img src=x onerror="window.hit=1">'
    '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>[a](javascript:window.hit=1)'
)
LONG = "Оченьдлинноеслово" * 9


@pytest.fixture
def stored(talks, site):
    """Makes one of each with `text` in all its texts: the ids of bot, scenario and execution."""

    def store(text: str) -> tuple[int, int, int]:
        bot = talks.bot(name=text, description=text, system_prompt=text, gpt_model=text[:100])
        scenario = talks.scenario(bot, name=text, description=text)
        [step] = site.add(Step(name=text, scenario_id=scenario, content={"text": text}))
        [talk] = site.add(
            BotExecution(
                bot_id=bot,
                scenario_id=scenario,
                user_session=text,
                status="failed",
                variables={"имя": text},
            )
        )
        site.add(
            Message(execution_id=talk, position=0, role="user", content=text),
            Message(execution_id=talk, position=1, role="assistant", content=text),
            TraceEvent(
                execution_id=talk,
                seq=1,
                step_id=step,
                step_type="message",
                output=text,
                error=text,
                warnings=[{"code": "variable_missing", "params": {"name": text}}],
            ),
        )
        return bot, scenario, talk

    return store


def opened(page: Page, language: str, button: str) -> None:
    page.get_by_role("main").get_by_role(
        "button", name=translate(language, button), exact=True
    ).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_nothing_serious_for_axe_and_no_sideways_scrolling(
    new_page,
    sign_in,
    visit,
    stored,
    serious_findings,
    scrolls_sideways,
    watch,
    language,
    dark,
    width,
):
    watch.allow("404")
    bot, _, talk = stored(LONG)
    page = new_page(language=language, dark=dark, width=width)

    def check(place: str) -> None:
        assert (place, serious_findings(page), scrolls_sideways(page)) == (place, [], False)

    for path in ("/", "/no/such/page"):
        visit(page, path)
        expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
        check(path)
    sign_in(page, "editor")
    for path, ready in (
        ("/", ".numbers"),
        ("/bots", ".line"),
        (f"/bots/{bot}", "#bot-form"),
        ("/bots/new", "#bot-form"),
        ("/bots/999999999", "[role=alert]"),
        ("/scenarios", ".line"),
        ("/steps", ".line"),
        ("/steps?search=" + "ъ" * 9, ".empty"),
        ("/history", ".line"),
        (f"/history/{talk}", ".talk-line"),
    ):
        visit(page, path)
        expect(page.locator(ready).first).to_be_visible()
        check(path)
    for path, button in (("/bots", "bots.import"), ("/scenarios", "work.new_scenario")):
        visit(page, path)
        opened(page, language, button)
        check(f"{path} {button}")
    sign_in(page, "viewer")
    visit(page, "/bots/new")
    expect(page.get_by_role("alert")).to_be_visible()
    check("/bots/new for a viewer")


def test_errors_and_dialogs_of_a_form_are_accessible(
    new_page, sign_in, visit, talks, serious_findings
):
    page = new_page(dark=True)
    sign_in(page, "editor")
    visit(page, "/bots/new")
    save = page.get_by_role("button", name="Создать бота")
    save.click()
    expect(page.get_by_role("alert")).to_be_visible()
    save.hover()
    assert serious_findings(page) == []
    visit(page, f"/bots/{talks.bot()}")
    page.get_by_role("button", name="Ещё").click()
    page.get_by_role("menuitem", name="Удалить…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("menu")).to_have_count(0)
    assert serious_findings(page) == []


def test_hostile_texts_are_texts(new_page, sign_in, visit, stored):
    bot, _, talk = stored(HOSTILE)
    page = new_page()
    sign_in(page, "editor")
    for path in ("/", "/bots", f"/bots/{bot}", "/scenarios", "/steps", "/history"):
        visit(page, path)
        expect(page.get_by_role("main").get_by_text(HOSTILE).first).to_be_attached()
        assert harmless(page), path
    visit(page, f"/history/{talk}")
    expect(page.get_by_role("main").get_by_text(HOSTILE)).not_to_have_count(0)
    page.get_by_text("Подробности").click()
    expect(page.locator(".event-details")).to_be_visible()
    assert harmless(page)
    for path in ("/bots", "/scenarios"):
        visit(page, path)
        page.get_by_role("main").get_by_role("button", name=HOSTILE).first.click()
        page.get_by_role("menuitem", name="Удалить…").click()
        expect(page.get_by_role("dialog")).to_contain_text(HOSTILE)
        assert harmless(page), path


def harmless(page: Page) -> bool:
    """Nothing of the texts became an element, and nothing ran."""
    made = "main iframe, main img, main script, a[href^='javascript:' i]"
    return page.locator(made).count() == 0 and page.evaluate("window.hit === undefined")
