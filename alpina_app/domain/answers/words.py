"""Words of an answer, whatever their case, ё, outer punctuation and emoji.

Source: scenario-format "Answers", "Operators" and "Fine print".
"""

import re
import unicodedata
from typing import Final

_YES: Final = frozenset({"да", "ага", "конечно", "верно", "yes", "y", "true"})
_NO: Final = frozenset({"нет", "не", "неа", "no", "n", "false"})
_SIGNS: Final = {"+": True, "1": True, "-": False, "0": False}
_SKIPS: Final = frozenset({"пропустить", "skip"})

_DASHES: Final = str.maketrans("−–—‐‑", "-----")
_BETWEEN_WORDS: Final = re.compile(r"[\s,.;!]+")
_SYMBOL: Final = re.compile("[\u200d-\U0010ffff]")
_EMOJI_PARTS: Final = re.compile(
    "[\u200d\u20e3\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
)


def fold_text(text: str, *, ignore_case: bool = True) -> str:
    """`text` as rules compare it: ё is е, one Unicode form, by default without case."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("ё", "е").replace("Ё", "Е")
    return text.casefold() if ignore_case else text


def fold_line(text: str) -> str:
    """`text` folded, inner spaces single, emoji dropped; a text of emoji alone keeps them."""
    folded = " ".join(fold_text(text).split())
    if folded.isascii() or not _SYMBOL.search(folded):
        return folded
    return " ".join("".join(_spoken(folded)).split()) or folded


def _spoken(text: str) -> list[str]:
    return [
        char
        for char in _EMOJI_PARTS.sub("", text)
        if char < "\u2190" or unicodedata.category(char) != "So"
    ]


def fold(text: str) -> str:
    """`text` as answers compare it: `fold_line` without outer punctuation.

    The sign of a number is none; a text of punctuation alone stays.
    """
    line = fold_line(text)
    return _inner(line) or line


def _inner(line: str) -> str:
    begin, end = 0, len(line)
    while begin < end and not (line[begin].isalnum() or _is_sign(line, begin)):
        begin += 1
    while end > begin and not line[end - 1].isalnum():
        end -= 1
    return line[begin:end]


def _is_sign(line: str, index: int) -> bool:
    return line[index] in "+-" and line[index + 1 : index + 2].isdecimal()


def parse_yes_no(text: str) -> bool | None:
    """True, False, or None where `text` says neither or both ("да нет")."""
    line = fold_line(text).translate(_DASHES)
    if line in _SIGNS:
        return _SIGNS[line]
    bare = fold(line)
    if bare in _SIGNS:
        return _SIGNS[bare]
    words = set(_BETWEEN_WORDS.split(bare))
    if words <= _YES:
        return True
    return False if words <= _NO else None


def is_skip_word(text: str) -> bool:
    """Whether `text` passes over a question that need not be answered."""
    return text.strip().translate(_DASHES) == "-" or fold(text) in _SKIPS
