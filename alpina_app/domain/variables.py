"""Variables of a whole scenario: where each is set and used, and renaming one everywhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from alpina_app.domain.checker.flow import root_of
from alpina_app.domain.checker.reads import names_set, strings_in, texts_of
from alpina_app.domain.contents import Content, Place, RulesCondition, parse_content
from alpina_app.domain.picture import StepPicture
from alpina_app.domain.template_syntax import compile_template, rename_root
from alpina_app.domain.values import RESERVED_NAMES, is_variable_name

NameFault = Literal["invalid", "reserved", "taken", "unknown"]
_CONTENT: Final = "content"


@dataclass(frozen=True, slots=True)
class VariableUse:
    """`set_in`, `used_in`: ids of steps, in the order of the steps given."""

    name: str
    set_in: tuple[int, ...]
    used_in: tuple[int, ...]


def variables_of(steps: Iterable[StepPicture]) -> list[VariableUse]:
    """Every variable that a step sets or uses, by name; the built-in ones are left out."""
    set_in: dict[str, list[int]] = {}
    used_in: dict[str, list[int]] = {}
    for step in steps:
        content = _content_of(step)
        if content is None:
            continue
        for name in dict.fromkeys(one.name for one in names_set(content)):
            set_in.setdefault(name, []).append(step.id)
        for name in dict.fromkeys(_names_used(content)):
            used_in.setdefault(name, []).append(step.id)
    names = sorted((set_in.keys() | used_in.keys()) - RESERVED_NAMES, key=str.casefold)
    return [
        VariableUse(name, tuple(set_in.get(name, ())), tuple(used_in.get(name, ())))
        for name in names
        if is_variable_name(name)
    ]


def name_fault(steps: Sequence[StepPicture], old: str, new: str) -> NameFault | None:
    """Why `old` cannot be called `new`; None where it can."""
    if not is_variable_name(new):
        return "invalid"
    if new in RESERVED_NAMES:
        return "reserved"
    known = {one.name for one in variables_of(steps)}
    if old not in known:
        return "unknown"
    return "taken" if new in known else None


def rename_variable(step: StepPicture, old: str, new: str) -> Any:
    """The step's content with the variable `old` called `new` in templates, rules and wherever
    it is set; the content itself where it says nothing of it."""
    content = _content_of(step)
    if content is None:
        return step.content
    raw = step.content
    for place, rename in _renames(content, old, new):
        raw = _changed(raw, place[1:], rename)
    return raw


def _renames(content: Content, old: str, new: str) -> Iterator[tuple[Place, Callable[[Any], Any]]]:
    for one in names_set(content):
        if one.name == old:
            yield one.place, lambda _name: new
    for text in texts_of(content):
        for string, place in strings_in(text.value, text.place):
            if "{{" in string and rename_root(string, old, new) != string:
                yield place, lambda value: rename_root(value, old, new)
    if isinstance(content, RulesCondition):
        for i, branch in enumerate(content.branches):
            for j, rule in enumerate(branch.rules):
                if root_of(rule.var) == old:
                    place = (_CONTENT, "branches", i, "rules", j, "var")
                    yield place, lambda var: _renamed_path(var, old, new)


def _names_used(content: Content) -> Iterator[str]:
    for text in texts_of(content):
        for string, _place in strings_in(text.value, text.place):
            if "{{" in string:
                yield from (str(use.path[0]) for use in compile_template(string).uses)
    if isinstance(content, RulesCondition):
        for branch in content.branches:
            for rule in branch.rules:
                root = root_of(rule.var)
                if root is not None:
                    yield root


def _renamed_path(path: str, old: str, new: str) -> str:
    before, _, rest = path.partition(old)
    return before + new + rest


def _content_of(step: StepPicture) -> Content | None:
    parsed = parse_content(step.step_type, step.content)
    return parsed.content or parsed.partial


def _changed(value: Any, place: Place, change: Callable[[Any], Any]) -> Any:
    """A copy of `value` with what stands at `place` changed, if anything stands there."""
    if not place:
        return change(value)
    key: Any = place[0]
    if isinstance(value, dict):
        if key not in value:
            return value
    elif not isinstance(value, list) or not isinstance(key, int) or key >= len(value):
        return value
    copied = value.copy()
    copied[key] = _changed(value[key], place[1:], change)
    return copied
