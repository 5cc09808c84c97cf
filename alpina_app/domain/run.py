"""The state of an execution between turns, and the world as a turn may know it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

from alpina_app.domain.turn import Turn
from alpina_app.domain.values import Json
from alpina_app.i18n import Language

Status = Literal["running", "completed", "failed", "cancelled", "abandoned"]
Limit = Literal["step_limit", "time_limit", "turn_limit", "variable_limit"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
LIMITS: Final[tuple[Limit, ...]] = get_args(Limit)


@dataclass(frozen=True, slots=True)
class Env:
    """What a turn knows of the world around the scenario; made anew for each turn.

    `phrase(key, **params)`: the built-in text of `key` in `language`. `now()`: aware datetime.
    `elapsed()`: seconds since the turn began, monotonic. `today`: the date in TIME_ZONE.
    `bot`: {"id", "name"}. `secrets`: every secret's value by name.
    """

    language: Language
    phrase: Callable[..., str]
    now: Callable[[], datetime]
    elapsed: Callable[[], float]
    today: date
    user_session: str
    bot: Mapping[str, Json]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class Run:
    """An execution of a scenario.

    `position`: the step it stands on: the question waited on, or the last step executed once it
    is over; None = not begun. `asked` is the question `attempts` (invalid answers in a row) belong
    to. `turns` counts the user's messages, `events` the trace's. `limit`: the limit that ended it.
    `turn` is what the last call did, and no part of the state that is kept.
    """

    variables: dict[str, Json] = field(default_factory=dict)
    position: int | None = None
    asked: int | None = None
    attempts: int = 0
    turns: int = 0
    events: int = 0
    last_answer: str | None = None
    status: Status = "running"
    limit: Limit | None = None
    turn: Turn = field(default_factory=Turn, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON for `from_dict`, without the variables, which are kept by themselves."""
        return {
            "position": self.position,
            "asked": self.asked,
            "attempts": self.attempts,
            "turns": self.turns,
            "events": self.events,
            "last_answer": self.last_answer,
            "status": self.status,
            "limit": self.limit,
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any] | None, variables: Mapping[str, Json]) -> "Run":
        """The run that `to_dict` wrote; None = an execution that has not begun.

        Fields that are missing or unknown to this version are left at their start values.
        """
        known = {name: value for name, value in (state or {}).items() if name in _KEPT}
        return cls(variables=dict(variables), **known)

    @property
    def is_over(self) -> bool:
        return self.status != "running"


_KEPT: Final = frozenset(Run().to_dict())
