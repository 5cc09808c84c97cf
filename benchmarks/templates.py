"""Microseconds that templates, rules and answers take: `python benchmarks/templates.py`.

Best of several rounds, so that a busy machine does not decide; libraries are loaded before.
"""

import sys
import timeit
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from alpina_app.domain.answers import parse_answer
from alpina_app.domain.conditions import compile_branch, holds
from alpina_app.domain.contents import Branch, Input, Option, Rule
from alpina_app.domain.templates import (
    Scope,
    compile_json,
    compile_template,
    render_json,
    render_text,
    render_value,
)

ROUNDS = 5
TODAY = date(2026, 12, 5)
SCOPE = Scope(
    {"имя": "Иван", "n": 5, "город": "Москва", "дата": "2026-12-05", "список": ["а", "б"]},
    {"today": "2026-12-05", "last_answer": "да"},
    "ru",
    None,
)
TEXTS = {
    "literal": "Здравствуйте! Это учебный бот.",
    "one variable": "Здравствуйте, {{имя}}!",
    "date and number": "{{дата | date}}: {{n | number: 2}}",
}
RULES = {
    "number": Rule(var="n", op="gte", value="4,5"),
    "text": Rule(var="город", op="eq", value="москва"),
    "date": Rule(var="дата", op="before", value="31.12.2026"),
    "pattern": Rule(var="имя", op="matches", value=r"^\p{L}+$"),
}
ANSWERS = {
    "text": (Input(), "Иван"),
    "number": (Input(type="number"), "1 234,5"),
    "email": (Input(type="email"), "user@example.com"),
    "phone": (Input(type="phone"), "8 912 345-67-89"),
    "date": (Input(type="date"), "5 декабря"),
    "relative date": (Input(type="date"), "через 3 дня"),
    "yes_no": (Input(type="yes_no"), "да, конечно"),
    "choice of 10": (
        Input(type="choice", options=tuple(Option(label=f"Вариант {i}") for i in range(10))),
        "вариант 7",
    ),
}


def measured() -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    tasks: dict[str, Callable[[], object]] = {}
    for name, text in TEXTS.items():
        template = compile_template(text)
        tasks[f"render {name}"] = lambda template=template: render_text(template, SCOPE)
    counter = compile_template("{{n | default: 0 | plus: 1}}")
    tasks["render lone counter"] = lambda: render_value(counter, SCOPE)
    body = compile_json({"name": "{{имя}}", "n": "{{n}}", "fixed": [1, 2, 3]})
    tasks["render JSON body"] = lambda: render_json(body, SCOPE, "json")
    tasks["compile one variable"] = lambda: compile_template(TEXTS["one variable"])
    for name, rule in RULES.items():
        branch = compile_branch(Branch(rules=(rule,)))
        tasks[f"rule {name}"] = lambda branch=branch: holds(branch, SCOPE, TODAY)
    for name, (spec, text) in ANSWERS.items():
        tasks[f"answer {name}"] = lambda spec=spec, text=text: parse_answer(
            spec, text, today=TODAY, language="ru"
        )
    return tasks


def microseconds(task: Callable[[], object]) -> float:
    task()
    timer = timeit.Timer(task)
    number, _ = timer.autorange()
    number = max(1, number // 4)
    return min(timer.repeat(ROUNDS, number)) / number * 1e6


def main() -> None:
    for name, task in measured().items():
        print(f"{name:24} {microseconds(task):9.2f} us")


if __name__ == "__main__":
    main()
