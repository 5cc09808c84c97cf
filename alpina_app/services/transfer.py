"""Bots as files, and copies of scenarios: steps are named by keys, secrets by name only.

A file: {"format": "alpina-bot", "version": 1, "bot": {...}, "start_scenario": key or null,
"secrets": [names], "scenarios": [{"key", "name", "description", "is_active", "initial_step": key or
null, "steps": [{"key", "name", "step_type", "content", "order", "next_step": key or null,
"position": [x, y] or null}]}]}. A `goto` inside a content holds a step's key; 0 stands for a step
that does not exist.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlmodel import Session

from alpina_app.domain.references import Place, map_gotos
from alpina_app.errors import Invalid, NotFound
from alpina_app.models import MAX_INT, Bot, Scenario, Step, utc_now
from alpina_app.services.access import Caller, require_editor, require_sign_in
from alpina_app.services.audit import record
from alpina_app.services.bots import BOTS
from alpina_app.services.crud import Stored, create, not_found
from alpina_app.services.fields import Field, Wrong, shown
from alpina_app.services.representation import entity_tag, item_json
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.steps import STEPS
from alpina_app.services.wire_messages import Message, message

FORMAT: Final = "alpina-bot"
VERSION: Final = 1
NOWHERE: Final = 0
MAX_STEPS: Final = 5_000
_SECRET: Final = re.compile(r"\{\{[^{}]*?\bsecret\.(\w+)")
_STEPS, _SCENARIOS = Step.__table__, Scenario.__table__  # type: ignore[attr-defined]
_BOT_FIELDS: Final = (
    "name",
    "description",
    "bot_type",
    "gpt_model",
    "creativity_level",
    "max_tokens",
    "system_prompt",
    "is_active",
)


def export_bot(session: Session, caller: Caller, bot_id: int) -> dict[str, Any]:
    """The bot with its scenarios as a file's JSON. Raises NotSignedIn, NotFound."""
    require_sign_in(caller)
    bot = session.get(Bot, bot_id)
    if bot is None:
        raise not_found(BOTS)
    scenarios = session.execute(
        select(_SCENARIOS).where(_SCENARIOS.c.bot_id == bot_id).order_by(_SCENARIOS.c.id)
    ).all()
    keys = {row.id: f"scenario-{number}" for number, row in enumerate(scenarios, 1)}
    exported = [_exported_scenario(session, row, keys[row.id]) for row in scenarios]
    return {
        "format": FORMAT,
        "version": VERSION,
        "bot": {name: getattr(bot, name) for name in _BOT_FIELDS},
        "start_scenario": keys.get(bot.start_scenario_id or 0),
        "secrets": sorted({name for one in exported for name in _secrets_of(one)}),
        "scenarios": exported,
    }


def import_bot(session: Session, caller: Caller, data: Any) -> Stored:
    """A new bot of the caller's from a file.

    Raises Invalid with every error by its path (`scenarios[0].steps[2].next_step`) before anything
    is stored.
    """
    require_editor(caller)
    plan = _read_file(data)
    stored = create(session, caller, BOTS, plan.bot)
    ids: dict[str, int] = {}
    for scenario in plan.scenarios:
        ids[scenario["key"]] = _store_scenario(session, stored.id, scenario)
    if plan.start is not None:
        session.execute(
            update(Bot).where(Bot.id == stored.id).values(start_scenario_id=ids[plan.start])  # type: ignore[arg-type]
        )
    record(session, caller, "bot_imported", "bot", stored.id)
    return _as_stored(session, BOTS, stored.id)


def copy_scenario(
    session: Session, caller: Caller, scenario_id: int, name: str | None = None
) -> Stored:
    """The scenario once more in the same bot, steps included, inactive until somebody wants it.

    Exits lead to the copies. Raises NotFound.
    """
    require_editor(caller)
    row = session.execute(select(_SCENARIOS).where(_SCENARIOS.c.id == scenario_id)).one_or_none()
    if row is None:
        raise NotFound(what=SCENARIOS.title)
    exported = _exported_scenario(session, row, "copy")
    exported |= {"name": name or _copy_name(row.name), "is_active": False}
    copied = _store_scenario(session, row.bot_id, exported)
    record(session, caller, "scenario_copied", "scenario", copied, source=scenario_id)
    return _as_stored(session, SCENARIOS, copied)


@dataclass(slots=True)
class _Plan:
    bot: dict[str, Any] = field(default_factory=dict)
    scenarios: list[dict[str, Any]] = field(default_factory=list)
    start: str | None = None


class _Wrongs:
    """Collects errors by path."""

    def __init__(self) -> None:
        self.found: dict[str, list[Message]] = {}

    def add(self, path: str, code: str, /, **params: Any) -> None:
        self.found.setdefault(path, []).append(message(code, **params))

    def clean(self, path: str, field: Field, raw: Any) -> Any:
        try:
            return field.clean(raw, "json")
        except Wrong as error:
            self.found.setdefault(path, []).extend(error.messages)
            return None


def _exported_scenario(session: Session, row: Any, key: str) -> dict[str, Any]:
    steps = session.execute(
        select(_STEPS)
        .where(_STEPS.c.scenario_id == row.id)
        .order_by(_STEPS.c.position, _STEPS.c.id)
    ).all()
    keys = {step.id: f"step-{number}" for number, step in enumerate(steps, 1)}

    def key_of(goto: Any, _place: Place) -> Any:
        known = isinstance(goto, int) and not isinstance(goto, bool)
        return keys.get(goto, NOWHERE) if known else NOWHERE

    return {
        "key": key,
        "name": row.name,
        "description": row.description,
        "is_active": row.is_active,
        "initial_step": keys.get(row.initial_step_id),
        "steps": [
            {
                "key": keys[step.id],
                "name": step.name,
                "step_type": step.step_type,
                "content": map_gotos(step.step_type, step.content, key_of),
                "order": step.position,
                "next_step": keys.get(step.next_step_id),
                "position": None
                if step.canvas_x is None or step.canvas_y is None
                else [step.canvas_x, step.canvas_y],
            }
            for step in steps
        ],
    }


def _store_scenario(session: Session, bot_id: int, scenario: Mapping[str, Any]) -> int:
    now = utc_now()
    row = Scenario(
        name=scenario["name"],
        description=scenario["description"],
        bot_id=bot_id,
        is_active=scenario["is_active"],
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    ids: dict[str, int] = {}
    for step in scenario["steps"]:
        x, y = step["position"] or (None, None)
        result: Any = session.execute(
            insert(_STEPS).values(
                name=step["name"],
                step_type=step["step_type"],
                scenario_id=row.id,
                content={},
                position=step["order"],
                canvas_x=x,
                canvas_y=y,
                created_at=now,
                updated_at=now,
            )
        )
        ids[step["key"]] = int(result.inserted_primary_key[0])

    def id_of(goto: Any, _place: Place) -> Any:
        return ids.get(goto, NOWHERE) if isinstance(goto, str) else goto

    for step in scenario["steps"]:
        session.execute(
            update(_STEPS)
            .where(_STEPS.c.id == ids[step["key"]])
            .values(
                content=map_gotos(step["step_type"], step["content"], id_of),
                next_step_id=ids.get(step["next_step"] or ""),
            )
        )
    row.initial_step_id = ids.get(scenario["initial_step"] or "")
    session.flush()
    return row.id


def _read_file(data: Any) -> _Plan:
    wrongs = _Wrongs()
    plan = _Plan()
    if not isinstance(data, Mapping):
        raise Invalid({"non_field_errors": [message("not_an_object", type=type(data).__name__)]})
    if data.get("format") != FORMAT:
        wrongs.add("format", "not_a_bot_file", format=FORMAT)
    elif data.get("version") != VERSION:
        wrongs.add("version", "unknown_version", version=VERSION)
    if wrongs.found:
        raise Invalid(wrongs.found)
    plan.bot = _read_bot(data.get("bot"), wrongs)
    scenarios = data.get("scenarios", [])
    if not isinstance(scenarios, list):
        wrongs.add("scenarios", "not_a_list")
        scenarios = []
    keys: set[str] = set()
    for at, raw in enumerate(scenarios):
        plan.scenarios.append(_read_scenario(raw, f"scenarios[{at}]", keys, wrongs))
    plan.start = data.get("start_scenario")
    _check_key(plan.start, "start_scenario", keys, wrongs)
    if sum(len(scenario.get("steps", ())) for scenario in plan.scenarios) > MAX_STEPS:
        wrongs.add("scenarios", "too_many_steps", limit=MAX_STEPS)
    if wrongs.found:
        raise Invalid(wrongs.found)
    return plan


def _read_bot(raw: Any, wrongs: _Wrongs) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        wrongs.add("bot", "required")
        return {}
    found: dict[str, Any] = {}
    for one in BOTS.writable:
        if one.name not in _BOT_FIELDS:
            continue
        if one.name in raw:
            found[one.name] = wrongs.clean(f"bot.{one.name}", one, raw[one.name])
        elif one.required:
            wrongs.add(f"bot.{one.name}", "required")
    return found


def _read_scenario(raw: Any, path: str, keys: set[str], wrongs: _Wrongs) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        wrongs.add(path, "not_an_object", type=type(raw).__name__)
        return {}
    found: dict[str, Any] = {"key": _key(raw, path, keys, wrongs)}
    found |= _fields(raw, path, SCENARIOS, ("name", "description", "is_active"), wrongs)
    steps = raw.get("steps", [])
    if not isinstance(steps, list):
        wrongs.add(f"{path}.steps", "not_a_list")
        steps = []
    step_keys: set[str] = set()
    found["steps"] = [
        _read_step(step, f"{path}.steps[{at}]", step_keys, wrongs) for at, step in enumerate(steps)
    ]
    found["initial_step"] = raw.get("initial_step")
    _check_key(found["initial_step"], f"{path}.initial_step", step_keys, wrongs)
    for at, step in enumerate(found["steps"]):
        _check_exits(step, f"{path}.steps[{at}]", step_keys, wrongs)
    return found


def _read_step(raw: Any, path: str, keys: set[str], wrongs: _Wrongs) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        wrongs.add(path, "not_an_object", type=type(raw).__name__)
        return {}
    found: dict[str, Any] = {"key": _key(raw, path, keys, wrongs)}
    found |= _fields(raw, path, STEPS, ("name", "step_type", "content", "order"), wrongs)
    found["next_step"] = raw.get("next_step")
    found["position"] = raw.get("position")
    if not _is_position(found["position"]):
        wrongs.add(f"{path}.position", "not_a_position")
    return found


def _fields(
    raw: Mapping[str, Any], path: str, resource: Any, names: tuple[str, ...], wrongs: _Wrongs
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in resource.writable:
        if one.name not in names:
            continue
        if one.name in raw:
            found[one.name] = wrongs.clean(f"{path}.{one.name}", one, raw[one.name])
        elif one.required:
            wrongs.add(f"{path}.{one.name}", "required")
        else:
            found[one.name] = one.default_value()
    return found


def _key(raw: Mapping[str, Any], path: str, keys: set[str], wrongs: _Wrongs) -> str:
    key = raw.get("key")
    if not isinstance(key, str) or not key or len(key) > 100:
        wrongs.add(f"{path}.key", "required" if key is None else "not_a_key")
        return ""
    if key in keys:
        wrongs.add(f"{path}.key", "doubled_key", key=shown(key))
    keys.add(key)
    return key


def _check_exits(step: dict[str, Any], path: str, keys: set[str], wrongs: _Wrongs) -> None:
    if not step:
        return
    _check_key(step["next_step"], f"{path}.next_step", keys, wrongs)

    def check(goto: Any, place: Place) -> Any:
        if goto != NOWHERE:
            where = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in place)
            _check_key(goto, f"{path}.content{where}", keys, wrongs)
        return goto

    map_gotos(step.get("step_type") or "", step.get("content"), check)


def _check_key(key: Any, path: str, keys: set[str], wrongs: _Wrongs) -> None:
    if key is not None and (not isinstance(key, str) or key not in keys):
        wrongs.add(path, "unknown_key", key=shown(key))


def _is_position(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(
        isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < MAX_INT
        for one in value
    )


def _secrets_of(scenario: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for step in scenario["steps"]:
        if step["step_type"] != "api_call":
            continue
        waiting = [step["content"]]
        while waiting:
            match waiting.pop():
                case str() as text:
                    found.update(_SECRET.findall(text))
                case list() as items:
                    waiting.extend(items)
                case dict() as items:
                    waiting.extend(items.values())
        auth = step["content"].get("auth") if isinstance(step["content"], dict) else None
        if isinstance(auth, dict) and isinstance(auth.get("secret"), str):
            found.add(auth["secret"])
    return found


def _copy_name(name: str) -> str:
    return f"{name[:190]} (2)"


def _as_stored(session: Session, resource: Any, id: int) -> Stored:
    body = item_json(session, resource, id)
    if body is None:
        raise not_found(resource)
    return Stored(id, body, entity_tag(body))
