"""The pages. Reflex lives only here, in the composition root and in rxconfig."""

from alpina_app.ui.app import create_app
from alpina_app.ui.runtime import close_pages, open_pages

__all__ = ["close_pages", "create_app", "open_pages"]
