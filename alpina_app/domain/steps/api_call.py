"""api_call: a request over HTTP, or data asked of the model; what comes back is saved by path."""

import re
from dataclasses import replace
from typing import Final

from alpina_app.domain.effects import AskGpt, CallApi, GptResult, HttpResult
from alpina_app.domain.http_request import RequestRefused, build_request, show_request
from alpina_app.domain.json_schema import SchemaError
from alpina_app.domain.program import ExtractPlan, HttpPlan, SavePlan
from alpina_app.domain.steps.context import Break, Context, Leave, Move, VariableTooLarge
from alpina_app.domain.values import MISSING, Json, JsonError, get_path, parse_json

_FENCE: Final = re.compile(r"\s*```[a-zA-Z]*\n(.*?)\n?```\s*", re.DOTALL)
_NO_STATUS: Final = frozenset({"refused_address", "too_many_redirects"})


class _Failed(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def enter_http(step: HttpPlan, ctx: Context) -> Move:
    content = step.content
    scope = replace(ctx.scope, secrets=ctx.env.secrets)
    try:
        request = build_request(step.request, scope)
        shown = show_request(step.request, scope)
    except RequestRefused as refused:
        ctx.event.input = {"method": content.method, "url": content.url}
        ctx.event.output = {"status": 0, "body": ""}
        _save_status(step, 0, ctx)
        return _fail(step, refused.code, ctx)
    ctx.event.input = {
        "method": content.method,
        "url": shown.url,
        "headers": [{"name": name, "value": value} for name, value in shown.headers],
        "body": None if shown.body is None else ctx.hidden(shown.body.decode("utf-8")),
    }
    return CallApi(
        step=step.id,
        method=content.method,
        url=request.url,
        headers=request.headers,
        body=request.body,
        credential_headers=request.credentials,
        timeout_s=ctx.timeout(content.timeout_s),
        retries=content.retries,
        max_response_kb=content.max_response_kb,
        masked=tuple(ctx.env.secrets.values()),
    )


def resume_http(step: HttpPlan, result: HttpResult, ctx: Context) -> Move:
    status = 0 if result.failure in _NO_STATUS else result.status
    body = ctx.hidden(result.body.decode("utf-8", "replace"))
    ctx.event.output = {"status": status, "body": body}
    _save_status(step, status, ctx)
    try:
        if result.failure is not None:
            raise _Failed(result.failure)
        if not _is_success(status, step.content.success):
            raise _Failed("bad_status")
        answer = _parsed(result.body) if step.saves else None
    except _Failed as failed:
        return _fail(step, failed.code, ctx)
    return _save(step, answer, ctx)


def enter_extract(step: ExtractPlan, ctx: Context) -> Move:
    if step.bad_schema:
        return _fail(step, "bad_schema", ctx)
    content = step.content
    ctx.event.input = prompt = ctx.text(step.prompt)
    return AskGpt(
        step=step.id,
        purpose="extract",
        prompt=prompt,
        instructions=_instructions(step, ctx),
        model=content.model,
        temperature=0.0,
        schema=content.schema_,
        json_answer=True,
        timeout_s=ctx.timeout(content.timeout_s),
    )


def resume_extract(step: ExtractPlan, result: GptResult, ctx: Context) -> Move:
    ctx.count_usage(result)
    text = result.text or ""
    ctx.event.output = {"answer": ctx.hidden(text)}
    try:
        if result.failure is not None:
            raise _Failed(result.failure)
        answer = _parsed(_unfenced(text))
        if step.schema is not None and not step.schema.admits(answer):
            raise _Failed("schema_mismatch")
    except SchemaError:
        return _fail(step, "bad_schema", ctx)
    except _Failed as failed:
        return _fail(step, failed.code, ctx)
    return _save(step, answer, ctx)


def _instructions(step: ExtractPlan, ctx: Context) -> str:
    if step.schema is None:
        return ctx.env.phrase("speech.json_answer")
    return ctx.env.phrase("speech.json_schema", schema=step.schema_text)


def _unfenced(text: str) -> str:
    """Without the marks of a code block, which models like to put around data."""
    fenced = _FENCE.fullmatch(text)
    return fenced[1] if fenced else text


def _parsed(source: bytes | str) -> Json:
    try:
        return parse_json(source)
    except JsonError:
        raise _Failed("not_json") from None


def _is_success(status: int, rule: str | tuple[int, ...]) -> bool:
    if isinstance(rule, tuple):
        return status in rule
    return rule == "any" or 200 <= status <= 299


def _save_status(step: HttpPlan, status: int, ctx: Context) -> None:
    if step.content.save_status is not None:
        ctx.assign(step.content.save_status, status)


def _save(step: HttpPlan | ExtractPlan, answer: Json, ctx: Context) -> Move:
    """Save and set all of it or, where a value is too large, none."""
    variables, event = ctx.run.variables, ctx.event
    before, set_before = dict(variables), dict(event.variables_set)
    try:
        for plan in step.saves:
            ctx.assign(plan.content.var, _found(plan, answer, ctx))
        return ctx.leave(step, "next", step.next_step)
    except VariableTooLarge:
        variables.clear()
        variables.update(before)
        event.variables_set = set_before
        return _fail(step, "variable_limit", ctx)


def _found(plan: SavePlan, answer: Json, ctx: Context) -> Json:
    """What lies at the path; `default` and a warning where nothing or null does."""
    found = MISSING if plan.path is None else get_path(answer, plan.path)
    if found is MISSING or found is None:
        ctx.warn("path_missing", path=plan.content.path, name=plan.content.var)
        default: Json = plan.content.default
        return default
    return found


def _fail(step: HttpPlan | ExtractPlan, code: str, ctx: Context) -> Move:
    ctx.event.error = code
    if step.on_error is None:
        return Break(code, "call_failed")
    ctx.say_template(step.on_error.text, step.id)
    return Leave("on_error", step.on_error.goto, failed=True)
