"""Compares this application with a Django REST Framework one, request by request.

    python -m tests.api.differential http://127.0.0.1:18001 http://127.0.0.1:8000 [--all] [--matrix]

The first address is the reference, the second this application with API_ANONYMOUS_READ=true; both
with an empty database and the administrator admin / admin-pass-1. --matrix adds the requests of
`differential_matrix`. Prints what differs; a difference
that is meant stands in `MEANT` with its reason and is shown with --all. Exit code 1 where one is
not meant.
"""

import argparse
import http.client
import json
import re
import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.api import differential_cases, differential_matrix
from tests.api.differential_cases import FORM, Case

HEADERS = ("allow", "vary", "www-authenticate", "location", "content-type")
TIME = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"')
OURS_OR_THEIRS = {"start_scenario", "variables", "x"}
"""Keys that one of the two does not have: added here, or kept inside a history there."""


@dataclass
class Seen:
    status: int
    headers: dict[str, str]
    body: Any


# (what the request looks like, which part differs, why)
MEANT: list[tuple[str, str, str]] = [
    (r"guest (GET|HEAD|OPTIONS) /api/executions", ".*", "executions need a sign-in"),
    (r"/api/(nosuch|bots/1/nosuch|bots/1/2)", ".*", "404 is JSON under /api/"),
    (r"OPTIONS /api/(bots|executions)/", "actions", "added fields"),
    (r"10000000000000000000000|99999999999999999999", ".*", "no id is as large as that"),
    (
        r"\[\[\[\[|ud800|u0000|1e400|charset=(windows|nonsense)|%FF|\\xff|NaN|nan",
        ".*",
        "4xx instead of 500 or rubbish",
    ),
    (r"/api/bots/1/chat/", "body", "the chat speaks SSE too, and is described"),
    (r"/steps.json", ".*", "the suffix works on extra paths instead of a 500"),
    (r"nonsense .*multipart", "body", "a body that is no multipart is said to be none"),
    (r"search=%00", "body", "messages stand by their parameter"),
    (r"/api-auth/login", "status|content-type", "a POST without the slash stays a POST"),
    (r"GET (//api|/API)/", ".*", "paths of the pages"),
    (r"search=.*%D0", "body", "search folds Cyrillic"),
    (r'PATCH .*"(bot|step)_type": "(.{6}){14}', "body", "a long value is cut in its message"),
    (r"'X-CSRFToken': 'a{64}'", "body", "there are no masked tokens of 64 characters here"),
    (r"boundary=(B|'|\"a b)", "body", "a body that is no multipart is said to be none"),
    (r"scenario=[23] ", "status|body", "a step that leads to itself may move with its exit"),
    (r"(content|conversation_history)=null", "body", "null in a form is no JSON value"),
    (r"777777/chat/", "body", "the chat is described"),
    ("name=\ufffd", "body", "forms are UTF-8"),
    (r"ordering=-user_session&", "body", "equal values come by id"),
]


class Site:
    """One of the two, with a login session of its administrator."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = self.csrf = ""

    def sign_in(self) -> None:
        _, cookies = self._ask(Case("GET", "/api-auth/login/"))
        self.csrf = cookies["csrftoken"]
        form = {"csrfmiddlewaretoken": self.csrf, "username": "admin", "password": "admin-pass-1"}
        headers = {"Cookie": f"csrftoken={self.csrf}", "Content-Type": FORM}
        text = urlencode({**form, "next": "/api/"}).encode()
        _, cookies = self._ask(Case("POST", "/api-auth/login/", text, headers))
        self.session, self.csrf = cookies["sessionid"], cookies["csrftoken"]

    def ask(self, case: Case) -> Seen:
        return self._ask(case)[0]

    def _ask(self, case: Case) -> tuple[Seen, dict[str, str]]:
        parts = urlsplit(self.base)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        own = {"{session}": self.session, "{csrf}": self.csrf, "{base}": self.base}
        try:
            connection.putrequest(
                case.method, case.path, skip_host="Host" in case.headers, skip_accept_encoding=True
            )
            for name, value in case.headers.items():
                connection.putheader(name, filled(value, own))
            body = case.body
            if body is not None:
                body = filled(body.decode("latin-1"), own).encode("latin-1")
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            text = answer.read()
            headers = answer.getheaders()
        finally:
            connection.close()
        named = {name.lower(): value for name, value in headers}
        cookies = [value for name, value in headers if name.lower() == "set-cookie"]
        pairs = dict(cookie.partition(";")[0].split("=", 1) for cookie in cookies)
        seen = {name: filled(named.get(name, ""), {self.base: "http://site"}) for name in HEADERS}
        return Seen(answer.status, seen, readable(text, self.base)), pairs


def filled(text: str, values: dict[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def readable(body: bytes, base: str) -> Any:
    """Comparable: no times, no addresses, no keys that this project added, HTML as a word."""
    text = TIME.sub('"T"', body.decode(errors="replace")).replace(base, "http://site")
    try:
        return without_added(json.loads(text))
    except ValueError:
        return "<html>" if "<html" in text else text


def without_added(value: Any) -> Any:
    match value:
        case dict():
            kept = {k: without_added(v) for k, v in value.items() if k not in OURS_OR_THEIRS}
            return list(kept.items()) if "id" in kept else kept
        case list():
            return [without_added(item) for item in value]
        case _:
            return value


def differences(theirs: Seen, ours: Seen) -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = []
    if theirs.status != ours.status:
        found.append(("status", theirs.status, ours.status))
    for name in HEADERS:
        if theirs.headers[name] != ours.headers[name]:
            found.append((name, theirs.headers[name], ours.headers[name]))
    if isinstance(theirs.body, dict) and "actions" in theirs.body:
        pair = [seen.body.pop("actions", None) for seen in (theirs, ours)]
        if pair[0] != pair[1]:
            found.append(("actions", *pair))
    if theirs.body != ours.body:
        found.append(("body", *without_equals(theirs.body, ours.body)))
    return found


def without_equals(theirs: Any, ours: Any) -> tuple[Any, Any]:
    """Of two objects, the keys that differ."""
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        pairs = [pair for pair in zip(theirs, ours, strict=True) if pair[0] != pair[1]]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return theirs, ours


def reason(case: Case, part: str) -> str | None:
    for request, which, why in MEANT:
        if re.search(request, str(case)) and re.fullmatch(which, part):
            return why
    return None


def better(theirs: Seen, ours: Seen) -> str | None:
    if theirs.status == 500 and 400 <= ours.status < 500:
        return "4xx instead of 500"
    if theirs.status == ours.status == 404 and theirs.body == "<html>":
        return "404 is JSON under /api/"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reference")
    parser.add_argument("ours")
    parser.add_argument("--all", action="store_true", help="show the meant differences too")
    parser.add_argument("--matrix", action="store_true", help="ask thousands of requests more")
    options = parser.parse_args()
    unexplained = meant = 0
    listed = differential_cases.cases()
    if options.matrix:
        listed += differential_matrix.cases()
    listed += differential_cases.deletions()
    reference, here = Site(options.reference), Site(options.ours)
    for site in (reference, here):
        site.sign_in()
    for case in listed:
        theirs, ours = reference.ask(case), here.ask(case)
        assert ours.status < 500, case
        for part, left, right in differences(theirs, ours):
            why = reason(case, part) or better(theirs, ours)
            meant, unexplained = meant + (why is not None), unexplained + (why is None)
            if why is None or options.all:
                print(f"{case}\n  {part}{f' (meant: {why})' if why else ''}")
                print(f"    reference: {str(left)[:600]}\n    ours:      {str(right)[:600]}")
    print(f"{len(listed)} requests, {unexplained} differences, {meant} meant")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
