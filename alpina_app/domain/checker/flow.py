"""Which variables are surely set where they are read, and which are never read.

A forward analysis over all paths from the start: at a step the variables are known that every
path to it has set. A failing exit sets nothing but `save_status`; on_fail's `default` sets what
the accepted answer does. A rule that can only be true (or, for the branches after it, only be
false) of a variable that is there lets its branch know so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from alpina_app.domain.checker.findings import Finding, Look
from alpina_app.domain.checker.graph import Exit
from alpina_app.domain.checker.reads import SetName, set_on_failure
from alpina_app.domain.contents import (
    Branch,
    Operator,
    Place,
    QuestionContent,
    Rule,
    RulesCondition,
    json_path,
)
from alpina_app.domain.values import RESERVED_NAMES, PathError, is_variable_name, parse_path

# True of a variable that is not set; every other operator is false of it.
_TRUE_WHEN_UNSET: Final = frozenset[Operator](
    {"ne", "not_contains", "not_in", "not_matches", "is_empty"}
)
_EVERYTHING: Final = -1


class Read(NamedTuple):
    """A variable read at `place`, when `after` of the step's own names are already set.

    `guarded`: the read provides for a variable that is not there.
    """

    name: str
    place: Place
    guarded: bool
    after: int = 0


@dataclass(slots=True)
class _Bits:
    """A bit for each variable name, so that a set of variables is an integer."""

    known: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> int:
        bit = self.known.get(name)
        if bit is None:
            is_free = name not in RESERVED_NAMES and is_variable_name(name)
            bit = self.known[name] = 1 << len(self.known) if is_free else 0
        return bit


class _Flow(NamedTuple):
    """`exits`: where each way out leads and the variables it adds; `prefixes[n]`: the variables
    that the first n names of the step set."""

    prefixes: tuple[int, ...]
    exits: tuple[tuple[int | None, int], ...]


def variable_findings(
    looks: Sequence[Look],
    exits: Mapping[int, Sequence[Exit]],
    sets: Mapping[int, Sequence[SetName]],
    reads: Mapping[int, Sequence[Read]],
    start: int | None,
) -> Iterator[Finding]:
    """Reads of variables that some path leaves unset, and variables that nothing reads.

    `exits`, `sets` and `reads` by step id.
    """
    bits = _Bits()
    flows = {
        look.step.id: _flow(look, exits[look.step.id], sets[look.step.id], bits) for look in looks
    }
    known = _known_on_entry(flows, start)
    anywhere = {one.name for names in sets.values() for one in names}
    for look in looks:
        step = look.step.id
        if step not in known:
            continue
        seen: set[tuple[str, Place]] = set()
        for read in reads[step]:
            bit = bits.of(read.name)
            there = known[step] | flows[step].prefixes[read.after]
            if read.guarded or not bit or there & bit or (read.name, read.place) in seen:
                continue
            seen.add((read.name, read.place))
            code = "variable_not_set" if read.name in anywhere else "variable_unknown"
            yield Finding(code, "warning", step, json_path(read.place), {"name": read.name})
    yield from _unused(looks, sets, reads)


def root_of(path: str) -> str | None:
    """The variable that a rule's `var` starts with; None where it is no path."""
    try:
        parts = parse_path(path)
    except PathError:
        return None
    return parts[0] if parts and isinstance(parts[0], str) else None


def _flow(look: Look, exits: Sequence[Exit], names: Sequence[SetName], bits: _Bits) -> _Flow:
    if not names and not isinstance(look.content, RulesCondition):
        return _Flow((0,), tuple([(exit_.target, 0) for exit_ in exits]))
    prefixes = [0]
    for one in names:
        prefixes.append(prefixes[-1] | bits.of(one.name))
    content = look.content
    told = _told_by_exits(content, bits) if isinstance(content, RulesCondition) else []
    ways: list[tuple[int | None, int]] = []
    for exit_ in exits:
        if exit_.way == "fail" and content is not None:
            gain = prefixes[set_on_failure(content)]
        else:
            gain = prefixes[-1]
        if told:
            gain |= told[exit_.position]
        ways.append((exit_.target, gain))
    return _Flow(tuple(prefixes), tuple(ways))


def _told_by_exits(content: RulesCondition, bits: _Bits) -> list[int]:
    """The variables each branch's exit knows to be set; the last item is that of the else."""
    told: list[int] = []
    refused = 0
    for branch in content.branches:
        told.append(refused | _told_when_true(branch, bits))
        refused |= _told_when_false(branch, bits)
    return [*told, refused]


def _told_when_true(branch: Branch, bits: _Bits) -> int:
    facts = [0 if rule.op in _TRUE_WHEN_UNSET else _bit(rule, bits) for rule in branch.rules]
    return _union(facts) if branch.match == "all" else _common(facts)


def _told_when_false(branch: Branch, bits: _Bits) -> int:
    facts = [_bit(rule, bits) if rule.op in _TRUE_WHEN_UNSET else 0 for rule in branch.rules]
    return _union(facts) if branch.match == "any" else _common(facts)


def _bit(rule: Rule, bits: _Bits) -> int:
    root = root_of(rule.var)
    return bits.of(root) if root else 0


def _union(facts: Sequence[int]) -> int:
    joined = 0
    for fact in facts:
        joined |= fact
    return joined


def _common(facts: Sequence[int]) -> int:
    if not facts:
        return 0
    shared = _EVERYTHING
    for fact in facts:
        shared &= fact
    return shared


def _known_on_entry(flows: Mapping[int, _Flow], start: int | None) -> dict[int, int]:
    """For each reached step the variables that all paths to it have set."""
    if start is None:
        return {}
    known, waiting = {start: 0}, [start]
    while waiting:
        step = waiting.pop()
        for target, gain in flows[step].exits:
            if target is None or target not in flows:
                continue
            before = known.get(target, _EVERYTHING)
            after = before & (known[step] | gain)
            if after != before or target not in known:
                known[target] = after
                waiting.append(target)
    return known


def _unused(
    looks: Sequence[Look],
    sets: Mapping[int, Sequence[SetName]],
    reads: Mapping[int, Sequence[Read]],
) -> Iterator[Finding]:
    """One finding for each variable, where it is set first in the order of lists."""
    read = {one.name for found in reads.values() for one in found}
    skipping: dict[str, set[int]] = {}
    for look in looks:
        match look.content:
            case QuestionContent(skip_if_set=True, save_to=str(name)):
                skipping.setdefault(name, set()).add(look.step.id)
    reported: set[str] = set()
    for look in looks:
        step = look.step.id
        for one in sets[step]:
            if one.name in read or one.name in reported:
                continue
            reported.add(one.name)
            if skipping.get(one.name, set()) - {step}:
                continue
            if one.name in RESERVED_NAMES or not is_variable_name(one.name):
                continue
            path = json_path(one.place)
            yield Finding("variable_unused", "warning", step, path, {"name": one.name})
