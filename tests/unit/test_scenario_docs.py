"""The examples of docs/scenarios*.md run, are sound, and show every field."""

import json
import re
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from alpina_app.domain import contents, engine
from alpina_app.domain.checker import check
from alpina_app.domain.effects import AskGpt, CallApi, GptResult, HttpResult
from alpina_app.domain.picture import Picture, StepPicture
from alpina_app.domain.run import Env, Run
from alpina_app.i18n import translate

DOCS = Path(__file__).parents[2] / "docs"
RU, EN = (
    [json.loads(block) for block in re.findall(r"```json\n(.*?)```", path.read_text("utf-8"), re.S)]
    for path in (DOCS / "scenarios.md", DOCS / "scenarios.en.md")
)


def picture(example):
    steps = tuple(
        StepPicture(
            step["id"], "", step["step_type"], step["content"], step["id"], step["next_step"]
        )
        for step in example["steps"]
    )
    return Picture(1, "", None, steps)


def play(example):
    """(the talk as it went, the requests that were made, the run)"""
    program = engine.compile_program(picture(example))
    run = Run(variables=dict(example.get("given", {})))
    env = Env(
        language="ru",
        phrase=partial(translate, "ru"),
        now=lambda: datetime(2026, 11, 23, tzinfo=UTC),
        elapsed=lambda: 0.0,
        today=date(2026, 11, 23),
        user_session="s",
        bot={"id": 1, "name": "Бот"},
        secrets=example.get("secrets", {}),
    )
    answers, calls = iter(example.get("gpt", [])), iter(example.get("http", []))
    talk, requests = [], []
    for line in example["talk"]:
        if line.startswith("< "):
            continue
        talk.append(line)
        begun = run.position is not None
        text = line.removeprefix("> ")
        move = engine.answer(program, run, text, env) if begun else engine.start(program, run, env)
        while isinstance(move, AskGpt | CallApi):
            if isinstance(move, AskGpt):
                result: Any = GptResult(next(answers))
            else:
                requests.append(move)
                given = next(calls)
                body = b"" if given["body"] is None else json.dumps(given["body"]).encode()
                result = HttpResult(given["status"], (), body)
            move = engine.resume(program, run, result, env)
        talk += [f"< {said.text}" for said in run.turn.said]
    return talk, requests, run


@pytest.mark.parametrize("example", RU)
def test_example_talks_as_shown(example):
    talk, requests, run = play(example)
    assert [line.replace("\xa0", " ") for line in talk] == example["talk"]
    if "variables" in example:
        assert run.variables == example["variables"]
    assert [
        {
            "method": one.method,
            "url": one.url,
            "body": None if one.body is None else one.body.decode(),
        }
        for one in requests
    ] == example.get("requests", [])


@pytest.mark.parametrize("example", RU)
def test_example_has_no_errors(example):
    findings = check(picture(example), secrets=example.get("secrets", {}))
    assert [finding for finding in findings if finding.severity == "error"] == []


def test_both_languages_show_the_same_examples():
    assert EN == RU


def test_every_field_is_shown():
    shown: set[str] = set()

    def look(value):
        match value:
            case dict():
                shown.update(value)
                for one in value.values():
                    look(one)
            case list():
                for one in value:
                    look(one)

    for example in RU:
        for step in example["steps"]:
            look(step["content"])
    fields = {
        field.alias or name
        for model in vars(contents.models).values()
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name, field in model.model_fields.items()
    }
    assert fields - shown == set()
