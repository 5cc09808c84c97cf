"""Mends: each settles its own finding, is plain JSON Patch, and leaves the picture as it was."""

import copy
import json
from typing import Any

import pytest

from alpina_app.domain.checker import Finding, MendError, apply_mend, check
from alpina_app.domain.picture import Picture
from tests.support.pictures import branch, call, message, picture, question, step

RULE = {"var": "today", "op": "is_set"}
URL = "https://example.com/"


def last(id: int):
    return message(id, "До встречи", end=True)


def of(scenario: Picture, code: str) -> Finding:
    return next(one for one in check(scenario) if one.code == code)


def options(*given: Any) -> dict[str, Any]:
    return {"type": "choice", "options": list(given)}


# (code, scenario, patch of the step, fields of the mended step that differ)
CASES: list[tuple[str, Picture, list[dict[str, Any]], dict[str, Any]]] = [
    (
        "unknown_key",
        picture(step(1, "message", {"text": "а", "a/b~c": 1, "end": True})),
        [{"op": "remove", "path": "/content/a~1b~0c"}],
        {"content": {"text": "а", "end": True}},
    ),
    (
        "too_large",
        picture(call(1, retries=7, end=True)),
        [{"op": "replace", "path": "/content/retries", "value": 3}],
        {"content": call(1, retries=3, end=True).content},
    ),
    (
        "too_small",
        picture(question(1, None, 2, max_attempts=0), last(2)),
        [{"op": "replace", "path": "/content/max_attempts", "value": 1}],
        {"content": question(1, max_attempts=1).content},
    ),
    (
        "end_not_marked",
        picture(message(1, "а")),
        [{"op": "add", "path": "/content/end", "value": True}],
        {"content": {"text": "а", "end": True}},
    ),
    (
        "end_goes_on",
        picture(message(1, "а", 2, end=True), last(2)),
        [{"op": "remove", "path": "/content/end"}],
        {"content": {"text": "а"}},
    ),
    (
        "exit_nowhere",
        picture(message(1, next_step=9)),
        [{"op": "add", "path": "/next_step", "value": None}],
        {"next_step": None},
    ),
    (
        "exit_nowhere",
        picture(branch(1, [{"rules": [RULE], "goto": 9}], 2), last(2)),
        [{"op": "remove", "path": "/content/branches/0/goto"}],
        {"content": {"branches": [{"rules": [RULE]}]}},
    ),
    (
        "exit_nowhere",
        picture(call(1, 2, on_error={"goto": 9, "text": "Увы"}), last(2)),
        [{"op": "remove", "path": "/content/on_error/goto"}],
        {"content": {"url": URL, "on_error": {"text": "Увы"}}},
    ),
    (
        "exit_nowhere",
        picture(question(1, None, 2, on_fail={"action": "goto", "goto": 9}), last(2)),
        [{"op": "add", "path": "/content/on_fail/action", "value": "end"}],
        {"content": question(1, on_fail={"action": "end", "goto": 9}).content},
    ),
    (
        "on_fail_without_target",
        picture(question(1, None, 2, on_fail={"action": "goto"}), last(2)),
        [{"op": "add", "path": "/content/on_fail/action", "value": "end"}],
        {"content": question(1, on_fail={"action": "end"}).content},
    ),
    (
        "duplicate_option_id",
        picture(
            question(
                1,
                None,
                2,
                input=options(
                    {"id": "a", "label": "А"},
                    {"id": "a_2", "label": "Б"},
                    {"id": "a", "label": "В"},
                ),
            ),
            last(2),
        ),
        [{"op": "add", "path": "/content/input/options/2/id", "value": "a_3"}],
        {
            "content": question(
                1,
                input=options(
                    {"id": "a", "label": "А"},
                    {"id": "a_2", "label": "Б"},
                    {"id": "a_3", "label": "В"},
                ),
            ).content
        },
    ),
    (
        "duplicate_class_id",
        picture(
            step(1, "condition", {"mode": "gpt", "classes": [{"id": "a"}, {"id": "A"}]}, 2), last(2)
        ),
        [{"op": "add", "path": "/content/classes/1/id", "value": "A_2"}],
        {"content": {"mode": "gpt", "classes": [{"id": "a"}, {"id": "A_2"}]}},
    ),
    (
        "branch_without_rules",
        picture(branch(1, [{"rules": []}, {"rules": [RULE]}], 2), last(2)),
        [{"op": "remove", "path": "/content/branches/0"}],
        {"content": {"branches": [{"rules": [RULE]}]}},
    ),
    (
        "header_of_client",
        picture(call(1, 2, headers=[{"name": "A", "value": "1"}, {"name": "Host"}]), last(2)),
        [{"op": "remove", "path": "/content/headers/1"}],
        {"content": call(1, headers=[{"name": "A", "value": "1"}]).content},
    ),
    (
        "url_user_info",
        picture(call(1, 2, url="https://me:p@ss@example.com/a@b"), last(2)),
        [{"op": "add", "path": "/content/url", "value": "https://example.com/a@b"}],
        {"content": call(1, url="https://example.com/a@b").content},
    ),
    (
        "url_not_http",
        picture(call(1, 2, url="example.com/{{today}}"), last(2)),
        [{"op": "add", "path": "/content/url", "value": "https://example.com/{{today}}"}],
        {"content": call(1, url="https://example.com/{{today}}").content},
    ),
]


@pytest.mark.parametrize(("code", "scenario", "patch", "changed"), CASES)
def test_mend_settles_its_finding_and_touches_nothing_else(code, scenario, patch, changed):
    before = copy.deepcopy(scenario)
    finding = of(scenario, code)
    assert finding.mend == {"step": 1, "patch": patch}
    assert json.loads(json.dumps(finding.mend)) == finding.mend
    mended = apply_mend(scenario, finding)
    assert scenario == before
    first = {**{f: getattr(before.steps[0], f) for f in ("content", "next_step")}, **changed}
    assert {f: getattr(mended.steps[0], f) for f in first} == first
    assert mended.steps[1:] == before.steps[1:]
    assert code not in [one.code for one in check(mended)]


def test_start_nowhere_falls_back_to_the_first_step():
    scenario = picture(last(1), initial_step=9)
    finding = of(scenario, "start_nowhere")
    assert finding.mend == {
        "step": None,
        "patch": [{"op": "replace", "path": "/initial_step", "value": None}],
    }
    assert apply_mend(scenario, finding) == picture(last(1))


def test_other_scheme_than_http_has_no_mend():
    scenario = picture(call(1, 2, url="ftp://example.com/"), last(2))
    assert of(scenario, "url_not_http").mend is None


def test_finding_without_a_mend_cannot_be_applied():
    scenario = picture(message(1, "{{", end=True))
    with pytest.raises(MendError):
        apply_mend(scenario, of(scenario, "broken_template"))


def test_number_that_is_gone_meanwhile_is_not_put_back():
    older = picture(call(1, retries=7, end=True))
    with pytest.raises(MendError):
        apply_mend(picture(call(1, end=True)), of(older, "too_large"))


@pytest.mark.parametrize(
    "changed",
    [
        picture(last(2)),
        picture(message(1, "а", 2, end=True)),
        picture(step(1, "message", None)),
        picture(step(1, "message", {"set": {}})),
        picture(step(1, "message", {"set": []})),
    ],
)
def test_mend_of_an_older_picture_is_refused_where_its_place_is_gone(changed):
    older = picture(step(1, "message", {"set": [{"var": "a", "value": 1, "extra": 2}]}))
    with pytest.raises(MendError):
        apply_mend(changed, of(older, "unknown_key"))
