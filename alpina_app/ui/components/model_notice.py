"""Says which model answers where that is not a real one."""

import reflex as rx

from alpina_app.ui.components.states import notice
from alpina_app.ui.states.session import Session
from alpina_app.ui.texts import t

_PROBLEMS = ("not_installed", "no_weights", "does_not_start")


def model_notice() -> rx.Component:
    """Nothing where a provider is set. Needs `Session.load`, which every page has."""
    return rx.match(
        Session.model,
        ("", rx.fragment()),
        (
            "demo",
            notice(
                rx.icon("flask-conical", size=20, aria_hidden="true"),
                rx.el.div(
                    rx.el.strong(t("model.demo_label")),
                    rx.el.p(t("model.demo_notice", name=Session.model_name)),
                ),
                kind="warn",
            ),
        ),
        notice(
            rx.icon("plug-zap", size=20, aria_hidden="true"),
            rx.el.div(
                rx.el.p(t("model.not_configured")),
                rx.match(
                    Session.model,
                    *(
                        (f"problem_{problem}", rx.el.p(t(f"model.problem_{problem}")))
                        for problem in _PROBLEMS
                    ),
                    rx.fragment(),
                ),
            ),
            kind="warn",
        ),
    )
