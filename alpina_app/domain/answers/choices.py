"""Options named in an answer: by id, value, label or number in the list.

Source: scenario-format "Answers" and "Fine print".
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, Literal

from alpina_app.domain.answers.words import fold, fold_line
from alpina_app.domain.contents import Option
from alpina_app.domain.values import show_wire

MAX_PIECES: Final = 200
MAX_SPAN: Final = 20
"""Most parts between separators that one label is looked for in."""

_NUMBER: Final = re.compile(r"[(\[«\"']?(?:№\s?|#)?([0-9]{1,4})[.,;:!)\]»\"']*")
_SEPARATOR: Final = re.compile(r"[,;\n](?:[^\S\n]{0,9}(?:и|and)\s)?|\s(?:и|and)\s", re.IGNORECASE)

Indices = tuple[int, ...]
By = Literal["id", "value", "label"]


def find_options(text: str, options: Sequence[Option]) -> Indices:
    """Indices of the options that `text` names; more than one: it is ambiguous.

    By id, value, label, then by number in the list, each tried only if the former found none;
    first as written but for case and spaces, so that "C++" is not "C", then without punctuation.
    """
    return OptionNames(options).find(text)


def find_several(text: str, options: Sequence[Option]) -> Indices | None:
    """Indices, in the options' order, of all that `text` lists; None where a part of it names
    no single option.

    The parts stand between commas, semicolons, new lines and " и ". A label that holds those
    itself is found whole, the longest first.
    """
    names = OptionNames(options)
    whole = names.find(text)
    if whole:
        return whole if len(whole) == 1 else None
    pieces = _pieces(text)
    if not pieces or len(pieces) > MAX_PIECES:
        return None
    chosen: set[int] = set()
    at, span = 0, names.span()
    while at < len(pieces):
        found, used = _longest(text, pieces[at : at + span], names)
        if len(found) != 1:
            return None
        chosen.update(found)
        at += used
    return tuple(sorted(chosen))


class OptionNames:
    """What the options answer to; folded when it is asked for, since most answers are plain."""

    def __init__(self, options: Sequence[Option]) -> None:
        self._columns: dict[By, list[str]] = {
            "id": [option.id for option in options],
            "value": [show_wire(option.value) for option in options],
            "label": [option.label for option in options],
        }
        self._count = len(options)
        self._tables: dict[Callable[[str], str], dict[By, dict[str, Indices]]] = {}

    def find(self, text: str) -> Indices:
        return self.named(text)[1] or self._numbered(text)

    def named(self, text: str) -> tuple[By | None, Indices]:
        """The options that `text` names, and by what; their numbers aside."""
        for key in (fold_line, fold):
            wanted = key(text)
            for by, table in self._folded(key).items():
                if wanted in table:
                    return by, table[wanted]
        return None, ()

    def all(self) -> set[str]:
        """Every id, value and label, as written."""
        return {name for column in self._columns.values() for name in column}

    def span(self) -> int:
        """Parts between separators that the longest name falls into."""
        return min(MAX_SPAN, max((1, *(len(_pieces(name)) for name in self.all()))))

    def _folded(self, key: Callable[[str], str]) -> dict[By, dict[str, Indices]]:
        if key not in self._tables:
            self._tables[key] = {by: _table(names, key) for by, names in self._columns.items()}
        return self._tables[key]

    def _numbered(self, text: str) -> Indices:
        number = _NUMBER.fullmatch(text.strip())
        index = int(number[1]) - 1 if number else -1
        return (index,) if 0 <= index < self._count else ()


def _table(names: Sequence[str], key: Callable[[str], str]) -> dict[str, Indices]:
    table: dict[str, Indices] = {}
    for index, name in enumerate(names):
        folded = key(name)
        if folded:
            table[folded] = (*table.get(folded, ()), index)
    return table


def _longest(
    text: str, pieces: Sequence[tuple[int, int]], names: OptionNames
) -> tuple[Indices, int]:
    """The options that the longest run of `pieces` names, and how many pieces that is."""
    start = pieces[0][0]
    for used in range(len(pieces), 1, -1):
        _, found = names.named(text[start : pieces[used - 1][1]])
        if found:
            return found, used
    return names.find(text[start : pieces[0][1]]), 1


def _pieces(text: str) -> list[tuple[int, int]]:
    """Begin and end of the parts between separators, without the empty ones."""
    cuts = [(0, 0), *(found.span() for found in _SEPARATOR.finditer(text)), (len(text), len(text))]
    between = ((left[1], right[0]) for left, right in pairwise(cuts))
    return [(begin, end) for begin, end in between if text[begin:end].strip()]
