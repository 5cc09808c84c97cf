"""Looks at the templates of a step: what is broken, what they read, where secrets stand."""

from collections.abc import Collection
from functools import lru_cache
from typing import Final

from alpina_app.domain.checker.findings import Remarks
from alpina_app.domain.checker.flow import Read, root_of
from alpina_app.domain.checker.reads import ASKING_OPERATORS, Text, strings_in, texts_of
from alpina_app.domain.contents import Content, Place, RulesCondition
from alpina_app.domain.templates import Use, compile_template
from alpina_app.domain.values import is_variable_name

MAX_TEXT: Final = 4000
"""Characters of a message that messengers show whole."""

# An editor has the same texts checked after every change. Only short ones are kept.
_compiled_short = lru_cache(maxsize=4096)(compile_template)


def read_texts(content: Content, secrets: Collection[str], remarks: Remarks) -> list[Read]:
    """What the step reads, by templates and by rules; remarks on what is wrong there."""
    reads: list[Read] = []
    for text in texts_of(content):
        value = text.value
        if value is None or (
            isinstance(value, str)
            and len(value) <= MAX_TEXT
            and "{{" not in value
            and "}}" not in value
        ):
            continue
        for string, place in strings_in(value, text.place):
            if text.said and len(string) > MAX_TEXT:
                remarks.warn("text_too_long", place, count=len(string), limit=MAX_TEXT)
            if "{{" in string or "}}" in string:
                reads.extend(_read_template(string, place, text, secrets, remarks))
    if isinstance(content, RulesCondition):
        reads.extend(_read_rules(content, remarks))
    return reads


def _read_template(
    string: str, place: Place, text: Text, secrets: Collection[str], remarks: Remarks
) -> list[Read]:
    template = (_compiled_short if len(string) <= MAX_TEXT else compile_template)(string)
    for problem in template.problems:
        remarks.error(problem.code, place, **problem.params)
    reads = []
    for use in template.uses:
        if use.path[0] == "secret":
            _check_secret(use, place, text.secrets, secrets, remarks)
        else:
            reads.append(Read(str(use.path[0]), place, use.guarded, text.after))
    return reads


def _check_secret(
    use: Use, place: Place, allowed: bool, secrets: Collection[str], remarks: Remarks
) -> None:
    if not allowed:
        remarks.error("secret_misplaced", place)
    elif len(use.path) != 2 or not isinstance(use.path[1], str):
        remarks.error("secret_without_name", place)
    elif use.path[1] not in secrets:
        remarks.error("unknown_secret", place, name=use.path[1])


def _read_rules(content: RulesCondition, remarks: Remarks) -> list[Read]:
    reads = []
    for i, branch in enumerate(content.branches):
        for j, rule in enumerate(branch.rules):
            place = ("content", "branches", i, "rules", j, "var")
            root = root_of(rule.var)
            if root is None or not is_variable_name(root):
                remarks.error("bad_variable_path", place, variable=rule.var)
            elif root == "secret":
                remarks.error("secret_misplaced", place)
            else:
                reads.append(Read(root, place, rule.op in ASKING_OPERATORS))
    return reads
