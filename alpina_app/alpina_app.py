"""Composition root: builds the parts and joins them into the one application Reflex serves.

Importing this module must not open anything: `reflex export` imports it to build the pages. The
runtime (database, clients) is built when the server's lifespan begins.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import reflex as rx
from starlette.types import ASGIApp

from alpina_app import ui
from alpina_app.admin.app import create_admin
from alpina_app.api.app import create_api
from alpina_app.edge import AllowedHosts, Dispatch, Framing, SecurityHeaders
from alpina_app.errors import NotFound
from alpina_app.operations import Measured, Metrics, create_operations
from alpina_app.services.chat.conversation import bot_card
from alpina_app.services.runtime import Runtime
from alpina_app.settings import load_settings
from alpina_app.startup import create_runtime


class Site:
    """The parts beside the pages; empty until the lifespan begins."""

    def __init__(self) -> None:
        self._parts: Mapping[str, ASGIApp] = {}
        self._runtime: Runtime | None = None

    def parts(self) -> Mapping[str, ASGIApp]:
        return self._parts

    async def frame_origins(self, bot_id: int) -> tuple[str, ...]:
        """The sites whose frames the bot's chat may stand in."""
        if self._runtime is None:
            return ()
        try:
            card = await self._runtime.database.read(bot_card, bot_id)
        except NotFound:
            return ()
        return card.allowed_origins

    def open(self, runtime: Runtime) -> None:
        self._runtime = runtime
        metrics = Metrics()
        api = Measured(create_api(runtime), metrics, "api")
        admin = Measured(create_admin(runtime), metrics, "admin")
        operations = create_operations(runtime, metrics)
        self._parts = {
            "/api": api,
            "/api-auth": api,
            "/admin": admin,
            "/healthz": operations,
            "/readyz": operations,
            "/metrics": operations,
        }
        ui.open_pages(runtime)

    def close(self) -> None:
        self._parts, self._runtime = {}, None
        ui.close_pages()


def build() -> rx.App:
    settings = load_settings()
    site = Site()

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        runtime = create_runtime(settings)
        await runtime.start()
        site.open(runtime)
        try:
            yield
        finally:
            site.close()
            await runtime.stop()

    app = ui.create_app(
        [
            lambda pages: Dispatch(pages, site.parts),
            lambda inner: Framing(inner, site.frame_origins),
            SecurityHeaders,
            lambda inner: AllowedHosts(inner, settings.allowed_hosts),
        ]
    )
    app.register_lifespan_task(lifespan)
    return app


app = build()
