"""How long the checker takes for a scenario of 1,000 steps: `python benchmarks/checker.py [STEPS]`.

Aim: below 50 ms. A first check meets texts it has never seen; the checks after it, as an editor has
them made after each change, meet the same again. Best and median of several, in milliseconds of
wall clock and of this process's own time, since other work on the machine slows the former.
"""

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from alpina_app.domain.checker import check
from alpina_app.domain.picture import Picture, StepPicture

ROUNDS = 20
SECRETS = frozenset({"API_KEY"})


def scenario(size: int, names: str = "") -> Picture:
    """Rounds of ten steps as people write them: each asks, branches, calls and speaks.

    `names`: what sets the variables' names apart from those of other scenarios.
    """
    steps: list[StepPicture] = []
    for first in range(1, size + 1, 10):
        contents = _round(first, names)
        for place, (step_type, content) in enumerate(contents):
            id_ = first + place
            next_step = id_ + 1 if id_ < size else None
            if next_step is None:
                content = {**content, "end": True}
            steps.append(StepPicture(id_, f"Шаг {id_}", step_type, content, id_, next_step))
    return Picture(1, "Большой сценарий", 1, tuple(steps))


def _round(first: int, names: str) -> list[tuple[Any, dict[str, Any]]]:
    name, city, plan, number = (
        f"{word}_{names}{first}" for word in ("имя", "город", "тариф", "номер")
    )
    return [
        ("message", {"text": "Здравствуйте! Я помогу подобрать тариф и отвечу на вопросы."}),
        ("question", {"text": "Как вас зовут?", "save_to": name, "input": {"max_len": 100}}),
        (
            "question",
            {
                "text": f"{{{{{name}}}}}, какой тариф вам ближе?",
                "save_to": plan,
                "retry_text": "Выберите, пожалуйста, из списка.",
                "input": {
                    "type": "choice",
                    "options": [
                        {"id": "basic", "label": "Базовый"},
                        {"id": "pro", "label": "Расширенный", "value": "PRO"},
                        {"id": "none", "label": "Пока никакой", "goto": first + 8},
                    ],
                },
                "on_fail": {"action": "default", "default": "basic"},
            },
        ),
        (
            "condition",
            {
                "branches": [
                    {
                        "name": "Расширенный",
                        "rules": [{"var": plan, "op": "eq", "value": "PRO"}],
                        "goto": first + 5,
                    },
                    {
                        "match": "any",
                        "rules": [
                            {"var": name, "op": "matches", "value": r"^\p{Lu}\p{Ll}+$"},
                            {"var": plan, "op": "in", "value": ["basic", "{{today}}"]},
                        ],
                    },
                ]
            },
        ),
        ("message", {"text": f"Тариф «{{{{{plan} | lower}}}}» — хороший выбор, {{{{{name}}}}}."}),
        ("question", {"text": "Из какого вы города?", "save_to": city, "skip_if_set": True}),
        (
            "api_call",
            {
                "method": "POST",
                "url": f"https://api.example.com/cities/{{{{{city}}}}}?lang=ru",
                "headers": [{"name": "X-Key", "value": "{{secret.API_KEY}}"}],
                "body": {"type": "json", "value": {"who": f"{{{{{name}}}}}", "plan": plan}},
                "save": [{"path": "data.items[0].id", "var": number, "default": 0}],
                "on_error": {"goto": first + 8, "text": "Не получилось узнать про ваш город."},
            },
        ),
        ("message", {"text": f"Ваш номер: {{{{{number} | number: 0}}}}."}),
        ("message", {"gpt": {"prompt": f'Попрощайся: {{{{{name} | default: "гость"}}}}'}}),
        (
            "condition",
            {
                "mode": "gpt",
                "classes": [
                    {"id": "more", "description": "Хочет продолжить"},
                    {"id": "stop", "description": "Хочет закончить", "goto": None},
                ],
            },
        ),
    ]  # fmt: skip


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    pictures = [scenario(size, f"{n}_") for n in range(ROUNDS)]
    check(scenario(size), secrets=SECRETS)
    gc.freeze()  # as the server does once it has started
    report(f"{size} steps, first check", [lambda one=one: sound(one) for one in pictures])
    report(f"{size} steps, again", [lambda: sound(pictures[-1])] * ROUNDS)


def sound(picture: Picture) -> None:
    assert check(picture, secrets=SECRETS) == []


def report(name: str, rounds: list[Callable[[], None]]) -> None:
    wall, own = [], []
    for round_ in rounds:
        began, began_own = time.perf_counter(), time.process_time()
        round_()
        wall.append((time.perf_counter() - began) * 1000)
        own.append((time.process_time() - began_own) * 1000)
    print(
        f"{name:26} wall best {min(wall):6.1f} median {median(wall):6.1f}"
        f"   own best {min(own):6.1f} median {median(own):6.1f}"
    )


if __name__ == "__main__":
    main()
