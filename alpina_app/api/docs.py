"""`/api/docs/`: Swagger UI over `/api/schema/`, served from here with everything it needs."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, Template
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from swagger_ui_bundle import swagger_ui_path

from alpina_app.api.answers import answer_for
from alpina_app.api.media import JSON
from alpina_app.api.refusals import MethodNotAllowed, NoSuchPage, Refused
from alpina_app.i18n import translate
from alpina_app.web.account_page import language_of

FILES: Final = {
    "swagger-ui.css": (Path(swagger_ui_path), "text/css"),
    "swagger-ui-bundle.js": (Path(swagger_ui_path), "text/javascript"),
    "start.js": (Path(__file__).parent / "assets", "text/javascript"),
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def routes() -> list[Route]:
    return [Route("/api/docs/", _Docs()), Route("/api/docs/{name}", _Docs())]


class _Docs:
    """The page, and its files by name."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            if request.method not in _METHODS:
                raise MethodNotAllowed(request.method)
            response = _response(request)
        except Refused as error:
            response = Response(answer_for(error).body, error.status, media_type=JSON)
        response.headers["Allow"] = ", ".join(_METHODS)
        await response(scope, receive, send)


_METHODS: Final = ("GET", "HEAD", "OPTIONS")


def _response(request: Request) -> Response:
    name = request.path_params.get("name")
    if name is None:
        return _page(request)
    if name not in FILES:
        raise NoSuchPage
    folder, media_type = FILES[name]
    headers = {"Cache-Control": "public, max-age=3600"}
    return FileResponse(folder / name, media_type=media_type, headers=headers)


def _page(request: Request) -> Response:
    language = language_of(request)
    html = _template().render(
        lang=language,
        title=translate(language, "api.docs_title"),
        no_script=translate(language, "api.docs_no_script"),
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(loader=PackageLoader("alpina_app.api"), autoescape=True)
    return environment.get_template("docs.html")
