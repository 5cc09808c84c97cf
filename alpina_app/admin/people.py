"""Users, API tokens, login sessions and secrets."""

import hashlib
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, literal, true
from sqlmodel import Session
from starlette.requests import Request
from starlette_admin.fields import (
    BaseField,
    BooleanField,
    DateTimeField,
    EmailField,
    EnumField,
    StringField,
)
from starlette_admin.types import RequestAction

from alpina_app.admin.fields import NumberText, WriteOnly
from alpina_app.admin.records import Link, Source, all_columns, name_contains
from alpina_app.admin.texts import later, say
from alpina_app.admin.views import (
    ForAdministrators,
    ReadOnly,
    TableView,
    caller_of,
    name_of,
    without_filters,
)
from alpina_app.errors import AlpinaError, Invalid
from alpina_app.models import ROLES, ApiToken, LoginSession, Secret, User, utc_now
from alpina_app.services import accounts, secrets_store
from alpina_app.services.access import Caller
from alpina_app.services.sign_in import SESSION_COOKIE

_USERS: Final[Table] = User.__table__  # type: ignore[attr-defined]
_TOKENS: Final[Table] = ApiToken.__table__  # type: ignore[attr-defined]
_SESSIONS: Final[Table] = LoginSession.__table__  # type: ignore[attr-defined]
_SECRETS: Final[Table] = Secret.__table__  # type: ignore[attr-defined]
_LIFETIMES: Final = {"30": 30, "90": 90, "365": 365, "never": None}


class UserView(ForAdministrators, TableView):
    key = "user"
    icon = "fa-solid fa-users"
    model = User
    source = Source(
        _USERS, all_columns(_USERS, without=("password_hash",)), search=("username", "email")
    )
    name_field = "username"
    fields_default_sort = ("username",)

    def __init__(self, runtime: Any) -> None:
        self.fields = [
            without_filters(NumberText("id", exclude_from_create=True, exclude_from_edit=True)),
            without_filters(StringField("username", required=True, maxlength=150)),
            EmailField("email", getter=_email_or_none, filters=[], maxlength=254, validators=[]),
            EnumField(
                "role",
                choices_loader=_roles,
                default="viewer",
                required=True,
                help_text=later("user_role_help"),
            ),
            BooleanField("is_active", default=True, help_text=later("user_is_active_help")),
            WriteOnly("password", help_text=later("user_password_help")),
            *(
                DateTimeField(
                    name,
                    read_only=True,
                    filters=[],
                    exclude_from_create=True,
                    exclude_from_edit=True,
                )
                for name in ("created_at", "last_login_at")
            ),
        ]
        super().__init__(runtime)

    async def store(self, request: Request, data: dict[str, Any]) -> int:
        username, password = text_in(data, "username"), text_in(data, "password")
        wrong = accounts.name_problems(username)
        try:
            hashed = await self.runtime.sign_in.new_hash(password, username)
        except Invalid as error:
            raise Invalid(wrong | error.fields) from None
        return await self.run(
            request,
            accounts.create_user,
            username=username,
            email=text_in(data, "email"),
            role=text_in(data, "role"),
            is_active=bool(data.get("is_active")),
            password_hash=hashed,
        )

    async def change(self, request: Request, pk: int, data: dict[str, Any]) -> None:
        password, hashed = text_in(data, "password"), None
        if password and pk == caller_of(request).user_id:
            raise Invalid({"password": ["admin.user_password_own"]})
        if password:
            hashed = await self.runtime.sign_in.new_hash(password, text_in(data, "username"))
        await self.run(request, _change_user, pk, data, hashed)

    def remove(self, session: Session, caller: Caller, pk: int) -> None:
        accounts.delete_user(session, caller, pk)

    def _field_of(self, request: Request, error: AlpinaError) -> str:
        return "role" if error.error_code == "last_administrator" else "username"


class TokenView(TableView):
    """Everybody's own; an administrator sees, and may revoke, all."""

    key = "token"
    icon = "fa-solid fa-key"
    model = ApiToken
    source = Source(
        _TOKENS,
        all_columns(_TOKENS, without=("token_hash",)),
        search=("name", "prefix"),
        search_also=(name_contains(_TOKENS.c.user_id, _USERS.c.username),),
        links=(Link("user", "user_id", _USERS, ("username",)),),
    )
    fields_default_sort = (("id", True),)

    def __init__(self, runtime: Any) -> None:
        self.fields = [
            without_filters(NumberText("id", exclude_from_list=True, exclude_from_create=True)),
            without_filters(
                StringField(
                    "name", required=True, maxlength=200, help_text=later("token_name_help")
                )
            ),
            EnumField(
                "lifetime",
                choices_loader=_lifetimes,
                default="90",
                required=True,
                exclude_from_list=True,
                exclude_from_detail=True,
                filters=[],
            ),
            _shown("prefix"),
            StringField(
                "owner",
                getter=name_of("user", "username"),
                filters=[],
                orderable=False,
                exclude_from_create=True,
            ),
            *_moments("created_at", "last_used_at", "expires_at"),
        ]
        super().__init__(runtime)

    def scope(self, request: Request) -> ColumnElement[bool]:
        return own_rows(request, _TOKENS)

    def can_edit(self, request: Request) -> bool:
        return False

    async def store(self, request: Request, data: dict[str, Any]) -> int:
        """Leaves the token's text in `request.state.shown_token` for the page that shows it."""
        days = _LIFETIMES.get(text_in(data, "lifetime"), 90)
        expires_at = None if days is None else utc_now() + timedelta(days=days)
        created = await self.run(
            request, accounts.create_token, name=text_in(data, "name"), expires_at=expires_at
        )
        request.state.shown_token = created.text
        return created.token_id

    def remove(self, session: Session, caller: Caller, pk: int) -> None:
        accounts.revoke_token(session, caller, pk)


class SessionView(ReadOnly):
    key = "session"
    icon = "fa-solid fa-laptop"
    model = LoginSession
    source = Source(
        _SESSIONS,
        all_columns(_SESSIONS, without=("token_hash",)),
        search=(),
        search_also=(name_contains(_SESSIONS.c.user_id, _USERS.c.username),),
        links=(Link("user", "user_id", _USERS, ("username",)),),
    )
    name_field = "id"
    fields_default_sort = (("created_at", True),)

    def __init__(self, runtime: Any) -> None:
        self.fields = [
            without_filters(NumberText("id", exclude_from_list=True)),
            StringField(
                "owner",
                getter=name_of("user", "username"),
                filters=[],
                orderable=False,
            ),
            BooleanField("is_current", filters=[], orderable=False),
            *_moments("created_at", "expires_at"),
        ]
        super().__init__(runtime)

    def columns(self, request: Request) -> dict[str, ColumnElement[Any]]:
        token = request.cookies.get(SESSION_COOKIE, "")
        digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
        return {"is_current": _SESSIONS.c.token_hash == literal(digest)}

    def scope(self, request: Request) -> ColumnElement[bool]:
        return own_rows(request, _SESSIONS) & (_SESSIONS.c.expires_at > utc_now())

    def can_delete(self, request: Request) -> bool:
        return True

    def remove(self, session: Session, caller: Caller, pk: int) -> None:
        accounts.revoke_session(session, caller, pk)


class SecretView(ForAdministrators, TableView):
    key = "secret"
    icon = "fa-solid fa-user-secret"
    model = Secret
    source = Source(_SECRETS, all_columns(_SECRETS, without=("value",)), search=("name",))
    fields_default_sort = ("name",)

    def __init__(self, runtime: Any) -> None:
        self.fields = [
            without_filters(NumberText("id", exclude_from_list=True, exclude_from_create=True)),
            without_filters(
                StringField(
                    "name", required=True, maxlength=64, help_text=later("secret_name_help")
                )
            ),
            WriteOnly("value", required=True, help_text=later("secret_value_help")),
            *_moments("created_at", "updated_at"),
        ]
        super().__init__(runtime)

    def can_access_field(
        self, request: Request, field: BaseField, action: RequestAction | None = None
    ) -> bool:
        """A name stays: scenarios use it."""
        at_work = action if action is not None else request.state.action
        if field.name == "name" and at_work == RequestAction.EDIT:
            return False
        return bool(super().can_access_field(request, field, action))

    async def store(self, request: Request, data: dict[str, Any]) -> int:
        return await self.run(
            request,
            _new_secret,
            self.runtime.settings,
            text_in(data, "name").strip(),
            text_in(data, "value"),
        )

    async def change(self, request: Request, pk: int, data: dict[str, Any]) -> None:
        found = await self.find_by_pk(request, pk)
        await self.run(
            request,
            secrets_store.set_secret,
            self.runtime.settings,
            found.name,
            text_in(data, "value"),
        )

    def remove(self, session: Session, caller: Caller, pk: int) -> None:
        secrets_store.delete_secret(session, caller, pk)


def _email_or_none(request: Request, obj: Any) -> str | None:
    """A link needs something to show. `obj` is a dict in a form shown again."""
    return (obj.get("email") if isinstance(obj, dict) else obj.email) or None


def own_rows(request: Request, table: Table) -> ColumnElement[bool]:
    caller = caller_of(request)
    return true() if caller.is_administrator else table.c.user_id == caller.user_id


def text_in(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _change_user(
    session: Session, caller: Caller, pk: int, data: dict[str, Any], password_hash: str | None
) -> None:
    accounts.update_user(
        session,
        caller,
        pk,
        username=text_in(data, "username"),
        email=text_in(data, "email"),
        role=text_in(data, "role"),
        is_active=bool(data.get("is_active")),
    )
    if password_hash is not None:
        accounts.set_password(session, caller, pk, password_hash)


def _new_secret(session: Session, caller: Caller, settings: Any, name: str, value: str) -> int:
    if name in secrets_store.secret_names(session):
        raise Invalid({"name": ["accounts.secret_name_taken"]})
    return secrets_store.set_secret(session, caller, settings, name, value)


def _shown(name: str) -> BaseField:
    return without_filters(StringField(name, exclude_from_create=True, exclude_from_edit=True))


def _moments(*names: str) -> list[BaseField]:
    return [
        DateTimeField(
            name, read_only=True, filters=[], exclude_from_create=True, exclude_from_edit=True
        )
        for name in names
    ]


def _roles(request: Request) -> list[tuple[Any, str]]:
    return [(value, say(f"role_{value}")) for value in ROLES]


def _lifetimes(request: Request) -> list[tuple[Any, str]]:
    return [(value, say(f"lifetime_{value}")) for value in _LIFETIMES]
