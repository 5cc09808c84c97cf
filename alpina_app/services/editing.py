"""The scenario editor's writes: several steps at once, against the revision they were made on.

    draft = load_draft(session, caller, 7)
    saved = save_draft(session, caller, 7, draft.revision, puts=[...], deletes=[12], scenario={...})

Two people editing one scenario: the later one's save raises Outdated, and nothing of it is stored.
A new step has a negative id of the editor's choice; `saved.ids` says which id it got, and exits
that named it lead there. A deleted step may be put back under its own id (undo).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session

from alpina_app.domain.references import Place, map_gotos
from alpina_app.errors import Invalid, NotFound, Outdated
from alpina_app.models import AuditEntry, Bot, Scenario, ScenarioVersion, Step, User, utc_now
from alpina_app.services.access import Caller, require_editor, require_sign_in
from alpina_app.services.audit import record
from alpina_app.services.fields import Wrong
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.steps import STEPS
from alpina_app.services.versions import enter_draft
from alpina_app.services.wire_messages import Message, message

MAX_STEPS: Final = 2_000
MAX_COORDINATE: Final = 1e6
_STEPS, _SCENARIOS = Step.__table__, Scenario.__table__  # type: ignore[attr-defined]
_AUDIT, _VERSIONS = AuditEntry.__table__, ScenarioVersion.__table__  # type: ignore[attr-defined]
_BOTS, _USERS = Bot.__table__, User.__table__  # type: ignore[attr-defined]
_STEP_FIELDS: Final = ("name", "step_type", "content", "order")
_SCENARIO_FIELDS: Final = ("name", "description", "is_active")
_EDITED: Final = "scenario_edited"
_SITTING: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class DraftStep:
    """`x`, `y`: the node's place on the canvas; None = wherever the layout puts it."""

    id: int
    name: str
    step_type: str
    content: Any
    order: int
    next_step: int | None
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A scenario as its rows are now."""

    id: int
    name: str
    description: str
    bot: int
    bot_name: str
    initial_step: int | None
    is_active: bool
    draft_mode: bool
    published_version: int | None
    revision: int
    updated_at: datetime
    steps: tuple[DraftStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """`ids`: what the negative ids became."""

    revision: int
    ids: dict[int, int] = field(default_factory=dict)


def load_draft(session: Session, caller: Caller, scenario_id: int) -> Draft:
    """Raises NotSignedIn, NotFound."""
    require_sign_in(caller)
    row = session.execute(
        select(_SCENARIOS, _BOTS.c.name.label("bot_name"))
        .join(_BOTS, _BOTS.c.id == _SCENARIOS.c.bot_id)
        .where(_SCENARIOS.c.id == scenario_id)
    ).one_or_none()
    if row is None:
        raise NotFound(what=SCENARIOS.title)
    steps = session.execute(
        select(_STEPS)
        .where(_STEPS.c.scenario_id == scenario_id)
        .order_by(_STEPS.c.position, _STEPS.c.id)
    )
    return Draft(
        row.id,
        row.name,
        row.description,
        row.bot_id,
        row.bot_name,
        row.initial_step_id,
        row.is_active,
        row.draft_mode,
        row.published_version_id,
        row.revision,
        row.updated_at,
        tuple(
            DraftStep(
                step.id,
                step.name,
                step.step_type,
                step.content,
                step.position,
                step.next_step_id,
                step.canvas_x,
                step.canvas_y,
            )
            for step in steps
        ),
    )


def save_draft(
    session: Session,
    caller: Caller,
    scenario_id: int,
    revision: int,
    *,
    puts: Sequence[Mapping[str, Any]] = (),
    deletes: Sequence[int] = (),
    scenario: Mapping[str, Any] | None = None,
) -> Saved:
    """Stores a set of changes as one.

    `puts`: whole steps ({"id", "name", "step_type", "content", "order", "next_step", "x", "y"});
    `scenario`: any of name, description, is_active, initial_step. Raises Outdated where the
    scenario is no longer of `revision`; Invalid with paths `steps[<id>].<field>`.
    The first change takes the scenario into draft mode: what is live stays as it was.
    """
    require_editor(caller)
    found = session.execute(
        select(_SCENARIOS.c.revision, _SCENARIOS.c.initial_step_id)
        .where(_SCENARIOS.c.id == scenario_id)
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound(what=SCENARIOS.title)
    if found.revision != revision:
        raise Outdated
    enter_draft(session, caller, scenario_id)
    work = _Work(session, scenario_id)
    steps = work.cleaned(puts)
    fields = work.cleaned_scenario(scenario or {})
    work.raise_wrong()
    work.delete(deletes, caller)
    work.put(steps)
    now = utc_now()
    session.execute(
        update(_SCENARIOS)
        .where(_SCENARIOS.c.id == scenario_id)
        .values(revision=revision + 1, updated_at=now, **work.columns(fields))
    )
    _note_edit(session, caller, scenario_id)
    return Saved(revision + 1, work.ids)


def move_steps(
    session: Session,
    caller: Caller,
    scenario_id: int,
    places: Mapping[int, tuple[float, float] | None],
) -> None:
    """Where nodes stand on the canvas; no change of the scenario, so no new revision."""
    require_editor(caller)
    for step_id, place in list(places.items())[:MAX_STEPS]:
        x, y = (None, None) if place is None else (_coordinate(place[0]), _coordinate(place[1]))
        session.execute(
            update(_STEPS)
            .where(_STEPS.c.id == step_id, _STEPS.c.scenario_id == scenario_id)
            .values(canvas_x=x, canvas_y=y)
        )


def last_change(session: Session, caller: Caller, scenario_id: int) -> tuple[str, datetime] | None:
    """Who changed the scenario last through the editor, and when."""
    require_sign_in(caller)
    row = session.execute(
        select(_AUDIT.c.username, _AUDIT.c.created_at)
        .where(_AUDIT.c.object_type == "scenario", _AUDIT.c.object_id == str(scenario_id))
        .order_by(_AUDIT.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.username, row.created_at)


def _note_edit(session: Session, caller: Caller, scenario_id: int) -> None:
    """One audit entry for a sitting: its time is that of the last save."""
    now = utc_now()
    newest = session.execute(
        select(_AUDIT.c.id, _AUDIT.c.action, _AUDIT.c.user_id, _AUDIT.c.created_at)
        .where(_AUDIT.c.object_type == "scenario", _AUDIT.c.object_id == str(scenario_id))
        .order_by(_AUDIT.c.id.desc())
        .limit(1)
    ).one_or_none()
    if (
        newest is not None
        and (newest.action, newest.user_id) == (_EDITED, caller.user_id)
        and now - newest.created_at < _SITTING
    ):
        session.execute(update(_AUDIT).where(_AUDIT.c.id == newest.id).values(created_at=now))
    else:
        record(session, caller, _EDITED, "scenario", scenario_id)


class _Work:
    """One save at work."""

    def __init__(self, session: Session, scenario_id: int) -> None:
        self.ids: dict[int, int] = {}
        self._session = session
        self._scenario_id = scenario_id
        self._wrong: dict[str, list[Message]] = {}
        self._own = set(
            session.execute(
                select(_STEPS.c.id).where(_STEPS.c.scenario_id == scenario_id)
            ).scalars()
        )

    def cleaned(self, puts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        if len(self._own) + sum(put.get("id", 0) not in self._own for put in puts) > MAX_STEPS:
            self._add("steps", message("too_many_steps", limit=MAX_STEPS))
            return []
        return [self._clean_step(put) for put in puts]

    def cleaned_scenario(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in SCENARIOS.writable:
            if one.name in _SCENARIO_FIELDS and one.name in raw:
                found[one.name] = self._cleaned_value(one.name, one, raw[one.name])
        if "initial_step" in raw:
            found["initial_step"] = self._reference(raw["initial_step"], "initial_step")
        return found

    def raise_wrong(self) -> None:
        if self._wrong:
            raise Invalid(self._wrong)

    def delete(self, deletes: Sequence[int], caller: Caller) -> None:
        gone = [step_id for step_id in deletes if step_id in self._own]
        for step_id in gone:
            record(
                self._session, caller, "step_deleted", "step", step_id, scenario=self._scenario_id
            )
        if gone:
            self._session.execute(delete(_STEPS).where(_STEPS.c.id.in_(gone)))
            self._own.difference_update(gone)

    def put(self, steps: Sequence[dict[str, Any]]) -> None:
        """First every row, then what leads from one to another."""
        now = utc_now()
        for step in steps:
            values = {
                "name": step["name"],
                "step_type": step["step_type"],
                "position": step["order"],
                "canvas_x": step["x"],
                "canvas_y": step["y"],
                "updated_at": now,
            }
            if step["id"] in self._own:
                self._session.execute(
                    update(_STEPS).where(_STEPS.c.id == step["id"]).values(**values)
                )
                continue
            values |= {"content": {}, "scenario_id": self._scenario_id, "created_at": now}
            if step["id"] > 0:
                values["id"] = step["id"]
            result: Any = self._session.execute(insert(_STEPS).values(**values))
            new_id = int(result.inserted_primary_key[0])
            self._own.add(new_id)
            if step["id"] < 0:
                self.ids[step["id"]] = new_id
        for step in steps:
            self._session.execute(
                update(_STEPS)
                .where(_STEPS.c.id == self.ids.get(step["id"], step["id"]))
                .values(
                    content=map_gotos(step["step_type"], step["content"], self._new_goto),
                    next_step_id=self._existing(step["next_step"]),
                )
            )

    def columns(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: value for name, value in fields.items() if name != "initial_step"}
        if "initial_step" in fields:
            found["initial_step_id"] = self._existing(fields["initial_step"])
        return found

    def _clean_step(self, put: Mapping[str, Any]) -> dict[str, Any]:
        step_id = put.get("id")
        if not isinstance(step_id, int) or isinstance(step_id, bool) or step_id == 0:
            self._add("steps", message("incorrect_type", type=type(step_id).__name__))
            return {}
        path = f"steps[{step_id}]"
        if step_id > 0 and step_id not in self._own and not self._was_own(step_id):
            self._add(path, message("does_not_exist", value=step_id))
        found: dict[str, Any] = {"id": step_id}
        for one in STEPS.writable:
            if one.name not in _STEP_FIELDS:
                continue
            if one.name in put:
                found[one.name] = self._cleaned_value(f"{path}.{one.name}", one, put[one.name])
            elif one.required:
                self._add(f"{path}.{one.name}", message("required"))
            else:
                found[one.name] = one.default_value()
        found["next_step"] = self._reference(put.get("next_step"), f"{path}.next_step")
        for axis in ("x", "y"):
            value = put.get(axis)
            found[axis] = None if value is None else _coordinate(value)
        return found

    def _reference(self, raw: Any, path: str) -> int | None:
        if raw is None:
            return None
        if isinstance(raw, int) and not isinstance(raw, bool):
            return raw
        self._add(path, message("incorrect_type", type=type(raw).__name__))
        return None

    def _cleaned_value(self, path: str, field: Any, raw: Any) -> Any:
        try:
            return field.clean(raw, "json")
        except Wrong as error:
            for one in error.messages:
                self._add(path, one)
            return None

    def _was_own(self, step_id: int) -> bool:
        """The id was given to a step of this scenario once, and is free."""
        taken = self._session.execute(select(_STEPS.c.id).where(_STEPS.c.id == step_id)).first()
        if taken is not None:
            return False
        entries = self._session.execute(
            select(_AUDIT.c.details).where(
                _AUDIT.c.object_type == "step",
                _AUDIT.c.object_id == str(step_id),
                _AUDIT.c.action == "step_deleted",
            )
        ).scalars()
        if any(details.get("scenario") == self._scenario_id for details in entries):
            return True
        pictures = self._session.execute(
            select(_VERSIONS.c.picture).where(_VERSIONS.c.scenario_id == self._scenario_id)
        ).scalars()
        return any(
            step["id"] == step_id for picture in pictures for step in picture.get("steps", ())
        )

    def _new_goto(self, goto: Any, _place: Place) -> Any:
        return self.ids.get(goto, goto) if isinstance(goto, int) else goto

    def _existing(self, step_id: int | None) -> int | None:
        """An exit to a step that is gone leads nowhere, as the database has it."""
        if step_id is None:
            return None
        step_id = self.ids.get(step_id, step_id)
        return step_id if step_id in self._own else None

    def _add(self, path: str, text: Message) -> None:
        self._wrong.setdefault(path, []).append(text)


def _coordinate(value: Any) -> float:
    """Raises Invalid for what is no place on a canvas."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid({"position": [message("not_a_number")]})
    if not abs(value) <= MAX_COORDINATE:
        raise Invalid({"position": [message("max_value", limit=MAX_COORDINATE)]})
    return float(value)
