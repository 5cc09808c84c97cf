import json

from alpina_app.domain.picture import Picture
from tests.support.pictures import message, picture, step


def test_scenario_starts_with_its_initial_step():
    scenario = picture(message(1), message(2), initial_step=2)
    assert scenario.start_step() == 2


def test_without_initial_step_the_lowest_order_then_id_starts():
    scenario = picture(
        step(7, "message", {}, order=2),
        step(9, "message", {}, order=1),
        step(8, "message", {}, order=1),
    )
    assert scenario.start_step() == 8


def test_initial_step_that_is_not_here_leaves_the_first_step_to_start():
    assert picture(message(3), message(4), initial_step=99).start_step() == 3


def test_scenario_without_steps_starts_nowhere():
    assert picture().start_step() is None


def test_picture_comes_back_from_its_json():
    scenario = picture(
        message(1, "Здравствуйте", next_step=2),
        step(2, "condition", [None, {"broken": True}]),
        initial_step=1,
    )
    stored = json.dumps(scenario.to_json())
    assert Picture.from_json(json.loads(stored)) == scenario
