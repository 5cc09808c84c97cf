"""A quiet bar while the server cannot be reached; Reflex reconnects by itself."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from alpina_app.ui.texts import t


def connection_notice() -> rx.Component:
    """Reflex puts the page inside of what it is given here: a fragment, not the live region."""
    return rx.fragment(
        rx.el.div(
            rx.cond(
                has_connection_errors, rx.el.div(t("shell.reconnecting"), class_name="offline")
            ),
            role="status",
            aria_live="polite",
        )
    )
