"""The Reflex application: theme, pages, and the ASGI parts around them."""

from collections.abc import Callable, Sequence

import reflex as rx
from starlette.types import ASGIApp

from alpina_app.ui.pages import PAGES


def create_app(around: Sequence[Callable[[ASGIApp], ASGIApp]]) -> rx.App:
    """`around`: ASGI middleware, the innermost first."""
    app = rx.App(api_transformer=list(around), enable_state=True)
    for page in PAGES:
        app.add_page(page.component, route=page.route, title=page.title, on_load=page.on_load)
    return app
