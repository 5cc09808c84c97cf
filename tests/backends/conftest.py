"""The API's tests again, on PostgreSQL and MariaDB or MySQL: each run in a database of its own."""

import pytest

from tests.support.app import DATABASE_VARIABLE
from tests.support.databases import VARIABLES, configured, own_database


@pytest.fixture(scope="session", params=sorted(VARIABLES))
def database_url(request):
    kind = request.param
    if configured(kind) is None:
        pytest.skip(f"{VARIABLES[kind]} is not set")
    with own_database(kind) as url:
        yield url


@pytest.fixture(autouse=True)
def _on_the_server(database_url, monkeypatch):
    """Every `make_app` of the test works there; its tables are emptied first."""
    monkeypatch.setenv(DATABASE_VARIABLE, database_url)
