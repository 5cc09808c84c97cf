"""The checker beside the canvas: every finding, the way to its step, mends, what errors forbid."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import Session, select

from alpina_app.domain.checker import Finding, apply_mend, check
from alpina_app.domain.picture import Picture, StepPicture
from alpina_app.models import Scenario, Secret
from alpina_app.services.findings import finding_text
from tests.browser.editor import field, form, is_saved, node, panel
from tests.support.pictures import END, message, question, step
from tests.unit.test_checker_findings import BASICS, CASES, URL

SEVERITIES = {"error": "Ошибка", "warning": "Замечание"}
SECRETS = ["KEY"]


def one_case_a_code() -> list[tuple[str, Any, Any]]:
    """(step type, faulty content, sound content): few cases that show every code of one step."""
    found, seen = [], set()
    for step_type, faulty, expected, sound in CASES:
        codes = {code for code, *_ in expected}
        if isinstance(faulty, dict) and codes - seen:
            seen |= codes
            found.append((step_type, BASICS[step_type] | faulty, BASICS[step_type] | sound))
    return found


def findings_of(picture: Picture) -> list[Finding]:
    """As the panel lists them: errors first."""
    return sorted(check(picture, secrets=SECRETS), key=lambda one: one.severity != "error")


def says(page: Page, picture: Picture) -> None:
    """The panel lists the findings of `picture`, each with its step."""
    names = {one.id: one.name for one in picture.steps}
    expect(listed(page)).to_have_text(
        [
            f"{SEVERITIES[one.severity]}: {names.get(one.step, 'Весь сценарий')}"
            + finding_text(one, "ru")
            for one in findings_of(picture)
        ]
    )


def listed(page: Page) -> Locator:
    return page.get_by_role("tabpanel", name="Проверка").locator(".finding-main")


def mend_buttons(page: Page) -> Locator:
    return page.get_by_role("tabpanel", name="Проверка").get_by_role("button", name="Исправить")


def changed(picture: Picture, id: int, **fields: Any) -> Picture:
    steps = (replace(one, **fields) if one.id == id else one for one in picture.steps)
    return replace(picture, steps=tuple(steps))


@pytest.fixture
def secret(site):
    """A secret by the name of KEY."""

    def store(session: Session) -> None:
        if session.exec(select(Secret).where(Secret.name == "KEY")).first() is None:
            session.add(Secret(name="KEY", value="*"))

    site.call(store)


@pytest.fixture
def drawn(talks):
    """`drawn(step, ...)`: the picture of a new scenario with these steps."""

    def make(*steps: StepPicture) -> Picture:
        scenario = talks.scenario(talks.bot(), *steps)
        return Picture(scenario, "Сценарий", None, steps)

    return make


class TestFindings:
    def test_every_fault_of_a_step_is_listed_and_goes_when_it_is_mended(
        self, page, drawn, ids, open_editor, secret
    ):
        cases = one_case_a_code()
        n = ids(len(cases) + 1)
        picture = drawn(
            *(
                step(id, kind, faulty, after)
                for id, after, (kind, faulty, _) in zip(n, n[1:], cases, strict=False)
            ),
            step(n[-1], "message", END),
        )
        open_editor(page, picture.scenario_id)
        panel(page, "Проверка")
        says(page, picture)
        for id, (_, faulty, sound) in zip(n, cases, strict=False):
            name = f"Шаг {id}"
            texts = {finding_text(one, "ru") for one in findings_of(picture) if one.step == id}
            listed(page).filter(has=page.get_by_text(name, exact=True)).first.click()
            expect(form(page).get_by_label("Название", exact=True)).to_have_value(name)
            expect(node(page, name)).to_have_class(re.compile(r"\bselected\b"))
            for text in texts:
                expect(form(page)).to_contain_text(text)
            form(page).get_by_role("button", name="JSON", exact=True).click()
            source = form(page).get_by_label("Содержание шага в JSON")
            assert json.loads(source.input_value()) == faulty
            source.fill(json.dumps(sound))
            picture = changed(picture, id, content=sound)
            panel(page, "Проверка")
            says(page, picture)
        is_saved(page)

    def test_what_steps_have_with_each_other_is_listed(self, page, drawn, ids, open_editor):
        hello, unset, ask, again, loop, lone, last = ids(7)
        picture = drawn(
            message(hello, "{{нигде}}", unset, end=True),
            message(unset, "{{не_всегда}}", ask, set=[{"var": "зря", "value": 1}]),
            question(ask, "не_всегда", again, on_fail={"action": "goto", "goto": hello}),
            question(
                again,
                None,
                last,
                on_fail={"action": "goto", "goto": 10**9},
                input={
                    "type": "choice",
                    "options": [{"label": "А", "goto": loop}, {"label": "Б", "goto": again}],
                },
            ),
            message(loop, "По кругу", loop),
            message(lone, "Никто не придёт", None, end=True),
            message(last, "Всё"),
        )
        assert {one.code for one in findings_of(picture)} == {
            "variable_unknown",
            "variable_not_set",
            "variable_unused",
            "end_goes_on",
            "exit_nowhere",
            "question_to_itself",
            "cycle",
            "unreachable",
            "end_not_marked",
        }
        open_editor(page, picture.scenario_id)
        panel(page, "Проверка")
        says(page, picture)

    def test_an_unreadable_path_and_a_start_elsewhere(self, page, drawn, ids, open_editor, talks):
        elsewhere, call, last = ids(3)
        drawn(step(elsewhere, "message", END))
        save = [{"path": "a..b", "var": "x"}]
        picture = drawn(
            step(call, "api_call", BASICS["api_call"] | {"url": URL, "save": save}, last),
            message(last, "{{x}}", end=True),
        )
        talks.change(Scenario, picture.scenario_id, initial_step_id=elsewhere)
        picture = replace(picture, initial_step=elsewhere)
        assert {one.code for one in findings_of(picture)} == {"bad_answer_path", "start_nowhere"}
        open_editor(page, picture.scenario_id)
        panel(page, "Проверка")
        says(page, picture)

    def test_an_empty_scenario_is_told_of(self, page, drawn, open_editor):
        picture = drawn()
        open_editor(page, picture.scenario_id)
        panel(page, "Проверка")
        says(page, picture)
        assert [one.code for one in findings_of(picture)] == ["no_steps"]

    def test_a_long_chain_leads_to_its_first_step(self, page, drawn, ids, open_editor):
        n = ids(101)
        picture = drawn(
            *(message(id, "Дальше", after) for id, after in zip(n, [*n[1:], None], strict=True))
        )
        open_editor(page, picture.scenario_id)
        panel(page, "Проверка")
        says(page, picture)
        assert [one.code for one in findings_of(picture)] == ["chain_too_long", "end_not_marked"]
        listed(page).last.click()
        expect(field(page, "Название")).to_have_value(f"Шаг {n[-1]}")
        expect(node(page, f"Шаг {n[-1]}")).to_be_in_viewport()

    def test_a_finding_appears_while_one_writes(self, page, drawn, ids, open_editor):
        hello, last = ids(2)
        picture = drawn(message(hello, "Здравствуйте", last), step(last, "message", END))
        open_editor(page, picture.scenario_id)
        node(page, f"Шаг {hello}").click()
        field(page, "Текст").fill("Здравствуйте, {{имя")
        expect(node(page, f"Шаг {hello}")).to_contain_text("1 ошибка")
        expect(form(page)).to_contain_text("Шаблон не читается")
        expect(page.get_by_role("tab", name="Проверка 1")).to_be_visible()
        field(page, "Текст").fill("Здравствуйте")
        expect(page.get_by_role("tab", name="Проверка", exact=True)).to_be_visible()
        panel(page, "Проверка")
        expect(page.get_by_role("tabpanel", name="Проверка")).to_contain_text("Замечаний нет")


class TestMends:
    def test_each_offered_mend_is_applied_until_none_is_left(
        self, page, drawn, ids, open_editor, secret, site
    ):
        first, *n = ids(9)
        picture = drawn(
            message(first, "Привет", n[0], end=True, txt=1),
            question(n[0], None, n[1], max_attempts=0),
            step(n[1], "api_call", {"url": "https://example.com/", "retries": 9}, n[2]),
            step(
                n[2],
                "api_call",
                {
                    "url": "https://example.com/",
                    "on_error": {},
                    "headers": [{"name": "Host", "value": "a"}],
                },
                n[3],
            ),
            question(
                n[3],
                None,
                n[4],
                input={"type": "choice", "options": [{"label": "А"}, {"label": "А"}]},
            ),
            step(
                n[4],
                "condition",
                {"branches": [{"rules": []}, {"rules": [{"var": "today", "op": "is_set"}]}]},
                n[5],
            ),
            question(n[5], None, n[6], on_fail={"action": "goto", "goto": 10**9}),
            question(n[6], None, n[7], input={"type": "number", "min": 5, "max": 1}),
            message(n[7], "Всё"),
        )
        open_editor(page, picture.scenario_id)
        panel(page, "Проверка")
        mended = set()
        while offers := [one for one in findings_of(picture) if one.mend]:
            says(page, picture)
            expect(mend_buttons(page)).to_have_count(len(offers))
            mend_buttons(page).first.click()
            mended.add(offers[0].code)
            picture = apply_mend(picture, offers[0])
        says(page, picture)
        expect(mend_buttons(page)).to_have_count(0)
        assert mended == {
            "unknown_key",
            "too_small",
            "too_large",
            "header_of_client",
            "duplicate_option_id",
            "branch_without_rules",
            "exit_nowhere",
            "end_goes_on",
            "end_not_marked",
        }


class TestErrorsForbid:
    @pytest.fixture
    def broken(self, drawn, ids, talks):
        ask, last = ids(2)
        picture = drawn(question(ask, None, last, text=""), step(last, "message", END))
        talks.change(Scenario, picture.scenario_id, is_active=False)
        return picture

    def test_switching_on_and_publishing_with_the_reason(
        self, page, broken, open_editor, site, talks
    ):
        open_editor(page, broken.scenario_id)
        switch = page.get_by_role("switch", name="Включён")
        switch.click()
        expect(page.get_by_role("alert")).to_contain_text("Нельзя включить: в сценарии 1 ошибка")
        expect(switch).not_to_be_checked()
        page.get_by_role("button", name="Опубликовать").click()
        dialog = page.get_by_role("dialog", name="Опубликовать сценарий")
        expect(dialog).to_contain_text("В сценарии 1 ошибка: исправьте её, чтобы опубликовать.")
        expect(dialog.get_by_role("button", name="Опубликовать")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        node(page, broken.steps[0].name).click()
        field(page, "Что спросить").fill("Как вас зовут?")
        expect(page.get_by_role("tab", name="Проверка", exact=True)).to_be_visible()
        switch.click()
        expect(page.get_by_role("alert")).to_contain_text("ошибки есть в версии")
        page.get_by_role("button", name="Опубликовать").click()
        dialog.get_by_role("button", name="Опубликовать").click()
        expect(page.get_by_text("В эфире: версия 2", exact=True)).to_be_visible()
        switch.click()
        expect(switch).to_be_checked()
        expect(page.get_by_role("alert").filter(has_text="Нельзя")).to_have_count(0)
        is_saved(page)
        assert site.call(lambda session: session.get(Scenario, broken.scenario_id).is_active)
