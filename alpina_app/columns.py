"""Column types that mean the same on SQLite, PostgreSQL and MySQL."""

import json
from datetime import UTC as UTC_ZONE
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Double, Integer, String, Text, types
from sqlalchemy.dialects import mysql
from sqlalchemy.engine.interfaces import Dialect

BigId = BigInteger().with_variant(Integer, "sqlite")
LongText = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
Number: Double[float] = Double()  # MariaDB's FLOAT has single precision


class UTC(types.TypeDecorator[datetime]):
    """Aware datetimes in UTC with microseconds.

    SQLite holds the text of the wire, `2026-11-23T10:00:00.123456Z`, which sorts as time does.
    """

    impl = DateTime
    cache_ok = True

    def __repr__(self) -> str:
        return "UTC()"

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        naive = value.astimezone(UTC_ZONE).replace(tzinfo=None)
        if dialect.name == "sqlite":
            return naive.isoformat(timespec="microseconds") + "Z"
        return naive if dialect.name in ("mysql", "mariadb") else naive.replace(tzinfo=UTC_ZONE)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        return found.astimezone(UTC_ZONE) if found.tzinfo else found.replace(tzinfo=UTC_ZONE)


class JsonText(types.TypeDecorator[Any]):
    """Any JSON value as compact UTF-8 text: keeps key order, 1.0 apart from 1, and huge integers.

    The databases' own JSON types differ in all three.
    """

    impl = Text
    cache_ok = True

    def __repr__(self) -> str:
        return "JsonText()"

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.LONGTEXT())
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
