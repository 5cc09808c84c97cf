from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from alpina_app import ui
from tests.support.app import TestApp, make_app


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[TestApp]:
    async with make_app(tmp_path) as app:
        ui.open_pages(app.runtime)
        yield app
        ui.close_pages()
