"""Short ways to write a scenario in a test."""

from typing import Any

from alpina_app.domain.picture import Picture, StepPicture

MESSAGE = {"text": "Здравствуйте"}
END = {"text": "До встречи", "end": True}


def message(id: int, text: str = "Здравствуйте", next_step: int | None = None, **content: Any):
    return step(id, "message", {"text": text, **content}, next_step)


def question(id: int, save_to: str | None = None, next_step: int | None = None, **content: Any):
    saved = {} if save_to is None else {"save_to": save_to}
    return step(id, "question", {"text": "Как вас зовут?", **saved, **content}, next_step)


def branch(id: int, branches: list[Any], next_step: int | None = None, **content: Any):
    return step(id, "condition", {"branches": branches, **content}, next_step)


def call(id: int, next_step: int | None = None, **content: Any):
    basics = {"url": "https://example.com/", "on_error": {"text": "Не вышло"}}
    return step(id, "api_call", {**basics, **content}, next_step)


def step(
    id: int, step_type: Any, content: Any, next_step: int | None = None, order: int | None = None
) -> StepPicture:
    """A step whose order is its id where none is given."""
    return StepPicture(
        id, f"Шаг {id}", step_type, content, id if order is None else order, next_step
    )


def picture(*steps: StepPicture, initial_step: int | None = None) -> Picture:
    return Picture(1, "Сценарий", initial_step, steps)
