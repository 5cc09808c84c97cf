"""The free reply: GPT answers, no scenario runs."""

import time
from typing import Any

from alpina_app.clients.gpt import GptAnswer, GptRequest, bot_request
from alpina_app.errors import ModelError
from alpina_app.models import utc_now
from alpina_app.services.chat.listening import OnDelta, told
from alpina_app.services.chat.plan import Talk
from alpina_app.services.chat.store import add_trace
from alpina_app.services.chat.types import Outcome, Situation
from alpina_app.services.runtime import Runtime
from alpina_app.services.turns import LiveTurn, Said


async def talk(
    runtime: Runtime, turn: LiveTurn, situation: Situation, plan: Talk, outcome: Outcome
) -> None:
    """Fills the outcome with GPT's answer.

    Raises ModelError: the failure then stands in the trace of an execution that exists, and
    nothing in the history.
    """
    outcome.execution, outcome.abandon = plan.execution, plan.abandon
    outcome.scenario_id = plan.scenario_id
    if plan.execution is not None:
        outcome.variables = plan.execution.variables
        outcome.run_state = plan.execution.run_state
    history = situation.history if plan.execution is not None else ()
    request = bot_request(
        situation.bot.gpt,
        [{"role": role, "content": content} for role, content in history],
        outcome.request.message,
    )
    begun, started_at = time.monotonic(), utc_now()
    event: dict[str, Any] = {
        "step_id": None,
        "step_type": None,
        "started_at": started_at,
        "input": outcome.request.message,
        "output": None,
        "variables_set": {},
        "exit": None,
        "warnings": [],
        "error": None,
        "tokens": None,
    }
    try:
        answer = await _ask(runtime, turn, request)
    except ModelError as error:
        if plan.execution is not None:
            event |= {"duration_ms": _since(begun), "error": error.error_code}
            await runtime.database.run(add_trace, plan.execution.id, [event])
        raise
    text, usage = answer.text, answer.usage
    said = Said("assistant", text, None)
    outcome.said, outcome.usage = [said.to_json()], usage
    outcome.trace = [
        event
        | {
            "duration_ms": _since(begun),
            "output": {"said": [text]},
            "tokens": None if usage is None else usage.total_tokens,
        }
    ]
    turn.publish(said)


async def _ask(runtime: Runtime, turn: LiveTurn, request: GptRequest) -> GptAnswer:
    async def ask(on_delta: OnDelta | None) -> GptAnswer:
        return await runtime.gpt.reply(request, on_delta)

    return await told(turn, ask, GptAnswer)


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
