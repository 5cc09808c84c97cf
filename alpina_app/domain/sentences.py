"""Steps in sentences: conditions, ways out, what a step says and does.

`phrase(key, **params)` is the text of `sentences.<key>` in the reader's language, so that nothing
is read here:

    sentence = branch_sentence(branch, partial(say, "ru"))     # если роль равна «автор»
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, assert_never

from alpina_app.domain.contents import (
    Branch,
    Content,
    GptCall,
    GptCondition,
    HttpCall,
    Input,
    MessageContent,
    QuestionContent,
    Rule,
    RulesCondition,
    Save,
    SetVar,
    parse_content,
)
from alpina_app.domain.sketch.exits import Exit
from alpina_app.domain.values import JsonError, dump_json

Phrase = Callable[..., str]
LineKind = Literal["says", "note"]
LINE_LENGTH: Final = 400
_WITHOUT_VALUE: Final = frozenset({"is_set", "is_empty", "is_true", "is_false"})
_SHORT: Final = 80


@dataclass(frozen=True, slots=True)
class Line:
    """`says`: the bot's own words; `note`: a sentence about what the step does."""

    kind: LineKind
    text: str


def rule_sentence(rule: Rule, phrase: Phrase) -> str:
    """`роль равна «автор»`."""
    if rule.op in _WITHOUT_VALUE:
        return phrase(f"op_{rule.op}", var=rule.var)
    value = rule.value
    if rule.op == "between" and isinstance(value, list) and len(value) == 2:
        low, high = (quoted(one, phrase) for one in value)
        return phrase("op_between", var=rule.var, low=low, high=high)
    if rule.op == "between":
        return phrase("op_within", var=rule.var, value=quoted(value, phrase))
    return phrase(f"op_{rule.op}", var=rule.var, value=quoted(value, phrase))


def branch_sentence(branch: Branch, phrase: Phrase) -> str:
    """`если роль равна «автор» и возраст не меньше 18`."""
    if not branch.rules:
        return phrase("never")
    between = phrase("and") if branch.match == "all" else phrase("or")
    rules = f" {between} ".join(rule_sentence(rule, phrase) for rule in branch.rules)
    return phrase("if", rules=rules)


def exit_sentence(step_type: str, content: Content | None, exit_: Exit, phrase: Phrase) -> str:
    """When a step is left by this exit: `если роль равна «автор»`, `иначе`, `ответ «Да»`."""
    number = int(exit_.key.partition(":")[2] or 0)
    match exit_.kind, content:
        case "next", _:
            return phrase(f"exit_next_{step_type}")
        case "option", _:
            return phrase("exit_option", label=exit_.label)
        case "branch", RulesCondition(branches=branches):
            sentence = branch_sentence(branches[number], phrase)
            return f"{exit_.label}: {sentence}" if exit_.label.strip() else sentence
        case "class", GptCondition(classes=classes):
            described = _line((classes[number].description or "").strip())
            return phrase("exit_class", id=exit_.label, description=described or exit_.label)
        case "on_fail", QuestionContent(max_attempts=attempts):
            return phrase("exit_on_fail", count=attempts)
        case _:
            return phrase("exit_on_error")


def step_lines(step_type: str, raw: Any, phrase: Phrase) -> list[Line]:
    """What a step says and does, without its exits; an unreadable content says so."""
    parsed = parse_content(step_type, raw)
    content = parsed.content or parsed.partial
    if content is None:
        return [Line("note", phrase("unreadable"))]
    return [line for line in (*_lines(content, phrase), *_after(content.set, phrase)) if line.text]


def quoted(value: Any, phrase: Phrase) -> str:
    """A value in a sentence: texts in quotes, lists by commas."""
    match value:
        case None:
            return phrase("nothing")
        case bool():
            return phrase("yes") if value else phrase("no")
        case str():
            return phrase("quote", text=_line(value))
        case int() | float():
            return str(value)
        case list() if all(not isinstance(one, list | dict) for one in value):
            return ", ".join(quoted(one, phrase) for one in value) or phrase("nothing")
        case _:
            return _line(_json(value))


def input_sentence(asked: Input, phrase: Phrase) -> str:
    """What a question takes: `число от 1 до 10`."""
    words = phrase(f"input_{asked.type}")
    if asked.type == "rating":
        words = phrase("input_scale", words=words, scale=asked.scale)
    if asked.type in ("number", "date", "multi_choice"):
        if asked.min is not None:
            words = phrase("from", words=words, value=asked.min)
        if asked.max is not None:
            words = phrase("to", words=words, value=asked.max)
    return words if asked.required else phrase("optional", words=words)


def _lines(content: Content, phrase: Phrase) -> Iterator[Line]:
    match content:
        case MessageContent(text=text, gpt=gpt):
            yield Line("says", text.strip()[:LINE_LENGTH])
            if gpt:
                yield Line("note", phrase("gpt_answers", prompt=_line(gpt.prompt)))
                if gpt.save_to:
                    yield Line("note", phrase("remembers_answer", var=gpt.save_to))
        case QuestionContent():
            yield Line("says", content.text.strip()[:LINE_LENGTH])
            asked = input_sentence(content.input, phrase)
            if content.save_to:
                yield Line("note", phrase("waits_and_saves", asked=asked, var=content.save_to))
                if content.skip_if_set:
                    yield Line("note", phrase("skips_if_set", var=content.save_to))
            else:
                yield Line("note", phrase("waits", asked=asked))
            if content.on_fail.action == "default":
                default = quoted(content.on_fail.default, phrase)
                yield Line("note", phrase("fail_default", value=default))
        case RulesCondition():
            return
        case GptCondition():
            yield Line("note", phrase("gpt_chooses", input=_line(content.input)))
        case HttpCall():
            yield Line("note", phrase("calls", method=content.method, url=_line(content.url)))
            if content.save_status:
                yield Line("note", phrase("saves_status", var=content.save_status))
            yield from _saves(content.save, phrase)
        case GptCall():
            yield Line("note", phrase("gpt_extracts", prompt=_line(content.prompt)))
            yield from _saves(content.save, phrase)
        case _:
            assert_never(content)


def _saves(saves: tuple[Save, ...], phrase: Phrase) -> Iterator[Line]:
    for one in saves:
        if one.path:
            yield Line("note", phrase("saves", var=one.var, path=_line(one.path)))
        else:
            yield Line("note", phrase("saves_whole", var=one.var))


def _after(sets: tuple[SetVar, ...], phrase: Phrase) -> Iterator[Line]:
    for one in sets:
        yield Line("note", phrase("sets", var=one.var, value=quoted(one.value, phrase)))


def _line(text: str) -> str:
    """One line of a text, shortened."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHORT else flat[: _SHORT - 1].rstrip() + "…"


def _json(value: Any) -> str:
    try:
        return dump_json(value)
    except JsonError:
        return "…"
