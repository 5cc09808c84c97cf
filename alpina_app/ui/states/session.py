"""Who is signed in, for the shell to show. Rights are never read from here."""

import reflex as rx

from alpina_app.services.sign_in import cookie_value
from alpina_app.ui.guards import Guarded, sign_in_address


class Session(Guarded, rx.State):
    """`csrf` goes into the sign-out form; `ready` is False until the server has answered."""

    ready: bool = False
    signed_in: bool = False
    username: str = ""
    role: str = ""
    csrf: str = ""
    sign_in_href: str = "/admin/login/?next=/"

    @rx.event
    async def load(self) -> None:
        caller = await self._caller()
        self.signed_in = caller.signed_in
        self.username = caller.username
        self.role = caller.role
        self.csrf = cookie_value(self.router.headers.cookie or "", "csrftoken") or ""
        self.sign_in_href = sign_in_address(self)
        self.ready = True

    @rx.var
    def may_edit(self) -> bool:
        return self.role in ("administrator", "editor")

    @rx.var
    def is_administrator(self) -> bool:
        return self.role == "administrator"
