"""What the editor's page needs beside `editing` and `versions`, read in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy import update as update_row
from sqlmodel import Session

from alpina_app.clients.gpt import BotSettings
from alpina_app.domain.checker import check, has_errors
from alpina_app.domain.picture import Picture
from alpina_app.errors import Conflict, NotFound, Outdated
from alpina_app.models import Bot, Scenario, ScenarioVersion, utc_now
from alpina_app.services.access import Caller, require_editor, require_sign_in
from alpina_app.services.bots import BOTS
from alpina_app.services.chat.types import BotFacts
from alpina_app.services.crud import update
from alpina_app.services.editing import (
    Draft,
    Saved,
    last_change,
    load_draft,
    move_steps,
    save_draft,
)
from alpina_app.services.pictures import read_picture
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.secrets_store import secret_names

_BOTS, _SCENARIOS = Bot.__table__, Scenario.__table__  # type: ignore[attr-defined]
_VERSIONS = ScenarioVersion.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Live:
    """What conversations that begin now run: the published version, None where there is none or
    the rows themselves are live. `number`: of the version, None of one that was never published
    by hand."""

    version_id: int | None = None
    number: int | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class EditorPage:
    """`changed_by`: who changed the scenario last in the editor, "" where nobody did."""

    draft: Draft
    live: Live
    secrets: list[str]
    starts_bot: bool
    bot_has_start: bool
    bot_is_active: bool
    changed_by: str = ""
    changed_at: datetime | None = None


def open_page(session: Session, caller: Caller, scenario_id: int) -> EditorPage:
    """Raises NotSignedIn, NotFound."""
    draft = load_draft(session, caller, scenario_id)
    bot = session.execute(
        select(_BOTS.c.start_scenario_id, _BOTS.c.is_active).where(_BOTS.c.id == draft.bot)
    ).one()
    who, when = last_change(session, caller, scenario_id) or ("", None)
    return EditorPage(
        draft,
        read_live(session, draft),
        secret_names(session),
        bot.start_scenario_id == scenario_id,
        bot.start_scenario_id is not None,
        bot.is_active,
        who,
        when,
    )


def read_live(session: Session, draft: Draft) -> Live:
    if not draft.draft_mode or draft.published_version is None:
        return Live()
    row = session.execute(
        select(_VERSIONS.c.number, _VERSIONS.c.picture).where(
            _VERSIONS.c.id == draft.published_version
        )
    ).one_or_none()
    if row is None:
        return Live()
    return Live(draft.published_version, row.number, Picture.from_json(row.picture))


def revision_of(session: Session, caller: Caller, scenario_id: int) -> int:
    """Raises NotSignedIn, NotFound."""
    require_sign_in(caller)
    found: int | None = session.execute(
        select(_SCENARIOS.c.revision).where(_SCENARIOS.c.id == scenario_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(what=SCENARIOS.title)
    return found


def store(
    session: Session,
    caller: Caller,
    scenario_id: int,
    revision: int,
    *,
    puts: Sequence[Mapping[str, Any]] = (),
    deletes: Sequence[int] = (),
    scenario: Mapping[str, Any] | None = None,
    places: Mapping[int, tuple[float, float] | None] | None = None,
) -> Saved:
    """`save_draft` and `move_steps` as one; moves alone make no new revision."""
    require_editor(caller)
    saved = Saved(revision)
    if puts or deletes or scenario:
        saved = save_draft(
            session, caller, scenario_id, revision, puts=puts, deletes=deletes, scenario=scenario
        )
    if places:
        move_steps(session, caller, scenario_id, places)
    return saved


def switch(
    session: Session, caller: Caller, scenario_id: int, revision: int, is_active: bool
) -> Saved:
    """Makes the scenario active or inactive; it keeps the mode it is in.

    Raises Conflict("scenario_has_errors") where the draft, or what would run, has errors.
    """
    require_editor(caller)
    draft = load_draft(session, caller, scenario_id)
    if is_active:
        live = read_live(session, draft).picture
        secrets = secret_names(session)
        pictures = [read_picture(session, scenario_id), live]
        if any(one is not None and has_errors(check(one, secrets=secrets)) for one in pictures):
            raise Conflict("scenario_has_errors")
    if draft.revision != revision:
        raise Outdated
    session.execute(
        update_row(_SCENARIOS)
        .where(_SCENARIOS.c.id == scenario_id)
        .values(is_active=is_active, revision=revision + 1, updated_at=utc_now())
    )
    return Saved(revision + 1)


def start_bot_with(session: Session, caller: Caller, scenario_id: int) -> None:
    """New conversations of the scenario's bot begin with the scenario. Raises NotFound."""
    require_editor(caller)
    bot = session.execute(
        select(_SCENARIOS.c.bot_id).where(_SCENARIOS.c.id == scenario_id)
    ).scalar_one_or_none()
    if bot is None:
        raise NotFound(what=SCENARIOS.title)
    update(session, caller, BOTS, bot, {"start_scenario": scenario_id}, partial=True)


def bot_facts(session: Session, caller: Caller, bot_id: int) -> BotFacts:
    """The bot as a conversation with it would know it. Raises NotSignedIn, NotFound."""
    require_sign_in(caller)
    bot = session.get(Bot, bot_id)
    if bot is None:
        raise NotFound
    gpt = BotSettings(
        bot.bot_type,  # type: ignore[arg-type]
        bot.gpt_model,
        bot.creativity_level,
        bot.max_tokens,
        bot.system_prompt,
    )
    return BotFacts(bot_id, bot.name, gpt)
