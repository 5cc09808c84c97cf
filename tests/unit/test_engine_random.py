"""Any scenario, any input: the engine never fails and always comes to an end within its limits."""

import json
from typing import get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpina_app.domain.checker import check
from alpina_app.domain.contents import STEP_TYPES, InputType, Operator
from alpina_app.domain.effects import GptResult, HttpResult, Usage
from alpina_app.domain.engine import Ask, compile_program
from alpina_app.domain.picture import Picture, StepPicture
from tests.support.play import Play

SLOW = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
ENDLESS = {"cycle", "chain_too_long"}

NAMES = st.sampled_from(["a", "b", "имя", "today", "a.b", ""])
TEXTS = st.one_of(
    st.sampled_from(
        [
            *("", " ", "да", "5", "Привет", "{{a}}", "{{a | plus: 1}}", "{{a}}{{a}}"),
            *("{{имя | upper}}!", "{{last_answer}}", "{{secret.KEY}}", "{{b.x[0] | default: 1}}"),
            *("{{a", "}}", "{{a | nope}}", "{{a | json}}", "{{b | date}}", '{"a": {{a}}}'),
        ]
    ),
    st.text(max_size=8),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
TARGETS = st.one_of(st.none(), st.integers(0, 9))


def part(needed=(), /, **fields):
    """A dict with any of these fields left out, but for the needed ones."""
    required = {name: fields.pop(name) for name in needed}
    return st.fixed_dictionaries(required, optional=fields)


SETS = st.lists(part(["var", "value"], var=NAMES, value=VALUES), max_size=2)
MESSAGES = part(
    text=TEXTS,
    set=SETS,
    gpt=st.one_of(st.none(), part(["prompt"], prompt=TEXTS, save_to=NAMES, fallback_text=TEXTS)),
)
OPTIONS = st.lists(part(["label"], label=TEXTS, id=TEXTS, value=VALUES, goto=TARGETS), max_size=3)
INPUTS = part(
    type=st.sampled_from(get_args(InputType)),
    required=st.booleans(),
    min=st.sampled_from([None, 0, 2, "today", "2026-01-01"]),
    max=st.sampled_from([None, 3, 2.5, "today", "?"]),
    integer=st.booleans(),
    min_len=st.integers(0, 3),
    pattern=st.sampled_from(["[a-z]+", "(", "\\p{L}"]),
    options=OPTIONS,
)
QUESTIONS = part(
    ["text"],
    text=TEXTS,
    save_to=NAMES,
    retry_text=TEXTS,
    max_attempts=st.integers(1, 3),
    skip_if_set=st.booleans(),
    input=INPUTS,
    on_fail=part(
        action=st.sampled_from(["end", "goto", "default"]), goto=TARGETS, default=VALUES, text=TEXTS
    ),
    set=SETS,
)
OPERATORS = st.sampled_from(get_args(Operator))
RULES = st.lists(
    part(["var", "op"], var=NAMES, op=OPERATORS, value=VALUES, ignore_case=st.booleans()),
    max_size=2,
)
CONDITIONS = st.one_of(
    part(
        branches=st.lists(
            part(["rules"], rules=RULES, match=st.sampled_from(["all", "any"]), goto=TARGETS),
            max_size=3,
        ),
        set=SETS,
    ),
    part(
        ["mode"],
        mode=st.just("gpt"),
        input=TEXTS,
        instructions=TEXTS,
        classes=st.lists(part(["id"], id=TEXTS, goto=TARGETS), max_size=3),
        set=SETS,
    ),
)
SAVES = st.lists(
    part(
        ["path", "var"],
        path=st.sampled_from(["", "a", "[0]", "a.b", ".."]),
        var=NAMES,
        default=VALUES,
    ),
    max_size=2,
)
PAIRS = st.lists(part(name=TEXTS, value=VALUES), max_size=2)
ON_ERROR = st.one_of(st.none(), part(goto=TARGETS, text=TEXTS))
CALLS = st.one_of(
    part(
        ["url"],
        url=st.sampled_from(
            ["https://example.com/", "https://example.com/{{a}}?q={{b}}#x", "https://{{a}}/", "?"]
        ),
        query=PAIRS,
        headers=PAIRS,
        body=st.one_of(
            part(["type"], type=st.just("json"), value=VALUES),
            part(["type"], type=st.just("form"), value=PAIRS),
            part(["type"], type=st.just("raw"), value=TEXTS),
        ),
        auth=part(type=st.sampled_from(["none", "basic", "bearer"]), secret=st.just("KEY")),
        save=SAVES,
        save_status=NAMES,
        success=st.sampled_from(["2xx", "any", [200, 404]]),
        on_error=ON_ERROR,
        set=SETS,
    ),
    part(
        ["target", "prompt"],
        target=st.just("gpt"),
        prompt=TEXTS,
        schema=st.sampled_from([None, True, False, {"type": "object"}, {"$ref": "#"}, {"type": 1}]),
        save=SAVES,
        on_error=ON_ERROR,
        set=SETS,
    ),
)
CONTENTS = {"message": MESSAGES, "question": QUESTIONS, "condition": CONDITIONS, "api_call": CALLS}


@st.composite
def pictures(draw, anything=True):
    steps = []
    for id in draw(st.lists(st.integers(1, 8), unique=True, max_size=8)):
        step_type = draw(st.sampled_from(STEP_TYPES))
        content = CONTENTS[step_type]
        if anything:
            content = st.one_of(content, content, content, VALUES)
        steps.append(StepPicture(id, "", step_type, draw(content), id, draw(TARGETS)))
    return Picture(1, "", draw(TARGETS), tuple(steps))


USAGES = st.one_of(st.none(), st.builds(Usage, *[st.integers(0, 9)] * 3))
GPT = st.one_of(
    st.builds(GptResult, text=st.one_of(TEXTS, st.just('{"a": {"b": 1}}')), usage=USAGES),
    st.builds(GptResult, failure=st.sampled_from(["timeout", "unavailable"]), usage=USAGES),
)
HTTP = st.one_of(
    st.builds(
        HttpResult,
        status=st.sampled_from([200, 204, 404, 500]),
        body=st.one_of(st.binary(max_size=9), VALUES.map(lambda v: json.dumps(v).encode())),
    ),
    st.builds(
        HttpResult, failure=st.sampled_from(["timeout", "refused_address", "too_many_redirects"])
    ),
)
ANSWERS = st.one_of(st.sampled_from(["да", "5", "1, 2", "завтра", "a@b.ru", "-", "?"]), TEXTS)


class AnyResults(list):
    """Results drawn as the engine asks for them."""

    def __init__(self, data):
        super().__init__()
        self.data = data

    def pop(self, _):
        return lambda effect: self.data.draw(GPT if hasattr(effect, "prompt") else HTTP)


@SLOW
@given(pictures(), st.data())
def test_no_scenario_and_no_input_makes_the_engine_fail(picture, data):
    seconds = data.draw(st.sampled_from([0.0, 0.0, 7.0, 61.0]))
    clock = iter(range(10**9))
    game = Play(
        compile_program(picture),
        AnyResults(data),
        secrets={"KEY": "тайна-1"},
        elapsed=lambda: next(clock) * seconds / 10,
    )
    game.start()
    for text in data.draw(st.lists(ANSWERS, max_size=6)):
        if not isinstance(game.outcome, Ask):
            break
        assert game.run.position == game.outcome.step
        game.write(text)
        assert len(game.events) <= 102
        assert all(line.text.strip() for line in game.run.turn.said)
    assert (game.ended is None) == (game.run.status == "running")
    assert "тайна" not in json.dumps(game.events, ensure_ascii=False)
    assert not {"today", "a.b", ""} & game.run.variables.keys()


@SLOW
@given(pictures(anything=False), st.data())
def test_what_the_checker_finds_without_endless_turns_never_hits_the_step_limit(picture, data):
    if ENDLESS & {finding.code for finding in check(picture, secrets=["KEY"])}:
        return
    game = Play(compile_program(picture), AnyResults(data), secrets={"KEY": "тайна-1"})
    game.start()
    for text in data.draw(st.lists(ANSWERS, max_size=8)):
        if isinstance(game.outcome, Ask):
            game.write(text)
    assert game.run.limit != "step_limit"


LINKS = {
    "message": ("message", {"text": ""}),
    "passed": ("question", {"text": "?", "save_to": "a", "skip_if_set": True}),
    "question": ("question", {"text": "?"}),
    "fork": ("condition", {"branches": [{"rules": [{"var": "b", "op": "is_set"}]}]}),
}


@st.composite
def long_chains(draw):
    """About as many small steps as a turn may run, in a line with short cuts."""
    first = draw(st.lists(st.sampled_from(list(LINKS)), max_size=30))
    kinds = [*first, *["message"] * draw(st.integers(60, 105))]
    steps = []
    for id, kind in enumerate(kinds, 1):
        step_type, content = LINKS[kind]
        steps.append(
            StepPicture(id, "", step_type, content, id, id + 1 if id < len(kinds) else None)
        )
    return Picture(1, "", 1, tuple(steps))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(long_chains(), st.booleans(), st.booleans())
def test_chains_the_checker_admits_run_to_their_question(picture, a, b):
    found = {finding.code for finding in check(picture, secrets=[])}
    game = Play(compile_program(picture))
    game.run.variables = {name: 1 for name, is_set in (("a", a), ("b", b)) if is_set}
    game.start()
    limits = {game.run.limit}
    while isinstance(game.outcome, Ask):
        game.write("да")
        limits.add(game.run.limit)
    assert "step_limit" not in limits or ENDLESS & found
