"""Who calls, and what the role allows. Every route and every event handler asks here."""

from dataclasses import dataclass

from alpina_app.errors import NotAllowed, NotSignedIn


@dataclass(frozen=True, slots=True)
class Caller:
    """The person or program behind a request; `user_id` is None for a guest."""

    user_id: int | None = None
    username: str = ""
    role: str = ""

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def may_edit(self) -> bool:
        return self.role in ("administrator", "editor")

    @property
    def is_administrator(self) -> bool:
        return self.role == "administrator"


GUEST = Caller()
SYSTEM = Caller(0, "system", "administrator")  # commands on the server itself, no user's row


def require_sign_in(caller: Caller) -> None:
    if not caller.signed_in:
        raise NotSignedIn


def require_editor(caller: Caller) -> None:
    """Bots, scenarios, steps and executions are written by administrators and editors."""
    require_sign_in(caller)
    if not caller.may_edit:
        raise NotAllowed


def require_administrator(caller: Caller) -> None:
    require_sign_in(caller)
    if not caller.is_administrator:
        raise NotAllowed
