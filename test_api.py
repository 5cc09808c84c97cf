#!/usr/bin/env python3
"""Asks every endpoint of a running server once, a line each, and cleans up after itself.

    python3 test_api.py [--url http://127.0.0.1:8000] [--user admin] [--password ...]

The environment may give the same: API_URL, API_USER, API_PASSWORD. Needs a user who may edit, and
no language model: the conversation runs a scenario without GPT. Exit code 1 when an endpoint fails,
2 where the server cannot be reached or does not let us in. Standard library only.
"""

import argparse
import base64
import getpass
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT_S = 30
MARK = f"test_api.py {os.getpid()}"


class Failed(Exception):
    """The answer is not what it should be."""


class Unreachable(Exception):
    """There is no point in going on."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Failed(f"the answer is not JSON: {self.body[:80]!r}") from None


class Server:
    """Sends requests; `credentials` is None or (user, password) for Basic."""

    def __init__(self, url, credentials):
        self.url = url.rstrip("/")
        self.credentials = credentials
        # Proxies of the environment have no business between us and the server under test.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)

    def ask(self, method, path, body=None, headers=None, anonymous=False):
        sent = {"Accept": "application/json", **(headers or {})}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        if self.credentials and not anonymous:
            pair = ":".join(self.credentials).encode()
            sent["Authorization"] = "Basic " + base64.b64encode(pair).decode()
        request = urllib.request.Request(self.url + path, data, sent, method=method)
        try:
            with self.opener.open(request, timeout=TIMEOUT_S) as got:
                return Answer(got.status, got.headers, got.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())
        except OSError as error:
            raise Unreachable(f"{self.url}: {error}") from None


class Report:
    """Prints a line for each endpoint and counts."""

    def __init__(self, server):
        self.server = server
        self.passed = 0
        self.failed = 0

    def check(self, method, path, expected, body=None, look=None, **how):
        """Asks; `expected` is the status, `look(answer)` raises or returns False when it is wrong.

        Returns the answer, or None when the endpoint failed.
        """
        began = time.monotonic()
        answer = self.server.ask(method, path, body, **how)
        took = (time.monotonic() - began) * 1000
        problem = self._problem(answer, expected, look)
        if problem is None:
            self.passed += 1
        else:
            self.failed += 1
        line = "{:4} {} {:7} {} ({:.0f} ms)".format(
            "ok" if problem is None else "FAIL", answer.status, method, path, took
        )
        print(line if problem is None else f"{line}: {problem}", flush=True)
        return answer if problem is None else None

    def skip(self, what, why):
        self.failed += 1
        print(f"FAIL --- {what}: {why}", flush=True)

    @staticmethod
    def _problem(answer, expected, look):
        wanted = expected if isinstance(expected, tuple) else (expected,)
        if answer.status not in wanted:
            return "{} was expected, the server says {!r}".format(
                " or ".join(map(str, wanted)), answer.body[:200].decode("utf-8", "replace")
            )
        try:
            return None if look is None or look(answer) is not False else "unexpected answer"
        except Failed as error:
            return str(error)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            return f"unexpected answer: {error!r}"


def main():
    options = arguments()
    password = options.password
    if password is None and sys.stdin.isatty():
        password = getpass.getpass(f"Password of {options.user}: ")
    if not password:
        print("No password: give --password or API_PASSWORD", file=sys.stderr)
        return 2
    report = Report(Server(options.url, (options.user, password)))
    made = []
    try:
        let_in(report.server)
        for part in (pages, service, bots, scenarios, steps, executions, chat, exchange):
            part(report, made)
        finish(report, made)
    except Unreachable as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        sweep(report.server, made)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


def arguments():
    parser = argparse.ArgumentParser(description="Asks every endpoint of a running server once.")
    parser.add_argument("--url", default=os.environ.get("API_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--user", default=os.environ.get("API_USER", "admin"))
    parser.add_argument("--password", default=os.environ.get("API_PASSWORD"))
    return parser.parse_args()


def let_in(server):
    answer = server.ask("GET", "/api/executions/")
    if answer.status == 401:
        raise Unreachable(f"{server.url}: wrong user or password")


def pages(report, _made):
    report.check("GET", "/", 200, look=is_html)
    report.check("GET", "/admin/login/", 200, look=lambda got: b"csrf" in got.body)
    report.check("GET", "/admin/", (200, 302, 303, 307))


def service(report, _made):
    report.check("GET", "/healthz", 200)
    report.check("GET", "/readyz", 200)
    report.check("GET", "/metrics", (200, 401, 403))
    report.check("GET", "/api/", 200, look=lambda got: "bots" in got.json)
    report.check("GET", "/api/root/", 200, look=lambda got: isinstance(got.json, dict))
    report.check("GET", "/api/schema/", 200)
    report.check("GET", "/api/docs/", 200, look=is_html)
    report.check("GET", "/api/no-such-thing/", 404)
    report.check("GET", "/api/executions/", 401, anonymous=True)


def bots(report, made):
    fields = {"name": MARK, "bot_type": "chat", "max_tokens": 100, "creativity_level": 0.5}
    bot = resource(report, made, "bots", fields, {"name": MARK + " put"}, {"description": "d"})
    report.check(
        "POST", "/api/bots/", 400, {"name": "", "bot_type": "x"}, wrong("name", "bot_type")
    )
    report.check("GET", "/api/bots/?search=" + urllib.parse.quote(MARK), 200, look=counts(1))
    report.check("GET", "/api/bots/?bot_type=chat&is_active=true&ordering=-id", 200, look=is_page)
    return bot


def scenarios(report, made):
    bot = known(made, "bots")
    fields = {"name": MARK, "bot": bot}
    resource(report, made, "scenarios", fields, {**fields, "description": "d"}, {"is_active": True})
    report.check("GET", f"/api/scenarios/?bot={bot}", 200, look=counts(1))


def steps(report, made):
    """A question, then a thanks; `chat` talks to them."""
    scenario = known(made, "scenarios")
    fields = {"name": "thanks", "step_type": "message", "scenario": scenario, "order": 2}
    changed = {**fields, "content": {"text": "Thank you, {{name}}.", "end": True}}
    thanks = resource(report, made, "steps", fields, changed, {"name": "thanks again"})
    question = {
        "name": "question",
        "step_type": "question",
        "scenario": scenario,
        "order": 1,
        "next_step": thanks,
        "content": {"text": "Your name?", "save_to": "name", "input": {"type": "text"}},
    }
    report.check("POST", "/api/steps/", 201, question, lambda got: got.json["next_step"] == thanks)
    report.check("GET", f"/api/steps/?scenario={scenario}", 200, look=counts(2))
    report.check(
        "GET",
        f"/api/scenarios/{scenario}/steps/",
        200,
        look=lambda got: [step["order"] for step in got.json] == [1, 2],
    )
    report.check(
        "GET",
        f"/api/scenarios/{scenario}/check/",
        200,
        look=lambda got: got.json["ok"] is True,
    )


def executions(report, made):
    bot, scenario = known(made, "bots"), known(made, "scenarios")
    fields = {"bot": bot, "scenario": scenario, "user_session": MARK + " made"}
    changed = {**fields, "conversation_history": [{"role": "user", "content": "hello"}]}
    resource(report, made, "executions", fields, changed, {"is_completed": True})
    report.check("GET", f"/api/executions/?bot={bot}", 200, look=counts(1))


def chat(report, made):
    bot, scenario = known(made, "bots"), known(made, "scenarios")
    path, talk = f"/api/bots/{bot}/chat/", {"user_session": MARK}

    def asks(got):
        return got.json["response"] == "Your name?" and got.json["input"]["type"] == "text"

    report.check("POST", path, 400, {**talk, "message": " "}, wrong("message"), anonymous=True)
    report.check("POST", f"/api/bots/{10**9}/chat/", 404, {**talk, "message": "x"})
    first = {**talk, "message": "hello", "scenario": scenario}
    report.check("POST", path, 200, first, asks, anonymous=True)
    answer = report.check(
        "POST",
        path,
        200,
        {**talk, "message": "Anna"},
        lambda got: (got.json["response"], got.json["is_completed"]) == ("Thank you, Anna.", True),
        anonymous=True,
    )
    report.check(
        "POST",
        path,
        200,
        {**first, "restart": True},
        lambda got: b"event: done" in got.body,
        headers={"Accept": "text/event-stream"},
        anonymous=True,
    )
    if answer is None:
        report.skip("GET /api/executions/{id}/trace/", "the conversation before it failed")
        return
    trace = "/api/executions/{}/trace/".format(answer.json["execution_id"])
    report.check("GET", trace, 200, look=lambda got: len(got.json) >= 2)


def exchange(report, made):
    """Export and import of a bot, copy of a scenario."""
    bot, scenario = known(made, "bots"), known(made, "scenarios")
    exported = report.check("GET", f"/api/bots/{bot}/export/", 200)
    if exported is None:
        report.skip("POST /api/bots/import/", "there is nothing to import")
    else:
        keep(made, "bots", report.check("POST", "/api/bots/import/", 201, exported.json))
    copied = report.check("POST", f"/api/scenarios/{scenario}/copy/", 201, {})
    keep(made, "scenarios", copied)


def finish(report, made):
    """Deletes what was made, the last first, each by its own endpoint."""
    while made:
        kind, number = made[-1]
        path = f"/api/{kind}/{number}/"
        report.check("DELETE", path, 204)
        report.check("GET", path, 404)
        made.pop()


def sweep(server, made):
    """What an interrupted run left; the bot takes the rest along."""
    for kind, number in reversed(made):
        try:
            server.ask("DELETE", f"/api/{kind}/{number}/")
        except Unreachable:
            return


def resource(report, made, kind, fields, put, patch):
    """Every method of a resource but DELETE; returns the new object's id."""
    path = f"/api/{kind}/"
    created = report.check("POST", path, 201, fields, lambda got: holds(got.json, fields))
    if created is None:
        raise_missing(report, kind)
    number = keep(made, kind, created)
    one = f"{path}{number}/"
    report.check("GET", path, 200, look=is_page)
    report.check("HEAD", path, 200, look=lambda got: got.body == b"")
    report.check("OPTIONS", path, 200, look=lambda got: "POST" in got.headers["Allow"])
    report.check("GET", one, 200, look=lambda got: holds(got.json, fields))
    report.check("PUT", one, 200, put, lambda got: holds(got.json, put))
    report.check("PATCH", one, 200, patch, lambda got: holds(got.json, patch))
    report.check("OPTIONS", one, 200, look=lambda got: "DELETE" in got.headers["Allow"])
    return number


def raise_missing(report, kind):
    raise Unreachable(
        f"no object of /api/{kind}/ could be made, so the rest cannot be asked "
        f"({report.passed} passed, {report.failed} failed)"
    )


def known(made, kind):
    """The id of the first object of the kind that this run made."""
    return next(number for made_kind, number in made if made_kind == kind)


def keep(made, kind, answer):
    """Remembers a created object, to be deleted; returns its id."""
    if answer is None:
        return None
    number = answer.json["id"]
    made.append((kind, number))
    return number


def holds(got, wanted):
    wrong = {name: got.get(name) for name, value in wanted.items() if got.get(name) != value}
    if wrong:
        raise Failed(f"wrong values: {wrong}")


def counts(number):
    return lambda got: got.json["count"] == number


def wrong(*fields):
    return lambda got: all(got.json[field] for field in fields)


def is_page(got):
    return {"count", "next", "previous", "results"} == got.json.keys()


def is_html(got):
    return got.headers.get_content_type() == "text/html"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
