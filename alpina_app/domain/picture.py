"""A scenario as it is at one moment: what the checker reads and a running conversation keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alpina_app.domain.contents import StepType


@dataclass(frozen=True, slots=True)
class StepPicture:
    """`content` is the step's JSON as it is stored, sound or not."""

    id: int
    name: str
    step_type: StepType
    content: Any
    order: int = 0
    next_step: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """The scenario's settings and all its steps, in any order."""

    scenario_id: int
    name: str
    initial_step: int | None
    steps: tuple[StepPicture, ...] = ()

    def start_step(self) -> int | None:
        """The id the scenario starts with: `initial_step` where it is here, else the first step."""
        if any(step.id == self.initial_step for step in self.steps):
            return self.initial_step
        first = min(self.steps, key=step_order, default=None)
        return None if first is None else first.id

    def to_json(self) -> dict[str, Any]:
        """Plain JSON that `from_json` reads back to an equal picture."""
        return {
            "scenario_id": self.scenario_id,
            "name": self.name,
            "initial_step": self.initial_step,
            "steps": [
                {
                    "id": step.id,
                    "name": step.name,
                    "step_type": step.step_type,
                    "content": step.content,
                    "order": step.order,
                    "next_step": step.next_step,
                }
                for step in self.steps
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Picture":
        steps = tuple(StepPicture(**step) for step in data["steps"])
        return cls(data["scenario_id"], data["name"], data["initial_step"], steps)


def step_order(step: StepPicture) -> tuple[int, int]:
    """The key that sorts steps as lists show them and as a start is chosen."""
    return step.order, step.id
