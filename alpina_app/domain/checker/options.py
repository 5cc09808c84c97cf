"""Options that a user's words cannot tell apart.

A choice matches by id, value, label, then number in the list, each tried only if the former found
none, and two matches are invalid (scenario-format, "Answers").
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal

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
    names: Names = {
        "id": [fold(option.id) for option in options],
        "value": [fold(show_wire(option.value)) for option in options],
        "label": [fold(option.label) for option in options],
    }
    tables: Tables = {by: _table(column) for by, column in names.items()}
    _check_ids(options, names["id"], tables["id"], remarks)
    _check_labels(spec, names["label"], tables, remarks)
    for i in range(len(options)):
        _check_value(i, names, tables, remarks)
        _check_number(i, options, tables, remarks)


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
    taken: set[str] = set()
    for i, option in enumerate(options):
        place = (*OPTIONS, i, "id")
        if option.id in taken:
            change = remarks.put(place, free_id(option.id, (one.id for one in options)))
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
        parts = [fold(part) for part in _BETWEEN.split(option.label)]
        is_list = spec.type == "multi_choice" and len(parts) > 1
        if options[0] != i or (is_list and all(_meant(part, tables)[1] for part in parts)):
            remarks.warn("label_ambiguous", place, label=option.label)


def _check_value(i: int, names: Names, tables: Tables, remarks: Remarks) -> None:
    value = names["value"][i]
    by, options = _meant(value, tables)
    if by == "id" and value != names["label"][i] and i not in options:
        remarks.warn("option_id_is_value", (*OPTIONS, options[0], "id"), other=i + 1)


def _check_number(i: int, options: Sequence[Option], tables: Tables, remarks: Remarks) -> None:
    by, found = _meant(str(i + 1), tables)
    if by is not None and i not in found:
        option = options[found[0]]
        key = "label" if getattr(option, by) == option.label else by
        remarks.warn("option_is_number", (*OPTIONS, found[0], key), number=i + 1)
