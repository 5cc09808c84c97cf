"""What a step sets and reads: its names in the order they are set, its texts, its rules.

A step reads and sets in a fixed order, so each read knows how many of the step's own names are
already set when it happens (`after`): a text of an `on_error` sees `save_status`, a `set` sees
the answer and the `set`s before it.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple, assert_never

from alpina_app.domain.contents import (
    Content,
    FormBody,
    GptCall,
    GptCondition,
    HttpCall,
    JsonBody,
    MessageContent,
    NameValue,
    NoBody,
    Operator,
    Place,
    QuestionContent,
    RawBody,
    RulesCondition,
    Save,
)
from alpina_app.domain.values import MAX_DEPTH

# Operators that say something of a variable that is not there.
ASKING_OPERATORS: Final = frozenset[Operator]({"is_set", "is_empty"})


class SetName(NamedTuple):
    name: str
    place: Place


class Text(NamedTuple):
    """A place whose text, or any JSON with texts in it, is a template.

    `said`: the chat shows it. `secrets`: `{{secret.NAME}}` may stand there.
    """

    place: Place
    value: Any
    after: int = 0
    said: bool = False
    secrets: bool = False


def names_set(content: Content) -> list[SetName]:
    """Every name the step sets when it is done as it should be, in order."""
    names: list[SetName] = []
    match content:
        case MessageContent(gpt=gpt):
            if gpt and gpt.save_to is not None:
                names.append(SetName(gpt.save_to, ("content", "gpt", "save_to")))
        case QuestionContent(save_to=name):
            if name is not None:
                names.append(SetName(name, ("content", "save_to")))
        case HttpCall(save_status=name, save=save):
            if name is not None:
                names.append(SetName(name, ("content", "save_status")))
            names.extend(_saved(save))
        case GptCall(save=save):
            names.extend(_saved(save))
        case RulesCondition() | GptCondition():
            pass
        case _:
            assert_never(content)
    for i, one in enumerate(content.set):
        names.append(SetName(one.var, ("content", "set", i, "var")))
    return names


def set_on_failure(content: Content) -> int:
    """How many of `names_set` hold on the failing exit: the HTTP status is saved (0) even then."""
    return int(isinstance(content, HttpCall) and content.save_status is not None)


def texts_of(content: Content) -> Iterator[Text]:
    """Every template of the step, in the order of the format's page; `set` comes last."""
    match content:
        case MessageContent():
            yield Text(("content", "text"), content.text, said=True)
            if content.gpt:
                yield Text(("content", "gpt", "prompt"), content.gpt.prompt)
                fallback = content.gpt.fallback_text
                yield Text(("content", "gpt", "fallback_text"), fallback, said=True)
        case QuestionContent():
            yield from _texts_of_question(content)
        case RulesCondition():
            for i, branch in enumerate(content.branches):
                for j, rule in enumerate(branch.rules):
                    yield Text(("content", "branches", i, "rules", j, "value"), rule.value)
        case GptCondition():
            yield Text(("content", "input"), content.input)
        case HttpCall():
            yield from _texts_of_call(content)
        case GptCall():
            yield Text(("content", "prompt"), content.prompt)
            if content.on_error:
                yield Text(("content", "on_error", "text"), content.on_error.text, said=True)
        case _:
            assert_never(content)
    first = len(names_set(content)) - len(content.set) if content.set else 0
    for i, one in enumerate(content.set):
        yield Text(("content", "set", i, "value"), one.value, after=first + i)


def strings_in(value: Any, place: Place) -> Iterator[tuple[str, Place]]:
    """The texts in a JSON value, in its order, with their places.

    Deeper than MAX_DEPTH nothing is a template.
    """
    if isinstance(value, str):
        yield value, place
        return
    waiting: list[tuple[Any, Place]] = [(value, place)]
    deepest = len(place) + MAX_DEPTH
    while waiting:
        item, where = waiting.pop()
        if isinstance(item, str):
            yield item, where
        elif len(where) == deepest:
            continue
        elif isinstance(item, dict):
            waiting.extend((v, (*where, str(k))) for k, v in reversed(item.items()))
        elif isinstance(item, list):
            waiting.extend((v, (*where, i)) for i, v in reversed(list(enumerate(item))))


def _saved(save: tuple[Save, ...]) -> Iterator[SetName]:
    for i, one in enumerate(save):
        yield SetName(one.var, ("content", "save", i, "var"))


def _texts_of_question(content: QuestionContent) -> Iterator[Text]:
    yield Text(("content", "text"), content.text, said=True)
    yield Text(("content", "retry_text"), content.retry_text, said=True)
    yield Text(("content", "on_fail", "text"), content.on_fail.text, said=True)
    if content.on_fail.action == "default":
        yield Text(("content", "on_fail", "default"), content.on_fail.default)


def _texts_of_call(content: HttpCall) -> Iterator[Text]:
    yield Text(("content", "url"), content.url, secrets=True)
    yield from _texts_of_pairs(("content", "query"), content.query)
    yield from _texts_of_pairs(("content", "headers"), content.headers)
    place = ("content", "body", "value")
    match content.body:
        case NoBody():
            pass
        case JsonBody(value=value) | RawBody(value=value):
            yield Text(place, value, secrets=True)
        case FormBody(value=pairs):
            yield from _texts_of_pairs(place, pairs)
        case _:
            assert_never(content.body)
    if content.on_error:
        place = ("content", "on_error", "text")
        yield Text(place, content.on_error.text, after=set_on_failure(content), said=True)


def _texts_of_pairs(place: Place, pairs: tuple[NameValue, ...]) -> Iterator[Text]:
    """Names too are templates, but for those of headers."""
    for i, pair in enumerate(pairs):
        if pair.name and place[-1] != "headers":
            yield Text((*place, i, "name"), pair.name, secrets=True)
        yield Text((*place, i, "value"), pair.value, secrets=True)
