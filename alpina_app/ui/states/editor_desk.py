"""The editor's model behind a tab: the scenario in hand, what is unsaved, undo and redo.

Plain Python without Reflex. A state keeps a `Desk` in a private var; it is no dataclass, so that
Reflex hands it out as it is. The browser's copy is kept in step by `Feed`: entries numbered without
gaps, the newest few sent each time, so that one that was never rendered is not missed.
"""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from alpina_app.domain.checker import Finding
from alpina_app.domain.sketch import Change, Sketch, SketchStep, apply, merged, on_top_of
from alpina_app.domain.sketch.edits import renamed_ids, with_ids
from alpina_app.domain.sketch.model import FIELDS, NOTHING, PLACE_FIELDS, step_changes
from alpina_app.services.editing import Draft
from alpina_app.services.editor_page import EditorPage, Live

UNDO_STEPS: Final = 50
MERGE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Edit:
    """One entry of undo or redo. `merge`: later edits of the same mark join it for a while."""

    back: Change
    merge: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Unsaved:
    """What `editor_page.store` is to be told."""

    puts: list[dict[str, Any]]
    deletes: list[int]
    scenario: dict[str, Any]
    places: dict[int, tuple[float, float] | None]

    def __bool__(self) -> bool:
        return bool(self.puts or self.deletes or self.scenario or self.places)


class Desk:
    """`edits` counts what was done, `versions` how often a step changed beside its form."""

    def __init__(self, page: EditorPage) -> None:
        self.take(page)
        self.edits = 0
        self.ids: dict[int, int] = {}
        self.versions: dict[int, int] = {}
        self.selected: int = 0
        self.picked: tuple[int, ...] = ()
        self.findings: list[Finding] = []
        self.theirs: EditorPage | None = None

    def take(self, page: EditorPage) -> None:
        """Begins anew with what is stored."""
        self.draft = replace(page.draft, steps=())
        self.sketch = sketch_of(page.draft)
        self.live: Live = page.live
        self.secrets = page.secrets
        self.page = replace(page, draft=self.draft, live=Live())
        self.before: Change = NOTHING
        self.undos: list[Edit] = []
        self.redos: list[Edit] = []

    @property
    def revision(self) -> int:
        return self.draft.revision

    def do(self, change: Change, *, merge: str = "", now: float = 0.0) -> frozenset[int]:
        """The ids of the steps that changed."""
        back = self._apply(change)
        if not back:
            return frozenset()
        self.redos.clear()
        last = self.undos[-1] if self.undos else None
        if last and merge and last.merge == merge and now - last.at < MERGE_S:
            self.undos[-1] = Edit(merged(last.back, back), merge, now)
        else:
            self.undos.append(Edit(back, merge, now))
            del self.undos[:-UNDO_STEPS]
        return frozenset(back.steps)

    def place(self, change: Change) -> bool:
        """A change that is nobody's deed: nothing to undo. Whether anything changed."""
        return bool(self._apply(change))

    def undo(self) -> frozenset[int] | None:
        """The ids of the steps that changed; None where there is nothing to undo."""
        return self._step_back(self.undos, self.redos)

    def redo(self) -> frozenset[int] | None:
        return self._step_back(self.redos, self.undos)

    def unsaved(self) -> Unsaved:
        puts, deletes, places = [], [], {}
        for id, common in self.before.steps.items():
            step = self.sketch.steps.get(id)
            if step is None:
                if common is not None:
                    deletes.append(id)
            elif common is not None and only_moved(common, step):
                places[id] = None if step.x is None or step.y is None else (step.x, step.y)
            elif common is None or step_changes(common, step):
                puts.append(asdict(step))
        fields = {
            name: getattr(self.sketch, name)
            for name, common in self.before.fields.items()
            if getattr(self.sketch, name) != common
        }
        return Unsaved(puts, deletes, fields, places)

    def saved(self, revision: int, ids: Mapping[int, int], at: datetime) -> None:
        """Everything is stored now; `ids`: what ids of new steps became."""
        self.draft = replace(self.draft, revision=revision, updated_at=at)
        self.before = NOTHING
        if not ids:
            return
        self.ids.update(ids)
        steps = {ids.get(id, id): with_ids(step, ids) for id, step in self.sketch.steps.items()}
        initial = self.sketch.initial_step
        self.sketch = replace(
            self.sketch, steps=steps, initial_step=initial and ids.get(initial, initial)
        )
        self.undos = [replace(one, back=renamed_ids(one.back, ids)) for one in self.undos]
        self.redos = [replace(one, back=renamed_ids(one.back, ids)) for one in self.redos]
        self.selected = ids.get(self.selected, self.selected)
        self.picked = tuple(ids.get(id, id) for id in self.picked)

    def put_mine_on_top(self, theirs: EditorPage) -> None:
        """Their state with my unsaved edits on it, to be saved.

        A step that they deleted comes back under a new id: whose the old one was is not known
        for sure.
        """
        mine, before = self.sketch, self.before
        self.take(theirs)
        change = on_top_of(self.sketch, mine, before)
        lost = [id for id, step in change.steps.items() if step and self._is_lost(id)]
        first = min((0, *change.steps)) - 1
        change = renamed_ids(change, {id: first - number for number, id in enumerate(lost)})
        back = self._apply(change)
        if back:
            self.undos.append(Edit(back))

    def stored(self) -> Sketch:
        """The scenario as this tab knows it to be stored."""
        return apply(self.sketch, self.before)[0]

    def is_as_stored(self, theirs: EditorPage) -> bool:
        """Nobody changed what is edited here, although the revision is another."""
        stored, found = self.stored(), sketch_of(theirs.draft)
        return replace(stored, steps={}) == replace(found, steps={}) and not (
            stored.steps.keys() ^ found.steps.keys()
            or any(step_changes(stored.steps[id], found.steps[id]) for id in found.steps)
        )

    def step_id(self, id: int) -> int:
        """What a step is called now; 0 where there is none."""
        id = self.ids.get(id, id)
        return id if id in self.sketch.steps else 0

    def remember(self, before: Sketch) -> None:
        """Undo leads from here to `before`."""
        ids = before.steps.keys() | self.sketch.steps.keys()
        change = Change(
            {id: before.steps.get(id) for id in ids},
            {name: getattr(before, name) for name in FIELDS},
        )
        self.undos.append(Edit(change))

    def touch(self, ids: frozenset[int]) -> None:
        """These steps changed beside their form: it has to take them anew."""
        for id in ids:
            self.versions[id] = self.versions.get(id, 0) + 1

    def _is_lost(self, id: int) -> bool:
        return id > 0 and id not in self.sketch.steps

    def _apply(self, change: Change) -> Change:
        self.sketch, back = apply(self.sketch, change)
        if back:
            self.edits += 1
            self.before = merged(self.before, back)
        return back

    def _step_back(self, source: list[Edit], other: list[Edit]) -> frozenset[int] | None:
        if not source:
            return None
        back = self._apply(source.pop().back)
        other.append(Edit(back))
        del other[:-UNDO_STEPS]
        return frozenset(back.steps)


def sketch_of(draft: Draft) -> Sketch:
    steps = {
        step.id: SketchStep(
            step.id,
            step.name,
            step.step_type,
            step.content,
            step.order,
            step.next_step,
            step.x,
            step.y,
        )
        for step in draft.steps
    }
    return Sketch(draft.id, draft.name, draft.description, draft.initial_step, steps)


def only_moved(before: SketchStep, after: SketchStep) -> bool:
    changed = step_changes(before, after).keys()
    return bool(changed) and changed <= set(PLACE_FIELDS)


class Feed:
    """What the browser is told of the scenario's steps.

    `whole`: {"epoch", "seq", "nodes", "start"}; `entries`: those after it, {"seq", "nodes", "gone",
    "start"}, the newest KEPT.
    """

    KEPT: Final = 6
    LARGE: Final = 24

    def __init__(self) -> None:
        # A page may get the graphs of two states, one after the other: no two share an epoch.
        self.epoch = secrets.randbits(48)
        self.seq = 0
        self.whole: dict[str, Any] = {}
        self.entries: list[dict[str, Any]] = []

    def begin(self, nodes: list[dict[str, Any]], start: int) -> None:
        self.epoch += 1
        self.seq += 1
        self.entries = []
        self.whole = {"epoch": self.epoch, "seq": self.seq, "nodes": nodes, "start": start}

    def add(self, nodes: list[dict[str, Any]], gone: list[int], start: int) -> None:
        self.seq += 1
        entry = {"seq": self.seq, "nodes": nodes, "gone": gone, "start": start}
        self.entries = [*self.entries, entry][-self.KEPT :]
