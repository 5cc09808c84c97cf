"""The page a browser gets instead of JSON: the answer, escaped, with forms for who may write.

A form works without JavaScript where its method is POST; PUT, PATCH and DELETE need the page's
own script. Nothing comes from another host.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote

from jinja2 import Environment, PackageLoader, Template
from markupsafe import Markup, escape

from alpina_app.api.answers import Answer
from alpina_app.api.pagination import page_link
from alpina_app.api.refusals import Refused
from alpina_app.errors import AlpinaError
from alpina_app.i18n import LANGUAGES, translate
from alpina_app.services.access import GUEST, Caller
from alpina_app.services.fields import (
    Choice,
    Field,
    Flag,
    JsonField,
    Number,
    Reference,
    Text,
    Whole,
)
from alpina_app.services.resource import Resource
from alpina_app.services.sign_in import cookie_value
from alpina_app.web import csrf
from alpina_app.web.account_page import language_of
from alpina_app.web.client import client_of

if TYPE_CHECKING:
    from alpina_app.api.http import Call

_LINK: Final = re.compile(r"(&#34;)(https?://[^\s<>&]+(?:&amp;[^\s<>&]+)*)(&#34;)")


@dataclass(frozen=True, slots=True)
class Input:
    """One control of a form. `kind`: text, long, number, choice, flag, json."""

    name: str
    label: str
    kind: str
    value: str
    required: bool
    hint: str
    choices: tuple[tuple[str, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: str = "1"
    max_length: int | None = None
    errors: tuple[str, ...] = ()


async def show(call: "Call", result: Answer) -> bytes:
    """The page of an answer. Sets the headers a page needs, and a CSRF cookie for its forms."""
    caller = await _caller(call)
    language = language_of(call.request)
    nonce = secrets.token_urlsafe(16)
    token = _csrf_token(call, result)
    data = None if result.body is None else json.loads(result.body)
    status = f"{int(result.status)} {_phrase(result.status)}"
    if result.status == HTTPStatus.NO_CONTENT:
        result.status = int(HTTPStatus.OK)  # a browser would stay on the page it came from
    result.headers += [
        ("Content-Security-Policy", _policy(nonce)),
        ("X-Frame-Options", "DENY"),
        ("Cache-Control", "no-store"),
    ]
    html = _template().render(
        t=lambda key, **params: translate(language, f"api.{key}", **params),
        lang=language,
        languages=LANGUAGES,
        nonce=nonce,
        csrf_token=token,
        csrf_field=csrf.FIELD,
        caller=caller,
        call=call,
        view=call.view,
        status=status,
        headers=[(name, value) for name, value in result.headers if name not in _HIDDEN],
        content=_content(data),
        crumbs=_crumbs(call.path),
        here=quote(_here(call)),
        forms=_forms(call, result, caller, data),
        filters=_filters(call, result, data),
        pages=_pages(call, data),
    )
    return html.encode(errors="replace")


_HIDDEN: Final = ("Content-Security-Policy", "Set-Cookie", "X-Frame-Options", "Cache-Control")


async def _caller(call: "Call") -> Caller:
    """GUEST where the credentials were wrong: the page says so in its answer."""
    try:
        return (await call.identity()).caller
    except (AlpinaError, Refused):
        return GUEST


def _csrf_token(call: "Call", result: Answer) -> str:
    cookie = cookie_value(call.headers.get("cookie", ""), csrf.COOKIE)
    if cookie is not None and csrf.is_token(cookie):
        return cookie
    token = csrf.new_token()
    secure = client_of(call.request.scope, call.runtime.settings.trusted_proxies).secure
    attributes = f"Max-Age={csrf.COOKIE_AGE_S}; Path=/; SameSite=lax{'; Secure' * secure}"
    result.headers.append(("Set-Cookie", f"{csrf.COOKIE}={token}; {attributes}"))
    return token


def _policy(nonce: str) -> str:
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        "connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _content(data: Any) -> Markup:
    """Pretty JSON, escaped, with addresses of the answer as links."""
    if data is None:
        return Markup("")
    text = str(escape(json.dumps(data, ensure_ascii=False, indent=4)))
    return Markup(_LINK.sub(r'\1<a href="\2" rel="nofollow">\2</a>\3', text))  # noqa: S704


def _crumbs(path: str) -> list[tuple[str, str]]:
    """Address and name of each folder above and of this one."""
    parts = [part for part in path.split("/") if part]
    return [
        ("/" + "/".join(quote(name) for name in parts[: number + 1]) + "/", name)
        for number, name in enumerate(parts)
    ]


def _here(call: "Call") -> str:
    query = call.request.scope["query_string"].decode("latin-1")
    return f"{call.path}?{query}" if query else call.path


def _forms(call: "Call", result: Answer, caller: Caller, data: Any) -> dict[str, Any]:
    """Inputs and raw JSON for the methods that this caller may use here."""
    resource = call.view.resource
    if resource is None or not caller.may_edit:
        return {}
    methods = call.view.methods
    errors = data if result.status == HTTPStatus.BAD_REQUEST and isinstance(data, dict) else {}
    if "POST" in methods:
        sent = _sent(call) if errors else {}
        return {"POST": _inputs(resource, sent, errors), "raw": _raw(resource, sent)}
    if "PUT" in methods and result.status == HTTPStatus.OK and isinstance(data, dict):
        return {
            "PUT": _inputs(resource, data, {}),
            "raw": _raw(resource, data),
            "DELETE": "DELETE" in methods,
        }
    return {}


def _sent(call: "Call") -> Mapping[str, Any]:
    payload = call.known_payload
    return payload.data if payload is not None and isinstance(payload.data, Mapping) else {}


def _inputs(
    resource: Resource, values: Mapping[str, Any], errors: Mapping[str, Any]
) -> list[Input]:
    return [_input(field, values, errors.get(field.name, [])) for field in resource.writable]


def _input(field: Field, values: Mapping[str, Any], errors: Any) -> Input:
    value = values.get(field.name, field.default_value() if not callable(field.default) else "")
    common: dict[str, Any] = {
        "name": field.name,
        "label": field.label,
        "required": field.required,
        "hint": field.help_text.replace("`", ""),
        "value": _shown(value),
        "errors": tuple(str(error) for error in errors) if isinstance(errors, list) else (),
    }
    match field:
        case Choice():
            return Input(kind="choice", choices=field.choices, **common)
        case Flag():
            return Input(kind="flag", **(common | {"value": "true" if value in _YES else ""}))
        case Whole():
            return Input(kind="number", minimum=field.minimum, maximum=field.maximum, **common)
        case Number():
            return Input(
                kind="number", minimum=field.minimum, maximum=field.maximum, step="any", **common
            )
        case Reference():
            return Input(kind="number", minimum=1, **common)
        case JsonField():
            given = values.get(field.name, field.default_value())
            text = given if isinstance(given, str) and errors else _pretty(given)
            return Input(kind="json", **(common | {"value": text}))
        case Text(max_length=None):
            return Input(kind="long", **common)
        case Text(max_length=limit):
            return Input(kind="text", max_length=limit, **common)
    raise AssertionError(f"no control for {field.name}")


_YES: Final = (True, "true", "on", "1")


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _raw(resource: Resource, values: Mapping[str, Any]) -> str:
    """A JSON object to begin with: what was sent or stands, else the defaults."""
    found = {}
    for field in resource.writable:
        default = field.default_value()
        blank = "" if isinstance(field, Text) else None
        fallback = default if isinstance(default, str | int | float | list | dict) else blank
        if fallback is not None or field.required or field.nullable or field.name in values:
            found[field.name] = values.get(field.name, fallback)
    return _pretty({name: value for name, value in found.items() if not _is_odd(value)})


def _is_odd(value: Any) -> bool:
    return not isinstance(value, str | int | float | list | dict | None)


def _filters(call: "Call", result: Answer, data: Any) -> dict[str, Any]:
    """What the list can be asked for, with what it was asked for."""
    resource = call.view.resource
    if resource is None or "POST" not in call.view.methods or call.method not in ("GET", "HEAD"):
        return {}
    query = dict(parse_qsl(call.request.scope["query_string"].decode(errors="replace")))
    return {
        "search": query.get("search", ""),
        "ordering": query.get("ordering", ""),
        "orderings": [mark + name for name in resource.ordering_fields for mark in ("", "-")],
        "fields": [
            (field, query.get(field.name, ""), field.choices if isinstance(field, Choice) else ())
            for field in (resource.field(name) for name in resource.filters)
        ],
    }


def _pages(call: "Call", data: Any) -> list[tuple[str, str, bool]]:
    """Address, number and whether it is this one; few of them where there are many."""
    if not isinstance(data, dict) or not isinstance(data.get("results"), list):
        return []
    query = call.request.scope["query_string"].decode(errors="replace")
    size = len(data["results"]) if data.get("next") else None
    links = [data.get("previous"), data.get("next")]
    if not any(links) or size == 0:
        return []
    asked = dict(parse_qsl(query)).get("page", "1")
    number = int(asked) if asked.isdigit() else 0
    found = []
    if links[0]:
        found.append((links[0], "←", False))
    if number:
        found.append((page_link(call.path, query, number), str(number), True))
    if links[1]:
        found.append((links[1], "→", False))
    return found


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("alpina_app.api"), autoescape=True, trim_blocks=True
    )
    return environment.get_template("browsable.html")
