"""What the step form's JavaScript knows agrees with the domain; its texts are there."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from alpina_app.bootstrap.paths import ROOT
from alpina_app.domain.contents import (
    STEP_TYPES,
    GptCall,
    GptCondition,
    HttpCall,
    InputType,
    MessageContent,
    Operator,
    QuestionContent,
    RulesCondition,
)
from alpina_app.domain.effects import GptFailure, HttpFailure
from alpina_app.domain.filters import FILTERS
from alpina_app.domain.template_syntax import compile_template
from alpina_app.domain.values import RESERVED_NAMES, is_variable_name
from alpina_app.ui.components.editor.step_form import form_texts

EDITOR = ROOT / "alpina_app" / "ui" / "components" / "editor"
PARTS = sorted([*EDITOR.glob("form_*.js*"), EDITOR / "step_form.jsx"])
MODELS: list[type[BaseModel]] = [
    *(MessageContent, QuestionContent, RulesCondition, GptCondition, HttpCall, GptCall),
]
FAILURES = (*get_args(HttpFailure), *get_args(GptFailure), "no_request", "no_prompt")
# Prefixes of texts chosen by a value, and the values.
CHOSEN = {
    "type_": STEP_TYPES,
    "next_": STEP_TYPES,
    "input_": get_args(InputType),
    "op_": get_args(Operator),
    "on_fail_": ("end", "goto", "default"),
    "mode_": ("rules", "gpt"),
    "match_": ("all", "any"),
    "target_": ("http", "gpt"),
    "auth_": ("none", "basic", "bearer", "header"),
    "body_type_": ("none", "json", "form", "raw"),
    "operators_": ("compare", "text", "list", "state", "date"),
    "built_in_": ("last_answer", "today", "bot_name", "bot_id", "user_session"),
    "json_": (*("end", "token", "string", "key", "colon", "comma", "number", "depth", "extra"),),
    "failure_": FAILURES,
    "name_": ("reserved", "invalid", "taken"),
}


def source(name: str) -> str:
    return (EDITOR / name).read_text(encoding="utf-8")


def run(code: str, tmp_path: Path) -> Any:
    """What the JavaScript module `code` gives to `done`."""
    bun = shutil.which("bun", path=str(Path(sys.executable).parent)) or shutil.which("bun")
    if bun is None:
        pytest.skip("no bun: pip install -r requirements.txt")
    file = tmp_path / "code.mjs"
    head = f'const HERE = "{EDITOR}";\nconst done = (v) => console.log(JSON.stringify(v));\n'
    file.write_text(head + code, encoding="utf-8")
    ran = subprocess.run([bun, str(file)], capture_output=True, check=True, timeout=30)
    return json.loads(ran.stdout)


def test_every_text_that_is_said_is_there_in_both_languages() -> None:
    said = {key for part in PARTS for key in re.findall(r'\bsay\("(\w+)"', part.read_text("utf-8"))}
    said |= {prefix + value for prefix, values in CHOSEN.items() for value in values}
    for language, texts in form_texts().items():
        assert said - texts.keys() == set(), language


def test_the_operators_and_kinds_offered_are_those_of_the_format() -> None:
    table = re.search(r"const OPERATORS = \{(.*?)\n\};", source("form_condition.jsx"), re.S)
    kinds = re.search(r"const TYPES = \[(.*?)\];", source("form_question.jsx"), re.S)
    assert table is not None
    assert kinds is not None
    offered = [name for row in re.findall(r"\[(.*?)\]", table[1]) for name in _words(row)]
    assert sorted(offered) == sorted(get_args(Operator))
    assert tuple(_words(kinds[1])) == get_args(InputType)


def test_every_failure_of_a_trial_is_told_in_words() -> None:
    table = re.search(r"const FAILURES = \[(.*?)\];", source("form_try.jsx"), re.S)
    assert table is not None
    assert sorted(_words(table[1])) == sorted(set(FAILURES))


def test_every_key_of_a_content_has_a_control_and_is_known() -> None:
    keys = {field.alias or name for model in MODELS for name, field in model.model_fields.items()}
    controls = "\n".join(part.read_text("utf-8") for part in PARTS if part.suffix == ".jsx")
    assert {key for key in keys if f'"{key}"' not in controls} == set()
    known = set(_words(source("form_kinds.js").split("]);", 1)[0]))
    assert keys - known == {"set", "end"}


def test_filters_and_reserved_names_are_those_of_the_templates(tmp_path: Path) -> None:
    code = """
    const { FILTERS } = await import(`${HERE}/form_templates.js`);
    const { BUILT_IN } = await import(`${HERE}/form_values.js`);
    done([FILTERS.sort(), BUILT_IN.sort()]);
    """
    assert run(code, tmp_path) == [sorted(FILTERS), sorted(RESERVED_NAMES)]


TEXTS = [
    "",
    "просто текст",
    "{{name}}",
    "{{ имя }} и {{a.b[0].c}}",
    '{{n | default: "a}}b" | upper}}',
    '{{n | default: "a\\"b|c" }}',
    "{{n | default: 0 | plus: 1}}",
    "{{n | nope}}",
    "{{n |}}",
    "{{}}",
    "{{1a}}",
    "{{a b}}",
    "{{a..b}}",
    "{{a[x]}}",
    "{{[0]}}",
    "{{oops",
    "oops}}",
    "{ {x} }",
    '{"a": {"b": {{x}}}}',
    '{"a": {"b": 1}}',
    "{{{x}}}",
    "{{a | join: ', '}}",
    '{{a | join: ", "}}',
    "{{a\n|\nupper}}",
]


def test_templates_are_coloured_as_the_server_reads_them(tmp_path: Path) -> None:
    code = f"""
    const {{ partsOf, rootsIn }} = await import(`${{HERE}}/form_templates.js`);
    done({json.dumps(TEXTS)}.map((text) => {{
      const parts = partsOf(text);
      return [parts.map((part) => part.text).join(""),
              parts.some((part) => part.kind === "broken"), rootsIn(text)];
    }}));
    """
    expected = []
    for text in TEXTS:
        template = compile_template(text)
        roots = list(dict.fromkeys(str(use.path[0]) for use in template.uses))
        expected.append([text, bool(template.problems), roots])
    assert run(code, tmp_path) == expected


def test_names_are_variable_names_as_the_server_takes_them(tmp_path: Path) -> None:
    names = [
        "имя",
        "a1",
        "_x",
        "1a",
        "a-b",
        "a b",
        "",
        "ё" * 64,
        "ё" * 65,
        "naïve",
        "ⅷ",
        "a·b",
        "名",
    ]
    code = f"""
    const {{ isName }} = await import(`${{HERE}}/form_values.js`);
    done({json.dumps(names)}.map(isName));
    """
    assert run(code, tmp_path) == [is_variable_name(name) for name in names]


GOOD = [
    "1",
    "-0.5e3",
    '"\\u00e9\\n"',
    " [ ] ",
    '{"a": [1, {"b": null}], "c": true}',
    '"😀"',
]
BAD = {
    "": ["end", 1, 1],
    "{": ["key", 1, 2],
    '{\n  "a" 1}': ["colon", 2, 7],
    "[1 2]": ["comma", 1, 4],
    "[1,]": ["token", 1, 4],
    "NaN": ["token", 1, 1],
    "01": ["number", 1, 1],
    '"a\nb"': ["string", 1, 1],
    "1 2": ["extra", 1, 3],
    "[" * 500: ["depth", 1, 202],
}


def test_json_is_read_strictly_and_faults_are_placed(tmp_path: Path) -> None:
    code = f"""
    const {{ readJson }} = await import(`${{HERE}}/form_json.js`);
    done([{json.dumps(GOOD)}.map((text) => readJson(text).value),
          {json.dumps(list(BAD))}.map((text) => Object.values(readJson(text).fault)),
          [...readJson('{{\\n "a": [1,\\n  {{"b c": 2}}]\\n}}', ["content"]).lines]]);
    """
    values, faults, lines = run(code, tmp_path)
    assert values == [json.loads(text) for text in GOOD]
    assert dict(zip(BAD, faults, strict=True)) == BAD
    assert lines == [
        ["content", 1],
        ["content.a", 2],
        ["content.a[0]", 2],
        ["content.a[1]", 3],
        ['content.a[1]["b c"]', 3],
    ]


def test_merging_keeps_mine_where_i_changed_and_theirs_elsewhere(tmp_path: Path) -> None:
    base = {"text": "a", "gpt": {"prompt": "p", "model": "m"}, "gone": 1, "list": [1]}
    mine = {"text": "b", "gpt": {"prompt": "p", "model": "n"}, "list": [1], "new": None}
    theirs = {"text": "c", "gpt": {"prompt": "q", "model": "m"}, "gone": 1, "list": [1, 2], "x": 0}
    code = f"""
    const {{ merged }} = await import(`${{HERE}}/form_values.js`);
    done(merged({json.dumps(base)}, {json.dumps(mine)}, {json.dumps(theirs)}));
    """
    assert run(code, tmp_path) == {
        "text": "b",
        "gpt": {"prompt": "q", "model": "n"},
        "list": [1, 2],
        "x": 0,
        "new": None,
    }


def _words(text: str) -> list[str]:
    return re.findall(r'"(\w+)"', text)
