"""The two indexes: `/api/` and `/api/root/`."""

from typing import Final
from urllib.parse import urlencode

from alpina_app.api.answers import Answer, answer
from alpina_app.api.http import Call, View
from alpina_app.services.bots import BOTS
from alpina_app.services.executions import EXECUTIONS
from alpina_app.services.resource import Resource
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.steps import STEPS

RESOURCES: Final[tuple[Resource, ...]] = (BOTS, SCENARIOS, STEPS, EXECUTIONS)
VERSION: Final = "1.0"


async def _links(call: Call) -> Answer:
    await call.caller()
    return answer(_lists(call))


async def _info(call: Call) -> Answer:
    await call.caller()
    return answer({"name": "alpina_digital API", "version": VERSION, "endpoints": _lists(call)})


def _lists(call: Call) -> dict[str, str]:
    """The links keep a `?format=` of the request, as the original's do."""
    ending = f".{call.suffix}" if call.suffix else "/"
    if "format" in call.query:
        ending += "?" + urlencode({"format": call.query["format"]})
    return {resource.name: f"{call.origin}/api/{resource.name}{ending}" for resource in RESOURCES}


INDEX: Final = View(
    "Api Root",
    {"GET": _links},
    description="The default basic root view for DefaultRouter",
)
INFO: Final = View("Api Info", {"GET": _info})
