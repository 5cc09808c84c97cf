"""What the canvas, the list and the step's form do to the scenario."""

from dataclasses import replace
from typing import Any, Final

import reflex as rx

from alpina_app.domain.checker import MendError, apply_mend
from alpina_app.domain.sketch import Change, SketchStep, edits
from alpina_app.domain.sketch.clips import MAX_TEXT, ClipError, copied, read_clip
from alpina_app.domain.sketch.model import Sketch
from alpina_app.domain.values import JsonError
from alpina_app.domain.variables import name_fault, rename_variable
from alpina_app.errors import Invalid
from alpina_app.i18n import LANGUAGES, translate
from alpina_app.services.scenario_templates import template_steps
from alpina_app.ui.guards import reported
from alpina_app.ui.states import editor_arguments as take
from alpina_app.ui.states import editor_views as views
from alpina_app.ui.states.editor_base import EditorBase
from alpina_app.ui.texts import language_of

NEW_CONTENTS: Final[dict[str, dict[str, Any]]] = {
    "message": {"text": ""},
    "question": {"text": "", "input": {"type": "text"}},
    "condition": {"mode": "rules", "branches": []},
    "api_call": {"target": "http", "method": "GET", "url": "", "on_error": {"goto": None}},
}
LONGEST_CLIP: Final = 200_000


class EditorEdits(EditorBase, mixin=True):
    @rx.event
    @reported
    async def add_step(
        self,
        step_type: str,
        source: int = 0,
        key: str = "next",
        x: float | None = None,
        y: float | None = None,
        inserts: bool = False,
    ) -> Any:
        """A new step behind an exit of `source` (0: by itself), selected and stored at once."""
        return await self._add(step_type, source, key, x, y, inserts)

    @rx.event
    @reported
    async def create_at(self, step_type: str, place: dict[str, Any]) -> Any:
        """The form's exit picker asks for a new step behind an exit; the form stays where it is."""
        if not isinstance(place, dict):
            raise Invalid({})
        before = self.selected_id
        events = await self._add(step_type, place.get("step"), place.get("exit"))
        if before:
            self._go_to(before)
        return events

    @rx.event
    @reported
    async def link(self, source: int, key: str, target: int = 0) -> Any:
        """Leads an exit to a step; `target` 0 takes it off."""
        _, desk = await self._at_work()
        led = desk.step_id(take.whole(target)) if target else None
        if led == 0:
            raise Invalid({})
        try:
            change = edits.link(desk.sketch, desk.step_id(take.whole(source)), take.word(key), led)
        except KeyError:
            raise Invalid({}) from None
        return self._do(change)

    @rx.event
    @reported
    async def delete_steps(self, ids: list[int]) -> Any:
        _, desk = await self._at_work()
        known = [id for one in take.ids(ids) if (id := desk.step_id(one))]
        if not known:
            return None
        steps = desk.sketch.steps
        change, pointers = edits.delete(desk.sketch, known)
        first = steps[known[0]].name
        events = self._do(change)
        self.note = {
            language: translate(language, "editor.deleted", count=len(known), name=first)
            + (
                " "
                + translate(
                    language,
                    "editor.pointed_here",
                    text=views.pointers_text(pointers, steps, language),
                )
                if pointers
                else ""
            )
            for language in LANGUAGES
        }
        return events

    @rx.event
    @reported
    async def move(self, places: list[list[float]]) -> Any:
        """Nodes were dragged: [[id, x, y], ...]. The browser shows it already."""
        _, desk = await self._at_work()
        taken = {desk.step_id(id): where for id, where in take.places(places).items()}
        taken.pop(0, None)
        change = edits.place(desk.sketch, taken)
        self._desk = desk
        if not desk.do(change):
            return None
        if self.save_state == "saved":
            self.save_state = "saving"
        self.can_undo, self.can_redo = True, False
        return self._events_of_a_move()

    @rx.event
    @reported
    async def place_first(self, places: list[list[float]]) -> Any:
        """The layout's places of steps that had none: stored, but nothing to undo."""
        caller, desk = await self._at_work()
        taken = {desk.step_id(id): where for id, where in take.places(places).items()}
        new = {id: where for id, where in taken.items() if id and desk.sketch.steps[id].x is None}
        if desk.place(edits.place(desk.sketch, new)):
            await self._flush(caller)
        self._desk = desk

    @rx.event
    @reported
    async def reorder(self, id: int, position: int) -> Any:
        _, desk = await self._at_work()
        known = desk.step_id(take.whole(id))
        if not known:
            raise Invalid({})
        change = edits.reorder(desk.sketch, known, take.whole(position, -1, 10_000))
        return self._do(change, beside=())

    @rx.event
    @reported
    async def change_step(self, step_id: int, patch: dict[str, Any]) -> Any:
        """The step's form: whole new values of name, step_type, content, next_step."""
        _, desk = await self._at_work()
        known = desk.step_id(take.whole(step_id))
        values = take.patch(patch)
        if not known:
            raise Invalid({})
        if values.get("next_step") is not None:
            values["next_step"] = desk.step_id(values["next_step"]) or None
        merge = f"form:{known}:{','.join(sorted(values))}"
        return self._do(edits.patch(desk.sketch, known, values), merge=merge, beside=())

    @rx.event
    @reported
    async def set_start(self, id: int) -> Any:
        _, desk = await self._at_work()
        known = desk.step_id(take.whole(id))
        if not known:
            raise Invalid({})
        return self._do(Change({}, {"initial_step": known}))

    @rx.event
    @reported
    async def choose_start(self, id: str) -> Any:
        """From a list of choices, which gives texts."""
        _, desk = await self._at_work()
        text = take.word(id, 20)
        known = desk.step_id(int(text)) if text.isascii() and text.isdigit() else 0
        if not known:
            raise Invalid({})
        return self._do(Change({}, {"initial_step": known}))

    @rx.event
    @reported
    async def paste(self, text: str) -> Any:
        """Steps from the clipboard, selected afterwards; other texts are left alone."""
        caller, desk = await self._at_work()
        try:
            steps = read_clip(take.word(text, MAX_TEXT), desk.sketch)
        except ClipError:
            return rx.toast.info(translate(await language_of(self), "editor.no_clip"))
        events = self._do(edits.paste(desk.sketch, steps))
        new = sorted((id for id in desk.sketch.steps if id < 0), reverse=True)
        await self._flush(caller)
        pasted = tuple(desk.step_id(id) for id in new)
        if pasted:
            self._go_to(pasted[0])
            desk.picked = pasted
            self.focus = {**self.focus, "n": self.focus["n"] + 1, "ids": list(pasted)}
            self._show_selected()
        return events

    @rx.event
    @reported
    async def rename_variable(self, old: str, new: str) -> Any:
        """Everywhere: templates, rules, and where it is set."""
        _, desk = await self._at_work()
        before, after = take.word(old), take.word(new).strip()
        steps = [step.picture for step in desk.sketch.ordered()]
        if before == after:
            return None
        fault = name_fault(steps, before, after)
        if fault is not None:
            text = translate(await language_of(self), f"editor.name_{fault}", name=after)
            return rx.toast.error(text)
        changed: dict[int, SketchStep | None] = {}
        for step in steps:
            content = rename_variable(step, before, after)
            if content is not step.content:
                changed[step.id] = replace(desk.sketch.steps[step.id], content=content)
        events = self._do(Change(changed))
        self.note = {
            language: translate(
                language, "editor.renamed", old=before, new=after, count=len(changed)
            )
            for language in LANGUAGES
        }
        return events

    @rx.event
    @reported
    async def mend(self, key: str) -> Any:
        """Applies what a finding offers."""
        _, desk = await self._at_work()
        wanted = take.word(key, 5_000)
        finding = next((one for one in desk.findings if views.finding_key(one) == wanted), None)
        if finding is None:
            return None
        try:
            picture = apply_mend(desk.sketch.picture(), finding)
        except MendError:
            return rx.toast.info(translate(await language_of(self), "editor.mend_outdated"))
        change = Change(
            {
                one.id: replace(
                    desk.sketch.steps[one.id], content=one.content, next_step=one.next_step
                )
                for one in picture.steps
                if one.id == finding.step
            },
            {"initial_step": picture.initial_step},
        )
        return self._do(change)

    @rx.event
    @reported
    async def rename(self, name: str) -> Any:
        """The name's input was left; one left blank shows the name again."""
        await self._at_work()
        text = _name(name)
        if not text:
            self.name_key += 1
        return self._rename(text)

    @rx.event
    @reported
    async def type_name(self, name: str) -> Any:
        """While the name is typed: what stands in the input stays there."""
        await self._at_work()
        return self._rename(_name(name))

    @rx.event
    @reported
    async def describe(self, description: str) -> Any:
        """While the description is typed, and when it is left."""
        await self._at_work()
        self.description = take.word(description, 10_000)
        return self._do(Change({}, {"description": self.description}), merge="description")

    @rx.event
    @reported
    async def use_template(self, template: str) -> Any:
        """A ready scenario in the place of an empty one."""
        caller, desk = await self._at_work()
        language = await language_of(self)
        if desk.sketch.steps:
            raise Invalid({})
        steps = template_steps(take.word(template), language)
        if steps is None:
            raise Invalid({})
        events = self._do(Change({step.id: step for step in steps}))
        await self._flush(caller)
        first = desk.sketch.start()
        if first:
            self._go_to(first)
        return events

    def _rename(self, name: str) -> Any:
        if not name:
            return None
        self.name = name
        return self._do(Change({}, {"name": name}), merge="name")

    async def _add(
        self,
        step_type: Any,
        source: Any,
        key: Any,
        x: Any = None,
        y: Any = None,
        inserts: Any = False,
    ) -> Any:
        caller, desk = await self._at_work()
        kind = take.step_type(step_type)
        before = desk.step_id(take.whole(source)) if source else 0
        step = SketchStep(
            edits.new_id(desk.sketch),
            self._new_name(desk.sketch, kind, await language_of(self)),
            kind,
            NEW_CONTENTS[kind],
        )
        left, top = take.coordinate(x), take.coordinate(y)
        if left is None or top is None:
            left, top = edits.free_place(desk.sketch, before)
        step = replace(step, x=left, y=top)
        try:
            change = edits.add(
                desk.sketch,
                step,
                source=before or None,
                key=take.word(key),
                inserts=inserts is True and bool(before),
            )
        except KeyError:
            raise Invalid({}) from None
        events = self._do(change)
        await self._flush(caller)
        self._go_to(desk.step_id(step.id))
        return events

    def _new_name(self, sketch: Sketch, step_type: str, language: str) -> str:
        """`Вопрос 3`: a name that no other step has."""
        taken = {step.name for step in sketch.steps.values()}
        number = len(sketch.steps) + 1
        while True:
            name = translate(language, f"editor.new_{step_type}", number=number)
            if name not in taken:
                return name
            number += 1

    def _show_clip(self) -> None:
        desk = self._desk
        assert desk is not None
        try:
            clip = copied(desk.sketch, desk.picked) if len(desk.picked) > 1 else ""
        except JsonError:
            clip = ""
        if len(clip) > LONGEST_CLIP:
            clip = ""
        if self.clip != clip:
            self.clip = clip

    def _events_of_a_move(self) -> list[Any]:
        raise NotImplementedError


def _name(value: Any) -> str:
    """Of a scenario; "" for a blank one."""
    return take.word(value, 10_000).strip()[: edits.NAME_LENGTH]
