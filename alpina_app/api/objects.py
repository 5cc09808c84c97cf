"""The views of a resource: its list, one object, and the steps of a scenario."""

from typing import Any

import orjson
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from alpina_app.api.answers import Answer
from alpina_app.api.bodies import Payload
from alpina_app.api.etags import expected, is_unchanged
from alpina_app.api.http import Call, Handler, View
from alpina_app.api.idempotency import created_once, keyed
from alpina_app.api.metadata import field_metadata
from alpina_app.api.pagination import envelope
from alpina_app.api.refusals import Refused
from alpina_app.errors import Conflict
from alpina_app.services import crud
from alpina_app.services.access import Caller, require_editor
from alpina_app.services.crud import Expected, Stored
from alpina_app.services.listing import Query, list_page, list_where, read_query
from alpina_app.services.representation import entity_tag, item_json
from alpina_app.services.resource import Resource
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.steps import STEPS


def list_view(resource: Resource, open_to_guests: bool) -> View:
    async def get(call: Call) -> Answer:
        return Answer(await call.look(_list_json, resource, call.query, *_place(call)))

    async def post(call: Call) -> Answer:
        payload = await call.payload()
        request = keyed(call, payload)
        if request is not None:
            repeated: Answer = await _written(call.run, _create_once, request, resource, payload)
            return repeated
        stored: Stored = await _written(call.change, _create, resource, payload)
        return Answer(stored.body, 201, tag=stored.tag)

    async def actions(call: Call, caller: Caller) -> dict[str, Any]:
        return {"POST": field_metadata(resource.fields)} if caller.may_edit else {}

    return View(
        f"{spaced(resource.title)} List",
        {"GET": get, "POST": post},
        permit=_permit(resource, open_to_guests),
        actions=actions,
        resource=resource,
    )


def object_view(resource: Resource, open_to_guests: bool) -> View:
    async def get(call: Call) -> Answer:
        body, tag = await call.look(_object_json, resource, call.id)
        if is_unchanged(call.headers, tag):
            return Answer(None, 304, tag=tag)
        return Answer(body, tag=tag)

    async def delete(call: Call) -> Answer:
        await call.change(_remove, resource, call.id, expected(call.headers))
        return Answer(None, 204)

    async def actions(call: Call, caller: Caller) -> dict[str, Any]:
        try:
            found = caller.may_edit and await call.look(_exists, resource, call.id)
        except Refused:
            found = False
        if not found:
            return {}
        return {"PUT": field_metadata(resource.fields)}

    return View(
        f"{spaced(resource.title)} Instance",
        {
            "GET": get,
            "PUT": _changing(resource, partial=False),
            "PATCH": _changing(resource, partial=True),
            "DELETE": delete,
        },
        permit=_permit(resource, open_to_guests),
        actions=actions,
        resource=resource,
    )


def scenario_steps_view(open_to_guests: bool) -> View:
    async def get(call: Call) -> Answer:
        return Answer(await call.look(_steps_json, call.id))

    return View("Steps", {"GET": get}, permit=_permit(SCENARIOS, open_to_guests))


def spaced(title: str) -> str:
    """`BotExecution` as `Bot Execution`."""
    return "".join(f" {letter}" if letter.isupper() else letter for letter in title).strip()


def _changing(resource: Resource, *, partial: bool) -> Handler:
    async def change(call: Call) -> Answer:
        payload = await call.payload()
        stored: Stored = await _written(
            call.change, _update, resource, call.id, payload, partial, expected(call.headers)
        )
        return Answer(stored.body, tag=stored.tag)

    return change


async def _written(run: Any, fn: Any, *args: Any) -> Any:
    """Runs a write; once more where a row it refers to went away in between."""
    try:
        return await run(fn, *args)
    except IntegrityError:
        try:
            return await run(fn, *args)
        except IntegrityError:
            raise Conflict from None


def _permit(resource: Resource, open_to_guests: bool) -> Any:
    def permit(caller: Caller, safe: bool) -> None:
        if safe:
            crud.require_reader(caller, resource, open_to_guests)
        else:
            require_editor(caller)

    return permit


def _place(call: Call) -> tuple[str, str]:
    query = call.request.scope["query_string"].decode(errors="replace")
    return f"{call.origin}{call.path}", query


def _list_json(
    session: Session, caller: Caller, resource: Resource, params: Any, url: str, query: str
) -> bytes:
    found: Query = read_query(resource, params)
    return orjson.dumps(envelope(list_page(session, resource, found), url, query))


def _object_json(
    session: Session, caller: Caller, resource: Resource, id: int
) -> tuple[bytes, str]:
    body = item_json(session, resource, id)
    if body is None:
        raise crud.not_found(resource)
    return body, entity_tag(body)


def _exists(session: Session, caller: Caller, resource: Resource, id: int) -> bool:
    return item_json(session, resource, id) is not None


def _steps_json(session: Session, caller: Caller, scenario: int) -> bytes:
    if item_json(session, SCENARIOS, scenario) is None:
        raise crud.not_found(SCENARIOS)
    return orjson.dumps(list_where(session, STEPS, "scenario", scenario, ("order", "id")))


def _create(session: Session, caller: Caller, resource: Resource, payload: Payload) -> Stored:
    return crud.create(session, caller, resource, payload.require(), form=payload.form)


_create_once = created_once(_create)


def _update(
    session: Session,
    caller: Caller,
    resource: Resource,
    id: int,
    payload: Payload,
    partial: bool,
    conditions: Expected,
) -> Stored:
    if payload.refusal is not None and item_json(session, resource, id) is None:
        raise crud.not_found(resource)
    return crud.update(
        session,
        caller,
        resource,
        id,
        payload.require(),
        partial=partial,
        form=payload.form,
        expected=conditions,
    )


def _remove(
    session: Session, caller: Caller, resource: Resource, id: int, conditions: Expected
) -> None:
    crud.remove(session, caller, resource, id, expected=conditions)
