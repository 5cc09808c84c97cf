"""What ends up in logs and tracebacks: no `repr` of ours shows a secret, a key or a password."""

import dataclasses
import importlib
import pkgutil
from datetime import UTC, date, datetime

import pytest

import alpina_app
from alpina_app.clients.endpoint import Endpoint
from alpina_app.clients.http_hop import Redirect, first_hop
from alpina_app.domain.contents import parse_content
from alpina_app.domain.effects import CallApi, HttpResult
from alpina_app.domain.http_request import build_request, plan_request
from alpina_app.domain.run import Env
from alpina_app.domain.templates import Scope
from alpina_app.domain.turn import Turn

SECRET = "s3cr3t"
SECRET_FIELDS = frozenset(
    {"api_key", "api_token", "fingerprint", "masked", "password", "password_hash", "secret"}
    | {"session_token", "token", "secret_key", "csrf_token"}
)
CALL = CallApi(
    step=1,
    method="POST",
    url=f"https://example.com/{SECRET}?k={SECRET}",
    headers=(("Authorization", f"Bearer {SECRET}"),),
    body=f'{{"k":"{SECRET}"}}'.encode(),
    masked=(SECRET,),
)


def request():
    content = {
        "url": "https://example.com/{{secret.K}}",
        "method": "POST",
        "headers": [{"name": "X-Key", "value": "{{secret.K}}"}],
        "body": {"type": "json", "value": "{{secret.K}}"},
        "auth": {"type": "basic", "secret": "K"},
    }
    plan = plan_request(parse_content("api_call", content).content)
    return build_request(plan, Scope({}, {}, "ru", {"K": SECRET}))


def env():
    return Env(
        language="ru",
        phrase=str,
        now=lambda: datetime.now(UTC),
        elapsed=lambda: 0.0,
        today=date(2026, 11, 23),
        user_session="s",
        bot={},
        secrets={"K": SECRET},
    )


@pytest.mark.parametrize(
    "thing",
    [
        CALL,
        Turn(pending=CALL),
        first_hop(CALL),
        Redirect(302, f"/{SECRET}"),
        HttpResult(200, (("x-key", SECRET),), SECRET.encode()),
        request(),
        Scope({}, {}, "ru", {"K": SECRET}),
        env(),
        Endpoint(SECRET),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_what_holds_a_secret_does_not_show_it(thing):
    assert SECRET not in repr(thing)


def our_dataclasses():
    for found in pkgutil.walk_packages(alpina_app.__path__, "alpina_app."):
        if found.name.split(".")[1] not in ("ui", "admin", "migrations", "server", "alpina_app"):
            module = importlib.import_module(found.name)
            kinds = [thing for thing in vars(module).values() if isinstance(thing, type)]
            own = [kind for kind in kinds if kind.__module__ == module.__name__]
            yield from filter(dataclasses.is_dataclass, own)


def test_fields_named_like_secrets_are_left_out_of_every_repr():
    shown = {
        f"{kind.__qualname__}.{one.name}"
        for kind in our_dataclasses()
        for one in dataclasses.fields(kind)
        if one.name in SECRET_FIELDS and one.repr
    }
    assert shown == set()
