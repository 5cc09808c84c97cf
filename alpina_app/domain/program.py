"""A picture of a scenario made ready to run: contents typed, templates and patterns compiled.

Each step is compiled when it is first met and kept, so that one turn of a large scenario pays for
the steps it touches only. A program may be shared by any number of runs.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from alpina_app.domain.conditions import CompiledBranch, compile_branch
from alpina_app.domain.contents import (
    NEXT,
    Content,
    Goto,
    GptCall,
    GptCondition,
    GptSay,
    HttpCall,
    MessageContent,
    OnError,
    QuestionContent,
    RulesCondition,
    Save,
    SetVar,
    StepType,
    parse_content,
)
from alpina_app.domain.http_request import RequestPlan, plan_request
from alpina_app.domain.json_schema import JsonSchema, SchemaError
from alpina_app.domain.picture import Picture, StepPicture
from alpina_app.domain.templates import JsonTemplate, Template, compile_json, compile_template
from alpina_app.domain.values import JsonError, Path, PathError, dump_json, parse_path

Target: TypeAlias = int | None
"""The id of the step that follows; None = the end."""


@dataclass(frozen=True, slots=True)
class SetPlan:
    var: str
    value: JsonTemplate


@dataclass(frozen=True, slots=True)
class SavePlan:
    """`path` is None where it cannot be read."""

    path: Path | None
    text: str
    content: Save


@dataclass(frozen=True, slots=True)
class ErrorPlan:
    goto: Target
    text: Template


@dataclass(frozen=True, slots=True)
class DonePlan:
    """What every sound step has; `sets` are applied when it is done."""

    id: int
    next_step: Target
    sets: tuple[SetPlan, ...]


@dataclass(frozen=True, slots=True)
class GptPlan:
    content: GptSay
    prompt: Template
    fallback: Template


@dataclass(frozen=True, slots=True)
class MessagePlan(DonePlan):
    text: Template
    gpt: GptPlan | None
    step_type: Literal["message"] = "message"


@dataclass(frozen=True, slots=True)
class QuestionPlan(DonePlan):
    """`default` is that of `on_fail`."""

    content: QuestionContent
    text: Template
    retry: Template
    fail: Template
    default: JsonTemplate
    step_type: Literal["question"] = "question"


@dataclass(frozen=True, slots=True)
class RulesPlan(DonePlan):
    """`branches`: what has to hold, and where it leads."""

    content: RulesCondition
    branches: tuple[tuple[CompiledBranch, Target], ...]
    step_type: Literal["condition"] = "condition"


@dataclass(frozen=True, slots=True)
class ClassifierPlan(DonePlan):
    """`exits`: class id -> where it leads, in the order of the classes."""

    content: GptCondition
    input: Template
    exits: dict[str, Target]
    step_type: Literal["condition"] = "condition"


@dataclass(frozen=True, slots=True)
class HttpPlan(DonePlan):
    content: HttpCall
    request: RequestPlan
    saves: tuple[SavePlan, ...]
    on_error: ErrorPlan | None
    step_type: Literal["api_call"] = "api_call"


@dataclass(frozen=True, slots=True)
class ExtractPlan(DonePlan):
    """`schema` is None without one; `bad_schema`: there is one that cannot be used.

    `schema_text`: the schema as JSON, for the model to read.
    """

    content: GptCall
    prompt: Template
    schema: JsonSchema | None
    schema_text: str
    bad_schema: bool
    saves: tuple[SavePlan, ...]
    on_error: ErrorPlan | None
    step_type: Literal["api_call"] = "api_call"


@dataclass(frozen=True, slots=True)
class BrokenPlan:
    """A step whose content is no content; a run that comes to it ends."""

    id: int
    step_type: StepType


StepPlan = (
    MessagePlan | QuestionPlan | RulesPlan | ClassifierPlan | HttpPlan | ExtractPlan | BrokenPlan
)


class Program:
    """`start`: the step a run begins with; None where the scenario has no steps."""

    def __init__(self, picture: Picture) -> None:
        self.start = picture.start_step()
        self._pictures = {step.id: step for step in picture.steps}
        self._plans: dict[int, StepPlan] = {}

    def step(self, step_id: int) -> StepPlan | None:
        """None where the scenario has no such step."""
        plan = self._plans.get(step_id)
        if plan is None and step_id in self._pictures:
            plan = self._plans[step_id] = compile_step(self._pictures[step_id])
        return plan


def compile_program(picture: Picture) -> Program:
    return Program(picture)


def compile_step(step: StepPicture) -> StepPlan:
    content = parse_content(step.step_type, step.content).content
    if content is None:
        return BrokenPlan(step.id, step.step_type)
    base = (step.id, step.next_step, tuple(_set_plan(one) for one in content.set))
    return _compiled(content, base)


def _compiled(content: Content, base: tuple[int, Target, tuple[SetPlan, ...]]) -> StepPlan:
    next_step = base[1]
    match content:
        case MessageContent():
            return MessagePlan(*base, compile_template(content.text), _gpt_plan(content.gpt))
        case QuestionContent():
            return QuestionPlan(
                *base,
                content,
                text=compile_template(content.text),
                retry=compile_template(content.retry_text),
                fail=compile_template(content.on_fail.text),
                default=compile_json(content.on_fail.default),
            )
        case RulesCondition():
            branches = tuple(
                (compile_branch(branch), resolved(branch.goto, next_step))
                for branch in content.branches
            )
            return RulesPlan(*base, content, branches)
        case GptCondition():
            exits: dict[str, Target] = {}
            for one in content.classes:
                exits.setdefault(one.id, resolved(one.goto, next_step))
            return ClassifierPlan(*base, content, compile_template(content.input), exits)
        case HttpCall():
            return HttpPlan(
                *base,
                content,
                plan_request(content),
                _save_plans(content.save),
                _error_plan(content.on_error),
            )
        case GptCall():
            return _extract_plan(content, base)
        case _:
            assert_never(content)


def resolved(goto: Goto, next_step: Target) -> Target:
    """Where an exit leads: `next_step` where its `goto` was left out."""
    return next_step if goto is NEXT else goto


def _set_plan(one: SetVar) -> SetPlan:
    return SetPlan(one.var, compile_json(one.value))


def _gpt_plan(gpt: GptSay | None) -> GptPlan | None:
    if gpt is None:
        return None
    return GptPlan(gpt, compile_template(gpt.prompt), compile_template(gpt.fallback_text))


def _save_plans(saves: tuple[Save, ...]) -> tuple[SavePlan, ...]:
    return tuple(SavePlan(_path(one.path), one.path, one) for one in saves)


def _path(text: str) -> Path | None:
    try:
        return parse_path(text)
    except PathError:
        return None


def _error_plan(on_error: OnError | None) -> ErrorPlan | None:
    if on_error is None:
        return None
    return ErrorPlan(on_error.goto, compile_template(on_error.text))


def _extract_plan(content: GptCall, base: tuple[int, Target, tuple[SetPlan, ...]]) -> ExtractPlan:
    schema, text, bad_schema = None, "", False
    if content.schema_ is not None:
        try:
            schema, text = JsonSchema(content.schema_), dump_json(content.schema_)
        except (SchemaError, JsonError):
            bad_schema = True
    return ExtractPlan(
        *base,
        content,
        compile_template(content.prompt),
        schema,
        text,
        bad_schema,
        _save_plans(content.save),
        _error_plan(content.on_error),
    )
