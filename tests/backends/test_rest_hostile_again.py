"""Monstrous input is refused before any database sees it."""

from tests.api.conftest import editor  # noqa: F401
from tests.api.test_rest_hostile import *  # noqa: F403
