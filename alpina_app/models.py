"""Every table and constraint. Objects of the wire keep the original application's field names;
a reference is `<name>_id` here and `<name>` on the wire."""

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, MetaData, UniqueConstraint
from sqlmodel import Column, Field, SQLModel

from alpina_app.columns import UTC, BigId, JsonText, LongText, Number

ROLES = ("administrator", "editor", "viewer")
BOT_TYPES = ("completion", "chat")
STEP_TYPES = ("message", "question", "condition", "api_call")
STATUSES = ("running", "completed", "failed", "cancelled", "abandoned")
MAX_INT = 2_147_483_647

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

_TABLE = {
    "sqlite_autoincrement": True,  # an id is never given twice
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",  # names differ by case, as on the other databases
}


def utc_now() -> datetime:
    return datetime.now(timezone.utc)  # noqa: UP017  (UTC is our column type here)


def _id() -> Any:
    return Field(default=None, sa_column=Column("id", BigId, primary_key=True))


def _to(target: str, ondelete: str, *, nullable: bool = False, **kwargs: Any) -> Any:
    """A reference; a fresh Column for each field. Circular ones are added after the tables."""
    use_alter = kwargs.pop("use_alter", False)
    column: Column[Any] = Column(
        BigId,
        ForeignKey(target, ondelete=ondelete, use_alter=use_alter),
        nullable=nullable,
        **kwargs,
    )
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def _time(*, nullable: bool = False, index: bool = False) -> Any:
    column: Column[datetime] = Column(UTC(), nullable=nullable, index=index)
    if nullable:
        return Field(default=None, sa_column=column)
    return Field(default_factory=utc_now, sa_column=column)


def _long(default: str = "") -> Any:
    return Field(default=default, sa_column=Column(LongText, nullable=False))


def _json(factory: Any) -> Any:
    return Field(default_factory=factory, sa_column=Column(JsonText(), nullable=False))


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class User(SQLModel, table=True):
    __tablename__ = "user"
    __table_args__ = (_one_of("role", ROLES), _TABLE)

    id: int | None = _id()
    username: str = Field(max_length=150, unique=True)
    email: str = Field(default="", max_length=254)
    password_hash: str = Field(default="", max_length=255)
    role: str = Field(default="viewer", max_length=20)
    is_active: bool = Field(default=True)
    created_at: datetime = _time()
    last_login_at: datetime | None = _time(nullable=True)


class LoginSession(SQLModel, table=True):
    """A signed-in browser. The cookie's token is stored as its SHA-256 only."""

    __tablename__ = "login_session"
    __table_args__ = (_TABLE,)

    id: int | None = _id()
    token_hash: str = Field(max_length=64, unique=True)
    user_id: int = _to("user.id", "CASCADE", index=True)
    created_at: datetime = _time()
    expires_at: datetime = _time(index=True)


class ApiToken(SQLModel, table=True):
    """For `Authorization: Token ...`; shown once, stored as SHA-256. `prefix` tells it apart."""

    __tablename__ = "api_token"
    __table_args__ = (_TABLE,)

    id: int | None = _id()
    name: str = Field(max_length=200)
    token_hash: str = Field(max_length=64, unique=True)
    prefix: str = Field(max_length=12)
    user_id: int = _to("user.id", "CASCADE", index=True)
    created_at: datetime = _time()
    last_used_at: datetime | None = _time(nullable=True)
    expires_at: datetime | None = _time(nullable=True)


class Bot(SQLModel, table=True):
    __tablename__ = "bot"
    __table_args__ = (
        _one_of("bot_type", BOT_TYPES),
        CheckConstraint("creativity_level >= 0 AND creativity_level <= 2", name="creativity_level"),
        CheckConstraint(f"max_tokens >= 1 AND max_tokens <= {MAX_INT}", name="max_tokens"),
        Index(None, "created_at", "id"),
        _TABLE,
    )

    id: int | None = _id()
    name: str = Field(max_length=200, index=True)
    description: str = _long()
    bot_type: str = Field(default="chat", max_length=20, index=True)
    gpt_model: str = Field(default="gpt-3.5-turbo", max_length=100)
    creativity_level: float = Field(
        default=0.7, sa_column=Column(Number, nullable=False, index=True)
    )
    max_tokens: int = Field(default=1000, index=True)
    system_prompt: str = _long()
    is_active: bool = Field(default=True, index=True)
    created_by_id: int = _to("user.id", "RESTRICT", index=True)
    start_scenario_id: int | None = _to(
        "scenario.id", "SET NULL", nullable=True, index=True, use_alter=True
    )
    allowed_origins: list[str] = _json(list)
    created_at: datetime = _time()
    updated_at: datetime = _time(index=True)


class Scenario(SQLModel, table=True):
    """`revision` grows with every change of the scenario or of a step of it."""

    __tablename__ = "scenario"
    __table_args__ = (Index(None, "created_at", "id"), _TABLE)

    id: int | None = _id()
    name: str = Field(max_length=200, index=True)
    description: str = _long()
    bot_id: int = _to("bot.id", "CASCADE", index=True)
    initial_step_id: int | None = _to(
        "step.id", "SET NULL", nullable=True, index=True, use_alter=True
    )
    is_active: bool = Field(default=True, index=True)
    draft_mode: bool = Field(default=False)
    published_version_id: int | None = _to(
        "scenario_version.id", "SET NULL", nullable=True, index=True, use_alter=True
    )
    revision: int = Field(default=1)
    created_at: datetime = _time()
    updated_at: datetime = _time(index=True)


class Step(SQLModel, table=True):
    """`canvas_x`, `canvas_y`: the node's place in the editor, in pixels; None = lay out."""

    __tablename__ = "step"
    __table_args__ = (
        _one_of("step_type", STEP_TYPES),
        CheckConstraint(f"position >= 0 AND position <= {MAX_INT}", name="position"),
        Index(None, "scenario_id", "position", "id"),
        Index(None, "created_at", "id"),
        _TABLE,
    )

    id: int | None = _id()
    name: str = Field(max_length=200, index=True)
    step_type: str = Field(default="message", max_length=20, index=True)
    scenario_id: int = _to("scenario.id", "CASCADE")
    content: Any = _json(dict)
    order: int = Field(default=0, sa_column=Column("position", Integer, nullable=False, index=True))
    next_step_id: int | None = _to("step.id", "SET NULL", nullable=True, index=True)
    canvas_x: float | None = Field(default=None, sa_column=Column(Number, nullable=True))
    canvas_y: float | None = Field(default=None, sa_column=Column(Number, nullable=True))
    created_at: datetime = _time()
    updated_at: datetime = _time(index=True)


class ScenarioVersion(SQLModel, table=True):
    """A scenario as it was: what executions run on, and what was published.

    `digest`: SHA-256 of the picture's JSON, so that executions of an unchanged scenario share one
    row. `number` counts the published ones; None = only run, never published by hand.
    """

    __tablename__ = "scenario_version"
    __table_args__ = (
        UniqueConstraint("scenario_id", "number"),
        Index(None, "scenario_id", "digest"),
        _TABLE,
    )

    id: int | None = _id()
    scenario_id: int | None = _to("scenario.id", "SET NULL", nullable=True)
    digest: str = Field(max_length=64)
    picture: Any = _json(dict)
    number: int | None = Field(default=None)
    note: str = _long()
    created_by_id: int | None = _to("user.id", "SET NULL", nullable=True, index=True)
    created_at: datetime = _time()


class BotExecution(SQLModel, table=True):
    """One conversation. `run_state` is the engine's own (`domain.engine.Run` without variables)."""

    __tablename__ = "bot_execution"
    __table_args__ = (
        _one_of("status", STATUSES),
        Index(None, "bot_id", "user_session", "is_completed", "id"),
        Index(None, "created_at", "id"),
        _TABLE,
    )

    id: int | None = _id()
    bot_id: int = _to("bot.id", "CASCADE")
    scenario_id: int | None = _to("scenario.id", "SET NULL", nullable=True, index=True)
    user_session: str = Field(max_length=255, index=True)
    current_step_id: int | None = _to("step.id", "SET NULL", nullable=True, index=True)
    version_id: int | None = _to("scenario_version.id", "SET NULL", nullable=True, index=True)
    variables: dict[str, Any] = _json(dict)
    run_state: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JsonText(), nullable=False)
    )
    status: str = Field(default="running", max_length=20)
    is_completed: bool = Field(default=False, index=True)
    created_at: datetime = _time()
    updated_at: datetime = _time(index=True)


class Message(SQLModel, table=True):
    """A line of a conversation; `step_id` stays after the step is gone, so it is no reference."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("execution_id", "position"), _TABLE)

    id: int | None = _id()
    execution_id: int = _to("bot_execution.id", "CASCADE")
    position: int
    role: str = Field(max_length=255)
    content: str = _long()
    step_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))
    created_at: datetime = _time()


class TraceEvent(SQLModel, table=True):
    """A step that ran. `duration_ms` in milliseconds; secrets are masked before they come here."""

    __tablename__ = "trace_event"
    __table_args__ = (UniqueConstraint("execution_id", "seq"), _TABLE)

    id: int | None = _id()
    execution_id: int = _to("bot_execution.id", "CASCADE")
    seq: int
    step_id: int | None = Field(default=None, sa_column=Column(BigId, nullable=True))
    step_type: str | None = Field(default=None, max_length=20)
    started_at: datetime = _time()
    duration_ms: int = Field(default=0)
    input: Any = _json(lambda: None)
    output: Any = _json(lambda: None)
    variables_set: Any = _json(dict)
    exit: Any = _json(lambda: None)
    warnings: Any = _json(list)
    error: Any = _json(lambda: None)
    tokens: Any = _json(lambda: None)


class Secret(SQLModel, table=True):
    """`value` is encrypted with a key derived from SECRET_KEY; it is never shown again."""

    __tablename__ = "secret"
    __table_args__ = (_TABLE,)

    id: int | None = _id()
    name: str = Field(max_length=64, unique=True)
    value: str = _long()
    created_at: datetime = _time()
    updated_at: datetime = _time()


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "object_type", "object_id"), _TABLE)

    id: int | None = _id()
    created_at: datetime = _time(index=True)
    user_id: int | None = _to("user.id", "SET NULL", nullable=True, index=True)
    username: str = Field(default="", max_length=150)
    action: str = Field(max_length=50)
    object_type: str = Field(default="", max_length=50)
    object_id: str = Field(default="", max_length=50)
    details: Any = _json(dict)


class IdempotencyKey(SQLModel, table=True):
    """The answer to a POST with `Idempotency-Key`; `status` 0 = that request is still at work."""

    __tablename__ = "idempotency_key"
    __table_args__ = (_TABLE,)

    id: int | None = _id()
    key_hash: str = Field(max_length=64, unique=True)
    request_hash: str = Field(max_length=64)
    status: int = Field(default=0)
    headers: Any = _json(dict)
    body: str = _long()
    created_at: datetime = _time(index=True)


class TurnLease(SQLModel, table=True):
    """Who runs the turn of a conversation now; past `expires_at` the lease is free."""

    __tablename__ = "turn_lease"
    __table_args__ = (_TABLE,)

    id: int | None = _id()
    key: str = Field(max_length=64, unique=True)
    holder: str = Field(max_length=64)
    expires_at: datetime = _time(index=True)


class ChatLink(SQLModel, table=True):
    """A conversation of the chat page: whoever holds the random token may resume it."""

    __tablename__ = "chat_link"
    __table_args__ = (_TABLE,)

    id: int | None = _id()
    token_hash: str = Field(max_length=64, unique=True)
    bot_id: int = _to("bot.id", "CASCADE", index=True)
    user_session: str = Field(max_length=255)
    created_at: datetime = _time()
    last_used_at: datetime = _time(index=True)
