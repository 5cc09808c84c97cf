"""What a running turn has said so far, sent in short frames.

A frame begins a few frames back, not at the beginning (a growing text sent whole is quadratic) and
not where the last one ended: the browser may render only the newest of several. A page that missed
more than the overlap sees the gap and asks for everything again.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any, Final, assert_never

from alpina_app.services.turns import Begun, Delta, Event, Failed, Finished, Said

OVERLAP: Final = 6  # frames
FIRST_PAUSE_S: Final = 0.03
_UNITS_PER_S: Final = 60_000
_LONGEST_PAUSE_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class _Place:
    """After `said` whole texts and `units` UTF-16 units of the one being written."""

    said: int
    length: int
    units: int


class Feed:
    """`take` events, `frame` what is new.

    A frame is {"from": n, "said": texts from the n-th on, "at": offset, "text": the text being
    written from that offset on}. Offsets count UTF-16 units, as JavaScript's strings do.
    """

    def __init__(self) -> None:
        self._said: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._units = 0
        self._sent: deque[_Place] = deque([_Place(0, 0, 0)], maxlen=OVERLAP)

    def take(self, event: Event) -> None:
        match event:
            case Delta(text):
                self._text.append(text)
                self._length += len(text)
                self._units += _units(text)
            case Said():
                self._said.append(event.content)
                self._text, self._length, self._units = [], 0, 0
            case Begun() | Finished() | Failed():
                pass
            case _:
                assert_never(event)

    def frame(self) -> dict[str, Any]:
        since = self._sent[0]
        self._sent.append(_Place(len(self._said), self._length, self._units))
        whole = "".join(self._text)
        self._text = [whole]
        if since.said < len(self._said):
            return {"from": since.said, "said": self._said[since.said :], "at": 0, "text": whole}
        text = whole[since.length :]
        return {"from": since.said, "said": [], "at": since.units, "text": text}

    @property
    def pause_s(self) -> float:
        """Seconds to gather before the next frame; longer texts need not be so smooth."""
        return min(_LONGEST_PAUSE_S, FIRST_PAUSE_S + self._units / _UNITS_PER_S)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
