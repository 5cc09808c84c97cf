import pytest

from tests.support.app import make_app


@pytest.fixture
async def app(tmp_path):
    """Bots, scenarios and steps are readable without signing in."""
    async with make_app(tmp_path, api_anonymous_read=True) as running:
        yield running


@pytest.fixture
def editor(app):
    return app.signed_in("editor")
