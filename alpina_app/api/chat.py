"""`POST /api/bots/{id}/chat/`: one turn, whole as JSON or told as it happens (SSE)."""

from collections.abc import AsyncIterator
from typing import Any, Final, assert_never

from sqlmodel import Session
from starlette.routing import Route

from alpina_app.api.answers import Answer, answer, answer_for, json_body
from alpina_app.api.http import Call, View, anyone, page
from alpina_app.api.idempotency import replayable
from alpina_app.api.metadata import field_metadata
from alpina_app.errors import Invalid, Throttled
from alpina_app.models import Bot, Scenario
from alpina_app.services import crud
from alpina_app.services.access import Caller
from alpina_app.services.bots import BOTS
from alpina_app.services.chat import BotInactive, ChatRequest, start_turn
from alpina_app.services.fields import ABSENT, Field, Flag, Form, Reference, Text, Wrong
from alpina_app.services.runtime import Runtime
from alpina_app.services.turns import Begun, Delta, Event, Failed, Finished, LiveTurn, Said
from alpina_app.services.wire_messages import message
from alpina_app.web.client import client_of

SCENARIO: Final = Reference(
    name="scenario",
    nullable=True,
    table=Scenario.__table__,  # type: ignore[attr-defined]
    help_text="A scenario of this bot to run.",
)
FIELDS: Final[tuple[Field, ...]] = (
    Text(name="message", required=True),
    Text(name="user_session", required=True, max_length=255),
    SCENARIO,
    Flag(name="restart", help_text="Leave the unfinished execution and begin anew."),
)


def routes(runtime: Runtime) -> list[Route]:
    view = View(
        "Chat",
        {"POST": replayable(_chat)},
        permit=anyone,
        description="One message to a bot, and what it answers.",
        renderers=("json", "html", "events"),
        actions=_actions,
    )
    return [Route("/api/bots/{id}/chat/", page(runtime, view))]


async def _actions(call: Call, caller: Caller) -> dict[str, Any]:
    return {"POST": field_metadata(FIELDS)}


async def _chat(call: Call) -> Answer:
    payload = await call.payload()
    if not call.is_guest:
        await call.identity()
    refused: Exception | None = None
    values: dict[str, Any] = {}
    try:
        values = clean(payload.require(), payload.form)
    except Exception as error:
        refused = error
    if refused is not None:
        await call.runtime.database.read(_look_up, call.id, refused)
        raise refused
    _throttle(call)
    request = ChatRequest(
        call.id,
        values["message"],
        values["user_session"],
        values["scenario"],
        values["restart"],
        call.languages,
    )
    streams = call.chosen.renderer == "events"
    turn = start_turn(call.runtime, request, streams=streams)
    if streams:
        return await _told(turn)
    try:
        reply = await turn.result()
    except BotInactive:
        return answer({"detail": "This bot is not active."}, 400)
    return answer(reply.to_json())


def clean(data: Any, form: Form) -> dict[str, Any]:
    """The request's values by name. Raises Invalid with every wrong field."""
    if data is None:
        raise Invalid({"non_field_errors": [message("no_data")]})
    if not isinstance(data, dict):
        raise Invalid({"non_field_errors": [message("not_an_object", type=type(data).__name__)]})
    values: dict[str, Any] = {"scenario": None, "restart": False}
    wrong: dict[str, list[Any]] = {}
    for field in FIELDS:
        raw = field.take(data, form, partial=False)
        if raw is ABSENT:
            if field.required:
                wrong[field.name] = [message("required")]
            continue
        try:
            values[field.name] = field.clean(raw, form)
        except Wrong as error:
            wrong[field.name] = list(error.messages)
    if wrong:
        raise Invalid(wrong)
    return values


def _look_up(session: Session, bot_id: int, refused: Exception) -> None:
    """An unknown bot goes before everything that may be wrong with the body."""
    if session.get(Bot, bot_id) is None:
        raise crud.not_found(BOTS)


def _throttle(call: Call) -> None:
    """CHAT_PER_MINUTE for each address; 0 = no limit."""
    client = client_of(call.request.scope, call.runtime.settings.trusted_proxies)
    wait_s = call.runtime.chat_throttle.wait_s(client.address)
    if wait_s:
        raise Throttled(wait_s=wait_s)


async def _told(turn: LiveTurn) -> Answer:
    """A stream as soon as the request was found right; what is wrong with it has its own status."""
    events = turn.follow()
    first = await anext(events)
    if isinstance(first, Failed):
        if isinstance(first.error, BotInactive):
            return answer({"detail": "This bot is not active."}, 400)
        raise first.error
    return Answer(events=_frames(events))


async def _frames(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    yield b": the turn has begun\n\n"
    async for event in events:
        yield _frame(event)


def _frame(event: Event) -> bytes:
    match event:
        case Begun():
            return b""
        case Delta(text):
            name, data = "delta", json_body({"text": text})
        case Said():
            name, data = "message", json_body(event.to_json())
        case Finished(reply):
            name, data = "done", json_body(reply.to_json())
        case Failed(error):
            name, data = "error", answer_for(error).body or b"{}"
        case _:
            assert_never(event)
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
