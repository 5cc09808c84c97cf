"""The plain HTML page around every account form: no script, nothing from outside, ru and en."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse

from alpina_app.i18n import LANGUAGES, Language, translate
from alpina_app.web import csrf
from alpina_app.web.client import client_of
from alpina_app.web.cookies import set_csrf_cookie

LANGUAGE_COOKIE: Final = "language"  # starlette-admin's own
_YEAR_S: Final = 31_536_000


@dataclass(frozen=True, slots=True)
class Field:
    """One input; `errors` and `hint` are texts for people."""

    name: str
    label: str
    type: Literal["text", "password", "email"] = "text"
    value: str = ""
    autocomplete: str = "off"
    required: bool = True
    autofocus: bool = False
    max_length: int | None = None
    hint: str = ""
    errors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """`submit` "" = no form; `link` is (address, text).

    `account`: whose password it is, for password managers.
    """

    title: str
    lead: str = ""
    note: str = ""
    success: str = ""
    error: str = ""
    action: str = ""
    submit: str = ""
    fields: Sequence[Field] = ()
    hidden: dict[str, str] = field(default_factory=dict)
    link: tuple[str, str] | None = None
    account: str = ""


def render_page(
    request: Request,
    page: Page,
    *,
    trusted_proxies: tuple[str, ...],
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """With a CSRF cookie that fits the form, kept where the browser has a good one."""
    lang = language_of(request)
    other: Language = "en" if lang == "ru" else "ru"
    cookie = request.cookies.get(csrf.COOKIE)
    token = cookie if cookie is not None and csrf.is_token(cookie) else csrf.new_token()
    nonce = secrets.token_urlsafe(16)
    html = _template().render(
        page=_with_focus(page),
        lang=lang,
        other_lang=other,
        other_language_url="?" + _with_language(request, other),
        t=lambda key: translate(lang, f"accounts.{key}"),
        csrf_token=token,
        nonce=nonce,
    )
    response = HTMLResponse(html, status, {**_headers(nonce), **(headers or {})})
    client = client_of(request.scope, trusted_proxies)
    set_csrf_cookie(response, token, client)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE,
            lang,
            max_age=_YEAR_S,
            path="/",
            secure=client.secure,
            samesite="lax",
        )
    return response


def language_of(request: Request) -> Language:
    """`?lang=`, else the cookie `language`, else what the browser prefers, else Russian."""
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        for language in LANGUAGES:
            if asked == language:
                return language
    return _preferred(request.headers.get("accept-language", ""))


def _with_focus(page: Page) -> Page:
    """What went wrong first is where the person writes next; else the first empty field."""
    order = [f for f in page.fields if f.errors] or [f for f in page.fields if not f.value]
    first = order[0].name if order else None
    return replace(page, fields=[replace(f, autofocus=f.name == first) for f in page.fields])


def _preferred(header: str) -> Language:
    """RFC 9110, 12.5.4: the known language with the highest weight."""
    best: tuple[float, Language] = (0.0, "ru")
    for part in header.split(","):
        name, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            continue
        for language in LANGUAGES:
            if name.strip().lower().split("-")[0] == language and quality > best[0]:
                best = (quality, language)
    return best[1]


def _with_language(request: Request, language: str) -> str:
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    return urlencode([*((key, value) for key, value in pairs if key != "lang"), ("lang", language)])


def _headers(nonce: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        "Vary": "Cookie, Accept-Language",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        # Not `no-referrer`: browsers would then send `Origin: null` with the form.
        "Referrer-Policy": "same-origin",
    }


@lru_cache(maxsize=1)
def _template():  # type: ignore[no-untyped-def]
    environment = Environment(
        loader=PackageLoader("alpina_app.web"), autoescape=True, trim_blocks=True
    )
    return environment.get_template("account.html")
