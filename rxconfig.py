"""Reflex's own settings; those of the application are in `alpina_app/settings.py`."""

import reflex as rx

from alpina_app.frontend_build import OwnOrigin
from alpina_app.settings import load_settings

settings = load_settings()

# Reflex goes over to Redis by itself where `redis_url` is set, unless a mode is named.
states = (
    {"redis_url": settings.redis_url.get_secret_value()}
    if settings.redis_url
    else {"state_manager_mode": rx.constants.StateManagerMode.MEMORY}
)

config = rx.Config(
    app_name="alpina_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # Pages and the event socket are of one origin; `asgi.py` checks that for any host and port.
    cors_allowed_origins=settings.csrf_trusted_origins
    or [f"http://{host}:8000" for host in settings.allowed_hosts if host != "*"],
    plugins=[
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(accent_color="indigo", gray_color="slate", radius="large")
        ),
        OwnOrigin(),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
    **states,
)
