"""Frames of a running turn, put together again by the page's own code."""

import json
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpina_app.bootstrap.paths import BIN, ROOT
from alpina_app.services.turns import Delta, Said
from alpina_app.ui.states.chat_feed import OVERLAP, Feed

STORE = ROOT / "alpina_app" / "ui" / "components" / "chat" / "store.js"
PROGRAM = f"""
import {{ EMPTY, reduce }} from {json.dumps(str(STORE))};
for await (const line of console) {{
  const {{ visit, told }} = JSON.parse(line);
  let state = EMPTY;
  for (const values of told) state = reduce(state, {{ type: "told", visit, values }});
  console.log(JSON.stringify(state));
}}
"""


@pytest.fixture(scope="module")
def page():
    """`page(told)`: the page's state after what it was told: [[[name, value], ...], ...]."""
    with subprocess.Popen(
        [str(BIN / "bun"), "-e", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdin and process.stdout

        def reduce(told, visit="v"):
            process.stdin.write(json.dumps({"visit": visit, "told": told}) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield reduce
        process.stdin.close()


def live(frames):
    return [[["live", frame]] for frame in frames]


pieces = st.text(st.characters(codec="utf-8"), max_size=12)
events = st.lists(
    st.one_of(
        st.builds(Delta, pieces), st.builds(lambda text: Said("assistant", text, None), pieces)
    )
)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_frames_that_are_skipped_lose_nothing(page, data):
    feed, kept, skipped = Feed(), [], 0
    said, text = [], ""
    for event in data.draw(events):
        feed.take(event)
        if isinstance(event, Said):
            said, text = [*said, event.content], ""
        else:
            text += event.text
        frame = feed.frame()
        if skipped < OVERLAP - 1 and data.draw(st.booleans()):
            skipped += 1
        else:
            kept.append(frame)
            skipped = 0
    kept.append(feed.frame())
    state = page(live(kept))
    assert (state["said"], state["text"], state["gap"]) == (said, text, False)


def test_a_page_that_missed_more_sees_the_gap(page):
    feed = Feed()
    frames = []
    for number in range(OVERLAP + 2):
        feed.take(Delta(f"{number} "))
        frames.append(feed.frame())
    assert page(live([frames[0], frames[-1]]))["gap"] is True
    assert page(live([frames[0], frames[-2]]))["gap"] is False


def test_a_long_answer_costs_little_more_than_its_length():
    feed, sent = Feed(), 0
    for _ in range(1000):
        feed.take(Delta("слово "))
        sent += len(json.dumps(feed.frame(), ensure_ascii=False).encode())
    assert sent < 20 * 1000 * len("слово ".encode())


def test_longer_answers_are_sent_less_often():
    feed = Feed()
    first = feed.pause_s
    feed.take(Delta("x" * 5000))
    middle = feed.pause_s
    feed.take(Delta("x" * 500_000))
    assert first < middle < feed.pause_s == 0.25


LINES = [{"id": number, "role": "user", "text": f"m{number}", "at": 0} for number in range(1, 6)]


def test_fresh_lines_join_the_window_once(page):
    told = [
        [["initial", {"lines": LINES[:2], "more": False}]],
        [["fresh", {"after": 2, "lines": LINES[2:4]}]],
        [["fresh", {"after": 2, "lines": LINES[2:5]}]],
    ]
    state = page(told)
    assert (state["lines"], state["gap"]) == (LINES, False)


def test_fresh_lines_behind_unknown_ones_are_a_gap(page):
    told = [
        [["initial", {"lines": LINES[:2], "more": False}]],
        [["fresh", {"after": 4, "lines": LINES[4:]}]],
    ]
    state = page(told)
    assert (state["lines"], state["gap"]) == (LINES[:2], True)


def test_older_lines_stay_when_the_window_comes_again(page):
    told = [
        [["initial", {"lines": LINES[2:4], "more": True}]],
        [["older", {"before": 3, "lines": LINES[:2], "more": False}]],
        [["initial", {"lines": LINES[3:], "more": True}]],
    ]
    state = page(told)
    assert (state["lines"], state["more"]) == (LINES, False)


def test_a_window_that_does_not_join_replaces_the_old_lines(page):
    told = [
        [["initial", {"lines": LINES[:2], "more": False}]],
        [["initial", {"lines": LINES[3:], "more": True}]],
    ]
    state = page(told)
    assert (state["lines"], state["more"]) == (LINES[3:], True)
