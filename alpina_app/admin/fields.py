"""Fields that starlette-admin lacks: values as typed, JSON as text, what is never shown."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette_admin.fields import HasOne, StringField, TextAreaField
from starlette_admin.helpers import html_params

from alpina_app.admin.texts import say
from alpina_app.services.fields import decode_json


@dataclass
class NumberText(StringField):
    """The number as it was typed: the services check it and say what is wrong."""

    input_type: str = "number"
    minimum: float | None = None
    maximum: float | None = None
    step: str = "1"

    def input_params(self) -> str:
        return str(
            html_params(
                {
                    "type": self.input_type,
                    "min": self.minimum,
                    "max": self.maximum,
                    "step": self.step,
                    "required": self.required,
                }
            )
        )


@dataclass
class JsonText(TextAreaField):
    """JSON as text: every digit and every key stays where the author put it."""

    rows: int = 18
    class_: str = "field-textarea form-control font-monospace"
    detail_template: str = "fields/detail/json_text.html"

    async def serialize_value(self, request: Request, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, indent=2)

    async def parse_form_data(self, request: Request, form_data: FormData) -> Any:
        raw = form_data.get(self.id)
        return raw.strip() if isinstance(raw, str) else ""

    async def validate(self, request: Request, value: Any, form_values: dict[str, Any]) -> None:
        try:
            decode_json(value)
        except json.JSONDecodeError as error:
            raise ValueError(
                say("json_wrong", line=error.lineno, column=error.colno, reason=error.msg)
            ) from None
        except ValueError as error:
            raise ValueError(say("json_refused", reason=str(error))) from None


@dataclass
class Reference(HasOne):
    """A link to a row of another view, chosen by searching there."""

    form_template: str = "fields/form/reference.html"

    async def serialize_value(self, request: Request, value: Any) -> Any:
        if not request.state.action.is_form():
            return await super().serialize_value(request, value)
        view = self._view._find_foreign_view(self.key)  # type: ignore[union-attr, arg-type]
        return {"id": value.id, "text": f"{await view.repr(value, request)} #{value.id}"}


@dataclass
class WriteOnly(StringField):
    """A password or a secret's value: taken, never shown, not even after a mistake elsewhere."""

    input_type: str = "password"
    exclude_from_list: bool | None = True
    exclude_from_detail: bool | None = True
    exclude_from_export: bool | None = True
    searchable: bool | None = False
    orderable: bool | None = False
    form_template: str = "fields/form/write_only.html"

    async def parse_obj(self, request: Request, obj: Any) -> Any:
        return None
