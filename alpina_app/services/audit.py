"""The audit trail: who did what to what. Never a password, a token or a secret's value."""

from typing import Any, Final

from sqlalchemy import Table
from sqlmodel import Session

from alpina_app.models import AuditEntry, utc_now
from alpina_app.services.access import Caller
from alpina_app.services.quick import insert_row

_ENTRIES: Final[Table] = AuditEntry.__table__  # type: ignore[attr-defined]


def record(
    session: Session,
    caller: Caller,
    action: str,
    object_type: str = "",
    object_id: int | str | None = None,
    **details: Any,
) -> None:
    """Adds an entry to the caller's transaction: what is rolled back leaves no entry.

    `action` names the deed: `sign_in`, `user_created`, `bot_deleted`; its text is
    `admin.action_<action>`. `details`: small JSON values.
    """
    insert_row(
        session,
        _ENTRIES,
        {
            "created_at": utc_now(),
            "user_id": caller.user_id or None,  # 0 is SYSTEM
            "username": caller.username[:150],
            "action": action,
            "object_type": object_type,
            "object_id": "" if object_id is None else str(object_id)[:50],
            "details": details,
        },
    )
