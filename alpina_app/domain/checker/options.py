"""Options that a user's words cannot tell apart.

A choice matches by id, value, label, then number in the list, each tried only if the former found
none, and two matches are invalid (scenario-format, "Answers"). The very look-up of answers is used
here, so that "C" and "C++" are as different as they are in a conversation; "Да" and "Да!" are not,
because nobody minds the marks of a sentence.
"""

import re
from collections.abc import Sequence
from typing import Final

from alpina_app.domain.answers.choices import OptionNames
from alpina_app.domain.answers.words import is_skip_word
from alpina_app.domain.checker.findings import Remarks
from alpina_app.domain.checker.ids import free_id
from alpina_app.domain.contents import Input, Option, Place
from alpina_app.domain.values import show_wire

OPTIONS: Final[Place] = ("content", "input", "options")
_MARKS: Final = " \t\n\u00a0.,!?…;:\"'«»“”„()–—-"
_DIGIT: Final = re.compile(r"\d")
_BETWEEN: Final = re.compile(r"[,;\n]|\s(?:и|and)\s", re.IGNORECASE)


def check_options(spec: Input, remarks: Remarks) -> None:
    """Double ids are errors; what answers match ambiguously, or not at all, are warnings."""
    names = OptionNames(spec.options)
    _check_ids(spec.options, names, remarks)
    _check_labels(spec, names, remarks)
    for i, option in enumerate(spec.options):
        _check_value(i, option, names, remarks)
    if any(map(_DIGIT.search, names.all())):
        for i in range(len(spec.options)):
            _check_number(i, spec.options, names, remarks)


def _is_taken(text: str, i: int, names: OptionNames) -> bool:
    """Whether `text`, with or without the marks of a sentence around it, is for another option."""
    bare = text.strip(_MARKS)
    _, found = names.named(text)
    if bare and bare != text and found[0] == i:
        _, found = names.named(bare)
    return bool(found) and found[0] != i


def _check_ids(options: Sequence[Option], names: OptionNames, remarks: Remarks) -> None:
    given = {option.id for option in options}
    taken: set[str] = set()
    for i, option in enumerate(options):
        place = (*OPTIONS, i, "id")
        if option.id in taken:
            change = remarks.put(place, free_id(option.id, given))
            remarks.error("duplicate_option_id", place, change, id=option.id)
        elif option.id != option.label and option.id.strip() and _is_taken(option.id, i, names):
            remarks.warn("option_id_ambiguous", place, id=option.id)
        taken.add(option.id)


def _check_labels(spec: Input, names: OptionNames, remarks: Remarks) -> None:
    for i, option in enumerate(spec.options):
        place = (*OPTIONS, i, "label")
        if not option.label.strip():
            remarks.warn("label_blank", place)
            continue
        if not spec.required and is_skip_word(option.label):
            remarks.warn("label_skips", place, label=option.label)
        is_list = spec.type == "multi_choice" and _lists_others(option.label, names)
        if is_list or _is_taken(option.label, i, names):
            remarks.warn("label_ambiguous", place, label=option.label)


def _lists_others(label: str, names: OptionNames) -> bool:
    """Whether a label reads as several options named one after the other."""
    parts = _BETWEEN.split(label)
    return len(parts) > 1 and all(names.named(part)[1] for part in parts)


def _check_value(i: int, option: Option, names: OptionNames, remarks: Remarks) -> None:
    if option.value == option.label:
        return
    by, found = names.named(show_wire(option.value))
    if by == "id" and i not in found:
        remarks.warn("option_id_is_value", (*OPTIONS, found[0], "id"), other=i + 1)


def _check_number(i: int, options: Sequence[Option], names: OptionNames, remarks: Remarks) -> None:
    by, found = names.named(str(i + 1))
    if by is not None and i not in found:
        option = options[found[0]]
        key = "label" if getattr(option, by) == option.label else by
        remarks.warn("option_is_number", (*OPTIONS, found[0], key), number=i + 1)
