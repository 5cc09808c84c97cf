"""Settings: read once from the environment and `.env`, checked, frozen.

Every name is described in `.env.example`. The environment wins over `.env`.
"""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from alpina_app.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
Names = Annotated[tuple[str, ...], NoDecode]
_BARE_IPV6 = r"[0-9a-f]*:[0-9a-f.]*:[0-9a-f:.]*"
_PRICE = re.compile(r"[^=]+=[0-9]+(\.[0-9]+)?/[0-9]+(\.[0-9]+)?")
_HOST = re.compile(rf"(\[{_BARE_IPV6}\]|[^\[\]:@%/?#\\\s]+)(:[0-9]{{1,5}})?|{_BARE_IPV6}")


class Settings(BaseSettings):
    """One frozen object for the whole process; field names are the variables' names in lower case.

    Seconds carry `_s`, KiB `_kb` in their names.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file_encoding="utf-8")

    secret_key: SecretStr
    debug: bool = False
    allowed_hosts: Names = ("localhost", "127.0.0.1", "[::1]")
    csrf_trusted_origins: Names = ()
    trusted_proxies: Names = ()
    database_url: SecretStr = SecretStr("sqlite:///db.sqlite3")
    database_pool_size: int = Field(10, ge=1, le=100)
    redis_url: SecretStr | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    default_model: str = Field("gpt-3.5-turbo", min_length=1, max_length=100)
    model_prices: Names = ()
    local_model: bool = True
    model_timeout_s: float = Field(60, gt=0, le=600)
    model_max_retries: int = Field(2, ge=0, le=10)
    history_tokens: int = Field(3000, ge=100, le=1_000_000)
    api_anonymous_read: bool = False
    http_call_allowed_hosts: Names = ()
    time_zone: str = "Europe/Moscow"
    chat_wait_s: float = Field(30, gt=0, le=300)
    max_body_kb: int = Field(2048, ge=16, le=102_400)
    session_days: int = Field(14, ge=1, le=365)
    login_tries: int = Field(10, ge=1, le=1000)
    login_window_s: int = Field(300, ge=10, le=86_400)
    chat_per_minute: int = Field(0, ge=0, le=100_000)
    metrics_token: SecretStr | None = None
    log_level: str = "info"

    @field_validator(
        "allowed_hosts",
        "csrf_trusted_origins",
        "trusted_proxies",
        "http_call_allowed_hosts",
        "model_prices",
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for network in value:
                ip_network(network, strict=False)
        except ValueError as error:
            raise ValueError("must be addresses or networks, such as 10.0.0.0/8") from error
        return value

    @field_validator("csrf_trusted_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(origin.startswith(("http://", "https://")) for origin in value):
            raise ValueError("must begin with http:// or https://, such as https://example.com")
        return tuple(origin.rstrip("/") for origin in value)

    @field_validator(
        "redis_url", "openai_api_key", "openai_base_url", "metrics_token", mode="before"
    )
    @classmethod
    def _blank_is_none(cls, value: Any) -> Any:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 20:
            raise ValueError("must have at least 20 characters")
        return value

    @field_validator("model_prices")
    @classmethod
    def _prices(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_PRICE.fullmatch(price) for price in value):
            raise ValueError("must list prices such as gpt-4o-mini=0.15/0.60")
        return value

    @field_validator("http_call_allowed_hosts")
    @classmethod
    def _hosts_not_urls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_HOST.fullmatch(host) for host in value):
            raise ValueError("must list hosts, with or without a port, such as crm.local:8080")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is not a known time zone, such as Europe/Moscow") from error
        return value

    @field_validator("openai_base_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("must begin with http:// or https://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_scheme(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must begin with redis://")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        scheme = value.get_secret_value().split(":", 1)[0]
        if scheme.split("+")[0] not in ("sqlite", "postgresql", "postgres", "mysql", "mariadb"):
            raise ValueError("must be an sqlite, postgresql or mysql URL")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.lower() not in ("debug", "info", "warning", "error"):
            raise ValueError("must be debug, info, warning or error")
        return value.lower()

    @model_validator(mode="before")
    @classmethod
    def _anonymous_read_follows_debug(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("api_anonymous_read") in (None, ""):
            return {**values, "api_anonymous_read": _is_on(values.get("debug"))}
        return values

    @property
    def wants_local_model(self) -> bool:
        return self.local_model and self.openai_api_key is None and self.openai_base_url is None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def load_settings(env_file: Path | None = ROOT / ".env", **overrides: Any) -> Settings:
    """The settings of this process; `overrides` (field names) win, for tests.

    Raises SettingsError naming each wrong setting, without its value.
    """
    try:
        return Settings(_env_file=env_file, **overrides)
    except ValidationError as error:
        raise SettingsError([_sentence(dict(problem)) for problem in error.errors()]) from None


def _sentence(problem: dict[str, Any]) -> str:
    name = str(problem["loc"][0]).upper() if problem["loc"] else "settings"
    if problem["type"] == "missing":
        return f"{name}: is required"
    return f"{name}: {str(problem['msg']).removeprefix('Value error, ')}"


def _is_on(value: Any) -> bool:
    """A wrong value is off here: it is reported under its own name."""
    try:
        return TypeAdapter(bool).validate_python(value or False)
    except ValidationError:
        return False
