"""The whole application as one ASGI app over pages that `manage.py` has built already.

For servers with workers of their own (REDIS_URL is needed then):

    granian --interface asgi --workers 4 --factory alpina_app.asgi:create_app
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from reflex_base.constants import Env
from reflex_base.environment import environment
from starlette.types import ASGIApp

from alpina_app.bootstrap import pages


def create_app() -> ASGIApp:
    """Raises FileNotFoundError where the pages are not built."""
    folder = pages.folder_to_serve()
    if not pages.is_built(folder):
        raise FileNotFoundError(f"no built pages in {folder}: `manage.py runserver` builds them")
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    environment.REFLEX_WEB_WORKDIR.set(folder)

    from alpina_app.alpina_app import app
    from rxconfig import settings

    if app.sio is not None:
        app.sio.eio.cors_allowed_origins = SameOrigin(settings.csrf_trusted_origins)
    return app()


class SameOrigin:
    """Engine.IO's question whether a page of `origin` may open the event socket.

    Yes for the site's own pages, whatever its host and port, and for CSRF_TRUSTED_ORIGINS.
    """

    def __init__(self, trusted: tuple[str, ...]) -> None:
        self._trusted = {origin.rstrip("/") for origin in trusted}

    def __call__(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        if not origin:
            return False
        own = environ.get("HTTP_HOST", "")
        return origin.lower() in self._trusted or urlsplit(origin).netloc == own
