"""What a person sees in the terminal: one line a step, with the time since the start.

Russian or English by the locale; a failure is said in both where the locale names no language.
"""

import contextlib
import locale
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from alpina_app.i18n import Language, translate


class Stop(Exception):
    """A command cannot go on: text `cli.<key>` with `params`, and the exit code."""

    def __init__(self, key: str, exit_code: int = 1, /, **params: Any) -> None:
        super().__init__(key)
        self.key = key
        self.exit_code = exit_code
        self.params = params


class Console:
    """Writes the lines. `clock` gives seconds; the time shown counts from the Console's making."""

    def __init__(
        self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._out = out or sys.stderr
        self._clock = clock
        self._began = clock()
        self._open = ""

    def say(self, key: str, /, **params: Any) -> None:
        self._line(f"{self._elapsed()} {translate(console_language(), f'cli.{key}', **params)}")

    def fail(self, problem: Stop) -> None:
        """Prints the problem as one line."""
        languages: tuple[Language, ...] = (named_language() or "ru",)
        if named_language() is None:
            languages = ("ru", "en")
        texts = [translate(lang, f"cli.{problem.key}", **problem.params) for lang in languages]
        self._line(" / ".join(" ".join(text.split()) for text in texts))

    @contextmanager
    def step(self, key: str, /, **params: Any) -> Iterator[Callable[[str], None]]:
        """A step that takes a while: said when it begins and when it ends.

        The function it gives shows how far the step is: in place in a terminal, and every ten
        seconds in a log.
        """
        text = translate(console_language(), f"cli.{key}", **params)
        began = said = self._clock()
        self._line(f"{self._elapsed()} {text} ...", stay=True)

        def progress(detail: str) -> None:
            nonlocal said
            if self._out.isatty() or self._clock() - said >= 10:
                said = self._clock()
                self._line(f"{self._elapsed()} {text} ... {detail}", stay=True)

        yield progress
        seconds = round(self._clock() - began, 1)
        done = translate(console_language(), "cli.step_done", seconds=seconds)
        self._line(f"{self._elapsed()} {text}: {done}")

    def _elapsed(self) -> str:
        return f"[{self._clock() - self._began:5.1f} s]"

    def _line(self, text: str, stay: bool = False) -> None:
        """`stay`: in a terminal the next line takes this one's place."""
        with contextlib.suppress(OSError, ValueError):
            if self._open:
                self._out.write("\r" + " " * len(self._open) + "\r")
                self._open = ""
            if stay and self._out.isatty():
                self._open = text[: _width() - 1]
                self._out.write(self._open)
            else:
                self._out.write(text + "\n")
            self._out.flush()


def console_language() -> Language:
    return named_language() or "en"


def named_language() -> Language | None:
    """The language the locale names: Russian or (for any other) English; None: it names none."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            break
    else:
        value = (locale.getlocale()[0] or "") if sys.platform == "win32" else ""
    value = value.lower()
    if value.split(".")[0] in ("", "c", "posix"):
        return None
    return "ru" if value.startswith(("ru", "russian")) else "en"


def prepare_streams() -> None:
    """A terminal that cannot show a character shows a stand-in instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        return 80
