"""Who is signed in and which model answers, for the shell to show. Rights are never read here."""

import reflex as rx

from alpina_app.clients.local_model import MODEL_NAME
from alpina_app.services.runtime import Runtime
from alpina_app.services.sign_in import cookie_value
from alpina_app.ui.guards import Guarded, sign_in_address
from alpina_app.ui.runtime import runtime


class Session(Guarded, rx.State):
    """`csrf` goes into the sign-out form; `ready` is False until the server has answered.

    `model`: "demo" where the embedded model answers, "none" where no model does, a key of i18n's
    area `model` that says why the embedded one does not, or "".
    """

    ready: bool = False
    signed_in: bool = False
    username: str = ""
    role: str = ""
    csrf: str = ""
    sign_in_href: str = "/admin/login/?next=/"
    model: str = ""
    model_name: str = MODEL_NAME

    @rx.event
    async def load(self) -> None:
        caller = await self._caller()
        self.signed_in = caller.signed_in
        self.username = caller.username
        self.role = caller.role
        self.csrf = cookie_value(self.router.headers.cookie or "", "csrftoken") or ""
        self.sign_in_href = sign_in_address(self)
        self.model = _model(runtime())
        self.ready = True

    @rx.var
    def may_edit(self) -> bool:
        return self.role in ("administrator", "editor")

    @rx.var
    def is_administrator(self) -> bool:
        return self.role == "administrator"


def _model(runtime: Runtime) -> str:
    if runtime.local_model is None:
        settings = runtime.settings
        return "" if settings.openai_api_key or settings.openai_base_url else "none"
    problem = runtime.local_model.problem
    return f"problem_{problem}" if problem else "demo"
