"""What REST promises holds on every database."""

from tests.api.conftest import app, editor  # noqa: F401
from tests.api.test_rest_cascades import *  # noqa: F403
from tests.api.test_rest_forms import *  # noqa: F403
from tests.api.test_rest_lists import *  # noqa: F403
from tests.api.test_rest_rights import *  # noqa: F403
from tests.api.test_rest_values import *  # noqa: F403
from tests.api.test_rest_versions import *  # noqa: F403
