"""An `api_call` made into a request: templates rendered and escaped, credentials in place.

Source: scenario-format "Contents", "Templates", "HTTP calls", "Fine print".
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, assert_never
from urllib.parse import quote

from alpina_app.domain.contents import (
    Auth,
    FormBody,
    HttpCall,
    JsonBody,
    NameValue,
    NoBody,
    RawBody,
)
from alpina_app.domain.headers import (
    CLIENT_HEADERS,
    CREDENTIAL_HEADERS,
    is_header_name,
    without_controls,
)
from alpina_app.domain.masking import MASK
from alpina_app.domain.template_syntax import Expression
from alpina_app.domain.templates import (
    JsonTemplate,
    Note,
    Scope,
    Template,
    compile_json,
    compile_template,
    render_json,
    render_text,
    render_value,
)
from alpina_app.domain.values import JsonError, dump_json, parse_json, show_wire

_BASE: Final = re.compile(r"https?://[^/?#\\@{}\s\x00-\x20\x7f]+(?=[/?#]|$)", re.IGNORECASE)
_URL_MARKS: Final = "%/:?#[]@!$&'()*+,;=~"


class RequestRefused(Exception):
    """No request can be made. `code`: bad_url, bad_header, bad_body, unknown_secret."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """`credentials`: lower-case names of the headers that hold secrets."""

    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    credentials: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A name and value of a query or a form, its literal parts percent-encoded."""

    name: Template
    value: Template | JsonTemplate


@dataclass(frozen=True, slots=True)
class _Header:
    name: str
    value: Template | JsonTemplate
    is_secret: bool


@dataclass(frozen=True, slots=True)
class _Body:
    """`text`: one text that is a template; `tree`: any other JSON; `pairs`: a form."""

    content_type: str
    is_json: bool = False
    text: Template | None = None
    tree: JsonTemplate | None = None
    pairs: tuple[_Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """`base`: scheme and authority, literal; "" where the url has none that may be called."""

    base: str
    path: Template
    query: Template
    pairs: tuple[_Pair, ...]
    headers: tuple[_Header, ...]
    refused_headers: tuple[str, ...]
    body: _Body | None
    auth: Auth


def plan_request(content: HttpCall) -> RequestPlan:
    url = content.url.strip()
    found = _BASE.match(url)
    path, query = _split(compile_template(url[found.end() :] if found else url))
    headers = [header for header in content.headers if _is_allowed(header.name or "")]
    return RequestPlan(
        base=found[0] if found else "",
        path=path,
        query=query,
        pairs=_pairs(content.query),
        headers=tuple(_header(header) for header in headers),
        refused_headers=tuple(
            header.name or "" for header in content.headers if header not in headers
        ),
        body=_body(content),
        auth=content.auth,
    )


def build_request(plan: RequestPlan, scope: Scope) -> Request:
    """The request as it goes out. Raises RequestRefused; notes go to `scope.warnings`."""
    if not plan.base:
        raise RequestRefused("bad_url")
    url = _url(plan, scope)
    for name in plan.refused_headers:
        scope.warnings.append(Note("header_refused", {"name": name}))
    headers = [(header.name, _header_text(header.value, scope)) for header in plan.headers]
    credentials = {header.name.lower() for header in plan.headers if header.is_secret}
    authorization = _authorization(plan.auth, scope.secrets or {})
    if authorization:
        name, value = authorization
        headers = [header for header in headers if header[0].lower() != name.lower()]
        headers.append((name, value))
        credentials.add(name.lower())
    body = _rendered_body(plan.body, scope) if plan.body else None
    if plan.body and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", plan.body.content_type))
    return Request(url, tuple(headers), body, CREDENTIAL_HEADERS | credentials)


def show_request(plan: RequestPlan, scope: Scope) -> Request:
    """The same request with `***` in the place of every secret, for people to read."""
    hidden = dict.fromkeys(scope.secrets or {}, MASK)
    request = build_request(plan, replace(scope, secrets=hidden, warnings=[]))
    shown = plan.auth.type != "none" and _authorization_name(plan.auth).lower()
    headers = tuple(
        (name, MASK if name.lower() == shown else value) for name, value in request.headers
    )
    escaped = quote(MASK, safe="")
    return replace(request, url=request.url.replace(escaped, MASK), headers=headers)


def _split(rest: Template) -> tuple[Template, Template]:
    """Path and query of what follows the authority; a fragment is never sent."""
    path: list[str | Expression] = []
    query: list[str | Expression] = []
    into = path
    for part in rest.parts:
        if not isinstance(part, str):
            into.append(part)
            continue
        kept, fragment, _ = part.partition("#")
        if into is path:
            kept, mark, asked = kept.partition("?")
            path.append(kept)
            if mark:
                into = query
                query.append(asked)
        else:
            query.append(kept)
        if fragment:
            break
    return _with_parts(rest, path, _URL_MARKS), _with_parts(rest, query, _URL_MARKS)


def _with_parts(template: Template, parts: list[str | Expression], safe: str) -> Template:
    """`template` with these parts, the literal ones percent-encoded but for `safe`."""
    encoded = tuple(quote(part, safe=safe) if isinstance(part, str) else part for part in parts)
    is_literal = all(isinstance(part, str) for part in parts)
    return template._replace(parts=encoded, is_literal=is_literal, lone=False)


def _as_data(text: str) -> Template:
    template = compile_template(text)
    return _with_parts(template, list(template.parts), "")


def _pairs(pairs: tuple[NameValue, ...]) -> tuple[_Pair, ...]:
    return tuple(_Pair(_as_data(pair.name or ""), _pair_value(pair.value)) for pair in pairs)


def _pair_value(value: object) -> Template | JsonTemplate:
    return _as_data(value) if isinstance(value, str) else compile_json(value)  # type: ignore[arg-type]


def _is_allowed(name: str) -> bool:
    return is_header_name(name) and name.lower() not in CLIENT_HEADERS


def _header(pair: NameValue) -> _Header:
    value = pair.value
    compiled = compile_template(value) if isinstance(value, str) else compile_json(value)
    is_secret = any(use.path[0] == "secret" for use in compiled.uses)
    return _Header(pair.name or "", compiled, is_secret)


def _body(content: HttpCall) -> _Body | None:
    match content.body:
        case NoBody():
            return None
        case JsonBody(value=str() as value):
            return _Body("application/json", is_json=True, text=compile_template(value))
        case JsonBody(value=value):
            return _Body("application/json", is_json=True, tree=compile_json(value))
        case FormBody(value=pairs):
            return _Body("application/x-www-form-urlencoded", pairs=_pairs(pairs))
        case RawBody(value=value):
            return _Body("text/plain; charset=utf-8", text=compile_template(value or ""))
        case _:
            assert_never(content.body)


def _url(plan: RequestPlan, scope: Scope) -> str:
    path = render_text(plan.path, scope, "url_path")
    literal = "".join(part if isinstance(part, str) else "x" for part in plan.path.parts)
    if _dot_segments(path) > _dot_segments(literal):
        raise RequestRefused("bad_url")  # a value must not climb to another path
    query = [render_text(plan.query, scope, "url_query"), *_encoded_pairs(plan.pairs, scope)]
    asked = "&".join(part for part in query if part)
    return f"{plan.base}{path or '/'}{'?' if asked else ''}{asked}"


def _dot_segments(path: str) -> int:
    return sum(segment in (".", "..") for segment in path.split("/"))


def _encoded_pairs(pairs: tuple[_Pair, ...], scope: Scope) -> Iterator[str]:
    for pair in pairs:
        name = render_text(pair.name, scope, "url_query")
        if isinstance(pair.value, Template):
            value = render_text(pair.value, scope, "url_query")
        else:
            value = quote(show_wire(render_json(pair.value, scope, "json")), safe="")
        yield f"{name}={value}"


def _header_text(value: Template | JsonTemplate, scope: Scope) -> str:
    if isinstance(value, Template):
        text = render_text(value, scope, "header")
    else:
        text = show_wire(render_json(value, scope, "json"))
    return without_controls(text).strip()


def _authorization(auth: Auth, secrets: Mapping[str, str]) -> tuple[str, str] | None:
    """The header that carries the credentials."""
    if auth.type == "none":
        return None
    secret = secrets.get(auth.secret or "")
    name = _authorization_name(auth)
    if secret is None or not _is_allowed(name):
        raise RequestRefused("unknown_secret" if secret is None else "bad_header")
    secret = without_controls(secret)
    match auth.type:
        case "basic":
            return name, "Basic " + base64.b64encode(secret.encode("utf-8", "replace")).decode()
        case "bearer":
            return name, "Bearer " + secret.strip()
        case "header":
            return name, secret.strip()
        case _:
            assert_never(auth.type)


def _authorization_name(auth: Auth) -> str:
    return (auth.name or "") if auth.type == "header" else "Authorization"


def _rendered_body(body: _Body, scope: Scope) -> bytes:
    try:
        return _body_text(body, scope).encode("utf-8", "replace")
    except JsonError:
        raise RequestRefused("bad_body") from None


def _body_text(body: _Body, scope: Scope) -> str:
    if body.tree is not None:
        return dump_json(render_json(body.tree, scope, "json"))
    if body.text is None:
        return "&".join(_encoded_pairs(body.pairs, scope))
    if not body.is_json:
        return render_text(body.text, scope)
    if body.text.lone:
        return dump_json(render_value(body.text, scope, "json"))
    text = render_text(body.text, scope, "json_string")
    parse_json(text)
    return text
