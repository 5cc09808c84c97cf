"""`test_api.py`, as a person runs it: every endpoint a line, nothing left behind."""

import json
import re
import subprocess
import sys
import urllib.request

import pytest

from alpina_app.bootstrap.paths import ROOT
from tests.support.server_process import run, running_server, settings

PASSWORD = "admin-pass-1"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    env = settings(tmp_path_factory.mktemp("smoke"), API_ANONYMOUS_READ="yes")
    given = ("--noinput", "--username", "admin", "--email", "a@example.com")
    code, said = run("createsuperuser", *given, env={**env, "DJANGO_SUPERUSER_PASSWORD": PASSWORD})
    assert code == 0, said
    with running_server(env) as running:
        yield running


@pytest.fixture(scope="module")
def smoke(server):
    return script(server.url, PASSWORD)


def script(url, password):
    return subprocess.run(
        [sys.executable, str(ROOT / "test_api.py"), "--url", url],
        env={"API_PASSWORD": password},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def get(server, path):
    with urllib.request.urlopen(f"{server.url}{path}", timeout=30) as answer:
        return json.load(answer)


def test_every_endpoint_passes(smoke):
    lines = smoke.stdout.splitlines()
    assert ([line for line in lines if line.startswith("FAIL")], smoke.stderr) == ([], "")
    assert (smoke.returncode, lines[-1]) == (0, f"{len(lines) - 1} passed, 0 failed")


def test_nothing_is_left_behind(smoke, server):
    kinds = ("bots", "scenarios", "steps")
    assert [get(server, f"api/{kind}/")["count"] for kind in kinds] == [0, 0, 0]


def test_every_endpoint_of_the_schema_is_asked(smoke, server):
    asked = {
        (method, re.sub(r"/\d+/", "/{id}/", path.partition("?")[0]))
        for method, path in re.findall(r"^ok +\d+ ([A-Z]+) +(\S+)", smoke.stdout, re.MULTILINE)
    }
    described = {
        (method.upper(), path)
        for path, methods in get(server, "api/schema/?format=json")["paths"].items()
        for method in methods
        if method in ("get", "post", "put", "patch", "delete")
    }
    assert described - asked == set()


@pytest.mark.usefixtures("smoke")
def test_a_wrong_password_and_a_missing_server_are_no_success(server):
    wrong = script(server.url, "wrong")
    missing = script("http://127.0.0.1:1", PASSWORD)
    assert [wrong.returncode, missing.returncode] == [2, 2]
    assert [wrong.stderr.count("\n"), missing.stderr.count("\n")] == [1, 1]
