"""Published versions of scenarios: immutable, numbered, with a note.

A scenario in draft mode runs its published version; its rows are the draft. One that is not in
draft mode runs its rows: a write through REST is live at once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session

from alpina_app.domain.checker import check, has_errors
from alpina_app.domain.picture import Picture
from alpina_app.errors import Conflict, NotFound
from alpina_app.models import Scenario, ScenarioVersion, Step, User, utc_now
from alpina_app.services.access import Caller, require_editor, require_sign_in
from alpina_app.services.audit import record
from alpina_app.services.pictures import digest_of, read_picture
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.secrets_store import secret_names

_STEPS, _SCENARIOS = Step.__table__, Scenario.__table__  # type: ignore[attr-defined]
_VERSIONS, _USERS = ScenarioVersion.__table__, User.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Version:
    id: int
    number: int
    note: str
    author: str
    created_at: datetime
    is_live: bool


def list_versions(session: Session, caller: Caller, scenario_id: int) -> list[Version]:
    """The published ones, the newest first."""
    require_sign_in(caller)
    live = session.execute(
        select(_SCENARIOS.c.published_version_id).where(_SCENARIOS.c.id == scenario_id)
    ).scalar_one_or_none()
    rows = session.execute(
        select(
            _VERSIONS.c.id,
            _VERSIONS.c.number,
            _VERSIONS.c.note,
            _USERS.c.username,
            _VERSIONS.c.created_at,
        )
        .outerjoin(_USERS, _USERS.c.id == _VERSIONS.c.created_by_id)
        .where(_VERSIONS.c.scenario_id == scenario_id, _VERSIONS.c.number.is_not(None))
        .order_by(_VERSIONS.c.number.desc())
    )
    return [
        Version(row.id, row.number, row.note, row.username or "", row.created_at, row.id == live)
        for row in rows
    ]


def read_published(session: Session, caller: Caller, scenario_id: int, version_id: int) -> Picture:
    """A version of this scenario. Raises NotFound."""
    require_sign_in(caller)
    picture = session.execute(
        select(_VERSIONS.c.picture).where(
            _VERSIONS.c.id == version_id, _VERSIONS.c.scenario_id == scenario_id
        )
    ).scalar_one_or_none()
    if picture is None:
        raise NotFound
    return Picture.from_json(picture)


def publish(
    session: Session,
    caller: Caller,
    scenario_id: int,
    note: str = "",
    *,
    revision: int | None = None,
) -> int:
    """Makes the draft the live version; gives its number.

    Raises Conflict("scenario_has_errors") while the checker finds errors, Conflict where `revision`
    is given and the draft is another by now.
    """
    require_editor(caller)
    picture = _picture(session, scenario_id)
    found = session.execute(
        select(_SCENARIOS.c.revision).where(_SCENARIOS.c.id == scenario_id).with_for_update()
    ).scalar_one()
    if revision is not None and revision != found:
        raise Conflict
    if has_errors(check(picture, secrets=secret_names(session))):
        raise Conflict("scenario_has_errors")
    version_id, number = _add_version(session, caller, picture, note)
    session.execute(
        update(_SCENARIOS)
        .where(_SCENARIOS.c.id == scenario_id)
        .values(draft_mode=True, published_version_id=version_id, updated_at=utc_now())
    )
    record(session, caller, "scenario_published", "scenario", scenario_id, number=number)
    return number


def enter_draft(session: Session, caller: Caller, scenario_id: int) -> None:
    """Before the editor's first change: what is live now becomes a version and stays live.

    A scenario without steps has nothing live to keep.
    """
    row = session.execute(
        select(_SCENARIOS.c.draft_mode).where(_SCENARIOS.c.id == scenario_id)
    ).one_or_none()
    if row is None:
        raise NotFound(what=SCENARIOS.title)
    if row.draft_mode:
        return
    picture = _picture(session, scenario_id)
    version_id = _add_version(session, caller, picture, "")[0] if picture.steps else None
    session.execute(
        update(_SCENARIOS)
        .where(_SCENARIOS.c.id == scenario_id)
        .values(draft_mode=True, published_version_id=version_id)
    )


def leave_draft(session: Session, caller: Caller, scenario_id: int) -> None:
    """From now on every write is live at once, through REST and the editor's first change alike."""
    require_editor(caller)
    session.execute(
        update(_SCENARIOS)
        .where(_SCENARIOS.c.id == scenario_id)
        .values(draft_mode=False, published_version_id=None, revision=_SCENARIOS.c.revision + 1)
    )
    record(session, caller, "scenario_left_draft", "scenario", scenario_id)


def restore(session: Session, caller: Caller, scenario_id: int, version_id: int) -> None:
    """Makes the draft what the version was: steps get their ids back. What is live stays."""
    require_editor(caller)
    enter_draft(session, caller, scenario_id)
    picture = read_published(session, caller, scenario_id, version_id)
    kept = {step.id for step in picture.steps}
    now = utc_now()
    there = set(
        session.execute(select(_STEPS.c.id).where(_STEPS.c.scenario_id == scenario_id)).scalars()
    )
    for step_id in sorted(there - kept):
        record(session, caller, "step_deleted", "step", step_id, scenario=scenario_id)
    session.execute(
        delete(_STEPS).where(_STEPS.c.scenario_id == scenario_id, _STEPS.c.id.not_in(kept))
    )
    for step in picture.steps:
        values = {
            "name": step.name,
            "step_type": step.step_type,
            "content": step.content,
            "position": step.order,
            "updated_at": now,
        }
        if step.id in there:
            session.execute(update(_STEPS).where(_STEPS.c.id == step.id).values(**values))
        else:
            values |= {"id": step.id, "scenario_id": scenario_id, "created_at": now}
            session.execute(insert(_STEPS).values(**values))
    for step in picture.steps:
        target = step.next_step if step.next_step in kept else None
        session.execute(update(_STEPS).where(_STEPS.c.id == step.id).values(next_step_id=target))
    session.execute(
        update(_SCENARIOS)
        .where(_SCENARIOS.c.id == scenario_id)
        .values(
            initial_step_id=picture.initial_step if picture.initial_step in kept else None,
            revision=_SCENARIOS.c.revision + 1,
            updated_at=now,
        )
    )
    record(session, caller, "scenario_restored", "scenario", scenario_id, version=version_id)


def _picture(session: Session, scenario_id: int) -> Picture:
    picture = read_picture(session, scenario_id)
    if picture is None:
        raise NotFound(what=SCENARIOS.title)
    return picture


def _add_version(session: Session, caller: Caller, picture: Picture, note: str) -> tuple[int, int]:
    number = session.execute(
        select(func.coalesce(func.max(_VERSIONS.c.number), 0) + 1).where(
            _VERSIONS.c.scenario_id == picture.scenario_id
        )
    ).scalar_one()
    version = ScenarioVersion(
        scenario_id=picture.scenario_id,
        digest=digest_of(picture),
        picture=picture.to_json(),
        number=number,
        note=note[:2000],
        created_by_id=caller.user_id,
    )
    session.add(version)
    session.flush()
    assert version.id is not None
    return version.id, number
