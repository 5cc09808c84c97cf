"""The migrations make what the models describe, on each kind of server."""

import pytest

from alpina_app import migrations
from alpina_app.db import Database
from tests.support.databases import VARIABLES, configured, own_database


@pytest.fixture(autouse=True)
def _on_the_server():
    """Each test here makes a database of its own."""


@pytest.mark.parametrize("kind", sorted(VARIABLES))
def test_models_and_migrations_agree(kind):
    if configured(kind) is None:
        pytest.skip(f"{VARIABLES[kind]} is not set")
    with own_database(kind) as url:
        database = Database(url, 1)
        try:
            assert migrations.differences(database) == []
            migrations.downgrade(database, "base")
            migrations.upgrade(database)
            assert migrations.differences(database) == []
        finally:
            database.close()
