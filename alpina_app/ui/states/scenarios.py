"""`/scenarios`: the list of scenarios, and a new one."""

from dataclasses import replace
from typing import Any, ClassVar

import reflex as rx

from alpina_app.errors import Invalid, NotFound
from alpina_app.services import crud
from alpina_app.services.access import Caller
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.transfer import copy_scenario
from alpina_app.services.work_lists import Listing, ScenarioLine, count_findings, list_scenarios
from alpina_app.ui.forms import Errors, errors_of
from alpina_app.ui.guards import reported
from alpina_app.ui.lists import Asked, ListShape
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states.listed import Listed


class Scenarios(Listed, rx.State):
    rows: list[ScenarioLine] = []
    making: bool = False
    errors: Errors = {}
    new_name: str = ""
    deleting: int = 0
    deleting_name: str = ""

    _shape: ClassVar[ListShape] = ListShape(
        "/scenarios",
        filters={"bot": None, "is_active": ("true", "false")},
        orderings=("-created_at", "created_at", "-updated_at", "name", "-name"),
    )

    @rx.event
    @reported
    async def set_active(self, scenario_id: int, is_active: bool) -> Any:
        caller = await self._require_editor()
        try:
            await runtime().database.run(
                crud.update,
                caller,
                SCENARIOS,
                _known_id(scenario_id),
                {"is_active": is_active is True},
                partial=True,
            )
        finally:
            await self._fill(caller)

    @rx.event
    @reported
    async def open_new(self) -> None:
        await self._require_editor()
        self.errors, self.new_name, self.making = {}, "", True

    @rx.event
    @reported
    async def close_new(self) -> None:
        await self._require_sign_in()
        self.making = False

    @rx.event
    @reported
    async def make(self, form: dict[str, Any]) -> Any:
        caller = await self._require_editor()
        data = form if isinstance(form, dict) else {}
        values = {"name": data.get("name", ""), "bot": data.get("bot", "")}
        try:
            stored = await runtime().database.run(crud.create, caller, SCENARIOS, values)
        except Invalid as refused:
            self.errors = errors_of(refused)
            self.new_name = str(values["name"])[:200]
            return None
        self.making = False
        return rx.redirect(f"/scenarios/{stored.id}")

    @rx.event
    @reported
    async def copy(self, scenario_id: int) -> Any:
        caller = await self._require_editor()
        stored = await runtime().database.run(copy_scenario, caller, _known_id(scenario_id))
        return rx.redirect(f"/scenarios/{stored.id}")

    @rx.event
    @reported
    async def ask_delete(self, scenario_id: int) -> None:
        caller = await self._require_editor()
        found = await runtime().database.read(
            crud.read, caller, SCENARIOS, _known_id(scenario_id), open_to_guests=False
        )
        self.deleting, self.deleting_name = scenario_id, found["name"]

    @rx.event
    @reported
    async def keep(self) -> None:
        await self._require_sign_in()
        self.deleting = 0

    @rx.event
    @reported
    async def delete(self) -> None:
        caller = await self._require_editor()
        scenario_id, self.deleting = self.deleting, 0
        try:
            await runtime().database.run(crud.remove, caller, SCENARIOS, _known_id(scenario_id))
        finally:
            await self._fill(caller)

    async def _find(self, caller: Caller, asked: Asked) -> Listing:
        found, pictures, secrets = await runtime().database.read(
            list_scenarios, caller, asked.params()
        )
        counts = await count_findings(pictures, secrets)
        self.rows = [
            replace(line, errors=counts[line.id][0], warnings=counts[line.id][1])
            if line.id in counts
            else line
            for line in found.lines
        ]
        return found


def _known_id(raw: Any) -> int:
    """Raises NotFound for what cannot be an id."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**63:
        raise NotFound(what=SCENARIOS.title)
    return raw
