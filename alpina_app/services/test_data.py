"""Ready bots, scenarios and dialogues to look around with: what `test_data.json` holds.

Steps point at each other by `key`: `next` is the normal exit, `{"$step": key}` one in a content.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from sqlmodel import Session, col, select

from alpina_app.errors import Conflict
from alpina_app.models import Bot, User
from alpina_app.services import crud
from alpina_app.services.access import Caller
from alpina_app.services.bots import BOTS
from alpina_app.services.executions import EXECUTIONS
from alpina_app.services.resource import Resource
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.steps import STEPS

Described = Mapping[str, Any]


def create_test_data(session: Session) -> dict[str, int]:
    """Adds the bots whose names are not there yet; how many objects were added, by kind.

    They belong to the first administrator; raises Conflict("no_administrator") without one.
    """
    caller = _first_administrator(session)
    made = {"bots": 0, "scenarios": 0, "executions": 0}
    for described in json.loads(_text())["bots"]:
        if session.exec(select(Bot.id).where(Bot.name == described["name"])).first() is None:
            _create_bot(session, caller, described)
            made["bots"] += 1
            made["scenarios"] += len(described["scenarios"])
            made["executions"] += len(described["executions"])
    return made


def _first_administrator(session: Session) -> Caller:
    administrators = select(User).where(User.role == "administrator", col(User.is_active))
    user = session.exec(administrators.order_by(col(User.id))).first()
    if user is None:
        raise Conflict("no_administrator")
    return Caller(user.id, user.username, user.role)


def _create_bot(session: Session, caller: Caller, described: Described) -> None:
    maker = _Maker(session, caller)
    bot = maker.create(BOTS, described, "scenarios", "executions", "start")
    scenarios: dict[str, int] = {}
    steps: dict[str, dict[str, int]] = {}
    for scenario in described["scenarios"]:
        number = maker.create(SCENARIOS, {**scenario, "bot": bot}, "steps")
        scenarios[scenario["name"]] = number
        steps[scenario["name"]] = maker.create_steps(number, scenario["steps"])
    if "start" in described:
        maker.change(BOTS, bot, {"start_scenario": scenarios[described["start"]]})
    for execution in described["executions"]:
        name = execution.get("scenario")
        links = {"bot": bot, "scenario": scenarios.get(name)}
        if "current_step" in execution:
            links["current_step"] = steps[name][execution["current_step"]]
        maker.create(EXECUTIONS, {**execution, **links})


class _Maker:
    def __init__(self, session: Session, caller: Caller) -> None:
        self._session = session
        self._caller = caller

    def create(self, resource: Resource, described: Described, *left_out: str) -> int:
        data = {name: value for name, value in described.items() if name not in left_out}
        return crud.create(self._session, self._caller, resource, data).id

    def change(self, resource: Resource, number: int, data: Described) -> None:
        crud.update(self._session, self._caller, resource, number, data, partial=True)

    def create_steps(self, scenario: int, described: list[Described]) -> dict[str, int]:
        """Their ids by key: first the steps, then, when every id is known, what points at them."""
        numbers = {
            step["key"]: self.create(
                STEPS, {**step, "scenario": scenario, "order": order}, "key", "next", "content"
            )
            for order, step in enumerate(described, start=1)
        }
        for step in described:
            following = numbers[step["next"]] if "next" in step else None
            content = _linked(step["content"], numbers)
            self.change(STEPS, numbers[step["key"]], {"next_step": following, "content": content})
        return numbers


def _linked(value: Any, numbers: Mapping[str, int]) -> Any:
    match value:
        case {"$step": str(key)}:
            return numbers[key]
        case dict():
            return {name: _linked(inner, numbers) for name, inner in value.items()}
        case list():
            return [_linked(inner, numbers) for inner in value]
        case _:
            return value


def _text() -> str:
    return (files(__package__) / "test_data.json").read_text(encoding="utf-8")
