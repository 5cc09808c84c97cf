"""The ways out of a step as an editor shows them: named, also where the content is not sound yet.

Keys: `next` (the step's `next_step`), `option:<n>`, `branch:<n>`, `class:<n>`, `on_fail`,
`on_error`; n counts from 0 in the content's own list.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from alpina_app.domain.contents import (
    NEXT,
    Content,
    Goto,
    GptCall,
    GptCondition,
    HttpCall,
    MessageContent,
    QuestionContent,
    RulesCondition,
    parse_content,
)
from alpina_app.domain.sketch.model import SketchStep

ExitKind = Literal["next", "option", "branch", "class", "on_fail", "on_error"]
CHOICES: Final = ("choice", "multi_choice")
# Where the `goto`s of a list stand, and what holds the list.
_LISTS: Final[dict[str, tuple[str, ...]]] = {
    "option": ("input", "options"),
    "branch": ("branches",),
    "class": ("classes",),
}
_NEXT: Final = "next"


@dataclass(frozen=True, slots=True)
class Exit:
    """`label`: the scenario's own words (an option's label, a branch's name), "" without any.

    `target` None is the end of the scenario. `follows`: nothing is set here, the way is that of
    `next`, whose target this one has then. `is_set` is False where the exit does not lead by a
    step at all (an `on_fail` that ends or takes the default).
    """

    key: str
    kind: ExitKind
    label: str
    target: int | None
    follows: bool = False
    is_set: bool = True


def exits_of(step: SketchStep) -> list[Exit]:
    """Every way out, in the order of the content, `next` before the failing ones."""
    parsed = parse_content(step.step_type, step.content)
    content = parsed.content or parsed.partial
    straight = Exit(_NEXT, "next", "", step.next_step)
    if content is None:
        return [straight]
    return [*_forks(content, step.next_step), straight, *_failing(content)]


def find_exit(step: SketchStep, key: str) -> Exit | None:
    return next((one for one in exits_of(step) if one.key == key), None)


def with_exit(step: SketchStep, key: str, target: int | None) -> SketchStep:
    """The step with an exit led to `target`; None takes it off: an option, branch or class then
    follows `next`. Raises KeyError for an exit that is not there."""
    if key == _NEXT:
        return replace(step, next_step=target)
    kind, _, number = key.partition(":")
    if find_exit(step, key) is None:
        raise KeyError(key)
    if kind in _LISTS:
        place: tuple[str | int, ...] = (*_LISTS[kind], int(number))
        content = _changed(step.content, place, lambda item: _with_goto(item, target))
    elif kind == "on_fail":
        content = _changed(step.content, (), lambda raw: _with_on_fail(raw, target))
    else:
        content = _changed(step.content, (), lambda raw: _with_on_error(raw, target))
    return replace(step, content=content)


def exits_to(step: SketchStep, targets: frozenset[int]) -> list[Exit]:
    """The exits that lead to one of `targets` by themselves."""
    return [
        one for one in exits_of(step) if one.is_set and not one.follows and one.target in targets
    ]


def _forks(content: Content, next_step: int | None) -> Iterator[Exit]:
    match content:
        case QuestionContent(input=asked):
            if asked.type in CHOICES:
                for n, option in enumerate(asked.options):
                    yield _fork("option", n, option.label, option.goto, next_step)
        case RulesCondition(branches=branches):
            for n, branch in enumerate(branches):
                yield _fork("branch", n, branch.name, branch.goto, next_step)
        case GptCondition(classes=classes):
            for n, one in enumerate(classes):
                yield _fork("class", n, one.id, one.goto, next_step)
        case MessageContent() | HttpCall() | GptCall():
            return


def _fork(kind: ExitKind, n: int, label: str, goto: Goto, next_step: int | None) -> Exit:
    if goto is NEXT:
        return Exit(f"{kind}:{n}", kind, label, next_step, follows=True)
    return Exit(f"{kind}:{n}", kind, label, goto)


def _failing(content: Content) -> Iterator[Exit]:
    match content:
        case QuestionContent(on_fail=on_fail):
            leads = on_fail.action == "goto"
            yield Exit("on_fail", "on_fail", "", on_fail.goto if leads else None, is_set=leads)
        case HttpCall(on_error=on_error) | GptCall(on_error=on_error):
            goto = on_error.goto if on_error else None
            yield Exit("on_error", "on_error", "", goto, is_set=on_error is not None)
        case MessageContent() | RulesCondition() | GptCondition():
            return


def _with_goto(item: dict[str, Any], target: int | None) -> dict[str, Any]:
    rest = {key: value for key, value in item.items() if key != "goto"}
    return rest if target is None else {**rest, "goto": target}


def _with_on_fail(raw: dict[str, Any], target: int | None) -> dict[str, Any]:
    before = raw.get("on_fail")
    rest = {
        key: value
        for key, value in (before.items() if isinstance(before, dict) else ())
        if key not in ("action", "goto")
    }
    led = {"action": "end"} if target is None else {"action": "goto", "goto": target}
    return {**raw, "on_fail": {**rest, **led}}


def _with_on_error(raw: dict[str, Any], target: int | None) -> dict[str, Any]:
    before = raw.get("on_error")
    return {**raw, "on_error": {**(before if isinstance(before, dict) else {}), "goto": target}}


def _changed(value: Any, place: tuple[str | int, ...], change: Any) -> Any:
    """A copy of `value` with what stands at `place` changed; what lies beside is shared."""
    if not place:
        return change(value)
    key: Any = place[0]
    copied = value.copy()
    copied[key] = _changed(value[key], place[1:], change)
    return copied
