"""Regular expressions on RE2: linear in the text, whatever the pattern.

Source: scenario-format "Operators". `\\w` is ASCII there, `\\p{L}` is any letter; there is no
look-around and no back-reference.
"""

from dataclasses import dataclass, field
from typing import Any

import re2

from alpina_app.domain.values import clean_text


class PatternError(ValueError):
    """A pattern RE2 does not take; the message is RE2's own, in English."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern. Texts may hold any characters."""

    source: str
    compiled: Any = field(repr=False, compare=False)

    def search(self, text: str) -> bool:
        return self.compiled.search(clean_text(text)) is not None

    def full_match(self, text: str) -> bool:
        return self.compiled.fullmatch(clean_text(text)) is not None


def compile_pattern(text: str, ignore_case: bool = False) -> Pattern:
    """The pattern of `text`. Raises PatternError."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        return Pattern(text, re2.compile(clean_text(text), options))
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise PatternError(
            reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        ) from None


def escape_pattern(text: str) -> str:
    """A pattern that matches `text` and nothing else."""
    return str(re2.escape(clean_text(text)))
