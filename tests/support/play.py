"""Plays a scenario as the chat would: what the user writes in, what is said and traced out."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from alpina_app.domain.effects import AskGpt, CallApi, GptResult, HttpResult, Usage
from alpina_app.domain.engine import (
    Ask,
    Done,
    Env,
    Outcome,
    Program,
    Run,
    answer,
    cancel,
    compile_program,
    resume,
    start,
)
from alpina_app.domain.picture import StepPicture
from alpina_app.i18n import translate
from tests.support.pictures import picture

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
Result = GptResult | HttpResult | Callable[[Any], GptResult | HttpResult]


def gpt(text: str | None = None, failure: Any = None, tokens: int | None = None) -> GptResult:
    usage = None if tokens is None else Usage(tokens - 1, 1, tokens)
    return GptResult(text, failure, usage)


def http(body: Any = None, status: int = 200, failure: Any = None) -> HttpResult:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return HttpResult(status, body=raw, failure=failure)


@dataclass
class Play:
    """One conversation. The run is stored and read back between turns, as the chat does.

    `effects`: what the engine asked for, in order. `elapsed`: seconds, for every look at the clock.
    """

    program: Program
    results: list[Result] = field(default_factory=list)
    language: Any = "ru"
    secrets: Mapping[str, str] = field(default_factory=dict)
    today: date = date(2026, 11, 23)
    elapsed: Callable[[], float] = lambda: 0.0
    run: Run = field(default_factory=Run)
    effects: list[AskGpt | CallApi] = field(default_factory=list)
    outcome: Outcome | None = None

    def start(self) -> list[Any]:
        return self._turn(start(self.program, self.run, self.env))

    def write(self, text: str) -> list[Any]:
        return self._turn(answer(self.program, self.run, text, self.env))

    def cancel(self) -> list[Any]:
        return self._turn(cancel(self.program, self.run, self.env))

    @property
    def env(self) -> Env:
        return Env(
            language=self.language,
            phrase=partial(translate, self.language),
            now=lambda: NOW,
            elapsed=self.elapsed,
            today=self.today,
            user_session="гость",
            bot={"id": 7, "name": "Альпина"},
            secrets=self.secrets,
        )

    @property
    def said(self) -> list[Any]:
        """Of the last turn: the text where a step said it, (text, None) where it is built in."""
        return [
            line.text if line.step is not None else (line.text, None) for line in self.run.turn.said
        ]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The last turn's trace without what is empty and without the clock's fields."""
        kept = []
        for event in self.run.turn.events:
            fields = event.to_dict()
            del fields["started_at"], fields["duration_ms"]
            kept.append({name: value for name, value in fields.items() if value not in EMPTY})
        return kept

    @property
    def event(self) -> dict[str, Any]:
        """The last event of the last turn."""
        return self.events[-1]

    @property
    def warnings(self) -> list[Any]:
        return [
            (one["code"], one["params"]) for event in self.run.turn.events for one in event.warnings
        ]

    @property
    def path(self) -> list[tuple[int | None, str | None]]:
        """The steps of the last turn, each with its exit."""
        return [(event.step, event.exit) for event in self.run.turn.events]

    @property
    def ended(self) -> str | None:
        return self.outcome.status if isinstance(self.outcome, Done) else None

    @property
    def input(self) -> dict[str, Any] | None:
        return self.outcome.input if isinstance(self.outcome, Ask) else None

    def _turn(self, outcome: Outcome) -> list[Any]:
        while isinstance(outcome, AskGpt | CallApi):
            self.effects.append(outcome)
            result = self.results.pop(0)
            outcome = resume(
                self.program,
                self.run,
                result(outcome) if callable(result) else result,
                self.env,
            )
        self.outcome = outcome
        turn = self.run.turn
        kept = json.loads(json.dumps([self.run.to_dict(), self.run.variables]))
        json.dumps([event.to_dict() for event in turn.events], default=str)
        self.run = Run.from_dict(*kept)
        self.run.turn = turn
        return self.said


EMPTY: list[Any] = [None, [], {}]


def play(*steps: StepPicture, results: Iterable[Result] = (), **options: Any) -> Play:
    """A conversation that has not begun."""
    variables = options.pop("variables", {})
    game = Play(compile_program(picture(*steps)), list(results), **options)
    game.run.variables = dict(variables)
    return game


def played(*steps: StepPicture, results: Iterable[Result] = (), **options: Any) -> Play:
    """A conversation after its first turn, the message that starts it."""
    game = play(*steps, results=results, **options)
    game.start()
    return game
