"""What a question to a model costs, by the setting MODEL_PRICES."""

from collections.abc import Iterable

from alpina_app.domain.effects import Usage

_MILLION = 1_000_000


def cost_of(usage: Usage, model: str, prices: Iterable[str]) -> float | None:
    """In dollars; None where the model has no price.

    `prices`: `name=prompt/answer`, dollars for a million tokens; names in lower case.
    """
    known = dict(one.rsplit("=", 1) for one in prices)
    price = known.get(model.lower())
    if price is None:
        return None
    asked, answered = map(float, price.split("/"))
    return (usage.prompt_tokens * asked + usage.completion_tokens * answered) / _MILLION
