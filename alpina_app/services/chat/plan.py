"""What a message means, given what the database knows: no I/O but compiling scenarios.

Source: scenario-format, "The chat endpoint and scenarios".
"""

import asyncio
from dataclasses import dataclass

from alpina_app.errors import Invalid
from alpina_app.i18n import Language, translate
from alpina_app.services.chat.types import Candidate, ChatRequest, OpenExecution, Situation
from alpina_app.services.pictures import Prepared, Programs, prepare


@dataclass(frozen=True, slots=True)
class GoOn:
    """The message is for the scenario that the open execution runs."""

    execution: OpenExecution
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class Cancel:
    execution: OpenExecution
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class Begin:
    """A scenario starts in a new execution; `abandon` ends with that."""

    prepared: Prepared
    scenario_id: int
    abandon: int | None


@dataclass(frozen=True, slots=True)
class Talk:
    """GPT answers: in `execution`, or in a new one (of `scenario_id`, which has no steps)."""

    execution: OpenExecution | None
    scenario_id: int | None = None
    abandon: int | None = None


@dataclass(frozen=True, slots=True)
class Greet:
    """/start where no scenario can start: a built-in greeting in a new execution."""

    scenario_id: int | None
    abandon: int | None


Plan = GoOn | Cancel | Begin | Talk | Greet


async def decide(
    situation: Situation, request: ChatRequest, programs: Programs, language: Language
) -> Plan:
    """Raises Invalid where the named scenario cannot start."""
    command = request.message.strip().casefold()
    is_start = command == "/start"
    again = request.restart or is_start
    execution = situation.open
    if not again and execution is not None and request.scenario in (None, execution.scenario_id):
        return await _go_on(situation, execution, programs, is_cancel=command == "/cancel")
    abandon = execution.id if execution is not None else None
    if request.scenario is not None:
        chosen = await _startable(situation.named, situation, programs)
        if chosen is None:
            raise Invalid({"scenario": [translate(language, "chat.scenario_cannot_start")]})
    elif again:
        chosen = await _startable(situation.again, situation, programs)
        chosen = chosen or await _startable(situation.start, situation, programs)
    elif situation.start_was_finished:
        chosen = None
    else:
        chosen = await _startable(situation.start, situation, programs)
    if chosen is None or chosen.is_empty:
        scenario_id = None if chosen is None else chosen.picture.scenario_id
        return Greet(scenario_id, abandon) if is_start else Talk(None, scenario_id, abandon)
    return Begin(chosen, chosen.picture.scenario_id, abandon)


async def compiled(candidate: Candidate, programs: Programs) -> Prepared:
    """The candidate's program, compiled off the event loop where it is not at hand."""
    if candidate.prepared is not None:
        return candidate.prepared
    assert candidate.picture is not None
    prepared = await asyncio.to_thread(prepare, candidate.picture, candidate.version_id)
    programs.put(candidate.key, prepared)
    return prepared


async def _go_on(
    situation: Situation, execution: OpenExecution, programs: Programs, *, is_cancel: bool
) -> Plan:
    if situation.running is None:
        return Talk(execution, execution.scenario_id)
    prepared = await compiled(situation.running, programs)
    if not _has_step(prepared, execution.current_step_id) and situation.again is not None:
        # put through REST on a step that was made since: the run takes the scenario as it is now
        newer = await compiled(situation.again, programs)
        prepared = newer if _has_step(newer, execution.current_step_id) else prepared
    return Cancel(execution, prepared) if is_cancel else GoOn(execution, prepared)


def _has_step(prepared: Prepared, step_id: int | None) -> bool:
    return step_id is None or any(step.id == step_id for step in prepared.picture.steps)


async def _startable(
    candidate: Candidate | None, situation: Situation, programs: Programs
) -> Prepared | None:
    """The scenario where it is active and free of errors."""
    if candidate is None or not candidate.is_active:
        return None
    if candidate.prepared is None and candidate.picture is None:
        return None
    prepared = await compiled(candidate, programs)
    return prepared if prepared.may_start(situation.secret_names) else None
