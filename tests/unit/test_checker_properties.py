"""What the checker promises, tried on random scenarios against the engine itself."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from alpina_app.domain.answers.choices import find_options
from alpina_app.domain.checker import apply_mend, check, has_errors
from alpina_app.domain.contents import STEP_TYPES, parse_content
from alpina_app.domain.engine import TURN_STEPS
from alpina_app.domain.picture import StepPicture
from alpina_app.i18n import LANGUAGES, translate
from tests.support.pictures import picture, question, step
from tests.support.play import http, play
from tests.unit.test_contents import JSON

IDS = st.sampled_from([1, 2, 3, 4, 5, 6])
TARGETS = st.none() | IDS
NAMES = st.sampled_from(["a", "b"])
GOTO = st.fixed_dictionaries({}, optional={"goto": TARGETS})
SETS = st.lists(st.fixed_dictionaries({"var": NAMES, "value": st.just(1)}), max_size=1)
TEXT = st.sampled_from(["Привет", "{{a}}", "{{b}}"])


def optional(**fields: Any) -> Any:
    return st.fixed_dictionaries({}, optional=fields)


def merged(*parts: Any) -> Any:
    return st.tuples(*parts).map(lambda given: {k: v for part in given for k, v in part.items()})


MESSAGES = merged(optional(text=TEXT, set=SETS))
LABELS = st.sampled_from(["Раз", "Два", "Три"])
OPTIONS = st.lists(
    merged(st.fixed_dictionaries({"label": LABELS}), GOTO),
    min_size=1,
    max_size=3,
    unique_by=lambda option: option["label"],
)
ON_FAIL = st.one_of(
    st.just({"action": "end"}),
    st.just({"action": "default", "default": "x"}),
    IDS.map(lambda goto: {"action": "goto", "goto": goto}),
)
QUESTIONS = merged(
    st.fixed_dictionaries({"text": TEXT}),
    optional(
        save_to=NAMES,
        skip_if_set=st.booleans(),
        on_fail=ON_FAIL,
        set=SETS,
        max_attempts=st.just(1),
        input=OPTIONS.map(lambda options: {"type": "choice", "options": options}),
    ),
)
RULES = st.builds(
    lambda var, op: {"var": var, "op": op, "value": "1"},
    NAMES,
    st.sampled_from(["is_set", "is_empty", "eq", "ne", "not_in", "contains", "lt", "is_true"]),
)
BRANCHES = merged(
    st.fixed_dictionaries({"rules": st.lists(RULES, min_size=1, max_size=2)}),
    optional(match=st.sampled_from(["all", "any"])),
    GOTO,
)
CONDITIONS = merged(
    st.fixed_dictionaries({"branches": st.lists(BRANCHES, min_size=1, max_size=3)}),
    optional(set=SETS),
)
CALLS = merged(
    st.just({"url": "https://example.com/"}),
    optional(
        save=NAMES.map(lambda var: [{"path": "", "var": var}]),
        save_status=NAMES,
        set=SETS,
        on_error=merged(GOTO, optional(text=TEXT)),
    ),
)
STEPS = st.one_of(
    st.tuples(st.just("message"), MESSAGES),
    st.tuples(st.just("question"), QUESTIONS),
    st.tuples(st.just("condition"), CONDITIONS),
    st.tuples(st.just("api_call"), CALLS),
)
SCENARIOS = st.lists(st.tuples(STEPS, TARGETS), min_size=6, max_size=6).map(
    lambda given: [
        step(id, step_type, content, next_step)
        for id, ((step_type, content), next_step) in enumerate(given, 1)
    ]
)
WORDS = st.lists(st.sampled_from(["Раз", "Два", "1", "нет такого"]), min_size=1, max_size=6)
RESULTS = st.lists(st.booleans(), min_size=1, max_size=5)
ANSWERED, FAILED = http([1]), http(failure="timeout", status=0)
NOT_SET = ("variable_not_set", "variable_unknown")
MANY = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def walk(steps: list[StepPicture], words: list[str], successes: list[bool]) -> tuple[Any, Any]:
    """The limit met and every event of a conversation.

    Calls succeed and fail in turn as `successes` says.
    """
    results = [ANSWERED if ok else FAILED for ok in successes] * TURN_STEPS
    game = play(*steps, results=results)
    game.start()
    events = list(game.run.turn.events)
    for word in words:
        if game.ended:
            break
        game.results = list(results)
        game.write(word)
        events += game.run.turn.events
    return game.run.limit, events


@MANY
@given(SCENARIOS, WORDS, RESULTS)
def test_run_of_a_sound_scenario_does_what_the_checker_foretells(steps, words, successes):
    findings = check(picture(*steps))
    assume(not has_errors(findings))
    limit, events = walk(steps, words, successes)
    assert limit is None
    unreachable = {one.step for one in findings if one.code == "unreachable"}
    assert unreachable & {event.step for event in events} == set()
    warned = {(one.step, one.params["name"]) for one in findings if one.code in NOT_SET}
    missing = {
        (event.step, note["params"]["name"])
        for event in events
        for note in event.warnings
        if note["code"] == "variable_missing"
    }
    assert missing <= warned


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*STEP_TYPES, "?"]), JSON, TARGETS), max_size=5), TARGETS)
def test_any_json_is_checked_and_every_finding_has_texts_and_a_mend_that_applies(given, start):
    steps = [step(id, *one) for id, one in enumerate(given, 1)]
    scenario = picture(*steps, initial_step=start)
    findings = check(scenario, secrets={"A"})
    for one in findings:
        for language in LANGUAGES:
            assert translate(language, f"checker.{one.code}", **one.params)
        if one.mend is not None:
            mended = check(apply_mend(scenario, one), secrets={"A"})
            assert (one.code, one.step, one.path) not in [(m.code, m.step, m.path) for m in mended]


@given(st.lists(st.text("cC+#!. 12ёе-", min_size=1, max_size=4), min_size=1, max_size=5))
def test_options_without_a_finding_are_each_found_by_their_label(labels):
    spec = {"type": "choice", "options": [{"label": label} for label in labels]}
    found = check(picture(question(1, "a", text="{{a}}", input=spec, end=True)))
    assume(not any("options" in one.path for one in found))
    parsed = parse_content("question", {"text": "?", "input": spec}).content
    for i, option in enumerate(parsed.input.options):
        assert find_options(option.label, parsed.input.options) == (i,)


@pytest.mark.parametrize(("depth", "codes"), [(200, ["unknown_filter"]), (201, []), (100_000, [])])
def test_texts_are_templates_as_deep_as_the_engine_renders_them(depth, codes):
    value: Any = "{{today | shout}}"
    for _ in range(depth):
        value = [value]
    content = {"text": "{{b}}", "set": [{"var": "b", "value": value}], "end": True}
    scenario = picture(
        step(1, "question", {"text": "?", "save_to": "b"}, 2), step(2, "message", content)
    )
    assert [one.code for one in check(scenario)] == codes
