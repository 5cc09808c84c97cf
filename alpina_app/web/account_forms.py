"""The account forms as pages, and what was filled in. Texts come from `accounts.*`."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message

from alpina_app.i18n import translate
from alpina_app.services.access import GUEST, Caller
from alpina_app.web.account_page import Field, Page, language_of
from alpina_app.web.body import BodyError, read_body

Translator = Callable[..., str]
_MAX_FORM_BYTES: Final = 64 * 1024
_MAX_FIELDS: Final = 20


def translator(request: Request) -> Translator:
    """`t("sign_in")` in the request's language."""
    language = language_of(request)
    return lambda key, **params: translate(language, f"accounts.{key}", **params)


def login_page(
    t: Translator,
    target: str,
    username: str = "",
    error: str = "",
    *,
    blank: bool = False,
    caller: Caller = GUEST,
) -> Page:
    """`blank`: something was left out; `caller`: who is signed in already."""
    no_name = [t("username_blank")] if blank and not username.strip() else []
    no_password = [t("password_blank")] if blank else []
    return Page(
        title=t("sign_in_title"),
        lead="" if caller.signed_in else t("sign_in_lead"),
        note=t("signed_in_as", username=caller.username) if caller.signed_in else "",
        error=error,
        submit=t("sign_in"),
        hidden={"next": target},
        link=(target, t("continue")) if caller.signed_in else None,
        fields=[
            Field(
                "username",
                t("username"),
                value=username[:150],
                autocomplete="username",
                max_length=150,
                errors=no_name,
            ),
            Field(
                "password",
                t("password"),
                type="password",
                autocomplete="current-password",
                errors=no_password,
            ),
        ],
    )


def logout_page(t: Translator, target: str, *, expired: bool) -> Page:
    return Page(
        title=t("sign_out_title"),
        lead=t("sign_out_lead"),
        error=t("form_expired") if expired else "",
        submit=t("sign_out"),
        hidden={"next": target},
        link=("/", t("cancel")),
    )


def setup_page(
    t: Translator,
    form: FormData | None = None,
    wrong: Mapping[str, Sequence[str]] | None = None,
    error: str = "",
) -> Page:
    said = partial(_said, t, wrong or {})
    return Page(
        title=t("setup_title"),
        lead=t("setup_lead"),
        error=error,
        submit=t("setup_submit"),
        fields=[
            Field(
                "username",
                t("username"),
                value=text_of(form, "username") if form else "admin",
                autocomplete="username",
                max_length=150,
                errors=said("username"),
            ),
            Field(
                "email",
                t("email_optional"),
                type="email",
                value=text_of(form, "email") if form else "",
                autocomplete="email",
                max_length=254,
                required=False,
                errors=said("email"),
            ),
            *_new_password_fields(t, "password", said),
        ],
    )


def password_page(
    t: Translator,
    wrong: Mapping[str, Sequence[str]],
    caller: Caller,
    *,
    error: str = "",
    success: str = "",
) -> Page:
    said = partial(_said, t, wrong)
    return Page(
        title=t("password_title"),
        lead="" if success else t("password_lead"),
        error=error,
        success=success,
        submit=t("password_submit"),
        link=("/admin/", t("back_to_admin")),
        account=caller.username,
        fields=[
            Field(
                "old_password",
                t("old_password"),
                type="password",
                autocomplete="current-password",
                errors=said("old_password"),
            ),
            *_new_password_fields(t, "new_password", said),
        ],
    )


def dead_end_page(t: Translator, name: str) -> Page:
    return Page(title=t(f"{name}_title"), lead=t(name), link=("/admin/login/", t("go_to_sign_in")))


def repeat_problems(form: FormData, name: str) -> dict[str, list[str]]:
    if text_of(form, name) == text_of(form, f"{name}_again"):
        return {}
    return {f"{name}_again": ["accounts.passwords_differ"]}


async def read_form(request: Request) -> FormData:
    """The POSTed fields; none where the body is no form or too large: its CSRF check then fails."""
    try:
        body = await read_body(request, _MAX_FORM_BYTES)
    except BodyError:
        return FormData()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        return await Request(request.scope, receive).form(max_files=0, max_fields=_MAX_FIELDS)
    except (HTTPException, MultiPartException, UnicodeError):
        return FormData()


def text_of(form: FormData | None, name: str) -> str:
    value: Any = form.get(name) if form is not None else None
    return value if isinstance(value, str) else ""


def _new_password_fields(t: Translator, name: str, said: Callable[[str], list[str]]) -> list[Field]:
    label = t("password") if name == "password" else t("new_password")
    return [
        Field(
            name,
            label,
            type="password",
            autocomplete="new-password",
            hint=t("password_rules"),
            errors=said(name),
        ),
        Field(
            f"{name}_again",
            t("repeat_password"),
            type="password",
            autocomplete="new-password",
            errors=said(f"{name}_again"),
        ),
    ]


def _said(t: Translator, wrong: Mapping[str, Sequence[str]], name: str) -> list[str]:
    # `password` is what the rules of a new password are reported under
    keys = wrong.get(name) or (wrong.get("password", []) if name == "new_password" else [])
    return [t(key.removeprefix("accounts.")) for key in keys]
