"""The graph of a scenario: where each step leads, what is reached, what never ends.

Source of the rules: scenario-format, "The checker" and "Fine print".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, assert_never

from alpina_app.domain.checker.findings import Finding, Look, Mend, Remarks, mend
from alpina_app.domain.contents import (
    NEXT,
    Content,
    Goto,
    GptCall,
    GptCondition,
    HttpCall,
    MessageContent,
    Place,
    QuestionContent,
    RulesCondition,
)
from alpina_app.domain.picture import Picture, step_order

MAX_CHAIN: Final = 100
"""Steps that may follow each other without a question: the limit of steps a turn."""

Way = Literal["next", "option", "branch", "class", "fail"]
NEXT_STEP: Final[Place] = ("next_step",)


class Exit(NamedTuple):
    """A way out that a run can take; `target` None is the end.

    `place`: where the target is written. `position`: that of the option, branch or class.
    """

    way: Way
    target: int | None
    place: Place
    position: int = -1


def exits_of(content: Content | None, next_step: int | None) -> list[Exit]:
    """Every way out of a step, `next_step` last and only where it can be taken."""
    straight = Exit("next", next_step, NEXT_STEP)
    match content:
        case None | MessageContent():
            return [straight]
        case QuestionContent():
            return _question_exits(content, straight)
        case RulesCondition():
            branches = [branch.goto for branch in content.branches]
            return [*_forks("branch", "branches", branches, next_step), straight]
        case GptCondition():
            classes = [one.goto for one in content.classes]
            return [*_forks("class", "classes", classes, next_step), straight]
        case HttpCall() | GptCall():
            goto = content.on_error.goto if content.on_error else None
            return [Exit("fail", goto, ("content", "on_error", "goto")), straight]
        case _:
            assert_never(content)


def is_waiting(look: Look) -> bool:
    """Whether a turn surely stops at the step: a question that nothing skips."""
    if look.content is None:
        return look.step.step_type == "question"
    return isinstance(look.content, QuestionContent) and not look.content.skip_if_set


def graph_findings(
    picture: Picture, looks: Sequence[Look], exits: Mapping[int, Sequence[Exit]]
) -> Iterator[Finding]:
    """Exits to nowhere, unreachable steps, ends, cycles and chains without a question.

    `looks` in the order of lists; `exits` by step id.
    """
    if not looks:
        yield Finding("no_steps", "warning", None, "")
    if picture.initial_step is not None and picture.initial_step not in exits:
        params = {"target": picture.initial_step}
        change = mend(None, "replace", ("initial_step",), None)
        yield Finding("start_nowhere", "error", None, "initial_step", params, change)
    reached = reached_from(picture.start_step(), exits)
    for look in looks:
        yield from _step_findings(look, exits, reached)
    yield from _endless(looks, exits)


def reached_from(start: int | None, exits: Mapping[int, Sequence[Exit]]) -> frozenset[int]:
    """The ids of the steps that a run starting at `start` can come to."""
    if start is None:
        return frozenset()
    reached, waiting = {start}, [start]
    while waiting:
        for exit_ in exits[waiting.pop()]:
            target = exit_.target
            if target is not None and target in exits and target not in reached:
                reached.add(target)
                waiting.append(target)
    return frozenset(reached)


def _question_exits(content: QuestionContent, straight: Exit) -> list[Exit]:
    exits: list[Exit] = []
    chooses = content.input.type in ("choice", "multi_choice")
    gotos = [option.goto for option in content.input.options] if chooses else []
    for i, goto in enumerate(gotos):
        if goto is not NEXT:
            place = ("content", "input", "options", i, "goto")
            exits.append(Exit("option", goto, place, i))
    action = content.on_fail.action
    if action != "default":
        target = content.on_fail.goto if action == "goto" else None
        exits.append(Exit("fail", target, ("content", "on_fail", "goto")))
    always_chosen = bool(gotos) and NEXT not in gotos and content.input.required
    if not always_chosen or content.skip_if_set or action == "default":
        exits.append(straight)
    return exits


def _forks(way: Way, key: str, gotos: Iterable[Goto], next_step: int | None) -> list[Exit]:
    return [
        Exit(way, next_step, NEXT_STEP, i)
        if goto is NEXT
        else Exit(way, goto, ("content", key, i, "goto"), i)
        for i, goto in enumerate(gotos)
    ]


def _step_findings(
    look: Look, exits: Mapping[int, Sequence[Exit]], reached: frozenset[int]
) -> list[Finding]:
    step, ways = look.step, exits[look.step.id]
    remarks = Remarks(step.id)
    if step.id not in reached:
        remarks.warn("unreachable", ())
    if step.next_step is not None and step.next_step not in exits:
        change = remarks.put(NEXT_STEP, None)
        remarks.error("exit_nowhere", NEXT_STEP, change, target=step.next_step)
    for way in ways:
        if way.target is None or way.target in exits or way.place == NEXT_STEP:
            continue
        change = _way_back(remarks, way.place)
        remarks.error("exit_nowhere", way.place, change, target=way.target)
    _ends(remarks, look, ways)
    for place in dict.fromkeys([way.place for way in ways if way.target == step.id]):
        if is_waiting(look):
            remarks.warn("question_to_itself", place)
    return remarks.found


def _way_back(remarks: Remarks, place: Place) -> Mend:
    """Take away a `goto` that leads nowhere; a failing question then ends the run."""
    if place[1] == "on_fail":
        return remarks.put(("content", "on_fail", "action"), "end")
    return remarks.drop(place)


def _ends(remarks: Remarks, look: Look, exits: Sequence[Exit]) -> None:
    content, next_step = look.content, look.step.next_step
    if content is None:
        return
    place = ("content", "end")
    if next_step is not None:
        if content.end:
            remarks.warn("end_goes_on", place, remarks.drop(place), target=next_step)
    elif not content.end and any(exit_.place == NEXT_STEP for exit_ in exits):
        remarks.warn("end_not_marked", NEXT_STEP, remarks.put(place, True))


def _endless(looks: Sequence[Look], exits: Mapping[int, Sequence[Exit]]) -> Iterator[Finding]:
    """Cycles and too long chains among the steps at which no turn surely stops."""
    walked = {look.step.id: look.step for look in looks if not is_waiting(look)}
    edges = {
        step: list(dict.fromkeys([e.target for e in exits[step] if e.target in walked]))
        for step in walked
    }
    lengths: dict[int, int] = {}
    for component in _components(edges):
        first = component[0]
        if len(component) == 1 and first not in edges[first]:
            lengths[first] = 1 + max((lengths.get(t, 0) for t in edges[first]), default=0)
            continue
        cycle = sorted(component, key=lambda step: step_order(walked[step]))
        path = ", ".join(map(str, cycle[1:]))
        params = {"count": len(cycle), "steps": ", ".join(map(str, cycle))}
        yield Finding("cycle", "error", cycle[0], path, params)
    long = {step for step, length in lengths.items() if length > MAX_CHAIN}
    followers = {target for step in long for target in edges[step]}
    for step in sorted(long - followers, key=lambda step: step_order(walked[step])):
        params = {"count": lengths[step], "limit": MAX_CHAIN}
        yield Finding("chain_too_long", "error", step, "", params)


def _components(edges: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """Strongly connected components, each after those it leads to (Tarjan 1972, no recursion)."""
    found: list[list[int]] = []
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    open_: list[int] = []
    is_open: set[int] = set()
    for root in edges:
        work = [] if root in number else [(root, iter(edges[root]))]
        while work:
            step, targets = work[-1]
            if step not in number:
                number[step] = low[step] = len(number)
                open_.append(step)
                is_open.add(step)
            unseen = None
            for target in targets:
                if target not in number:
                    unseen = target
                    break
                if target in is_open:
                    low[step] = min(low[step], number[target])
            if unseen is not None:
                work.append((unseen, iter(edges[unseen])))
                continue
            work.pop()
            if work:
                parent = work[-1][0]
                low[parent] = min(low[parent], low[step])
            if low[step] == number[step]:
                component: list[int] = []
                while not component or component[-1] != step:
                    component.append(open_.pop())
                    is_open.discard(component[-1])
                found.append(component)
    return found
