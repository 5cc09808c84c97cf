"""The state of a run between turns, and positions and variables changed from outside."""

import pytest

from alpina_app.domain.engine import Ask, Done, Run, open_question, resume
from alpina_app.i18n import translate
from tests.support.pictures import message, question
from tests.support.play import NOW, gpt, play, played

SCENARIO = (
    question(1, "имя", 2),
    question(2, "возраст", 3, input={"type": "number"}, max_attempts=2, retry_text="Ещё раз"),
    message(3, "{{имя}}: {{возраст}}"),
)


def test_a_run_is_read_back_as_it_was_written():
    game = played(*SCENARIO)
    game.write("Анна")
    game.write("много")
    state = game.run.to_dict()
    assert state == {
        "position": 2,
        "asked": 2,
        "attempts": 1,
        "turns": 3,
        "events": 4,
        "last_answer": "Анна",
        "status": "running",
        "limit": None,
    }
    assert Run.from_dict(state, {"имя": "Анна"}) == game.run


def test_no_state_is_a_run_that_has_not_begun():
    assert Run.from_dict(None, {"a": 1}) == Run({"a": 1})
    assert Run.from_dict({"turns": 2, "from_a_later_version": 1}, {}) == Run(turns=2)


def test_a_run_does_not_share_the_variables_it_was_made_with():
    variables = {"a": 1}
    Run.from_dict(None, variables).variables["a"] = 2
    assert variables == {"a": 1}


def test_the_first_message_starts_a_run_that_has_not_begun():
    assert play(*SCENARIO).write("Привет") == ["Как вас зовут?"]


def test_a_position_set_before_the_first_turn_is_answered():
    game = play(*SCENARIO, variables={"имя": "Анна"})
    game.run.position = 2
    assert game.write("30") == ["Анна: 30"]


def test_a_position_moved_to_another_question_has_all_its_attempts():
    game = played(*SCENARIO)
    game.write("Анна")
    game.write("много")
    game.run.position = 1
    assert game.write("Пётр") == ["Как вас зовут?"]
    game.write("много")
    game.run.position = 1
    game.run.asked = 2
    game.write("Яна")
    assert game.input["attempts_left"] == 2


def test_a_moved_question_counts_its_own_attempts_only():
    game = played(*SCENARIO)
    game.run.attempts = 1
    game.run.position = 2
    assert game.write("много") == ["Ещё раз"]
    assert game.input["attempts_left"] == 1


def test_a_position_moved_to_a_step_that_asks_nothing_goes_on_with_it():
    game = played(*SCENARIO)
    game.run.position = 3
    game.run.variables = {"имя": "Анна", "возраст": 3}
    assert game.write("что угодно") == ["Анна: 3"]
    assert (game.ended, game.run.last_answer) == ("completed", None)


def test_a_position_set_to_null_begins_anew():
    game = played(*SCENARIO)
    game.write("Анна")
    game.run.position = None
    assert game.write("30") == ["Как вас зовут?"]


def test_a_position_on_a_step_that_is_not_there_ends_the_run_politely():
    game = played(*SCENARIO)
    game.run.position = 99
    assert game.write("Анна") == [(translate("ru", "speech.broken"), None)]
    assert (game.ended, game.run.position) == ("failed", 99)
    assert game.events == [{"seq": 2, "step": 99, "error": "unknown_step"}]


def test_variables_changed_from_outside_are_followed():
    game = played(*SCENARIO)
    game.write("Анна")
    game.run.variables["имя"] = "Пётр"
    assert game.write("5") == ["Пётр: 5"]


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "abandoned"])
def test_a_run_that_is_over_stays_over(status):
    game = play(*SCENARIO)
    game.run.status = status
    game.run.position = 1
    before = game.run.to_dict()
    for act in (game.start, lambda: game.write("Анна"), game.cancel):
        assert (act(), game.outcome, game.events) == ([], Done(status), [])
    assert (game.run.to_dict(), game.run.variables) == (before, {})
    assert open_question(game.program, game.run, game.env) is None


def test_the_open_question_is_told_between_turns():
    game = played(*SCENARIO)
    game.write("Анна")
    game.write("много")
    assert open_question(game.program, game.run, game.env) == game.outcome
    assert isinstance(game.outcome, Ask)
    assert game.outcome.input["attempts_left"] == 1
    game.run.position = 1
    assert open_question(game.program, game.run, game.env).input["attempts_left"] == 3
    game.run.position = 3
    assert open_question(game.program, game.run, game.env) is None
    game.run.position = 99
    assert open_question(game.program, game.run, game.env) is None


@pytest.mark.parametrize("language", ["ru", "en"])
def test_cancel_ends_the_run_with_a_built_in_sentence(language):
    game = played(*SCENARIO, language=language)
    text = translate(language, "speech.cancelled")
    assert game.cancel() == [(text, None)]
    assert (game.ended, game.run.status, game.run.position) == ("cancelled", "cancelled", 1)
    assert game.events == [
        {
            "seq": 2,
            "step": 1,
            "step_type": "question",
            "input": "/cancel",
            "output": {"said": [text]},
            "exit": "cancel",
        }
    ]


def test_cancel_works_on_a_position_that_is_not_there():
    game = played(*SCENARIO)
    game.run.position = 99
    assert game.cancel() == [(translate("ru", "speech.cancelled"), None)]


def test_events_tell_when_and_how_long():
    clock = [5.0]

    def slow(effect):
        clock[0] += 1.2345
        return gpt("готово")

    game = play(message(1, "", None, gpt={"prompt": "?"}), results=[slow], elapsed=lambda: clock[0])
    game.start()
    (event,) = game.run.turn.events
    assert (event.started_at, event.duration_ms) == (NOW, 1234)
    assert list(event.to_dict()) == [
        "seq",
        "step",
        "step_type",
        "started_at",
        "duration_ms",
        "input",
        "output",
        "variables_set",
        "exit",
        "warnings",
        "error",
        "tokens",
    ]


def test_a_result_nobody_waits_for_is_a_fault_of_the_caller():
    game = played(*SCENARIO)
    with pytest.raises(ValueError, match="waits for no effect"):
        resume(game.program, game.run, gpt("?"), game.env)


def test_a_program_serves_many_runs():
    one = played(*SCENARIO)
    other = play(*SCENARIO)
    other.program = one.program
    other.start()
    one.write("Анна")
    assert other.write("Пётр") == ["Как вас зовут?"]
    assert (one.run.variables, other.run.variables) == ({"имя": "Анна"}, {"имя": "Пётр"})
