"""The free reply: GPT answers, no scenario runs."""

import asyncio
import time
from typing import Any

from alpina_app.clients.gpt import GptRequest, bot_request
from alpina_app.domain.effects import Usage
from alpina_app.errors import ModelError
from alpina_app.models import utc_now
from alpina_app.services.chat.plan import Talk
from alpina_app.services.chat.store import add_trace
from alpina_app.services.chat.types import Outcome, Situation
from alpina_app.services.runtime import Runtime
from alpina_app.services.turns import Delta, LiveTurn, Said


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
        text, usage = await _ask(runtime, turn, request)
    except ModelError as error:
        if plan.execution is not None:
            event |= {"duration_ms": _since(begun), "error": error.error_code}
            await runtime.database.run(add_trace, plan.execution.id, [event])
        raise
    said = {"role": "assistant", "content": text, "step": None}
    outcome.said, outcome.usage = [said], usage
    outcome.trace = [
        event
        | {
            "duration_ms": _since(begun),
            "output": {"said": [text]},
            "tokens": None if usage is None else usage.total_tokens,
        }
    ]
    turn.publish(Said(**said))


async def _ask(runtime: Runtime, turn: LiveTurn, request: GptRequest) -> tuple[str, Usage | None]:
    """The model's text and usage; what it wrote so far where the user stopped it."""
    if not turn.streams:
        answer = await runtime.gpt.reply(request)
        return answer.text, answer.usage
    pieces: list[str] = []

    def on_delta(text: str) -> None:
        pieces.append(text)
        turn.publish(Delta(text))

    asking = asyncio.ensure_future(runtime.gpt.reply(request, on_delta))
    stopping = asyncio.ensure_future(turn.stopped.wait())
    try:
        await asyncio.wait((asking, stopping), return_when=asyncio.FIRST_COMPLETED)
        if asking.done() or not pieces:
            answer = await asking
            return answer.text, answer.usage
        return "".join(pieces), None
    finally:
        stopping.cancel()
        asking.cancel()


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
