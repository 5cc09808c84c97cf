"""Alembic's environment: runs on the connection that `alpina_app.migrations` hands over."""

from alembic import context
from sqlmodel import SQLModel

from alpina_app import models  # noqa: F401  (fills the metadata)
from alpina_app.migrations import run_with

run_with(context, SQLModel.metadata)
