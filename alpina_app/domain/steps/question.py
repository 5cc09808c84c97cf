"""question: says its text and waits; takes the answer, asks again, or gives up by `on_fail`."""

from typing import assert_never

from alpina_app.domain.answers import Accepted, Rejected, parse_answer
from alpina_app.domain.contents import NEXT
from alpina_app.domain.program import QuestionPlan, Target, resolved
from alpina_app.domain.steps.context import Context, Leave, Move, Wait
from alpina_app.domain.steps.expectation import expectation
from alpina_app.domain.templates import render_json


def is_passed(step: QuestionPlan, ctx: Context) -> bool:
    """Whether `skip_if_set` passes the question: its variable has a value other than ""."""
    name = step.content.save_to
    if not step.content.skip_if_set or name is None:
        return False
    return ctx.run.variables.get(name) not in (None, "")


def enter(step: QuestionPlan, ctx: Context) -> Move:
    if is_passed(step, ctx):
        ctx.event.output = {"skipped": True}
        return ctx.leave(step, "next", step.next_step)
    ctx.run.asked, ctx.run.attempts = step.id, 0
    ctx.say_template(step.text, step.id)
    return Wait("wait")


def answer(step: QuestionPlan, text: str, ctx: Context) -> Move:
    ctx.event.input = text
    env = ctx.env
    outcome = parse_answer(step.content.input, text, today=env.today, language=env.language)
    match outcome:
        case Accepted():
            return _accept(step, text, outcome, ctx)
        case Rejected():
            return _reject(step, outcome, ctx)
        case _:
            assert_never(outcome)


def _accept(step: QuestionPlan, text: str, answer: Accepted, ctx: Context) -> Move:
    ctx.event.output = {"value": answer.value}
    ctx.run.last_answer = ctx.builtins["last_answer"] = text
    if step.content.save_to is not None:
        ctx.assign(step.content.save_to, answer.value)
    return ctx.leave(step, *_exit(step, answer.chosen))


def _exit(step: QuestionPlan, chosen: tuple[int, ...]) -> tuple[str, Target]:
    """By the first chosen option that has a `goto`, else by `next_step`."""
    options = step.content.input.options
    for index in chosen:
        if options[index].goto is not NEXT:
            return f"option:{options[index].id}", resolved(options[index].goto, step.next_step)
    return "next", step.next_step


def _reject(step: QuestionPlan, answer: Rejected, ctx: Context) -> Move:
    content = step.content
    ctx.run.attempts += 1
    ctx.warn("answer_invalid", reason=answer.reason, attempt=ctx.run.attempts)
    if ctx.run.attempts >= content.max_attempts:
        return _give_up(step, ctx)
    if not ctx.say_template(step.retry, step.id):
        ctx.say(expectation(content.input, answer, ctx.env), None)
    return Wait("retry")


def _give_up(step: QuestionPlan, ctx: Context) -> Move:
    on_fail = step.content.on_fail
    ctx.say_template(step.fail, step.id)
    match on_fail.action:
        case "end":
            return Leave("on_fail", None, failed=True)
        case "goto":
            return Leave("on_fail", on_fail.goto, failed=True)
        case "default":
            value = render_json(step.default, ctx.scope)
            ctx.event.output = {"value": value}
            if step.content.save_to is not None:
                ctx.assign(step.content.save_to, value)
            return ctx.leave(step, "default", step.next_step)
        case _:
            assert_never(on_fail.action)
