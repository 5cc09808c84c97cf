"""Why a request is refused before any service saw it: a status and a `detail` of the wire."""

from typing import ClassVar

from alpina_app.web.body import BodyError


class Refused(Exception):
    """Answered with `status` and `{"detail": ...}`."""

    status: int = 400
    default: ClassVar[str] = "Malformed request."

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.default
        super().__init__(self.detail)


class Malformed(Refused):
    """A body, a query or a header that cannot be read."""


class UnknownFormat(Refused):
    status = 404
    default = "Not found."


class NoSuchPage(Refused):
    """A path that leads nowhere."""

    status = 404
    default = "Not found."


class MethodNotAllowed(Refused):
    status = 405

    def __init__(self, method: str) -> None:
        super().__init__(f'Method "{method}" not allowed.')


class NotAcceptable(Refused):
    status = 406
    default = "Could not satisfy the request Accept header."


class UnreadBody(Refused):
    """408, 413, or 400 where the client went away."""

    def __init__(self, error: BodyError) -> None:
        super().__init__(error.detail)
        self.status = error.status


class UriTooLong(Refused):
    status = 414
    default = "The query string is too long."


class UnsupportedMediaType(Refused):
    status = 415

    def __init__(self, media_type: str) -> None:
        super().__init__(f'Unsupported media type "{media_type}" in request.')
