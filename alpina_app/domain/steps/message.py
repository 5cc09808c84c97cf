"""message: says its text, then, as a message of its own, what the model answers."""

from alpina_app.domain.effects import AskGpt, GptResult
from alpina_app.domain.program import MessagePlan
from alpina_app.domain.steps.context import Context, Move
from alpina_app.domain.values import clean_text


def enter(step: MessagePlan, ctx: Context) -> Move:
    ctx.say_template(step.text, step.id)
    if step.gpt is None:
        return ctx.leave(step, "next", step.next_step)
    gpt = step.gpt.content
    ctx.event.input = prompt = ctx.text(step.gpt.prompt)
    return AskGpt(
        step=step.id,
        purpose="message",
        prompt=prompt,
        model=gpt.model,
        temperature=gpt.temperature,
        max_tokens=gpt.max_tokens,
        history_turns=gpt.history_turns,
        timeout_s=ctx.timeout(gpt.timeout_s),
    )


def resume(step: MessagePlan, result: GptResult, ctx: Context) -> Move:
    """A failure or an empty answer says the fallback and goes on; `save_to` is then left alone."""
    assert step.gpt is not None
    ctx.count_usage(result)
    answer = clean_text(result.text or "").strip()
    if result.failure is None and answer:
        ctx.say(answer, step.id)
        if step.gpt.content.save_to is not None:
            ctx.assign(step.gpt.content.save_to, answer)
    else:
        ctx.event.error = result.failure or "empty_answer"
        if not ctx.say_template(step.gpt.fallback, step.id):
            ctx.say_phrase("gpt_fallback")
    return ctx.leave(step, "next", step.next_step)
