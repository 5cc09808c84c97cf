"""What the browser gets to show of the model: small values, texts in both languages."""

from collections.abc import Iterable, Mapping
from functools import cache, partial
from typing import Any, Final

from alpina_app.domain.checker import Finding
from alpina_app.domain.contents import Content, parse_content
from alpina_app.domain.differences import Told, differences, tell
from alpina_app.domain.picture import Picture
from alpina_app.domain.sentences import Phrase, exit_sentence, step_lines
from alpina_app.domain.sketch import Exit, Sketch, SketchStep, exits_of
from alpina_app.domain.sketch.edits import Pointer
from alpina_app.domain.variables import variables_of
from alpina_app.i18n import LANGUAGES, Language, translate
from alpina_app.services.editor_page import EditorPage
from alpina_app.services.findings import finding_text
from alpina_app.ui.states.editor_desk import Desk, sketch_of

FINDINGS_SHOWN: Final = 200
POINTERS_SHOWN: Final = 5


@cache
def phrase_of(language: Language) -> Phrase:
    """The sentences of `language`, see `domain.sentences`."""
    return partial(_sentence, language)


def _sentence(language: Language, key: str, /, **params: Any) -> str:
    return translate(language, f"sentences.{key}", **params)


def node_view(step: SketchStep) -> dict[str, Any]:
    """A step on the canvas and in the list.

    `lines`: [kind, Russian, English], without the last where it is the same; `exits` likewise
    with `label` = [Russian, English].
    """
    parsed = parse_content(step.step_type, step.content)
    content = parsed.content or parsed.partial
    return {
        "id": step.id,
        "name": step.name,
        "type": step.step_type,
        "order": step.order,
        "x": step.x,
        "y": step.y,
        "lines": _lines(step),
        "exits": [_exit_view(step, content, one) for one in exits_of(step)],
    }


def _lines(step: SketchStep) -> list[list[str]]:
    ru, en = (step_lines(step.step_type, step.content, phrase_of(one)) for one in LANGUAGES)
    return [
        [one.kind, one.text] if one == other else [one.kind, one.text, other.text]
        for one, other in zip(ru, en, strict=True)
    ]


def _exit_view(step: SketchStep, content: Content | None, one: Exit) -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind,
        "short": one.label,
        "label": [
            exit_sentence(step.step_type, content, one, phrase_of(language))
            for language in LANGUAGES
        ],
        "to": one.target,
        "follows": one.follows,
        "set": one.is_set,
    }


def form_step(step: SketchStep, version: int) -> dict[str, Any]:
    return {
        "id": step.id,
        "name": step.name,
        "step_type": step.step_type,
        "content": step.content,
        "next_step": step.next_step,
        "version": version,
    }


def step_names(sketch: Sketch) -> list[dict[str, Any]]:
    return [
        {"id": step.id, "name": step.name, "step_type": step.step_type} for step in sketch.ordered()
    ]


def variable_views(sketch: Sketch) -> list[dict[str, Any]]:
    found = variables_of(step.picture for step in sketch.ordered())
    return [
        {"name": one.name, "set_in": list(one.set_in), "used_in": list(one.used_in)}
        for one in found
    ]


def variable_rows(found: list[dict[str, Any]], sketch: Sketch) -> list[dict[str, Any]]:
    """The variables with the names of their steps."""

    def named(ids: list[int]) -> list[dict[str, Any]]:
        return [{"id": id, "name": sketch.steps[id].name} for id in ids]

    return [
        {"name": one["name"], "set_in": named(one["set_in"]), "used_in": named(one["used_in"])}
        for one in found
    ]


def finding_views(findings: Iterable[Finding], sketch: Sketch) -> list[dict[str, Any]]:
    """For the panel: errors first; `key` names a finding for `apply_mend`."""
    ordered = sorted(findings, key=lambda one: one.severity != "error")[:FINDINGS_SHOWN]
    return [
        {
            "key": finding_key(one),
            "severity": one.severity,
            "step": one.step or 0,
            "name": _name(sketch, one.step),
            "ru": finding_text(one, "ru"),
            "en": finding_text(one, "en"),
            "mends": one.mend is not None,
        }
        for one in ordered
    ]


def _name(sketch: Sketch, id: int | None) -> str:
    step = None if id is None else sketch.steps.get(id)
    return "" if step is None else step.name


def finding_key(one: Finding) -> str:
    return f"{one.code}|{one.step or 0}|{one.path}"


def form_findings(findings: Iterable[Finding], step: int, language: Language) -> list[Any]:
    return [
        {"path": one.path, "message": finding_text(one, language), "severity": one.severity}
        for one in findings
        if one.step == step
    ]


def marks_of(findings: Iterable[Finding]) -> dict[str, list[int]]:
    """By step id, the numbers of errors and of warnings."""
    marks: dict[str, list[int]] = {}
    for one in findings:
        if one.step is not None:
            mark = marks.setdefault(str(one.step), [0, 0])
            mark[one.severity != "error"] += 1
    return marks


def told_in_both(before: Picture, after: Picture) -> list[dict[str, Any]]:
    """The differences as {"kind", "step", "ru", "en", "lines": [{"ru", "en"}]}."""
    found = differences(before, after)
    ru, en = (tell(found, before, after, phrase_of(language)) for language in LANGUAGES)
    return [_told(one, other) for one, other in zip(ru, en, strict=True)]


def _told(ru: Told, en: Told) -> dict[str, Any]:
    lines = [{"ru": one, "en": other} for one, other in zip(ru.lines, en.lines, strict=True)]
    return {"kind": ru.kind, "step": ru.step or 0, "ru": ru.title, "en": en.title, "lines": lines}


def conflict_view(desk: Desk, theirs: EditorPage, me: str) -> dict[str, Any]:
    """Who changed what, and what is mine. `who` "" = through another door than the editor."""
    stored = desk.stored().picture()
    new = theirs.changed_at is not None and theirs.changed_at > desk.draft.updated_at
    who = theirs.changed_by if new else ""
    return {
        "who": who,
        "is_me": who == me,
        "when": theirs.draft.updated_at.isoformat() if new else "",
        "theirs": told_in_both(stored, sketch_of(theirs.draft).picture()),
        "mine": told_in_both(stored, desk.sketch.picture()),
    }


def pointers_text(
    pointers: list[Pointer], steps: Mapping[int, SketchStep], language: Language
) -> str:
    """`«Роль» (вариант «Автор»), «Меню» и ещё 2`, or ""."""
    shown = []
    for one in pointers[:POINTERS_SHOWN]:
        name = phrase_of(language)("quote", text=steps[one.step].name)
        shown.append(f"{name} ({one.label})" if one.label else name)
    more = len(pointers) - POINTERS_SHOWN
    text = ", ".join(shown)
    return text if more <= 0 else translate(language, "editor.and_more", text=text, count=more)
