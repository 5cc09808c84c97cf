"""Message steps the engine runs per second, in one process: `python benchmarks/engine.py`.

A turn runs a chain of 100 messages, the most one turn may; a program is compiled once. Counted in
CPU time, best of several rounds, so that a busy machine does not decide.
"""

import sys
import time
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from alpina_app.domain.engine import Done, Env, Run, compile_program, start
from alpina_app.domain.picture import Picture, StepPicture
from alpina_app.i18n import translate

CHAIN = 100
ROUNDS = 15
SECONDS = 0.2

CONTENTS = {
    "literal": {"text": "Здравствуйте! Это учебный бот."},
    "template": {"text": "Здравствуйте, {{имя}}! Сегодня {{today | date}}."},
    "variable": {"text": "Здравствуйте, {{имя}}!"},
    "set": {"text": "Дальше", "set": [{"var": "n", "value": "{{n | default: 0 | plus: 1}}"}]},
}


def chain(content: dict) -> Picture:
    steps = tuple(
        StepPicture(i, f"step {i}", "message", content, i, i + 1 if i < CHAIN else None)
        for i in range(1, CHAIN + 1)
    )
    return Picture(1, "chain", 1, steps)


def steps_per_second(content: dict) -> float:
    program = compile_program(chain(content))
    best = 0.0
    for _ in range(ROUNDS):
        turns, began = 0, time.process_time()
        while (spent := time.process_time() - began) < SECONDS:
            run = Run(variables={"имя": "Анна"})
            ended = start(program, run, environment())
            assert ended == Done("completed") and len(run.turn.said) == CHAIN
            turns += 1
        best = max(best, turns * CHAIN / spent)
    return best


def environment() -> Env:
    began = time.monotonic()
    return Env(
        language="ru",
        phrase=partial(translate, "ru"),
        now=lambda: datetime.now(UTC),
        elapsed=lambda: time.monotonic() - began,
        today=date(2026, 11, 23),
        user_session="benchmark",
        bot={"id": 1, "name": "Бот"},
    )


if __name__ == "__main__":
    for name, content in CONTENTS.items():
        print(f"{name:10} {steps_per_second(content):12,.0f} message steps/s")
