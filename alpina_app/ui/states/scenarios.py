"""`/scenarios`: the list of scenarios, and a new one."""

from dataclasses import replace
from typing import Any, ClassVar

import reflex as rx
from sqlmodel import Session

from alpina_app.errors import Invalid
from alpina_app.i18n import Language, translate
from alpina_app.services import crud
from alpina_app.services.access import Caller
from alpina_app.services.editor_page import revision_of, switch
from alpina_app.services.resource import Resource
from alpina_app.services.scenario_templates import create_from_template
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.transfer import copy_scenario
from alpina_app.services.work_lists import Listing, ScenarioLine, count_findings, list_scenarios
from alpina_app.ui.arguments import known_id
from alpina_app.ui.forms import Errors, errors_of
from alpina_app.ui.guards import reported
from alpina_app.ui.lists import Asked, ListShape
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states.listed import Managed
from alpina_app.ui.texts import language_of


class Scenarios(Managed, rx.State):
    rows: list[ScenarioLine] = []
    making: bool = False
    errors: Errors = {}

    _resource: ClassVar[Resource] = SCENARIOS
    _deleted: ClassVar[str] = "work.deleted"
    _shape: ClassVar[ListShape] = ListShape(
        "/scenarios",
        filters={"bot": None, "is_active": ("true", "false")},
        orderings=("-created_at", "created_at", "-updated_at", "name", "-name"),
    )

    @rx.event
    @reported
    async def open_new(self) -> None:
        await self._require_editor()
        self.errors, self.making = {}, True

    @rx.event
    @reported
    async def close_new(self) -> None:
        await self._require_sign_in()
        self.making = False

    @rx.event
    @reported
    async def make(self, form: dict[str, Any]) -> Any:
        caller = await self._require_editor()
        values = form if isinstance(form, dict) else {}
        language = await language_of(self)
        try:
            scenario = await runtime().database.run(make_scenario, caller, values, language)
        except Invalid as refused:
            self.errors = errors_of(refused)
            return None
        self.making = False
        return rx.redirect(f"/scenarios/{scenario}")

    @rx.event
    @reported
    async def copy(self, scenario_id: int) -> Any:
        caller = await self._require_editor()
        known = known_id(scenario_id, SCENARIOS)
        stored = await runtime().database.run(copy_scenario, caller, known)
        text = translate(await language_of(self), "work.duplicated")
        return [rx.redirect(f"/scenarios/{stored.id}"), rx.toast.success(text)]

    @rx.event
    @reported
    async def ask_delete(self, scenario_id: int) -> None:
        caller = await self._require_editor()
        found = await runtime().database.read(
            crud.read, caller, SCENARIOS, known_id(scenario_id, SCENARIOS), open_to_guests=False
        )
        self.deleting, self.deleting_name = scenario_id, found["name"]

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

    @staticmethod
    def _switch(session: Session, caller: Caller, object_id: int, is_active: bool) -> None:
        revision = revision_of(session, caller, object_id)
        switch(session, caller, object_id, revision, is_active)


def make_scenario(
    session: Session, caller: Caller, values: dict[str, Any], language: Language
) -> int:
    """A scenario of the form's `name`, `bot` and `template` ("" for an empty one); its id.

    One made from a template may go without a name. Raises Invalid, NotAllowed, NotSignedIn.
    """
    name, bot, template = (values.get(key, "") for key in ("name", "bot", "template"))
    if isinstance(template, str) and template:
        named = name.strip() if isinstance(name, str) else ""
        made = create_from_template(session, caller, bot, template, language, named or None)
        if made is not None:
            return made
    return crud.create(session, caller, SCENARIOS, {"name": name, "bot": bot}).id
