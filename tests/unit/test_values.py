"""JSON values of variables: cleaning, reading, paths, sizes and how they show in texts."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpina_app.domain.values import (
    MAX_DEPTH,
    MISSING,
    TOO_LARGE,
    JsonError,
    PathError,
    clean_json,
    clean_text,
    dump_json,
    get_path,
    is_variable_name,
    json_size,
    parse_json,
    parse_path,
    show,
    show_path,
    show_wire,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_nul_and_lone_surrogates_become_the_replacement_character() -> None:
    assert clean_text("а\x00б\ud800в\udfff 😀") == "а\ufffdб\ufffdв\ufffd 😀"


def test_cleaning_json_reaches_texts_and_keys_at_every_depth() -> None:
    dirty = {"к\x00": ["\ud800", {"a": ("x\x00",)}], "n": 1.5, "z": None, "b": True}
    assert clean_json(dirty) == {
        "к\ufffd": ["\ufffd", {"a": ["x\ufffd"]}],
        "n": 1.5,
        "z": None,
        "b": True,
    }


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf], {1: 2}, b"x", {"a": object()}])
def test_cleaning_refuses_what_is_no_json(value: Any) -> None:
    with pytest.raises(JsonError):
        clean_json(value)


def test_nesting_is_bounded_at_the_same_depth_everywhere() -> None:
    deepest, deeper = nested(MAX_DEPTH), nested(MAX_DEPTH + 1)
    assert parse_json(json.dumps(deepest)) == deepest == clean_json(deepest)
    assert json_size(deepest) == 2 * MAX_DEPTH + 1
    for refused in (clean_json, dump_json):
        with pytest.raises(JsonError):
            refused(deeper)
    with pytest.raises(JsonError):
        parse_json(json.dumps(deeper))
    assert json_size(deeper) == TOO_LARGE
    assert show(deeper, "ru") == ""


@pytest.mark.parametrize("depth", [5_000, 100_000])
def test_hostile_nesting_is_no_recursion_error(depth: int) -> None:
    with pytest.raises(JsonError):
        parse_json("[" * depth + "]" * depth)
    with pytest.raises(JsonError):
        parse_json('{"a":' * depth)
    assert json_size(nested(depth)) == TOO_LARGE


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (b'{"\xd0\xb0": [1, 2.5, null, true]}', {"а": [1, 2.5, None, True]}),
        (b"\xef\xbb\xbf[1]", [1]),
        ("\ufeff[1]", [1]),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        (r'"\ud800\u0000\ud83d\ude00"', "\ufffd\ufffd😀"),
        ("5.0", 5.0),
    ],
)
def test_json_is_read_exactly(source: bytes | str, value: Any) -> None:
    assert parse_json(source) == value
    assert type(parse_json(source)) is type(value)


@pytest.mark.parametrize(
    "source",
    ["", "NaN", "Infinity", "[-Infinity]", "1e999", "{'a': 1}", "[1,]", "1 2", b"\xff", "9" * 5000],
)
def test_what_is_not_json_is_refused(source: bytes | str) -> None:
    with pytest.raises(JsonError):
        parse_json(source)


def test_size_counts_bytes_of_compact_json() -> None:
    assert json_size("яй") == 6
    assert json_size({"a": ["я", 10**30, None]}) == len('{"a":["я",,null]}'.encode()) + 31


def test_json_text_is_compact_and_keeps_letters() -> None:
    assert dump_json({"имя": ["Ёж", 1, 10**25]}) == '{"имя":["Ёж",1,10000000000000000000000000]}'


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("a", ("a",)),
        ("data.items[0].id", ("data", "items", 0, "id")),
        ("[0].id", (0, "id")),
        ("a[1][2]", ("a", 1, 2)),
        ("имя.first-name", ("имя", "first-name")),
    ],
)
def test_paths_are_read_and_shown(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path
    assert show_path(path) == text


@pytest.mark.parametrize(
    "text",
    ["a..b", ".a", "a.", "[0]id", "a[-1]", "a[x]", "a[", "a]", "a[1", "a[]", f"a[{'9' * 20}]"],
)
def test_broken_paths_are_refused(text: str) -> None:
    with pytest.raises(PathError):
        parse_path(text)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", {"a": [{"b": None}], "0": "x"}),
        ("a[0].b", None),
        ("0", "x"),
        ("a[1]", MISSING),
        ("a.b", MISSING),
        ("a[0][0]", MISSING),
        ("0[0]", MISSING),
        ("c", MISSING),
    ],
)
def test_paths_lead_to_values_or_to_nothing(path: str, found: Any) -> None:
    assert get_path({"a": [{"b": None}], "0": "x"}, parse_path(path)) == found


@pytest.mark.parametrize("name", ["имя", "a1", "_", "x" * 64, "class", "नाम"])
def test_identifiers_of_any_script_are_names(name: str) -> None:
    assert is_variable_name(name)


@pytest.mark.parametrize("name", ["", "1a", "a.b", "a b", "a-b", "x" * 65, "{{a}}"])
def test_other_texts_are_no_names(name: str) -> None:
    assert not is_variable_name(name)


@pytest.mark.parametrize(
    ("value", "ru", "en", "wire"),
    [
        ("Ёж", "Ёж", "Ёж", "Ёж"),
        (True, "да", "yes", "true"),
        (False, "нет", "no", "false"),
        (None, "", "", ""),
        (5, "5", "5", "5"),
        (5.0, "5", "5", "5"),
        (-2.5, "-2.5", "-2.5", "-2.5"),
        (-0.0, "0", "0", "0"),
        (1e20, "100000000000000000000", "100000000000000000000", "100000000000000000000"),
        (1e-7, "0.0000001", "0.0000001", "0.0000001"),
        (["а", 1, True], "а, 1, да", "а, 1, yes", "а, 1, true"),
        ([1, [2, 3]], "1, 2, 3", "1, 2, 3", "1, 2, 3"),
        ({"б": [True]}, '{"б":[true]}', '{"б":[true]}', '{"б":[true]}'),
        ([{"a": 1}, 2], '{"a":1}, 2', '{"a":1}, 2', '{"a":1}, 2'),
        ([], "", "", ""),
    ],
)
def test_values_show_in_texts(value: Any, ru: str, en: str, wire: str) -> None:
    assert (show(value, "ru"), show(value, "en"), show_wire(value)) == (ru, en, wire)


@given(JSON)
def test_json_survives_writing_and_reading(value: Any) -> None:
    cleaned = clean_json(value)
    assert parse_json(dump_json(cleaned)) == cleaned
    assert json_size(cleaned) == len(dump_json(cleaned).encode())


@given(JSON)
def test_everything_shows_as_storable_text(value: Any) -> None:
    text = show(clean_json(value), "ru")
    assert clean_text(text) == text


@given(st.text())
def test_no_text_crashes_paths(text: str) -> None:
    try:
        path = parse_path(text)
    except PathError:
        return
    assert parse_path(show_path(path)) == path
    get_path({"a": [1]}, path)


@given(st.text() | st.binary())
def test_no_source_crashes_reading_json(source: str | bytes) -> None:
    try:
        value = parse_json(source)
    except JsonError:
        return
    assert clean_json(value) == value
