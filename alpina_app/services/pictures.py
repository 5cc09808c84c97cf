"""Scenarios as the engine wants them: pictures read from the database, programs kept compiled."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session, select

from alpina_app.domain.checker import check
from alpina_app.domain.picture import Picture, StepPicture
from alpina_app.domain.program import Program, compile_program
from alpina_app.models import Scenario, ScenarioVersion, Step

Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A compiled scenario. `sound`: no error of the checker but secrets that may be unknown.

    `version_id` is None until an execution of it was stored.
    """

    picture: Picture
    program: Program
    digest: str
    sound: bool
    secret_names: frozenset[str]
    version_id: int | None = None

    @property
    def is_empty(self) -> bool:
        return not self.picture.steps

    def may_start(self, known_secrets: Collection[str]) -> bool:
        return self.sound and self.secret_names <= set(known_secrets)


class Programs:
    """The most recently used compiled scenarios of this process.

    Keys: `live_key` of a scenario as it is now, `version_key` of one that an execution keeps.
    """

    def __init__(self, size: int = 500) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Prepared] = OrderedDict()

    def get(self, key: Key) -> Prepared | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Key, prepared: Prepared) -> None:
        self._kept[key] = prepared
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def keep_version(self, prepared: Prepared, version_id: int) -> None:
        """Notes under which version `prepared` was stored, for the turns that follow."""
        stored = replace(prepared, version_id=version_id)
        self.put(version_key(version_id), stored)
        for key in [key for key, kept in self._kept.items() if kept is prepared]:
            self._kept[key] = stored


def live_key(scenario_id: int, revision: int) -> Key:
    return ("live", scenario_id, revision)


def version_key(version_id: int) -> Key:
    return ("version", version_id, 0)


def read_picture(session: Session, scenario_id: int) -> Picture | None:
    """The scenario as its rows are now; None where there is none."""
    scenario = session.get(Scenario, scenario_id)
    if scenario is None:
        return None
    steps = session.exec(
        select(Step).where(Step.scenario_id == scenario_id).order_by(Step.order, Step.id)  # type: ignore[arg-type]
    )
    return Picture(
        scenario_id,
        scenario.name,
        scenario.initial_step_id,
        tuple(
            StepPicture(
                step.id or 0,
                step.name,
                step.step_type,  # type: ignore[arg-type]
                step.content,
                step.order,
                step.next_step_id,
            )
            for step in steps
        ),
    )


def read_version(session: Session, version_id: int) -> Picture | None:
    version = session.get(ScenarioVersion, version_id)
    return None if version is None else Picture.from_json(version.picture)


def prepare(picture: Picture, version_id: int | None = None) -> Prepared:
    """Compiles and checks: milliseconds for a large scenario, so not on the event loop."""
    program = compile_program(picture)
    errors = [finding for finding in check(picture) if finding.severity == "error"]
    names = frozenset(error.params["name"] for error in errors if error.code == "unknown_secret")
    sound = all(error.code == "unknown_secret" for error in errors)
    return Prepared(picture, program, digest_of(picture), sound, names, version_id)


def digest_of(picture: Picture) -> str:
    """SHA-256 of the picture's JSON, in hexadecimal."""
    return hashlib.sha256(_canonical(picture.to_json()).encode()).hexdigest()


def keep_version(session: Session, prepared: Prepared) -> int:
    """The id of the version row of this picture, made where there is none yet."""
    scenario_id: int | None = prepared.picture.scenario_id
    found = session.exec(
        select(ScenarioVersion.id).where(
            ScenarioVersion.scenario_id == scenario_id,
            ScenarioVersion.digest == prepared.digest,
        )
    ).first()
    if found is not None:
        return found
    if session.get(Scenario, scenario_id) is None:
        scenario_id = None
    version = ScenarioVersion(
        scenario_id=scenario_id, digest=prepared.digest, picture=prepared.picture.to_json()
    )
    session.add(version)
    session.flush()
    assert version.id is not None
    return version.id


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
