"""Ready scenarios to begin with: `scenario_templates.json`, in both languages.

Steps point at each other by `key`: `next` is the normal exit, `{"$step": key}` one in a content;
`{"ru": ..., "en": ...}` is a value by language.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sqlmodel import Session

from alpina_app.domain.sketch import SketchStep
from alpina_app.i18n import LANGUAGES, Language
from alpina_app.services import crud
from alpina_app.services.access import Caller, require_editor
from alpina_app.services.editing import save_draft
from alpina_app.services.scenarios import SCENARIOS

Described = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """`icon`: its name among the icons of the pages. Texts by language."""

    key: str
    icon: str
    name: Mapping[Language, str]
    description: Mapping[Language, str]
    steps: int


@lru_cache(maxsize=1)
def list_templates() -> tuple[Template, ...]:
    return tuple(
        Template(one["key"], one["icon"], one["name"], one["description"], len(one["steps"]))
        for one in _described()
    )


def template_steps(key: str, language: Language) -> list[SketchStep] | None:
    """The steps of a template, with ids from -1 downwards; None where there is no such template."""
    found = next((one for one in _described() if one["key"] == key), None)
    if found is None:
        return None
    ids = {step["key"]: -number for number, step in enumerate(found["steps"], start=1)}
    return [
        SketchStep(
            id=ids[step["key"]],
            name=step["name"][language],
            step_type=step["step_type"],
            content=_in_language(step["content"], language, ids),
            order=-ids[step["key"]],
            next_step=ids[step["next"]] if "next" in step else None,
        )
        for step in found["steps"]
    ]


def create_from_template(
    session: Session,
    caller: Caller,
    bot_id: int,
    key: str,
    language: Language,
    name: str | None = None,
) -> int | None:
    """A new scenario of the bot, as a draft to be published; its id, None for no such template.

    Raises Invalid, NotAllowed, NotSignedIn.
    """
    require_editor(caller)
    steps = template_steps(key, language)
    if steps is None:
        return None
    [template] = [one for one in list_templates() if one.key == key]
    data = {
        "name": name or template.name[language],
        "description": template.description[language],
        "bot": bot_id,
    }
    scenario = crud.create(session, caller, SCENARIOS, data).id
    puts = [
        {
            "id": step.id,
            "name": step.name,
            "step_type": step.step_type,
            "content": step.content,
            "order": step.order,
            "next_step": step.next_step,
        }
        for step in steps
    ]
    save_draft(session, caller, scenario, 1, puts=puts)
    return scenario


def _in_language(value: Any, language: Language, ids: Mapping[str, int]) -> Any:
    match value:
        case {"$step": str(key)}:
            return ids[key]
        case dict() if value.keys() == set(LANGUAGES):
            return value[language]
        case dict():
            return {name: _in_language(one, language, ids) for name, one in value.items()}
        case list():
            return [_in_language(one, language, ids) for one in value]
        case _:
            return value


@lru_cache(maxsize=1)
def _described() -> list[Described]:
    text = (files(__package__) / "scenario_templates.json").read_text(encoding="utf-8")
    found: list[Described] = json.loads(text)["templates"]
    return found
