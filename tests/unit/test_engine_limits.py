"""Limits of a turn and of a run, and every polite way to break off: scenario-format "Limits"."""

import pytest

from alpina_app.i18n import translate
from tests.support.pictures import branch, message, question, step
from tests.support.play import gpt, http, play, played


def sentence(key, language="ru"):
    return (translate(language, f"speech.{key}"), None)


def chain(length, last=None):
    return [message(i, str(i), i + 1 if i < length else last) for i in range(1, length + 1)]


def test_a_turn_runs_100_steps():
    game = played(*chain(100))
    assert (len(game.said), game.ended, game.run.limit) == (100, "completed", None)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_101st_step_ends_the_run_politely(language):
    game = played(*chain(101), language=language)
    assert game.said[99:] == ["100", sentence("step_limit", language)]
    assert (game.ended, game.run.status, game.run.limit) == ("failed", "failed", "step_limit")
    assert (game.run.position, len(game.events)) == (100, 100)
    assert game.event == {
        "seq": 100,
        "step": 100,
        "step_type": "message",
        "output": {"said": ["100"]},
        "exit": "next",
        "error": "step_limit",
    }


def test_questions_that_wait_do_not_count_as_steps():
    game = played(
        *chain(100, 101), question(101, "а", 102), *chain_from(102, 100, 301), question(301)
    )
    assert game.run.position == 101
    game.write("да")
    assert (game.run.position, game.ended, len(game.said)) == (301, None, 101)


def chain_from(first, length, last):
    ids = range(first, first + length)
    return [message(i, str(i), i + 1 if i < ids[-1] else last) for i in ids]


def test_a_question_that_is_passed_counts_as_a_step():
    steps = [question(i, "имя", i + 1, skip_if_set=True) for i in range(1, 101)]
    game = played(*steps, message(101), variables={"имя": "Анна"})
    assert (game.run.limit, game.run.position) == ("step_limit", 100)


def test_a_circle_of_steps_ends_at_the_limit():
    always = {"rules": [{"var": "bot.id", "op": "is_set"}], "goto": 1}
    game = played(message(1, "Кругом", 2), branch(2, [always]))
    assert (game.said[-1], game.run.limit) == (sentence("step_limit"), "step_limit")
    assert len(game.events) == 100


def test_a_turn_takes_60_seconds():
    spent = [0.0]

    def slow(effect):
        spent[0] += 25
        return gpt("готово")

    ask = {"prompt": "?", "timeout_s": 30}
    steps = [message(i, "", i + 1, gpt=ask) for i in (1, 2, 3)]
    game = play(*steps, question(4), results=[slow] * 3, elapsed=lambda: spent[0])
    game.start()
    assert game.said == ["готово", "готово", "готово", sentence("time_limit")]
    assert [effect.timeout_s for effect in game.effects] == [30, 30, 10]
    assert (game.run.limit, game.run.position, game.event["error"]) == (
        "time_limit",
        3,
        "time_limit",
    )
    assert [event.duration_ms for event in game.run.turn.events] == [25_000] * 3


def test_the_next_turn_has_its_own_60_seconds():
    clock = [0.0]
    game = play(question(1, "а", 2), message(2, "Дальше"), elapsed=lambda: clock[0])
    game.start()
    assert game.write("да") == ["Дальше"]


def test_a_limit_keeps_the_error_the_step_had():
    spent = [0.0]

    def hang(effect):
        spent[0] = 61
        return http(b"", 0, "timeout")

    content = {"url": "https://example.com/", "on_error": {"goto": 2}}
    game = play(step(1, "api_call", content), message(2), results=[hang], elapsed=lambda: spent[0])
    game.start()
    assert game.said == [sentence("time_limit")]
    assert game.event["error"] == "time_limit"
    assert game.warnings == [("error_before", {"error": "timeout"})]


def test_a_call_that_takes_all_its_time_still_comes_to_its_own_failure():
    spent = [0.01]

    def hang(effect):
        spent[0] += effect.timeout_s
        return http(b"", 0, "timeout")

    content = {"url": "https://example.com/", "timeout_s": 60, "on_error": {"goto": 2}}
    game = play(step(1, "api_call", content), question(2), results=[hang], elapsed=lambda: spent[0])
    game.start()
    assert (game.said, game.ended, game.run.limit) == (["Как вас зовут?"], None, None)


def test_a_turn_that_has_no_time_left_at_all_says_so():
    game = played(message(1), elapsed=lambda: 60.0)
    assert (game.said, game.ended) == ([sentence("time_limit")], "failed")
    assert game.events == [{"seq": 1, "error": "time_limit"}]


def test_the_501st_message_of_the_user_ends_the_run():
    game = played(question(1, "а", 1))
    for _ in range(499):
        assert game.write("да") == ["Как вас зовут?"]
    assert (game.run.turns, game.run.status) == (500, "running")
    assert game.write("последний") == [sentence("turn_limit")]
    assert (game.ended, game.run.limit, game.run.position) == ("failed", "turn_limit", 1)
    assert game.run.variables == {"а": "да"}
    assert game.events == [
        {
            "seq": 1000,
            "step": 1,
            "step_type": "question",
            "input": "последний",
            "output": {"said": [sentence("turn_limit")[0]]},
            "error": "turn_limit",
        }
    ]


def test_invalid_answers_count_as_turns_too():
    game = played(question(1, "а", 1, input={"type": "yes_no"}, max_attempts=1000))
    for _ in range(499):
        game.write("?")
    game.write("да")
    assert game.run.limit == "turn_limit"


BIG = "я" * 102_400


@pytest.mark.parametrize(
    "steps",
    [
        [message(1, "", 2, set=[{"var": "b", "value": ["{{a}}", 1]}])],
        [branch(1, [], 2, set=[{"var": "b", "value": ["{{a}}", 1]}])],
        [question(1, "a", 2, skip_if_set=True, set=[{"var": "b", "value": {"x": ["{{a}}"] * 9}}])],
    ],
)
def test_a_variable_over_200_kb_ends_the_run(steps):
    big = ["я" * 102_397]
    game = played(*steps, message(2), variables={"a": big})
    assert game.said[-1] == sentence("variable_limit")
    assert (game.ended, game.run.limit, game.run.position) == ("failed", "variable_limit", 1)
    assert game.run.variables == {"a": big}
    assert (game.event["error"], game.event.get("exit")) == ("variable_limit", None)


def test_an_answer_of_the_model_over_200_kb_ends_the_run():
    content = {"prompt": "?", "save_to": "a"}
    game = played(message(1, "", 2, gpt=content), message(2), results=[gpt("a" * 300_000)])
    assert (game.ended, game.run.limit, game.run.variables) == ("failed", "variable_limit", {})


def test_an_answer_over_200_kb_ends_the_run():
    game = played(question(1, "а", 2, input={"max_len": 1_000_000}), message(2))
    assert game.write(BIG + "!") == [sentence("variable_limit")]
    assert (game.run.limit, game.run.variables, game.run.position) == ("variable_limit", {}, 1)


def test_a_value_that_holds_a_large_one_many_times_is_told_quickly():
    sets = [{"var": "b", "value": ["{{a}}"] * 10_000}]
    game = played(message(1, "", 2, set=sets), message(2), variables={"a": ["я" * 100_000]})
    assert game.run.limit == "variable_limit"


def test_a_value_nested_too_deeply_to_be_written_ends_the_run():
    sets = [{"var": "a", "value": ["{{a}}"]}]
    game = played(question(1, None, 2), message(2, "", 1, set=sets), variables={"a": 1})
    while game.run.status == "running":
        game.write("ещё")
    assert (game.run.limit, game.run.turns) == ("variable_limit", 202)


BROKEN = [
    step(2, "question", {}),
    step(2, "condition", {"branches": 5}),
    step(2, "api_call", {}),
    step(2, "message", "текст"),
    step(2, "message", None),
    step(2, "question", {"text": "?", "input": {"type": "smell"}}),
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_step_whose_content_does_not_parse_ends_the_run_politely(broken):
    game = played(message(1, "Раз", 2), broken)
    assert game.said == ["Раз", sentence("broken")]
    assert (game.ended, game.run.position) == ("failed", 2)
    assert (game.event["step_type"], game.event["error"]) == (broken.step_type, "invalid_content")


def test_an_exit_to_nowhere_ends_the_run_politely():
    game = played(message(1, "Раз", 99))
    assert game.said == ["Раз", sentence("broken")]
    assert (game.ended, game.run.position, game.run.limit) == ("failed", 1, None)
    assert (game.event["error"], game.event["exit"]) == ("unknown_step", "next")


def test_a_scenario_without_steps_is_done_at_once():
    game = played()
    assert (game.program.start, game.said, game.ended) == (None, [], "completed")
