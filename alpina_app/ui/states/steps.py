"""`/steps`: every step, found by what it says."""

from typing import ClassVar

import reflex as rx

from alpina_app.models import STEP_TYPES
from alpina_app.services.access import Caller
from alpina_app.services.work_lists import Listing, StepLine, list_steps
from alpina_app.ui.lists import Asked, ListShape
from alpina_app.ui.runtime import runtime
from alpina_app.ui.states.listed import Listed


class Steps(Listed, rx.State):
    rows: list[StepLine] = []

    _shape: ClassVar[ListShape] = ListShape(
        "/steps", filters={"bot": None, "step_type": STEP_TYPES}, orderings=("",)
    )

    async def _find(self, caller: Caller, asked: Asked) -> Listing:
        found = await runtime().database.read(list_steps, caller, asked.params(), asked.page)
        self.rows = list(found.lines)
        return found
