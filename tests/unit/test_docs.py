"""README, CONTRIBUTING and .env.example say what the code does."""

import argparse
import json
import re

import pytest
from dotenv import dotenv_values

from alpina_app.bootstrap import arguments
from alpina_app.bootstrap.environment import OLDEST
from alpina_app.bootstrap.paths import ENV_EXAMPLE, ROOT
from alpina_app.settings import Settings, load_settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
ENGLISH = README.index("\n# Alpina Digital")
TEXTS = {
    "README ru": README[:ENGLISH],
    "README en": README[ENGLISH:],
    "CONTRIBUTING": (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
}
EXAMPLE = ENV_EXAMPLE.read_text(encoding="utf-8")
SECRET_KEY = "only-for-tests-0123456789"


def commands(text):
    return re.findall(r"python3? manage\.py ([^`\n]+)", text)


def known_commands():
    (choices,) = (
        action.choices
        for action in arguments.make_parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return set(choices) - {"help"}


def as_typed(command):
    """Places for a person's own words filled in."""
    command = re.sub(r"\[(?:АДРЕС|ADDRESS):\](?:ПОРТ|PORT)", "0:8000", command)
    return re.sub(r'"[^"]*"|\b(?:ИМЯ|NAME|ПОЧТА|MAIL)\b', "word", command).split()


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_shown_can_be_typed(name):
    for command in commands(TEXTS[name]):
        options = arguments.parse(arguments.make_parser(), as_typed(command))
        assert options.command in known_commands()


@pytest.mark.parametrize("name", ["README ru", "README en"])
def test_the_readme_shows_every_command(name):
    assert {command.split()[0] for command in commands(TEXTS[name])} == known_commands()


@pytest.mark.parametrize("name", TEXTS)
def test_files_named_are_there(name):
    linked = re.findall(r"\]\(([^)#:]+)\)", TEXTS[name])
    quoted = re.findall(r"`((?:alpina_app|tests|docs|\.ci)/[\w./-]+)`", TEXTS[name])
    missing = [path for path in linked + quoted if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("name", ["README ru", "README en"])
def test_the_readme_names_the_oldest_python(name):
    assert re.findall(r"Python (\d+\.\d+)", TEXTS[name]) == [".".join(map(str, OLDEST))]


def test_examples_send_valid_json():
    bodies = re.findall(r"-d '([^']+)'", README)
    assert [sorted(json.loads(body)) for body in bodies] == [
        [
            *("bot_type", "creativity_level", "gpt_model", "is_active", "max_tokens", "name"),
            "system_prompt",
        ],
        ["message", "user_session"],
    ]


def test_the_example_names_every_setting_once():
    named = re.findall(r"(?m)^#?([A-Z][A-Z_]+)=", EXAMPLE)
    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_every_setting_is_described_in_both_languages():
    for block in re.findall(r"(?m)(?:^#? .*\n|^# .*\n)+(?=#?[A-Z_]+=)", EXAMPLE):
        assert re.search("[а-я]", block), block
        assert re.search(r"(?m)^# [^а-яА-Я]*[a-z][^а-яА-Я]*$", block), block


def test_a_copied_example_is_valid_once_it_has_a_key(tmp_path, monkeypatch):
    clean(monkeypatch)
    copied = tmp_path / ".env"
    copied.write_text(EXAMPLE.replace("SECRET_KEY=", f"SECRET_KEY={SECRET_KEY}"), encoding="utf-8")
    assert load_settings(copied) == load_settings(None, secret_key=SECRET_KEY)


def test_the_values_behind_a_hash_are_the_defaults(tmp_path, monkeypatch):
    clean(monkeypatch)
    shown = tmp_path / ".env"
    shown.write_text(re.sub(r"(?m)^#([A-Z][A-Z_]+=)", r"\1", EXAMPLE), encoding="utf-8")
    assert dotenv_values(shown).keys() == {name.upper() for name in Settings.model_fields}
    assert load_settings(shown, secret_key=SECRET_KEY) == load_settings(None, secret_key=SECRET_KEY)


def clean(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
