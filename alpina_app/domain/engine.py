"""Runs scenarios: pure and synchronous, what the world has to do comes out as data.

A turn is one message of the user. It begins with `start` (the message that starts a run: it is no
answer) or `answer` (every later one; it starts a run that has not begun). Both, and `resume`,
return what comes next:

    AskGpt, CallApi   perform it, and hand what came back to `resume`
    Ask               the turn is over; the run waits for an answer as `Ask.input` describes
    Done              the turn and the run are over

    program = compile_program(picture)
    run = Run.from_dict(execution.run_state, execution.variables)
    env = Env(language, partial(translate, language), now, elapsed, today, session, bot, secrets)
    move = start(program, run, env) if is_new else answer(program, run, text, env)
    while isinstance(move, AskGpt | CallApi):
        if isinstance(move, AskGpt):
            result = await ask_model(move, history, run.turn.said)
        else:
            result = await call_http(move)
        move = resume(program, run, result, env)
    store(run.to_dict(), run.variables, run.position, run.status)
    reply(run.turn.said, run.turn.usage, move.input if isinstance(move, Ask) else None)
    trace(run.turn.events)

`run` is changed in place and `run.turn` made anew by each turn: a turn that is not carried to its
end is dropped with the `Run` object it worked on. `run.turn.said` grows as the turn goes on, so
that what is said before an effect can be shown before it is performed. A run whose `position` or
`variables` were changed from outside simply goes on from there; `attempts` then begin anew.

Source of every rule: scenario-format.
"""

from dataclasses import dataclass
from typing import Any, Final, assert_never

from alpina_app.domain.effects import AskGpt, CallApi, GptResult, HttpResult
from alpina_app.domain.program import (
    BrokenPlan,
    ClassifierPlan,
    ExtractPlan,
    HttpPlan,
    MessagePlan,
    Program,
    QuestionPlan,
    RulesPlan,
    StepPlan,
    Target,
    compile_program,
)
from alpina_app.domain.run import Env, Limit, Run, Status
from alpina_app.domain.steps import api_call, condition, message, question
from alpina_app.domain.steps.context import (
    TURN_SECONDS,
    Break,
    Context,
    Leave,
    Move,
    VariableTooLarge,
    Wait,
)
from alpina_app.domain.steps.expectation import describe_input
from alpina_app.domain.turn import Event, Said, Turn
from alpina_app.domain.values import clean_text

__all__ = [
    "Ask",
    "AskGpt",
    "CallApi",
    "Done",
    "Env",
    "Event",
    "Outcome",
    "Program",
    "Run",
    "Said",
    "Turn",
    "answer",
    "cancel",
    "compile_program",
    "open_question",
    "resume",
    "start",
]

TURN_STEPS: Final = 100
RUN_TURNS: Final = 500
_TOO_LARGE: Final = Break("variable_limit", "variable_limit", "variable_limit")


@dataclass(frozen=True, slots=True)
class Ask:
    """`input`: {type, required, options: [{id, label}], min, max, scale, attempts_left}."""

    step: int
    input: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """`limit`: the limit that ended the run."""

    status: Status
    limit: Limit | None = None


Outcome = AskGpt | CallApi | Ask | Done


def start(program: Program, run: Run, env: Env) -> Outcome:
    """Begin the scenario; the message that starts it is none of its answers.

    A scenario without steps (`program.start` is None) is done at once.
    """
    if run.is_over:
        run.turn = Turn()
        return _over(run)
    return _go(_turn(program, run, env), program.start)


def answer(program: Program, run: Run, text: str, env: Env) -> Outcome:
    """Take the user's message as the answer to the question the run stands on.

    A run that has not begun is started. Where it was put on a step that asks nothing, it goes on
    with that step. A run that is over stays as it is, and says nothing.
    """
    if run.is_over:
        run.turn = Turn()
        return _over(run)
    if run.position is None:
        return start(program, run, env)
    ctx = _turn(program, run, env)
    step = program.step(run.position)
    if step is None or (run.turns <= RUN_TURNS and not isinstance(step, QuestionPlan)):
        return _go(ctx, run.position)
    ctx.open(step)
    if run.turns > RUN_TURNS or not isinstance(step, QuestionPlan):
        ctx.event.input = clean_text(text)
        return _follow(ctx, step, Break("turn_limit", "turn_limit", "turn_limit"))
    if run.asked != step.id:
        run.asked, run.attempts = step.id, 0
    try:
        move = question.answer(step, clean_text(text), ctx)
    except VariableTooLarge:
        move = _TOO_LARGE
    return _follow(ctx, step, move)


def resume(program: Program, run: Run, result: GptResult | HttpResult, env: Env) -> Outcome:
    """Go on with what the effect brought that the last call returned."""
    effect = run.turn.pending
    if effect is None:
        raise ValueError("this run waits for no effect")
    run.turn.pending = None
    ctx = Context(program, run, env)
    step = program.step(effect.step)
    assert step is not None
    try:
        move = _resumed(ctx, step, result)
    except VariableTooLarge:
        move = _TOO_LARGE
    return _follow(ctx, step, move)


def cancel(program: Program, run: Run, env: Env) -> Done:
    """End the run at the user's wish, with a built-in sentence."""
    if run.is_over:
        run.turn = Turn()
        return _over(run)
    ctx = _turn(program, run, env)
    run.status = "cancelled"
    step = None if run.position is None else program.step(run.position)
    if step is None:
        ctx.say_phrase("cancelled")
        return _over(run)
    ctx.open(step)
    ctx.event.input = "/cancel"
    ctx.say_phrase("cancelled")
    ctx.close("cancel")
    return _over(run)


def open_question(program: Program, run: Run, env: Env) -> Ask | None:
    """What the run waits for between its turns; None where it asks nothing or is over."""
    step = None if run.is_over or run.position is None else program.step(run.position)
    return _ask(run, step, env) if isinstance(step, QuestionPlan) else None


def _turn(program: Program, run: Run, env: Env) -> Context:
    run.turn = Turn(clock=env.elapsed())
    run.turns += 1
    return Context(program, run, env)


def _go(ctx: Context, target: Target) -> Outcome:
    if target is None:
        return _finish(ctx, "completed")
    return _follow(ctx, *_entered(ctx, target))


def _follow(ctx: Context, step: StepPlan | None, move: Move) -> Outcome:
    """From step to step until one waits, asks something of the world, or the run ends.

    `step` is None where the run breaks off before the next one.
    """
    while isinstance(move, Leave):
        ctx.close(move.exit)
        if move.target is None:
            return _finish(ctx, "failed" if move.failed else "completed")
        step, move = _entered(ctx, move.target)
    match move:
        case AskGpt() | CallApi():
            ctx.turn.pending = move
            return move
        case Wait():
            assert isinstance(step, QuestionPlan)
            ctx.close(move.exit)
            return _ask(ctx.run, step, ctx.env)
        case Break():
            return _break_off(ctx, step, move)
        case _:
            assert_never(move)


def _entered(ctx: Context, target: int) -> tuple[StepPlan | None, Move]:
    step = ctx.program.step(target)
    if step is None:
        return None, _unknown(ctx, target)
    limit = _limit(ctx, step)
    if limit is not None:
        return None, Break(limit, limit, limit)
    ctx.open(step)
    try:
        return step, _enter(ctx, step)
    except VariableTooLarge:
        return step, _TOO_LARGE


def _unknown(ctx: Context, target: int) -> Break:
    """An exit, or a position set from outside, that leads to no step of the program."""
    if not ctx.turn.events:
        ctx.open_missing(target)
    return Break("unknown_step", "broken")


def _limit(ctx: Context, step: StepPlan) -> Limit | None:
    """The limit that forbids the step. One that waits does no work and counts for no step."""
    turn = ctx.turn
    if turn.clock >= TURN_SECONDS:
        return "time_limit"
    if isinstance(step, QuestionPlan) and not question.is_passed(step, ctx):
        return None
    if turn.steps >= TURN_STEPS:
        return "step_limit"
    turn.steps += 1
    return None


def _enter(ctx: Context, step: StepPlan) -> Move:
    match step:
        case MessagePlan():
            return message.enter(step, ctx)
        case QuestionPlan():
            return question.enter(step, ctx)
        case RulesPlan():
            return condition.enter_rules(step, ctx)
        case ClassifierPlan():
            return condition.enter_classifier(step, ctx)
        case HttpPlan():
            return api_call.enter_http(step, ctx)
        case ExtractPlan():
            return api_call.enter_extract(step, ctx)
        case BrokenPlan():
            return Break("invalid_content", "broken")
        case _:
            assert_never(step)


def _resumed(ctx: Context, step: StepPlan, result: GptResult | HttpResult) -> Move:
    match step, result:
        case MessagePlan(), GptResult():
            return message.resume(step, result, ctx)
        case ClassifierPlan(), GptResult():
            return condition.resume_classifier(step, result, ctx)
        case ExtractPlan(), GptResult():
            return api_call.resume_extract(step, result, ctx)
        case HttpPlan(), HttpResult():
            return api_call.resume_http(step, result, ctx)
        case _:
            raise TypeError(f"{type(result).__name__} is no result for this step")


def _break_off(ctx: Context, step: StepPlan | None, move: Break) -> Done:
    """`step` is None where no step is in hand: the trace's last event then gets the error."""
    if step is None and not ctx.turn.events:
        ctx.open_missing(ctx.run.position)
    event = ctx.event
    if event.error not in (None, move.error):
        event.warnings.append({"code": "error_before", "params": {"error": event.error}})
    event.error = move.error
    ctx.say_phrase(move.sentence)
    if step is not None:
        ctx.close(None)
    ctx.run.limit = move.limit
    return _finish(ctx, "failed")


def _finish(ctx: Context, status: Status) -> Done:
    ctx.run.status = status
    return _over(ctx.run)


def _over(run: Run) -> Done:
    return Done(run.status, run.limit)


def _ask(run: Run, step: QuestionPlan, env: Env) -> Ask:
    attempts = run.attempts if run.asked == step.id else 0
    left = step.content.max_attempts - attempts
    return Ask(step.id, describe_input(step.content.input, left, env.today))
