"""Every event handler of every page, called as a raw socket client may call it.

Found by enumeration: a new handler is covered by itself. Without the right session a handler
changes nothing in the database and tells nothing of what is stored.
"""

import inspect
import json

import pytest
import reflex as rx
from sqlmodel import SQLModel

from alpina_app.models import (
    Bot,
    BotExecution,
    Message,
    Scenario,
    ScenarioVersion,
    Secret,
    Step,
    TraceEvent,
)
from alpina_app.ui import pages  # noqa: F401  (brings every state with it)
from alpina_app.ui.states.chat import Chat
from tests.support.tab import Tab

MARK = "НЕ-ДЛЯ-ГОСТЕЙ"
ADDRESSES = ("/", "/bots/1", "/scenarios/1", "/history/1", "/bots?search=a", "/steps?page=2")
ODD = (None, True, -1, 10**30, "", "1", "x" * 5000, "\ud800", [], {}, {"id": 1, "name": "имя"})


def states(kind=rx.State):
    for one in kind.__subclasses__():
        if one.__module__.startswith("alpina_app."):
            yield one
        yield from states(one)


# The chat's handlers keep no state and are tested as what they are in test_chat_state.py.
HANDLERS = [
    pytest.param(kind, name, id=f"{kind.__name__}.{name}")
    for kind in sorted(set(states()), key=lambda one: one.__name__)
    if kind is not Chat
    for name, handler in sorted(kind.event_handlers.items())
    if handler.fn.__module__.startswith("alpina_app.")
    or getattr(handler.fn, "__wrapped__", handler.fn).__module__.startswith("alpina_app.")
]


def fill(app):
    """One of each, with a mark in everything a guest must not see."""
    app.add(
        Bot(name=MARK, description=MARK, system_prompt=MARK, created_by_id=1, is_active=False),
        Scenario(name=MARK, description=MARK, bot_id=1),
        Step(name=MARK, scenario_id=1, content={"text": MARK}),
        ScenarioVersion(scenario_id=1, digest="d", picture={"name": MARK}, number=1, note=MARK),
        BotExecution(bot_id=1, scenario_id=1, user_session=MARK, variables={"а": MARK}),
        Message(execution_id=1, position=0, role="user", content=MARK),
        TraceEvent(execution_id=1, seq=1, input=MARK),
        Secret(name="MARKED", value="sealed"),
    )


def stored(app):
    def read(session):
        return {
            table.name: [tuple(map(repr, row)) for row in session.execute(table.select())]
            for table in SQLModel.metadata.sorted_tables
            if table.name not in ("audit_entry", "login_session")
        }

    return app.call(read)


def arguments(kind, name):
    """Calls worth trying: plausible ones, and odd values in every place."""
    function = inspect.unwrap(kind.event_handlers[name].fn)
    count = len(inspect.signature(function).parameters) - 1
    yield (1,) * count
    yield ("1",) * count
    for odd in ODD:
        yield (odd,) * count
        if not count:
            return


async def attempt(app, role, kind, name):
    """Everything the handler tells and leaves in public vars, over all addresses and arguments."""
    seen = []
    for address in ADDRESSES:
        for values in arguments(kind, name):
            tab = Tab(app, role, address)
            try:
                seen.append(await tab.fire(kind, name, *values))
            except (TypeError, NotImplementedError, RuntimeError) as error:
                assert MARK not in str(error)
            seen.append(await tab.public(kind))
    return json.dumps(seen, default=repr, ensure_ascii=False)


def test_handlers_were_found():
    assert len(HANDLERS) > 30


@pytest.mark.parametrize(("kind", "name"), HANDLERS)
async def test_a_guest_changes_and_learns_nothing(app, kind, name):
    fill(app)
    before = stored(app)
    seen = await attempt(app, None, kind, name)
    assert stored(app) == before
    assert MARK not in seen


@pytest.mark.parametrize(("kind", "name"), HANDLERS)
async def test_a_viewer_changes_nothing(app, kind, name):
    fill(app)
    before = stored(app)
    await attempt(app, "viewer", kind, name)
    assert stored(app) == before


@pytest.mark.parametrize(
    "kind",
    [one for one in sorted(set(states()), key=lambda one: one.__name__) if not one._mixin],
)
async def test_no_public_var_can_be_set_from_outside(app, kind):
    """`setvar`, which Reflex makes for every state, calls `set_<var>`: there is none but handlers,
    which ask who calls."""
    tab = Tab(app, "administrator")
    before = await tab.public(kind)
    for name in [one for one in kind.base_vars if f"set_{one}" not in kind.event_handlers]:
        with pytest.raises(AttributeError):
            await tab.fire(kind, "setvar", name, "чужое")
    assert await tab.public(kind) == before
