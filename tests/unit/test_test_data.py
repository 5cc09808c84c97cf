import json

import pytest
from sqlmodel import select

from alpina_app import migrations
from alpina_app.db import Database
from alpina_app.domain.checker import check
from alpina_app.errors import Conflict
from alpina_app.models import STEP_TYPES, Bot, BotExecution, Scenario, Step
from alpina_app.services import accounts
from alpina_app.services.pictures import read_picture
from alpina_app.services.test_data import create_test_data

COUNTS = {"bots": 3, "scenarios": 3, "executions": 4}


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path / 'db.sqlite3'}")
    migrations.upgrade(made)
    yield made
    made.close()


@pytest.fixture
def administrator(database):
    arguments = {"username": "admin", "role": "administrator", "password_hash": "x"}
    return database.call(accounts.create_user, accounts.SYSTEM, **arguments)


@pytest.mark.usefixtures("administrator")
def test_a_second_run_adds_nothing(database):
    assert database.call(create_test_data) == COUNTS
    stored = database.call_reading(everything)
    assert database.call(create_test_data) == dict.fromkeys(COUNTS, 0)
    assert database.call_reading(everything) == stored


@pytest.mark.usefixtures("administrator")
def test_only_what_is_missing_is_added_again(database):
    database.call(create_test_data)
    with database.session() as session:
        session.delete(session.exec(select(Bot).where(Bot.name == "Подбор курса")).one())
    assert database.call(create_test_data) == {"bots": 1, "scenarios": 1, "executions": 1}


@pytest.mark.usefixtures("administrator")
def test_every_step_type_and_both_bot_types_are_there(database):
    database.call(create_test_data)
    with database.session() as session:
        assert set(session.exec(select(Step.step_type))) == set(STEP_TYPES)
        assert set(session.exec(select(Bot.bot_type))) == {"chat", "completion"}


@pytest.mark.usefixtures("administrator")
def test_every_scenario_is_sound(database):
    database.call(create_test_data)
    with database.session() as session:
        pictures = [read_picture(session, id_) for id_ in session.exec(select(Scenario.id)).all()]
    findings = {
        picture.name: [(finding.severity, finding.code) for finding in check(picture, secrets=())]
        for picture in pictures
    }
    # The course picker calls this very server, which is a private address.
    assert findings == {
        "Запись на звонок": [],
        "Первый день": [],
        "Выбор курса": [("warning", "private_address")],
    }


def test_without_an_administrator_nothing_is_made(database):
    with pytest.raises(Conflict) as refused:
        database.call(create_test_data)
    assert refused.value.error_code == "no_administrator"
    assert json.loads(database.call_reading(everything)) == [[], [], [], []]


def everything(session):
    """Every row, as text."""
    tables = (Bot, Scenario, Step, BotExecution)
    rows = [[row.model_dump() for row in session.exec(select(table))] for table in tables]
    return json.dumps(rows, default=str)
