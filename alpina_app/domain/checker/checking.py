"""The checker's round: parse, look into each step, then at the graph and the variables."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from alpina_app.domain.checker.findings import Finding, Look, Remarks, mend
from alpina_app.domain.checker.flow import Read, variable_findings
from alpina_app.domain.checker.graph import exits_of, graph_findings
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
    reads = {one.look.step.id: one.reads for one in seen}
    found = [
        *(finding for one in seen for finding in one.findings),
        *graph_findings(picture, looks, exits),
        *variable_findings(looks, exits, reads, picture.start_step()),
    ]
    faults: dict[int | None, list[str]] = {
        one.look.step.id: [fault.path for fault in one.faults] for one in seen
    }
    found = [one for one in found if not _follows(one, faults.get(one.step, ()))]
    found.extend(fault for one in seen for fault in one.faults)
    places = {step: place for place, step in enumerate(exits)}
    return sorted(found, key=lambda one: -1 if one.step is None else places[one.step])


def has_errors(findings: Iterable[Finding]) -> bool:
    """False exactly where the scenario may run."""
    return any(finding.severity == "error" for finding in findings)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One step looked into; `faults`: where it does not parse."""

    look: Look
    reads: Sequence[Read]
    findings: Sequence[Finding]
    faults: Sequence[Finding]


def _look_at(step: StepPicture, secrets: Collection[str]) -> _Seen:
    parsed = parse_content(step.step_type, step.content)
    content = parsed.content or parsed.partial
    remarks = Remarks(step.id)
    reads: Sequence[Read] = ()
    if content is not None:
        check_content(content, secrets, remarks)
        reads = read_texts(content, secrets, remarks)
    found = [_finding(step, problem) for problem in parsed.problems]
    faults = [one for one in found if one.severity == "error"]
    remarks.found.extend(one for one in found if one.severity == "warning")
    return _Seen(Look(step, content), reads, remarks.found, faults)


def _finding(step: StepPicture, problem: Problem) -> Finding:
    change = None
    if problem.code == "unknown_key":
        change = mend(step.id, "remove", problem.place)
    elif problem.code in ("too_small", "too_large"):
        change = mend(step.id, "replace", problem.place, problem.params["limit"])
    return Finding(problem.code, problem.severity, step.id, problem.path, problem.params, change)


def _follows(finding: Finding, faults: Sequence[str]) -> bool:
    """Whether a finding is about a place whose fault has been named already."""
    path = finding.path
    return any(_is_inside(path, fault) or _is_inside(fault, path) for fault in faults)


def _is_inside(path: str, outer: str) -> bool:
    return path.startswith(outer) and path[len(outer) :][:1] in ("", ".", "[")
