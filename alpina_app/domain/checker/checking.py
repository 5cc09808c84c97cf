"""The checker's round: parse, look into each step, then at the graph and the variables."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from alpina_app.domain.checker.findings import Finding, Look, Remarks, mend
from alpina_app.domain.checker.flow import Read, variable_findings
from alpina_app.domain.checker.graph import exits_of, graph_findings
from alpina_app.domain.checker.reads import SetName, names_set
from alpina_app.domain.checker.steps import check_content
from alpina_app.domain.checker.texts import read_texts
from alpina_app.domain.contents import Problem, parse_content
from alpina_app.domain.picture import Picture, StepPicture, step_order


def check(picture: Picture, *, secrets: Collection[str] = ()) -> list[Finding]:
    """Everything to say about a scenario; `secrets`: the names that exist.

    Findings of the whole scenario come first, then those of its steps in the order of lists.
    Never raises, whatever JSON the steps hold.
    """
    seen = [_look_at(step, secrets) for step in sorted(picture.steps, key=step_order)]
    looks = [one.look for one in seen]
    exits = {look.step.id: exits_of(look.content, look.step.next_step) for look in looks}
    sets = {one.look.step.id: one.sets for one in seen}
    reads = {one.look.step.id: one.reads for one in seen}
    found = [
        *(finding for one in seen for finding in one.findings),
        *graph_findings(picture, looks, exits),
        *variable_findings(looks, exits, sets, reads, picture.start_step()),
    ]
    faulty = [one for one in seen if one.faults]
    if faulty:
        named = {one.look.step.id: _Faults([fault.path for fault in one.faults]) for one in faulty}
        found = [one for one in found if one.step not in named or named[one.step].spare(one.path)]
        found.extend(fault for one in faulty for fault in one.faults)
    places = {step: place for place, step in enumerate(exits)}
    return sorted(found, key=lambda one: -1 if one.step is None else places[one.step])


def has_errors(findings: Iterable[Finding]) -> bool:
    """False exactly where the scenario may run."""
    return any(finding.severity == "error" for finding in findings)


class _Seen(NamedTuple):
    """One step looked into; `faults`: where it does not parse."""

    look: Look
    sets: Sequence[SetName]
    reads: Sequence[Read]
    findings: Sequence[Finding]
    faults: Sequence[Finding]


def _look_at(step: StepPicture, secrets: Collection[str]) -> _Seen:
    parsed = parse_content(step.step_type, step.content)
    content = parsed.content or parsed.partial
    remarks = Remarks(step.id)
    sets: Sequence[SetName] = ()
    reads: Sequence[Read] = ()
    if content is not None:
        sets = names_set(content)
        check_content(content, sets, secrets, remarks)
        reads = read_texts(content, secrets, remarks)
    faults: Sequence[Finding] = ()
    if parsed.problems:
        named = [_finding(step, problem) for problem in parsed.problems]
        faults = [one for one in named if one.severity == "error"]
        remarks.found.extend(one for one in named if one.severity == "warning")
    return _Seen(Look(step, content), sets, reads, remarks.found, faults)


def _finding(step: StepPicture, problem: Problem) -> Finding:
    change = None
    if problem.code == "unknown_key":
        change = mend(step.id, "remove", problem.place)
    elif problem.code in ("too_small", "too_large"):
        change = mend(step.id, "replace", problem.place, problem.params["limit"])
    return Finding(problem.code, problem.severity, step.id, problem.path, problem.params, change)


class _Faults:
    """The places of one step that do not parse."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = frozenset(paths)
        self._around = frozenset(outer for path in paths for outer in _upwards(path))

    def spare(self, path: str) -> bool:
        """Whether a finding at `path` is about another place than what lies in or around it."""
        return path not in self._around and self._paths.isdisjoint(_upwards(path))


def _upwards(path: str) -> Iterator[str]:
    """`path` and the paths of all that it lies in."""
    yield path
    for i, char in enumerate(path):
        if char in ".[":
            yield path[:i]
