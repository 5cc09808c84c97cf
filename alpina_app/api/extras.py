"""Beyond the original: check, trace, copy, export and import."""

import asyncio
from typing import Any
from urllib.parse import quote

from sqlmodel import Session
from starlette.routing import Route

from alpina_app.api.answers import Answer, answer
from alpina_app.api.bodies import Payload
from alpina_app.api.http import Call, View, editors, page, signed_in
from alpina_app.api.idempotency import replayable
from alpina_app.errors import Invalid
from alpina_app.services import transfer
from alpina_app.services.access import Caller
from alpina_app.services.chat.language import preferred
from alpina_app.services.crud import Stored, require_reader
from alpina_app.services.fields import ABSENT, Text, Wrong
from alpina_app.services.findings import report, scenario_to_check
from alpina_app.services.runtime import Runtime
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.traces import read_trace

_NAME = Text(name="name", max_length=200)


def routes(runtime: Runtime) -> list[Route]:
    open_to_guests = runtime.settings.api_anonymous_read

    def readers(caller: Caller, safe: bool) -> None:
        require_reader(caller, SCENARIOS, open_to_guests)

    async def check(call: Call) -> Answer:
        found = await call.read(scenario_to_check, call.id, open_to_guests=open_to_guests)
        language = preferred(call.languages) or "ru"
        return answer(await asyncio.to_thread(report, *found, language))

    views = {
        "/api/scenarios/{id}/check/": View(
            "Check", {"GET": check}, permit=readers, description="What the checker finds."
        ),
        "/api/scenarios/{id}/copy/": View(
            "Copy", {"POST": replayable(_copy)}, permit=editors, description="The scenario again."
        ),
        "/api/executions/{id}/trace/": View(
            "Trace", {"GET": _trace}, permit=signed_in, description="What each step did."
        ),
        "/api/bots/{id}/export/": View(
            "Export", {"GET": _export}, permit=signed_in, description="The bot as a file."
        ),
        "/api/bots/import/": View(
            "Import", {"POST": replayable(_import)}, permit=editors, description="A bot's file."
        ),
    }
    return [Route(path, page(runtime, view)) for path, view in views.items()]


async def _trace(call: Call) -> Answer:
    return answer(await call.read(read_trace, call.id))


async def _copy(call: Call) -> Answer:
    payload = await call.payload()
    stored = await call.run(_copied, call.id, payload)
    return Answer(stored.body, 201, tag=stored.tag)


async def _export(call: Call) -> Answer:
    found = await call.read(transfer.export_bot, call.id)
    result = answer(found)
    name = quote(f"{found['bot']['name']}.json", safe="")
    disposition = f"attachment; filename=\"bot-{call.id}.json\"; filename*=UTF-8''{name}"
    result.headers.append(("Content-Disposition", disposition))
    return result


async def _import(call: Call) -> Answer:
    payload = await call.payload()
    stored = await call.run(_imported, payload)
    return Answer(stored.body, 201, tag=stored.tag)


def _imported(session: Session, caller: Caller, payload: Payload) -> Stored:
    return transfer.import_bot(session, caller, payload.require())


def _copied(session: Session, caller: Caller, scenario_id: int, payload: Payload) -> Stored:
    return transfer.copy_scenario(session, caller, scenario_id, _name_of(payload))


def _name_of(payload: Payload) -> str | None:
    data: Any = payload.require()
    raw = _NAME.take(data, payload.form, partial=True) if isinstance(data, dict) else ABSENT
    if raw is ABSENT:
        return None
    try:
        return str(_NAME.clean(raw, payload.form))
    except Wrong as error:
        raise Invalid({"name": list(error.messages)}) from None
