"""What one server process owns: settings, database, clients. Built by the composition root."""

from dataclasses import dataclass

from alpina_app.clients.gpt import Gpt
from alpina_app.clients.http_call import HttpCaller
from alpina_app.clients.local_model import LocalModel
from alpina_app.db import Database
from alpina_app.services.chat_throttle import ChatThrottle
from alpina_app.services.pictures import Programs
from alpina_app.services.sign_in import SignIn
from alpina_app.services.turns import Turns
from alpina_app.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """Passed down to api, admin, ui and cli; nothing else is shared between requests."""

    settings: Settings
    database: Database
    gpt: Gpt
    http_caller: HttpCaller
    turns: Turns
    programs: Programs
    chat_throttle: ChatThrottle
    sign_in: SignIn
    local_model: LocalModel | None = None

    @property
    def has_siblings(self) -> bool:
        """Other processes may serve the same conversations."""
        return not self.database.is_sqlite or self.settings.redis_url is not None

    async def start(self) -> None:
        """Starts what runs beside the server. A local model that cannot run is no failure."""
        if self.local_model is not None:
            await self.local_model.start()

    async def stop(self) -> None:
        await self.turns.close()
        if self.local_model is not None:
            await self.local_model.stop()
        await self.gpt.aclose()
        await self.http_caller.aclose()
        self.sign_in.stop()
        self.database.close()
