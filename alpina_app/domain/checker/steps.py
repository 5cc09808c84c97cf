"""What is wrong inside one step that parses: names, branches, classes, prompts."""

from collections.abc import Collection, Sequence
from typing import Any, assert_never

from alpina_app.domain.checker.calls import check_gpt_call, check_http_call
from alpina_app.domain.checker.findings import Remarks
from alpina_app.domain.checker.ids import free_id
from alpina_app.domain.checker.questions import check_pattern, check_question
from alpina_app.domain.checker.reads import SetName
from alpina_app.domain.class_ids import class_key
from alpina_app.domain.contents import (
    Content,
    GptCall,
    GptCondition,
    HttpCall,
    MessageContent,
    Place,
    QuestionContent,
    Rule,
    RulesCondition,
)
from alpina_app.domain.templates import compile_template
from alpina_app.domain.values import RESERVED_NAMES, is_variable_name, show_wire


def check_content(
    content: Content, names: Sequence[SetName], secrets: Collection[str], remarks: Remarks
) -> None:
    """Remarks on all in a step but its templates and its exits; `names` are those it sets."""
    match content:
        case MessageContent(gpt=gpt):
            if gpt and not gpt.prompt.strip():
                remarks.error("prompt_blank", ("content", "gpt", "prompt"))
        case QuestionContent():
            check_question(content, remarks)
        case RulesCondition():
            _check_branches(content, remarks)
        case GptCondition():
            _check_classes(content, remarks)
        case HttpCall():
            check_http_call(content, secrets, remarks)
        case GptCall():
            check_gpt_call(content, remarks)
        case _:
            assert_never(content)
    for one in names:
        if one.name in RESERVED_NAMES:
            remarks.error("name_reserved", one.place, name=one.name)
        elif not is_variable_name(one.name):
            code = "name_is_path" if "." in one.name or "[" in one.name else "name_invalid"
            remarks.error(code, one.place, name=one.name)


def _check_branches(content: RulesCondition, remarks: Remarks) -> None:
    if not content.branches:
        remarks.error("condition_without_branches", ("content", "branches"))
    for i, branch in enumerate(content.branches):
        place = ("content", "branches", i)
        if not branch.rules:
            remarks.error("branch_without_rules", (*place, "rules"), remarks.drop(place))
        for j, rule in enumerate(branch.rules):
            _check_rule(rule, (*place, "rules", j, "value"), remarks)


def _check_rule(rule: Rule, place: Place, remarks: Remarks) -> None:
    value = rule.value
    match rule.op:
        case "is_set" | "is_empty" | "is_true" | "is_false":
            return
        case "matches" | "not_matches":
            _check_rule_pattern(value, place, remarks)
        case "between":
            if not _is_pair(value):
                remarks.warn("between_needs_two", place)
        case "in" | "not_in":
            if not isinstance(value, list | str):
                remarks.warn("in_needs_list", place)
        case _:
            if value is None:
                remarks.warn("rule_without_value", place, op=rule.op)


def _check_rule_pattern(value: Any, place: Place, remarks: Remarks) -> None:
    """Values of templates are escaped where they land in a pattern: any letter stands for them."""
    if value is None or isinstance(value, bool | list | dict):
        remarks.error("pattern_not_text", place)
        return
    pattern = show_wire(value)
    if "{{" in pattern:
        parts = compile_template(pattern).parts
        pattern = "".join(part if isinstance(part, str) else "x" for part in parts)
    check_pattern(pattern, place, remarks)


def _is_pair(value: Any) -> bool:
    """A list of two; a text may be a template that gives one."""
    return (isinstance(value, list) and len(value) == 2) or (
        isinstance(value, str) and "{{" in value
    )


def _check_classes(content: GptCondition, remarks: Remarks) -> None:
    if not content.classes:
        remarks.error("classifier_without_classes", ("content", "classes"))
    ids = [one.id for one in content.classes]
    seen: set[str] = set()
    for i, id_ in enumerate(ids):
        place = ("content", "classes", i, "id")
        key = class_key(id_)
        if not key:
            remarks.error("class_id_blank", place)
        elif key in seen:
            change = remarks.put(place, free_id(id_, ids))
            remarks.error("duplicate_class_id", place, change, id=id_)
        seen.add(key)
