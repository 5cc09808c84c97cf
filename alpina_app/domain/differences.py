"""What differs between two pictures of a scenario, and the differences in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from alpina_app.domain.picture import Picture, StepPicture, step_order
from alpina_app.domain.sentences import Phrase, quoted

Place = tuple[str | int, ...]
Kind = Literal["added", "removed", "changed", "scenario"]


class Absent:
    """In the place of a value that is not there."""


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs. `place`: the keys that lead to it; an item of a list is named by
    its label, id, name or variable where it has one, else by its number from 1."""

    place: Place
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class StepDifference:
    """`step` None: the scenario itself (`scenario`)."""

    kind: Kind
    step: int | None
    name: str
    step_type: str = ""
    details: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A difference for people: a title, and a sentence for each detail."""

    kind: Kind
    step: int | None
    title: str
    lines: tuple[str, ...] = field(default=())


def differences(before: Picture, after: Picture) -> list[StepDifference]:
    """The scenario's own first, then steps in the order of the newer picture, those that are gone
    last. Where nodes stand on a canvas is no difference."""
    found: list[StepDifference] = []
    own = [
        Difference((name,), getattr(before, name), getattr(after, name))
        for name in ("name", "initial_step")
        if getattr(before, name) != getattr(after, name)
    ]
    if own:
        found.append(StepDifference("scenario", None, after.name, details=tuple(own)))
    old = {step.id: step for step in before.steps}
    new = {step.id: step for step in after.steps}
    for step in sorted(after.steps, key=step_order):
        if step.id not in old:
            found.append(StepDifference("added", step.id, step.name, step.step_type))
        elif details := tuple(_of_step(old[step.id], step)):
            found.append(StepDifference("changed", step.id, step.name, step.step_type, details))
    for step in sorted(before.steps, key=step_order):
        if step.id not in new:
            found.append(StepDifference("removed", step.id, step.name, step.step_type))
    return found


def tell(
    found: list[StepDifference], before: Picture, after: Picture, phrase: Phrase
) -> list[Told]:
    """The differences in the reader's language; steps are called by name, not by id."""
    names = {step.id: step.name for step in (*before.steps, *after.steps)}
    return [_told(one, names, phrase) for one in found]


def _of_step(before: StepPicture, after: StepPicture) -> Iterator[Difference]:
    for name in ("name", "step_type", "next_step", "order"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Difference((name,), old, new)
    yield from _of_json(before.content, after.content, ())


def _of_json(before: Any, after: Any, place: Place) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (*after, *(key for key in before if key not in after)):
            old, new = before.get(key, ABSENT), after.get(key, ABSENT)
            yield from _of_json(old, new, (*place, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, place)
    elif _differ(before, after):
        yield Difference(place, before, after)


def _of_lists(before: list[Any], after: list[Any], place: Place) -> Iterator[Difference]:
    """Items that have a name of their own are matched by it, others by their place."""
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        old, new = dict(enumerate(before, 1)), dict(enumerate(after, 1))
    for name in (*new, *(name for name in old if name not in new)):
        yield from _of_json(old.get(name, ABSENT), new.get(name, ABSENT), (*place, name))
    common = [name for name in old if name in new]
    if common != [name for name in new if name in old]:
        yield Difference((*place, "order"), [str(one) for one in old], [str(one) for one in new])


def _by_name(items: list[Any]) -> dict[str | int, Any] | None:
    """None where items have no names or share one."""
    found: dict[str | int, Any] = {}
    for item in items:
        name = _name_of(item)
        if name is None or name in found:
            return None
        found[name] = item
    return found


def _name_of(item: Any) -> str | None:
    if not isinstance(item, dict):
        return None
    for key in ("id", "label", "name", "var"):
        value = item.get(key)
        if isinstance(value, str) and value.strip() and not (key == "var" and "op" in item):
            return value
    return None


def _differ(before: Any, after: Any) -> bool:
    return type(before) is not type(after) or before != after


def _told(one: StepDifference, names: Mapping[int, str], phrase: Phrase) -> Told:
    title = phrase(
        f"diff_{one.kind}",
        name=one.name,
        type=phrase(f"type_{one.step_type}") if one.step_type else "",
    )
    lines = tuple(_sentence(detail, names, phrase) for detail in one.details)
    return Told(one.kind, one.step, title, lines)


def _sentence(one: Difference, names: Mapping[int, str], phrase: Phrase) -> str:
    leads = one.place[-1] in ("goto", "next_step", "initial_step")
    if leads:
        place = one.place if one.place[-1] != "goto" else one.place[:-1]
        nowhere = "first_in_list" if one.place == ("initial_step",) else "the_end"
        old, new = (_target(value, names, nowhere, phrase) for value in (one.before, one.after))
        return phrase("diff_leads", place=_words(place, phrase), before=old, after=new)
    place_words = _words(one.place, phrase)
    if isinstance(one.before, Absent):
        return phrase("diff_value_added", place=place_words, after=_shown(one, one.after, phrase))
    if isinstance(one.after, Absent):
        before = _shown(one, one.before, phrase)
        return phrase("diff_value_removed", place=place_words, before=before)
    return phrase(
        "diff_value_changed",
        place=place_words,
        before=_shown(one, one.before, phrase),
        after=_shown(one, one.after, phrase),
    )


def _target(value: Any, names: Mapping[int, str], nowhere: str, phrase: Phrase) -> str:
    if isinstance(value, Absent):
        return phrase("as_next")
    if value is None:
        return phrase(nowhere)
    name = names.get(value) if isinstance(value, int) else None
    return phrase("quote", text=name) if name else phrase("unknown_step", id=value)


def _words(place: Place, phrase: Phrase) -> str:
    return " → ".join(_word(part, place[:at], phrase) for at, part in enumerate(place))


def _word(part: str | int, before: Place, phrase: Phrase) -> str:
    if isinstance(part, int):
        return phrase("number", number=part)
    if before and before[-1] in NAMED_LISTS:
        return phrase("quote", text=part) if part != "order" else phrase("field_order")
    return phrase(f"field_{part}") if part in FIELDS else part


def _shown(one: Difference, value: Any, phrase: Phrase) -> str:
    if one.place[-1] == "type" and one.place[:-1] == ("input",) and isinstance(value, str):
        return phrase(f"input_{value}") if value in INPUT_TYPES else quoted(value, phrase)
    if one.place == ("step_type",) and isinstance(value, str):
        return phrase(f"type_{value}")
    if isinstance(value, dict):
        name = _name_of(value)
        if name is not None:
            return phrase("quote", text=name)
    return quoted(value, phrase)


NAMED_LISTS: Final = frozenset(
    {"options", "branches", "classes", "rules", "set", "save", "query", "headers"}
)
INPUT_TYPES: Final = frozenset(
    {
        *("text", "number", "email", "phone", "url", "date", "time", "yes_no", "choice"),
        *("multi_choice", "rating"),
    }
)
FIELDS: Final = frozenset(
    {
        *("name", "initial_step", "step_type", "next_step", "order", "text", "gpt", "prompt"),
        *("model", "temperature", "max_tokens", "history_turns", "save_to", "timeout_s"),
        *("fallback_text", "retry_text", "max_attempts", "skip_if_set", "input", "type"),
        *("required", "min", "max", "integer", "min_len", "max_len", "pattern", "region"),
        *("scale", "options", "id", "label", "value", "on_fail", "action", "default", "mode"),
        *("branches", "match", "rules", "var", "op", "ignore_case", "instructions", "classes"),
        *("description", "target", "method", "url", "query", "headers", "body", "auth", "secret"),
        *("retries", "save", "path", "save_status", "success", "on_error", "max_response_kb"),
        *("schema", "set", "end"),
    }
)
