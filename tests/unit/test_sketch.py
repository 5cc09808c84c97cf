"""Edits of a scenario, pure: what changes, and that every change can be taken back."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpina_app.domain.sketch import (
    Change,
    Sketch,
    SketchStep,
    apply,
    edits,
    exits_of,
    merged,
    on_top_of,
    with_exit,
)
from alpina_app.domain.sketch.clips import ClipError, copied, read_clip
from alpina_app.domain.values import dump_json

OPTIONS = [{"label": "Да", "goto": 3}, {"label": "Нет"}, {"label": "Хватит", "goto": None}]
CHOICE = {"text": "Ну?", "input": {"type": "choice", "options": OPTIONS}}


def step(id, content=None, next_step=None, step_type="message", **more):
    more = {"order": id, **more}
    content = {"text": f"Текст {id}"} if content is None else content
    return SketchStep(id, f"Шаг {id}", step_type, content, next_step=next_step, **more)


def sketch(*steps, **more):
    return Sketch(7, "Сценарий", steps={one.id: one for one in steps}, **more)


@pytest.fixture
def talk():
    """1 -> 2 (a choice) -> 3 by "Да", 4 otherwise."""
    return sketch(
        step(1, next_step=2), step(2, CHOICE, 4, "question"), step(3, next_step=4), step(4)
    )


def listed(sketch):
    return [one.id for one in sketch.ordered()]


def shown(step):
    return [(one.key, one.target, one.follows, one.is_set) for one in exits_of(step)]


def test_exits_of_a_choice_are_its_options_the_next_step_and_the_failure(talk):
    assert shown(talk.steps[2]) == [
        ("option:0", 3, False, True),
        ("option:1", 4, True, True),
        ("option:2", None, False, True),
        ("next", 4, False, True),
        ("on_fail", None, False, False),
    ]


def test_options_of_other_inputs_are_no_exits():
    content = {"text": "?", "input": {"type": "text", "options": OPTIONS}}
    assert [one.key for one in exits_of(step(1, content, None, "question"))] == ["next", "on_fail"]


@pytest.mark.parametrize(
    ("step_type", "content", "keys"),
    [
        ("message", {}, ["next"]),
        ("condition", {"branches": [{"rules": []}, {"rules": [], "goto": 5}]},
         ["branch:0", "branch:1", "next"]),
        ("condition", {"mode": "gpt", "classes": [{"id": "a"}]}, ["class:0", "next"]),
        ("api_call", {"url": "https://example.com"}, ["next", "on_error"]),
        ("api_call", {"target": "gpt", "prompt": "?"}, ["next", "on_error"]),
        ("condition", {"branches": [{"goto": "x"}]}, ["branch:0", "next"]),
        ("question", [1], ["next"]),
        ("message", None, ["next"]),
    ],
)  # fmt: skip
def test_exits_by_step_type(step_type, content, keys):
    assert [one.key for one in exits_of(step(1, content, None, step_type))] == keys


def test_every_exit_can_be_led_and_taken_off(talk):
    led = with_exit(talk.steps[2], "option:1", 3)
    assert led.content["input"]["options"][1] == {"label": "Нет", "goto": 3}
    off = with_exit(led, "option:1", None)
    assert off == talk.steps[2]
    failing = with_exit(talk.steps[2], "on_fail", 1)
    assert failing.content["on_fail"] == {"action": "goto", "goto": 1}
    assert with_exit(failing, "on_fail", None).content["on_fail"] == {"action": "end"}
    call = with_exit(
        step(1, {"url": "u", "on_error": {"text": "Увы"}}, None, "api_call"), "on_error", 2
    )
    assert call.content["on_error"] == {"text": "Увы", "goto": 2}
    assert with_exit(talk.steps[1], "next", None).next_step is None


def test_an_exit_that_is_not_there_is_refused(talk):
    with pytest.raises(KeyError):
        with_exit(talk.steps[2], "option:3", 1)
    with pytest.raises(KeyError):
        with_exit(talk.steps[1], "on_fail", 1)


def test_a_new_step_stands_behind_its_source_and_is_linked(talk):
    after, _ = apply(talk, edits.add(talk, step(-1, order=0), source=2, key="option:1"))
    assert listed(after) == [1, 2, 3, -1, 4]
    assert after.steps[2].content["input"]["options"][1]["goto"] == -1
    assert after.steps[-1].next_step is None
    assert [after.steps[id].order for id in listed(after)] == [1, 2, 3, 4, 5]


def test_a_new_step_stands_behind_those_of_the_exits_before_its_own(talk):
    first, _ = apply(talk, edits.add(talk, step(-1), source=2, key="option:1"))
    after, _ = apply(first, edits.add(first, step(-2), source=2, key="next"))
    assert listed(after) == [1, 2, 3, -1, -2, 4]
    before, _ = apply(first, edits.add(first, step(-2), source=2, key="option:0"))
    assert listed(before) == [1, 2, -2, 3, -1, 4]


def test_a_step_inserted_on_an_edge_leads_where_the_edge_led(talk):
    after, _ = apply(talk, edits.add(talk, step(-1), source=1, key="next", inserts=True))
    assert (after.steps[1].next_step, after.steps[-1].next_step) == (-1, 2)


def test_a_step_by_itself_stands_last(talk):
    after, _ = apply(talk, edits.add(talk, step(-1)))
    assert listed(after) == [1, 2, 3, 4, -1]
    assert {id for id in talk.steps if talk.steps[id] != after.steps[id]} == set()


def test_deleting_takes_exits_off_and_names_them(talk):
    change, pointers = edits.delete(talk, [4, 3])
    after, back = apply(talk, change)
    assert [(one.step, one.key, one.label) for one in pointers] == [
        (2, "option:0", "Да"),
        (2, "next", ""),
    ]
    assert listed(after) == [1, 2]
    assert after.steps[2].next_step is None
    assert after.steps[2].content["input"]["options"][0] == {"label": "Да"}
    assert apply(after, back)[0] == talk


def test_deleting_the_start_leaves_the_choice_to_the_order(talk):
    started = replace(talk, initial_step=3)
    after, back = apply(started, edits.delete(started, [3])[0])
    assert (after.initial_step, after.start()) == (None, 1)
    assert apply(after, back)[0] == started


def test_reordering_changes_numbers_only_and_never_the_start(talk):
    after, back = apply(talk, edits.reorder(talk, 4, 0))
    assert listed(after) == [4, 1, 2, 3]
    assert after.start() == talk.start() == 1
    assert [after.steps[id].next_step for id in (1, 2, 3, 4)] == [2, 4, 4, None]
    assert apply(after, back)[0] == talk


def test_reordering_what_has_equal_numbers():
    same = sketch(*(step(id, order=0) for id in (1, 2, 3)))
    after, _ = apply(same, edits.reorder(same, 3, 1))
    assert listed(after) == [1, 3, 2]


def test_steps_with_the_largest_numbers_are_numbered_anew():
    full = sketch(step(1, order=edits.MAX_ORDER))
    after, _ = apply(full, edits.add(full, step(-1)))
    assert [after.steps[id].order for id in listed(after)] == [1, 2]


def test_a_change_that_changes_nothing_is_nothing(talk):
    after, back = apply(talk, Change({1: talk.steps[1]}, {"name": "Сценарий"}))
    assert (after, bool(back)) == (talk, False)


def test_numbers_and_truth_are_not_the_same():
    one = sketch(step(1, {"text": "", "end": True}))
    after, back = apply(one, edits.patch(one, 1, {"content": {"text": "", "end": 1}}))
    assert after.steps[1].content["end"] == 1
    assert back


def test_patches_touch_known_fields_only(talk):
    after, _ = apply(talk, edits.patch(talk, 1, {"name": "Новый", "id": 9, "order": 5}))
    assert after.steps[1] == replace(talk.steps[1], name="Новый")


def test_two_ways_back_make_one(talk):
    one, first = apply(talk, edits.patch(talk, 1, {"name": "А"}))
    two, second = apply(one, edits.patch(one, 1, {"name": "Б"}))
    three, third = apply(two, edits.delete(two, [4])[0])
    assert apply(three, merged(merged(first, second), third))[0] == talk


def test_a_copy_keeps_its_inner_exits_and_those_to_steps_that_are_here(talk):
    pasted = read_clip(copied(talk, {2, 3}), talk)
    after, _ = apply(talk, edits.paste(talk, pasted))
    assert listed(after)[4:] == [-1, -2]
    question, message = after.steps[-1], after.steps[-2]
    assert [one["goto"] for one in question.content["input"]["options"] if "goto" in one] == [
        -2,
        None,
    ]
    assert (question.next_step, message.next_step) == (4, 4)


def test_a_copy_into_another_scenario_leads_nowhere_outside(talk):
    other = Sketch(8, "Другой", steps={4: step(4)})
    after, _ = apply(other, edits.paste(other, read_clip(copied(talk, {2, 3}), other)))
    assert (after.steps[-1].next_step, after.steps[-2].next_step) == (None, None)
    assert after.steps[-1].content["input"]["options"][0]["goto"] == -2


def clip(*steps, version=1):
    return dump_json({"format": "alpina-steps", "version": version, "steps": list(steps)})


SOUND = {"id": 1, "name": "А", "step_type": "message", "content": {}}


@pytest.mark.parametrize(
    "text",
    [
        "привет",
        "{}",
        "[]",
        clip(),
        clip(SOUND, version=2),
        clip({"id": "1"}),
        clip({**SOUND, "step_type": "x"}),
        clip({**SOUND, "id": True}),
        clip({**SOUND, "name": 5}),
        clip(SOUND, SOUND),
        "1" * 1_000_000,
    ],
)
def test_other_texts_are_no_clips(text):
    with pytest.raises(ClipError):
        read_clip(text, sketch())


def test_new_ids_replace_the_old_ones_everywhere(talk):
    pasted = edits.paste(talk, read_clip(copied(talk, {2, 3}), talk))
    known = edits.renamed_ids(pasted, {-1: 21, -2: 22})
    assert known.steps[21].content["input"]["options"][0]["goto"] == 22
    assert set(known.steps) == {21, 22}


def test_my_edits_on_top_of_theirs_field_by_field(talk):
    mine, before = apply(talk, edits.patch(talk, 1, {"name": "Моё имя"}))
    theirs, _ = apply(talk, edits.patch(talk, 1, {"content": {"text": "Их текст"}}))
    both, _ = apply(theirs, on_top_of(theirs, mine, before))
    assert both.steps[1] == replace(talk.steps[1], name="Моё имя", content={"text": "Их текст"})


def test_what_i_edited_and_they_deleted_comes_back(talk):
    mine, before = apply(talk, edits.patch(talk, 3, {"name": "Моё имя"}))
    theirs, _ = apply(talk, edits.delete(talk, [3, 4])[0])
    both, _ = apply(theirs, on_top_of(theirs, mine, before))
    assert both.steps[3] == replace(talk.steps[3], name="Моё имя", next_step=None)


names = st.sampled_from(["А", "Б"])


@st.composite
def edit(draw, sketch):
    ids = sorted(sketch.steps)
    match draw(st.sampled_from(["add", "link", "delete", "reorder", "patch", "paste"])):
        case "add":
            return edits.add(sketch, step(edits.new_id(sketch)), source=draw(st.sampled_from(ids)))
        case "link":
            source = draw(st.sampled_from(ids))
            key = draw(st.sampled_from([one.key for one in exits_of(sketch.steps[source])]))
            return edits.link(sketch, source, key, draw(st.sampled_from([None, *ids])))
        case "delete":
            return edits.delete(sketch, draw(st.sets(st.sampled_from(ids), max_size=len(ids) - 1)))[
                0
            ]
        case "reorder":
            return edits.reorder(sketch, draw(st.sampled_from(ids)), draw(st.integers(-1, 9)))
        case "patch":
            return edits.patch(sketch, draw(st.sampled_from(ids)), {"name": draw(names)})
        case _:
            some = draw(st.sets(st.sampled_from(ids), min_size=1))
            return edits.paste(sketch, read_clip(copied(sketch, some), sketch))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_edits_are_taken_back_one_by_one(data):
    now = sketch(step(1, next_step=2), step(2, CHOICE, 4, "question"), step(3), step(4))
    before, ways_back = [], []
    for _ in range(data.draw(st.integers(1, 6))):
        before.append(now)
        now, back = apply(now, data.draw(edit(now)))
        ways_back.append(back)
    while ways_back:
        now, _ = apply(now, ways_back.pop())
        assert now == before.pop()
