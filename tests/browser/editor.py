"""The scenario editor as a person finds it: by roles and names, in Russian."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from alpina_app.models import Step
from tests.browser.conftest import eventually

ADD = {"message": "Сообщение", "question": "Вопрос", "condition": "Условие", "api_call": "Запрос"}


def node(page: Page, name: str) -> Locator:
    """A step on the canvas."""
    return page.get_by_role("group", name=re.compile(f"^[^:]+: {re.escape(name)}$"))


def row(page: Page, name: str) -> Locator:
    """A step in the list."""
    steps = page.get_by_role("list", name="Шаги по порядку").locator("> li")
    return steps.filter(has=page.get_by_role("button", name=re.compile(f": {re.escape(name)}$")))


def names(page: Page) -> list[str]:
    """The steps in the order of the list view, which must be shown."""
    return page.locator(".row-title").all_text_contents()


def form(page: Page) -> Locator:
    return page.get_by_role("tabpanel", name="Шаг")


def field(page: Page, label: str) -> Locator:
    return form(page).get_by_label(label, exact=True)


def panel(page: Page, name: str) -> Locator:
    """Shows a side of the panel."""
    page.get_by_role("tab", name=re.compile(f"^{name}")).click()
    return page.get_by_role("tabpanel", name=re.compile(f"^{name}"))


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("toolbar", name="Инструменты").get_by_role("button", name=name)


def view(page: Page, name: str) -> None:
    """ "Схема" or "Список"."""
    tool(page, name).click()


def add(page: Page, kind: str) -> None:
    """A step behind the selected one; it is open in the form then."""
    tool(page, f"Добавить шаг: {ADD[kind]}").click()


def is_saved(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text=re.compile("^Сохранено$"))).to_be_visible()


def exit_of(page: Page, name: str, label: str) -> Locator:
    """The point of a step from which an exit is dragged."""
    exits = node(page, name).locator(".exit", has_text=re.compile(f"^{re.escape(label)}"))
    return exits.locator(".react-flow__handle")


def edge(page: Page, source: str, target: str) -> Locator:
    name = re.compile(f"^Связь от «{re.escape(source)}», .*, к «{re.escape(target)}»$")
    return page.get_by_role("group", name=name)


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def stored_rows(site: Any, scenario_id: int) -> list[dict[str, Any]]:
    """The draft's steps as the database has them, the oldest first."""

    def read(session: Any) -> list[dict[str, Any]]:
        wanted = select(Step).where(Step.scenario_id == scenario_id).order_by(Step.id)
        return [
            {
                "id": one.id,
                "name": one.name,
                "type": one.step_type,
                "content": one.content,
                "next": one.next_step_id,
                "place": (one.canvas_x, one.canvas_y),
            }
            for one in session.execute(wanted).scalars()
        ]

    return list(site.call(read))


def stored(site: Any, scenario_id: int) -> dict[str, dict[str, Any]]:
    """The same by name."""
    return {one["name"]: one for one in stored_rows(site, scenario_id)}


def comes_to_hold(site: Any, scenario_id: int, test: Any) -> Any:
    """What `test(stored steps)` gives once it is true."""
    return eventually(lambda: test(stored(site, scenario_id)))
