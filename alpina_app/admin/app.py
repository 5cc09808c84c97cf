"""The administration at /admin/: starlette-admin over our services, and the sign-in forms."""

import json
import logging
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlmodel import Session
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_admin.base import BaseAdmin
from starlette_admin.i18n import I18nConfig, TimezoneConfig, format_datetime, get_tzinfo
from starlette_admin.routing import route
from starlette_admin.theme import ClassMap, DefaultTheme, TablerSettings
from starlette_admin.views import CustomView, Link

from alpina_app.admin.content import BotView, ScenarioView, StepView
from alpina_app.admin.fields import Reference
from alpina_app.admin.gate import Gate, Known, Language
from alpina_app.admin.history import AuditView, ExecutionView
from alpina_app.admin.people import SecretView, SessionView, TokenView, UserView
from alpina_app.admin.records import count_records
from alpina_app.admin.texts import later, say
from alpina_app.admin.views import TableView
from alpina_app.i18n import LANGUAGES
from alpina_app.services.runtime import Runtime
from alpina_app.settings import ROOT
from alpina_app.web.account_page import LANGUAGE_COOKIE
from alpina_app.web.login import SIGN_IN_PATHS, create_sign_in

VIEWS: Final = (
    BotView,
    ScenarioView,
    StepView,
    ExecutionView,
    UserView,
    SecretView,
    TokenView,
    SessionView,
    AuditView,
)
_NOT_FOUND: Final = HTTPException(404)
_TEMPLATES: Final = ROOT / "alpina_app" / "admin" / "templates"


def create_admin(runtime: Runtime) -> ASGIApp:
    """Everything under /admin/, the sign-in forms there included."""
    # At level DEBUG starlette-admin logs whole forms, passwords too.
    logging.getLogger("starlette_admin").setLevel(logging.WARNING)
    outer = Starlette()
    _admin(runtime).mount_to(outer)
    return _Entrance(create_sign_in(runtime), Gate(outer, runtime))


class _Entrance:
    def __init__(self, sign_in: ASGIApp, admin: ASGIApp) -> None:
        self._sign_in = sign_in
        self._admin = admin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        signing = scope["type"] == "http" and scope["path"] in SIGN_IN_PATHS
        await (self._sign_in if signing else self._admin)(scope, receive, send)


class _Admin(BaseAdmin):
    async def _render_form_body(
        self, request: Request, view: Any, obj: Any, errors: Any, config: dict[str, Any]
    ) -> None:
        named = await _named(request, view, obj)
        await super()._render_form_body(request, view, named, errors, config)

    async def _render_error(self, request: Request, exc: Exception = _NOT_FOUND) -> Response:
        """Static files are everybody's: the page of an error has a menu for somebody."""
        if not hasattr(request.state, "caller"):
            assert isinstance(exc, HTTPException)
            return PlainTextResponse(exc.detail, exc.status_code)
        shown: Response = await super()._render_error(request, exc)
        return shown

    @route("/{key}/create", methods=["GET", "POST"], name="create")
    async def _render_create(self, request: Request) -> Response:
        """A new API token is shown at once, and never again."""
        response: Response = await super()._render_create(request)
        token = getattr(request.state, "shown_token", None)
        if token is None:
            return response
        context = {"token": token, "api_url": f"{request.base_url.replace(path='/api/bots/')}"}
        shown: Response = self._template_response(request, "token_created.html", context)
        shown.headers["Cache-Control"] = "no-store"
        return shown


async def _named(request: Request, view: TableView, obj: Any) -> Any:
    """A form shown again after a mistake knows only the numbers of what was chosen."""
    if not isinstance(obj, dict):
        return obj
    found = dict(obj)
    for field in view.get_fields_list(request):
        number = found.get(field.name)
        if isinstance(field, Reference) and number and not isinstance(number, dict):
            target = await view._find_foreign_view(str(field.key)).find_by_pk(request, number)
            if target is not None:
                found[field.name] = await field.serialize_value(request, target)
    return found


class _Classes(ClassMap):
    classes: ClassVar[dict[str, str]] = {"form.cancel_button": "btn btn-link link-secondary"}


class _Theme(DefaultTheme):
    """Cancelling is no danger: its button is not red."""

    def get_class_map(self) -> ClassMap:
        return _Classes()


class _Home(CustomView):
    """What there is, with numbers, for this caller."""

    def __init__(self, runtime: Runtime, views: list[TableView]) -> None:
        super().__init__(route_name="index", add_to_menu=False)
        self._runtime = runtime
        self._table_views = views

    def title(self, request: Request) -> str:
        return say("home_title")

    @route("")
    async def index(self, request: Request) -> Response:
        assert self._admin is not None
        views = [view for view in self._table_views if view.is_accessible(request)]
        counts = await self._runtime.database.read(_counts, request, views)
        cards = [{"view": view, "count": count} for view, count in zip(views, counts, strict=True)]
        return self._admin._template_response(
            request, "home.html", {"title": self.title(request), "cards": cards}
        )


def _admin(runtime: Runtime) -> BaseAdmin:
    views: list[TableView] = [view(runtime) for view in VIEWS]
    admin = _Admin(
        title="Alpina Digital",
        base_url="/admin",
        templates_dir=str(_TEMPLATES),
        index_view=_Home(runtime, views),
        theme=_Theme(TablerSettings(base="slate", primary="indigo")),
        auth_provider=Known(),
        secret_key=runtime.settings.secret_key.get_secret_value(),
        middlewares=[Middleware(Language)],
        i18n_config=I18nConfig(
            default_locale="ru",
            language_cookie_name=LANGUAGE_COOKIE,
            language_header_name=None,
            language_switcher=list(LANGUAGES),
        ),
        timezone_config=TimezoneConfig(
            default_timezone=runtime.settings.time_zone,
            timezone_cookie_name=None,
            use_user_locale_timezone=False,
        ),
    )
    admin.templates.env.globals.update(
        say=say,
        moment=_moment,
        pretty_json=_pretty_json,
        step_type_text=lambda value: say(f"step_type_{value}"),
    )
    for view in views:
        admin.add_view(view)
    admin.add_view(Link(later("to_site"), icon="fa-solid fa-house", url="/"))
    return admin


def _counts(session: Session, request: Request, views: list[TableView]) -> list[int]:
    return [count_records(session, view.source, view.scope(request)) for view in views]


def _moment(value: datetime) -> str:
    return str(format_datetime(value, None, get_tzinfo()))


def _pretty_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
