"""condition: the first branch that holds, or the class the model names; else `next_step`."""

from typing import Final

from alpina_app.domain.class_ids import class_key
from alpina_app.domain.conditions import holds
from alpina_app.domain.effects import AskGpt, GptResult
from alpina_app.domain.program import ClassifierPlan, RulesPlan
from alpina_app.domain.steps.context import Context, Move
from alpina_app.domain.values import clean_text

_SHOWN: Final = 200


def enter_rules(step: RulesPlan, ctx: Context) -> Move:
    for index, (branch, target) in enumerate(step.branches):
        if holds(branch, ctx.scope, ctx.env.today):
            ctx.event.output = {"branch": index, "name": step.content.branches[index].name}
            return ctx.leave(step, f"branch:{index}", target)
    return ctx.leave(step, "else", step.next_step)


def enter_classifier(step: ClassifierPlan, ctx: Context) -> Move:
    ctx.event.input = prompt = ctx.text(step.input)
    return AskGpt(
        step=step.id,
        purpose="classify",
        prompt=prompt,
        instructions=_instructions(step, ctx),
        temperature=0.0,
        timeout_s=ctx.timeout(step.content.timeout_s),
    )


def resume_classifier(step: ClassifierPlan, result: GptResult, ctx: Context) -> Move:
    """An answer that is no class, and a failure of the model, take the exit of else."""
    ctx.count_usage(result)
    answer = clean_text(result.text or "")
    chosen = None if result.failure else _class_of(answer, tuple(step.exits))
    ctx.event.output = {"answer": ctx.hidden(answer), "class": chosen}
    if chosen is not None:
        return ctx.leave(step, f"class:{chosen}", step.exits[chosen])
    if result.failure:
        ctx.event.error = result.failure
    else:
        ctx.warn("class_unknown", answer=answer[:_SHOWN])
    return ctx.leave(step, "else", step.next_step)


def _instructions(step: ClassifierPlan, ctx: Context) -> str:
    """What goes in the system role: written by the scenario's author, nothing a user said."""
    classes = "\n".join(
        f"{one.id}: {one.description}" if one.description else one.id
        for one in step.content.classes
    )
    asked = ctx.env.phrase("speech.classifier", classes=classes)
    written = step.content.instructions.strip()
    return f"{written}\n\n{asked}" if written else asked


def _class_of(answer: str, ids: tuple[str, ...]) -> str | None:
    """The class whose id the whole answer is, apart from quotes, case and a final stop."""
    bare = class_key(answer)
    exact = (name for name in ids if name == answer.strip())
    folded = (name for name in ids if bare and class_key(name) == bare)
    return next(exact, None) or next(folded, None)
