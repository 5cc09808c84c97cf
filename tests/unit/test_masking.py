"""What is kept for people to read: secrets hidden in every spelling, long values cut."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from alpina_app.domain.masking import Mask, cut_text, fits

SECRET = 'Ключ/ "7"+=&'


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        SECRET.upper(),
        quote(SECRET),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        json.dumps(SECRET)[1:-1].replace("/", r"\/"),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(SECRET.encode()).decode().rstrip("="),
    ],
)
def test_a_secret_is_hidden_in_every_spelling(spelling):
    assert Mask([SECRET]).text(f"[{spelling}]") == "[***]"


def test_the_longer_of_two_secrets_is_hidden_whole():
    assert Mask(["ключ", "ключ-2"]).text("ключ-2, ключ") == "***, ***"


def test_the_password_of_a_basic_secret_is_hidden_by_itself():
    mask = Mask(["anna:pass", "bob:123", "https://example.com/hook"])
    assert mask.text("pass 123 bob:123 //example.com/hook") == "*** 123 *** //example.com/hook"


def test_json_is_hidden_in_texts_keys_and_numbers():
    value = {"токен": ["a токен", 1234, 12345, True, None, {"x": 1.5}]}
    hidden = {"***": ["a ***", "***", 12345, True, None, {"x": "***"}]}
    assert Mask(["токен", "1234", "1.5", "True"]).json(value) == hidden


@pytest.mark.parametrize("secrets", [[], [""]])
def test_no_secret_hides_nothing(secrets):
    assert Mask(secrets).json(["a", 1]) == ["a", 1]


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [("abc", 3, "abc"), ("abcd", 3, "abc"), ("яяя", 5, "яя"), ("a🙂", 4, "a"), ("\ud800b", 1, "?")],
)
def test_a_text_is_cut_by_bytes_between_characters(text, limit, cut):
    assert cut_text(text, limit) == cut


@pytest.mark.parametrize("value", ["a" * 99, [0] * 99, {"a" * 49: ["b" * 40]}, None, [[[[1]]]]])
def test_what_may_fit_fits(value):
    assert fits(value, 100)


@pytest.mark.parametrize("value", ["a" * 101, [0] * 101, {"a" * 101: 0}, [["a" * 99], ["b"]]])
def test_what_is_surely_too_large_does_not_fit(value):
    assert not fits(value, 100)


def test_a_value_shared_a_million_times_is_told_at_once():
    value = "a"
    for _ in range(60):
        value = [value, value]
    assert not fits(value, 100_000)
