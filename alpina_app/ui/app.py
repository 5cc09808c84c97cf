"""The Reflex application: theme, pages, and the ASGI parts around them."""

from collections.abc import Callable, Sequence

import reflex as rx
from starlette.types import ASGIApp

from alpina_app.ui.components.connection import connection_notice
from alpina_app.ui.guards import OneOwner
from alpina_app.ui.pages import PAGES
from alpina_app.ui.pages.not_found import not_found
from alpina_app.ui.states.session import Session

# A frame on another site may be refused all storage: the pages then keep things in memory.
_STORAGE_SCRIPT = """
for (const name of ["localStorage", "sessionStorage"]) {
  try { window[name].getItem("") } catch (error) {
    const kept = new Map();
    Object.defineProperty(window, name, { value: {
      getItem: (key) => kept.get(String(key)) ?? null,
      setItem: (key, value) => { kept.set(String(key), String(value)) },
      removeItem: (key) => { kept.delete(String(key)) },
      clear: () => kept.clear(),
      key: (place) => [...kept.keys()][place] ?? null,
      get length() { return kept.size },
    } });
  }
}
"""
# Before the first paint: the language of the document as it was chosen.
_LANGUAGE_SCRIPT = (
    "try{document.documentElement.lang=localStorage.getItem('alpina-language')||'ru'}catch(e){}"
)


def create_app(around: Sequence[Callable[[ASGIApp], ASGIApp]]) -> rx.App:
    """`around`: ASGI middleware, the innermost first."""
    app = rx.App(
        api_transformer=list(around),
        stylesheets=[
            "/alpina.css",
            "/forms.css",
            "/bots.css",
            "/work.css",
            "/chat.css",
            "/editor.css",
            "/step_form.css",
        ],
        html_lang="ru",
        head_components=[
            rx.el.script(_STORAGE_SCRIPT),
            rx.el.script(_LANGUAGE_SCRIPT),
            rx.el.script(src="/shell.js", defer=True),
        ],
        app_wraps={(5, "Connection"): lambda stateful: connection_notice() if stateful else None},
    )
    app.add_middleware(OneOwner(), index=0)
    for page in PAGES:
        on_load = [Session.load, *page.on_load]
        app.add_page(page.component, route=page.route, title=page.title, on_load=on_load)
    app.add_page(not_found, route="404", title="404 — Alpina Digital", on_load=[Session.load])
    return app
