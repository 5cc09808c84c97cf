"""What is wrong inside an `api_call`: its url, headers, credentials, paths, schema."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from alpina_app.domain.addresses import host_literal, is_public
from alpina_app.domain.checker.findings import Remarks
from alpina_app.domain.contents import GptCall, HttpCall, Place, Save
from alpina_app.domain.headers import CLIENT_HEADERS, is_header_name
from alpina_app.domain.json_schema import JsonSchema, SchemaError
from alpina_app.domain.values import PathError, parse_path

_URL: Final[Place] = ("content", "url")
_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
_AUTHORITY: Final = re.compile(r"[^/?#]*")
_HOST_AND_PORT: Final = re.compile(
    r"(\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\]|[^\[\]:@%/?#\\\s]+)(?::([0-9]{0,5}))?"
)
_BARE_HOST: Final = re.compile(r"[\w\-]+(\.[\w\-]+)+(:[0-9]+)?([/?#]|$)")


def check_http_call(content: HttpCall, secrets: Collection[str], remarks: Remarks) -> None:
    _check_url(content.url, remarks)
    for i, header in enumerate(content.headers):
        place = ("content", "headers", i)
        _check_header(header.name, (*place, "name"), place, remarks)
    _check_auth(content, secrets, remarks)
    _check_save(content.save, remarks)
    if content.on_error is None:
        remarks.warn("no_on_error", ("content", "on_error"))


def check_gpt_call(content: GptCall, remarks: Remarks) -> None:
    if not content.prompt.strip():
        remarks.error("prompt_blank", ("content", "prompt"))
    if content.schema_ is not None:
        try:
            JsonSchema(content.schema_)
        except SchemaError:
            remarks.error("bad_schema", ("content", "schema"))
    _check_save(content.save, remarks)
    if content.on_error is None:
        remarks.warn("no_on_error", ("content", "on_error"))


def _check_url(url: str, remarks: Remarks) -> None:
    """Scheme and host have to be literal, http or https, without user info."""
    text = url.strip()
    if not text:
        remarks.error("url_blank", _URL)
        return
    scheme = _SCHEME.match(text)
    if scheme is None:
        if "{{" in text.partition("/")[0]:
            remarks.error("template_in_host", _URL)
            return
        change = remarks.put(_URL, f"https://{text}") if _BARE_HOST.match(text) else None
        remarks.error("url_not_http", _URL, change)
        return
    authority = _authority(text, scheme.end())
    if "{{" in authority:
        remarks.error("template_in_host", _URL)
        return
    user, at, host = authority.rpartition("@")
    if at:
        change = remarks.put(_URL, text[: scheme.end()] + text[scheme.end() + len(user) + 1 :])
        remarks.error("url_user_info", _URL, change)
    _check_host(host, remarks)


def _authority(text: str, start: int) -> str:
    found = _AUTHORITY.match(text, start)
    return found[0] if found else ""


def _check_host(authority: str, remarks: Remarks) -> None:
    found = _HOST_AND_PORT.fullmatch(authority)
    if not found or not 0 < int(found[2] or 80) <= 65_535:
        remarks.error("url_bad_host", _URL)
        return
    host = found[1].lower().rstrip(".")
    literal = host_literal(host)
    if host == "localhost" or host.endswith(".localhost") or (literal and not is_public(literal)):
        remarks.warn("private_address", _URL, host=found[1])


def _check_header(name: str | None, place: Place, item: Place | None, remarks: Remarks) -> None:
    """`item`: the whole header, for a mend that takes it away."""
    if not name or not is_header_name(name):
        remarks.error("header_name_invalid", place)
    elif name.lower() in CLIENT_HEADERS:
        change = remarks.drop(item) if item else None
        remarks.error("header_of_client", place, change, name=name)


def _check_auth(content: HttpCall, secrets: Collection[str], remarks: Remarks) -> None:
    auth = content.auth
    if auth.type == "none":
        return
    if auth.type == "header":
        _check_header(auth.name, ("content", "auth", "name"), None, remarks)
    place = ("content", "auth", "secret")
    if not auth.secret:
        remarks.error("secret_without_name", place)
    elif auth.secret not in secrets:
        remarks.error("unknown_secret", place, name=auth.secret)


def _check_save(save: Sequence[Save], remarks: Remarks) -> None:
    for i, one in enumerate(save):
        try:
            parse_path(one.path)
        except PathError:
            remarks.error("bad_answer_path", ("content", "save", i, "path"), answer_path=one.path)
