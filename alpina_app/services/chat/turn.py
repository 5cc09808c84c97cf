"""A turn from its first look into the database to its last write."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import assert_never

from alpina_app.errors import Busy
from alpina_app.i18n import Language, translate
from alpina_app.models import utc_now
from alpina_app.services.chat.claim import (
    LEASE_S,
    claim_lease,
    free_lease,
    read_situation,
)
from alpina_app.services.chat.language import conversation_language, language_of
from alpina_app.services.chat.plan import Begin, Cancel, GoOn, Greet, Talk, decide
from alpina_app.services.chat.scenario import begin, cancel, go_on
from alpina_app.services.chat.store import store_turn
from alpina_app.services.chat.talk import talk
from alpina_app.services.chat.types import ChatReply, ChatRequest, Outcome, Situation
from alpina_app.services.runtime import Runtime
from alpina_app.services.turns import Begun, LiveTurn, Said

_POLL_S = 0.1


def start_turn(runtime: Runtime, request: ChatRequest, *, streams: bool = False) -> LiveTurn:
    """Queues the turn behind the others of its conversation and returns at once.

    The turn goes on when nobody follows it. It fails with NotFound (bot), BotInactive, Invalid
    (`scenario`), Busy, Conflict, or a ModelError where GPT's free reply fails.
    """
    key = (request.bot_id, request.user_session)
    turn = LiveTurn(key, request.message, streams=streams)
    runtime.turns.start(turn, partial(_work, runtime, request, utc_now()))
    return turn


async def chat(runtime: Runtime, request: ChatRequest) -> ChatReply:
    """One turn, awaited. See `start_turn` for what it raises."""
    reply: ChatReply = await start_turn(runtime, request).result()
    return reply


async def _work(
    runtime: Runtime, request: ChatRequest, received_at: datetime, turn: LiveTurn
) -> ChatReply:
    async with _lease(runtime, turn.key):
        situation = await runtime.database.read(read_situation, request, runtime.programs)
        language = _language(request, situation)
        outcome = Outcome(request, received_at)
        chosen = await decide(situation, request, runtime.programs, language)
        turn.publish(Begun())
        match chosen:
            case Talk() as plan:
                await talk(runtime, turn, situation, plan, outcome)
            case GoOn() as plan:
                await go_on(runtime, turn, situation, plan, outcome, language)
            case Begin() as plan:
                await begin(runtime, turn, situation, plan, outcome, language)
            case Cancel() as plan:
                await cancel(runtime, turn, situation, plan, outcome, language)
            case Greet() as plan:
                _greet(turn, plan, outcome, language)
            case plan:
                assert_never(plan)
        return await _store(runtime, outcome)


async def _store(runtime: Runtime, outcome: Outcome) -> ChatReply:
    stored = await runtime.database.run(store_turn, outcome, utc_now())
    prepared = outcome.prepared
    if prepared is not None and prepared.version_id is None and stored.version_id is not None:
        runtime.programs.keep_version(prepared, stored.version_id)
    return ChatReply(
        messages=outcome.said,
        execution_id=stored.execution_id,
        user_session=outcome.request.user_session,
        scenario=stored.scenario_id,
        current_step=stored.current_step_id,
        is_completed=outcome.status != "running",
        input=outcome.input,
        usage=outcome.usage,
    )


def _greet(turn: LiveTurn, plan: Greet, outcome: Outcome, language: Language) -> None:
    said = Said("assistant", translate(language, "speech.greeting"), None)
    outcome.abandon, outcome.scenario_id = plan.abandon, plan.scenario_id
    outcome.said = [said.to_json()]
    turn.publish(said)


def _language(request: ChatRequest, situation: Situation) -> Language:
    before = None
    if situation.open is not None and situation.open.run_state:
        before = situation.open.run_state.get("language")
    for role, content in reversed(situation.history):
        before = before or (language_of(content) if role == "user" else None)
    return conversation_language(request.languages, request.message, before)


@asynccontextmanager
async def _lease(runtime: Runtime, key: tuple[int, str]) -> AsyncIterator[None]:
    """Holds the conversation against other processes, where there may be any.

    A crashed holder's lease runs out after LEASE_S seconds.
    """
    if not runtime.has_siblings:
        yield
        return
    holder = secrets.token_hex(16)
    await _take(runtime, key, holder)
    renewing = asyncio.create_task(_renew(runtime, key, holder))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        await runtime.database.run(free_lease, key, holder)


async def _take(runtime: Runtime, key: tuple[int, str], holder: str) -> None:
    try:
        async with asyncio.timeout(runtime.settings.chat_wait_s):
            while not await runtime.database.run(  # noqa: ASYNC110
                claim_lease, key, holder, utc_now()
            ):
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise Busy from None


async def _renew(runtime: Runtime, key: tuple[int, str], holder: str) -> None:
    while True:
        await asyncio.sleep(LEASE_S / 3)
        await runtime.database.run(claim_lease, key, holder, utc_now())
