"""The form of one step: a local React component that edits a copy and tells what changed.

    step_form(step=State.step, steps=State.step_names, ..., on_change=State.change_step)

What is typed never waits for Python: a change is sent after a pause of 400 ms and when the form is
left. A change from outside (a new `version`) is taken over field by field, but for what is being
edited. The parts of the component are the `form_*` files beside this one.
"""

from typing import Any, Final

import reflex as rx

from alpina_app.i18n import LANGUAGES, catalogue
from alpina_app.ui.components.local import local_file
from alpina_app.ui.texts import I18n

_PARTS: Final = (
    "form_call.jsx",
    "form_condition.jsx",
    "form_context.jsx",
    "form_controls.jsx",
    "form_draft.js",
    "form_exits.jsx",
    "form_expert.jsx",
    "form_json.js",
    "form_kinds.js",
    "form_lists.jsx",
    "form_message.jsx",
    "form_question.jsx",
    "form_templates.js",
    "form_try.jsx",
    "form_values.js",
    "form_variables.jsx",
)

_SHARED: Final = tuple(local_file(part, __name__) for part in _PARTS)
_AREA: Final = "form."


def _changing(step: Any, patch: Any) -> list[Any]:
    return [step, patch]


def _renaming(old: Any, new: Any) -> list[Any]:
    return [old, new]


def _picking(step: Any) -> list[Any]:
    return [step]


def _creating(step_type: Any, place: Any) -> list[Any]:
    return [step_type, place]


def _testing(step: Any, variables: Any) -> list[Any]:
    return [step, variables]


class StepForm(rx.NoSSRComponent):
    """`texts`: {language: {key: text}}. What the other props hold: see `step_form`."""

    library = local_file("step_form.jsx", __name__)
    tag = "StepForm"

    lang: rx.Var[str]
    texts: rx.Var[dict[str, Any]]
    step: rx.Var[dict[str, Any]]
    steps: rx.Var[list[dict[str, Any]]]
    variables: rx.Var[list[dict[str, Any]]]
    findings: rx.Var[list[dict[str, Any]]]
    secrets: rx.Var[list[str]]
    models: rx.Var[list[str]]
    read_only: rx.Var[bool]
    test_result: rx.Var[dict[str, Any]]
    prompt_result: rx.Var[dict[str, Any]]

    on_change: rx.EventHandler[_changing]  # type: ignore[type-arg, valid-type]
    on_rename: rx.EventHandler[_renaming]  # type: ignore[type-arg, valid-type]
    on_pick: rx.EventHandler[_picking]  # type: ignore[type-arg, valid-type]
    on_create: rx.EventHandler[_creating]  # type: ignore[type-arg, valid-type]
    on_test_request: rx.EventHandler[_testing]  # type: ignore[type-arg, valid-type]
    on_test_prompt: rx.EventHandler[_testing]  # type: ignore[type-arg, valid-type]


def step_form(
    *,
    step: Any,
    steps: Any,
    variables: Any,
    findings: Any,
    secrets: Any,
    on_change: Any,
    models: Any = (),
    read_only: Any = False,
    test_result: Any = None,
    prompt_result: Any = None,
    **events: Any,
) -> rx.Component:
    """The form of `step` {id, name, step_type, content, next_step, version}; {} shows a hint.

    `steps`: [{id, name, step_type}] in the order of the list. `variables`: [{name, set_in,
    used_in}] with ids of steps. `findings`: those of this step, [{path, message, severity}].
    `secrets`, `models`: names. `test_result`: {step, running, status, body, duration_ms, error},
    body any JSON or a text that is none; `prompt_result`: {step, running, text, tokens, ms, cost,
    error}; {} = none yet, `step` left out = the present one. While `running` the rest is not shown.

    Events: `on_change(step, patch)` with whole new values of any of name, step_type, content,
    next_step; `on_rename(old, new)`; `on_pick(step)`; `on_create(step_type, {"step", "exit"})` with
    `exit` a key of `domain.sketch.exits`, where the new step is to be linked;
    `on_test_request(step, variables)`, `on_test_prompt(step, variables)`. What is unsent is sent
    before any other event.
    """
    return StepForm.create(
        lang=I18n.lang,
        texts=form_texts(),
        step=step,
        steps=steps,
        variables=variables,
        findings=findings,
        secrets=secrets,
        models=list(models) if isinstance(models, tuple) else models,
        read_only=read_only,
        test_result={} if test_result is None else test_result,
        prompt_result={} if prompt_result is None else prompt_result,
        on_change=on_change,
        **events,
    )


def form_texts() -> dict[str, dict[str, Any]]:
    """What the component says, in each language, by the short keys it uses."""
    return {
        language: {
            key.removeprefix(_AREA): text
            for key, text in catalogue()[language].items()
            if key.startswith(_AREA)
        }
        for language in LANGUAGES
    }
