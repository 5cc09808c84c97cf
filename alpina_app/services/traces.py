"""The trace of an execution: what each step took, gave and set. Never without signing in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from alpina_app.errors import NotFound
from alpina_app.i18n import catalogue, translate
from alpina_app.models import BotExecution, TraceEvent
from alpina_app.services.access import Caller, require_sign_in

_EVENTS = TraceEvent.__table__  # type: ignore[attr-defined]


def read_trace(session: Session, caller: Caller, execution_id: int) -> list[dict[str, Any]]:
    """Events in order, as on the wire; times are ISO texts. Raises NotFound."""
    require_sign_in(caller)
    if session.get(BotExecution, execution_id) is None:
        raise NotFound(what="BotExecution")
    rows = session.execute(
        select(_EVENTS).where(_EVENTS.c.execution_id == execution_id).order_by(_EVENTS.c.seq)
    )
    return [
        {
            "seq": row.seq,
            "step": row.step_id,
            "step_type": row.step_type,
            "started_at": row.started_at.isoformat().replace("+00:00", "Z"),
            "duration_ms": row.duration_ms,
            "input": row.input,
            "output": row.output,
            "variables_set": row.variables_set,
            "exit": row.exit,
            "warnings": row.warnings,
            "error": row.error,
            "tokens": row.tokens,
        }
        for row in rows
    ]


def warning_text(warning: Mapping[str, Any], language: str) -> str:
    """A warning {"code", "params"} of an event in words; the code where it is not known."""
    code, params = str(warning["code"]), dict(warning.get("params") or {})
    match code, params:
        case "answer_invalid", {"reason": reason}:
            params["reason"] = _words(language, f"trace.reason_{reason}") or reason
        case "error_before", {"error": error}:
            params["error"] = error_text(str(error), language)
    try:
        return _words(language, f"trace.warning_{code}", **params) or code
    except KeyError:
        return code  # params of another version


def error_text(code: str, language: str) -> str:
    """An event's error in words; the code where it is not known."""
    found = _words(language, f"trace.error_{code}") or _words(language, f"form.failure_{code}")
    return found or code


def _words(language: str, key: str, **params: Any) -> str:
    return translate(language, key, **params) if key in catalogue()["ru"] else ""
