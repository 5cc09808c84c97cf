"""Every code that a trace can hold has words in both languages, and no words are left over."""

import re
from pathlib import Path
from typing import get_args

import pytest

from alpina_app import domain
from alpina_app.domain.effects import GptFailure, HttpFailure
from alpina_app.domain.run import LIMITS
from alpina_app.errors import ModelError
from alpina_app.i18n import LANGUAGES, catalogue
from alpina_app.services.traces import error_text, warning_text

SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in Path(domain.__path__[0]).rglob("*.py")
)


def codes(*patterns):
    return {code for pattern in patterns for code in re.findall(pattern, SOURCES)}


WARNINGS = codes(r'\bNote\(\s*"(\w+)"', r'(?:ctx|self)\.warn\("(\w+)"', r'\{"code": "(\w+)"')
REASONS = codes(
    r'\bRejected\("(\w+)"', r'_found\(.*, "(\w+)"\)', r'Rejected\("\w+" if found else "(\w+)"'
)
ERRORS = (
    codes(
        r'_Failed\("(\w+)"\)',
        r'_fail\(step, "(\w+)"',
        r'RequestRefused\("(\w+)"',
        r'RequestRefused\("\w+" if .* else "(\w+)"\)',
        r'Break\("(\w+)"',
        r'error = result\.failure or "(\w+)"',
    )
    | set(get_args(GptFailure))
    | set(get_args(HttpFailure))
    | set(LIMITS)
    | {error.code for error in ModelError.__subclasses__()}
)


def known(area):
    return {key.partition("_")[2] for key in catalogue()["ru"] if key.startswith(f"trace.{area}_")}


def test_warnings_and_reasons_are_those_of_the_domain():
    assert (known("warning"), known("reason")) == (WARNINGS, REASONS)
    assert known("error") < ERRORS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_error_has_words(code, language):
    assert error_text(code, language) != code


def test_a_warning_says_its_values():
    refused = {"code": "answer_invalid", "params": {"reason": "not_number", "attempt": 2}}
    assert warning_text(refused, "ru") == "Ответ не подошёл (попытка 2): не число"
    assert warning_text(refused, "en") == "The answer did not do (attempt 2): not a number"
    before = {"code": "error_before", "params": {"error": "timeout"}}
    assert warning_text(before, "en") == "Before that: No answer in time."


def test_what_is_not_known_is_said_as_it_stands():
    assert warning_text({"code": "newer", "params": {"x": 1}}, "ru") == "newer"
    other = {"code": "variable_missing", "params": {"x": 1}}
    assert warning_text(other, "ru") == "variable_missing"
    assert (error_text("newer", "en"), error_text("", "en")) == ("newer", "")
