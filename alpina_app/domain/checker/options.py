"""Options that a user's words cannot tell apart.

A choice matches by id, value, label, then number in the list, each tried only if the former found
none, and two matches are invalid (scenario-format, "Answers").
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from alpina_app.domain.answers.words import fold, is_skip_word
from alpina_app.domain.checker.findings import Remarks
from alpina_app.domain.checker.ids import free_id
from alpina_app.domain.contents import Input, Option, Place
from alpina_app.domain.values import show_wire

By = Literal["id", "value", "label"]
Names = Mapping[By, Sequence[str]]
"""What each option answers to, folded as answers are."""
Tables = Mapping[By, Mapping[str, Sequence[int]]]
"""The options that a folded text means, in the order in which they are tried."""

OPTIONS: Final[Place] = ("content", "input", "options")
_BETWEEN: Final = re.compile(r"[,;\n]|\s(?:и|and)\s", re.IGNORECASE)


def check_options(spec: Input, remarks: Remarks) -> None:
    """Double ids are errors; what answers match ambiguously, or not at all, are warnings."""
    options = spec.options
    labels = {option.label: fold(option.label) for option in options}
    names: Names = {
        "id": [labels.get(one.id) or fold(one.id) for one in options],
        "value": [_folded_value(one.value, labels) for one in options],
        "label": [labels[one.label] for one in options],
    }
    tables: Tables = {by: _table(column) for by, column in names.items()}
    _check_ids(options, names["id"], tables["id"], remarks)
    _check_labels(spec, names["label"], tables, remarks)
    for i in range(len(options)):
        _check_value(i, names, tables, remarks)
    numbers = {word for table in tables.values() for word in table if word.isdecimal()}
    for number in sorted(int(word) for word in numbers if word.isascii() and len(word) < 5):
        if 0 < number <= len(options):
            _check_number(number - 1, options, tables, remarks)


def _folded_value(value: Any, labels: Mapping[str, str]) -> str:
    known = labels.get(value) if isinstance(value, str) else None
    return known or fold(show_wire(value))


def _table(names: Sequence[str]) -> dict[str, list[int]]:
    table: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        if name:
            table.setdefault(name, []).append(i)
    return table


def _meant(word: str, tables: Tables) -> tuple[By | None, Sequence[int]]:
    """By what an option is found first, and the options found; the number aside."""
    for by, table in tables.items():
        if word in table:
            return by, table[word]
    return None, ()


def _check_ids(
    options: Sequence[Option],
    ids: Sequence[str],
    table: Mapping[str, Sequence[int]],
    remarks: Remarks,
) -> None:
    given = {option.id for option in options}
    taken: set[str] = set()
    for i, option in enumerate(options):
        place = (*OPTIONS, i, "id")
        if option.id in taken:
            change = remarks.put(place, free_id(option.id, given))
            remarks.error("duplicate_option_id", place, change, id=option.id)
        elif option.id != option.label and ids[i] and table[ids[i]][0] != i:
            remarks.warn("option_id_ambiguous", place, id=option.id)
        taken.add(option.id)


def _check_labels(spec: Input, labels: Sequence[str], tables: Tables, remarks: Remarks) -> None:
    for i, option in enumerate(spec.options):
        place = (*OPTIONS, i, "label")
        if not labels[i]:
            remarks.warn("label_blank", place)
            continue
        if not spec.required and is_skip_word(option.label):
            remarks.warn("label_skips", place, label=option.label)
        _, options = _meant(labels[i], tables)
        is_list = spec.type == "multi_choice" and _lists_others(option.label, tables)
        if options[0] != i or is_list:
            remarks.warn("label_ambiguous", place, label=option.label)


def _lists_others(label: str, tables: Tables) -> bool:
    """Whether a label reads as several options named one after the other."""
    parts = [fold(part) for part in _BETWEEN.split(label)]
    return len(parts) > 1 and all(_meant(part, tables)[1] for part in parts)


def _check_value(i: int, names: Names, tables: Tables, remarks: Remarks) -> None:
    value = names["value"][i]
    if value == names["label"][i]:
        return
    by, options = _meant(value, tables)
    if by == "id" and i not in options:
        remarks.warn("option_id_is_value", (*OPTIONS, options[0], "id"), other=i + 1)


def _check_number(i: int, options: Sequence[Option], tables: Tables, remarks: Remarks) -> None:
    by, found = _meant(str(i + 1), tables)
    if by is not None and i not in found:
        option = options[found[0]]
        key = "label" if getattr(option, by) == option.label else by
        remarks.warn("option_is_number", (*OPTIONS, found[0], key), number=i + 1)
