"""What every page stands in: skip link, navigation, language, theme, account."""

from dataclasses import dataclass

import reflex as rx

from alpina_app.ui.components.links import DocumentForm, document_link
from alpina_app.ui.states.session import Session
from alpina_app.ui.texts import I18n, t


@dataclass(frozen=True, slots=True)
class Place:
    """`is_page`: one of Reflex's pages; others need a full page load."""

    key: str
    href: str
    icon: str
    is_page: bool = True


WORK_PLACES = (
    Place("bots", "/bots", "bot"),
    Place("scenarios", "/scenarios", "git-branch"),
    Place("steps", "/steps", "list"),
    Place("history", "/history", "history"),
)


def shell(*content: rx.Component, active: str = "", wide: bool = False) -> rx.Component:
    """A page in its frame. `active` is the key of the place it belongs to."""
    return rx.el.div(
        document_link(t("shell.skip"), href="#main", class_name="skip-link"),
        rx.el.header(
            _brand(),
            rx.el.details(
                rx.el.summary(
                    rx.icon("menu", size=20, aria_hidden="true"),
                    rx.el.span(t("shell.menu"), class_name="visually-hidden"),
                ),
                rx.el.div(_navigation(active, "menu"), _settings(), class_name="menu-sheet"),
                class_name="menu",
            ),
            class_name="topbar",
        ),
        rx.el.aside(
            _brand(),
            _navigation(active, "side"),
            rx.el.div(class_name="spacer"),
            _settings(),
            class_name="sidebar",
        ),
        rx.el.main(*content, id="main", tab_index=-1, class_name="main wide" if wide else "main"),
        class_name="shell",
        custom_attrs={
            "data-lang": I18n.lang,
            "data-alive": rx.cond(Session.ready, "true", "false"),
        },
    )


def page_head(title: rx.Var[str] | str, *actions: rx.Component) -> rx.Component:
    """The page's h1 and what can be done on the page."""
    return rx.el.div(
        rx.el.h1(title, class_name="page-title"),
        rx.el.div(*actions, class_name="page-actions"),
        class_name="page-head",
    )


def language_switch() -> rx.Component:
    """Waits until the page is alive, as `theme_switch` does: a click before that would be lost."""
    return rx.el.div(
        *(
            rx.el.button(
                label,
                type="button",
                lang=code,
                aria_pressed=rx.cond(I18n.lang == code, "true", "false"),
                aria_label=name,
                title=name,
                disabled=~Session.ready,
                on_click=I18n.choose(code),
            )
            for code, label, name in (("ru", "RU", "Русский"), ("en", "EN", "English"))
        ),
        role="group",
        aria_label=t("shell.language"),
        class_name="segments",
    )


def theme_switch() -> rx.Component:
    return rx.el.button(
        rx.color_mode_cond(
            rx.icon("moon", size=18, aria_hidden="true"),
            rx.icon("sun", size=18, aria_hidden="true"),
        ),
        rx.el.span(t("shell.theme"), class_name="visually-hidden"),
        type="button",
        disabled=~Session.ready,
        class_name="icon-button",
        on_click=rx.toggle_color_mode,
    )


def _mark() -> rx.Component:
    return rx.el.svg(
        rx.el.path(d="M7 23 14 9l4 8 2.5-4L25 23"),
        view_box="0 0 32 32",
        fill="none",
        stroke="currentColor",
        stroke_width="2.6",
        stroke_linejoin="round",
        stroke_linecap="round",
    )


def _brand() -> rx.Component:
    return rx.link(
        rx.el.span(_mark(), class_name="brand-mark", aria_hidden="true"),
        rx.el.span("Alpina Digital"),
        href="/",
        class_name="brand",
        underline="none",
    )


def _navigation(active: str, where: str) -> rx.Component:
    return rx.el.nav(
        _link(Place("home", "/", "house"), active),
        rx.cond(
            Session.signed_in,
            rx.fragment(
                *(_link(place, active) for place in WORK_PLACES),
                _link(Place("admin", "/admin/", "shield", is_page=False), active),
            ),
        ),
        _link(Place("api", "/api/docs/", "code", is_page=False), active),
        aria_label=t("shell.navigation"),
        class_name=f"nav nav-{where}",
    )


def _link(place: Place, active: str) -> rx.Component:
    inside = (rx.icon(place.icon, size=18, aria_hidden="true"), rx.el.span(t(f"shell.{place.key}")))
    current = {"aria_current": "page"} if place.key == active else {}
    if place.is_page:
        return rx.link(*inside, href=place.href, class_name="nav-link", underline="none", **current)
    return document_link(*inside, href=place.href, class_name="nav-link", **current)


def _settings() -> rx.Component:
    return rx.el.div(
        rx.el.div(language_switch(), theme_switch(), class_name="settings-row"),
        rx.cond(Session.ready, rx.cond(Session.signed_in, _account(), _sign_in())),
        class_name="settings",
    )


def _account() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            document_link(Session.username, href="/admin/password/", class_name="account-name"),
            rx.match(
                Session.role,
                ("administrator", rx.el.small(t("shell.role_administrator"))),
                ("editor", rx.el.small(t("shell.role_editor"))),
                rx.el.small(t("shell.role_viewer")),
            ),
            class_name="account-who",
        ),
        DocumentForm.create(
            rx.el.input(type="hidden", name="csrfmiddlewaretoken", value=Session.csrf),
            rx.el.button(
                rx.icon("log-out", size=18, aria_hidden="true"),
                rx.el.span(t("shell.sign_out"), class_name="visually-hidden"),
                type="submit",
                class_name="icon-button",
            ),
            action="/admin/logout/",
            method="post",
        ),
        class_name="account",
    )


def _sign_in() -> rx.Component:
    return document_link(
        rx.icon("log-in", size=18, aria_hidden="true"),
        t("shell.sign_in"),
        href=Session.sign_in_href,
        class_name="button primary",
    )
