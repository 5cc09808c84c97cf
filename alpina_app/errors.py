"""Typed errors of the application; they know no HTTP.

AlpinaError
+-- NotFound            the object does not exist, or the caller may not know that it does
+-- NotSignedIn         the caller has to sign in first
    +-- WrongCredentials     a name and a password that do not belong together
+-- NotAllowed          signed in, but without the right
+-- Invalid             wrong input, with messages by field
+-- Busy                another turn of the same conversation runs
+-- Conflict            somebody else changed the object first, or the state forbids the act
    +-- Outdated             the object is not the version the caller knows
+-- Throttled           too many tries
+-- SettingsError       a wrong setting at start
+-- ModelError          the language model gave no answer
    +-- ModelNotConfigured   no key and no embedded model
    +-- ModelTimeout         no answer within the time limit
    +-- ModelUnavailable     it failed or refused

`code` is stable and machine-readable; a text for people is `errors.<code>` of i18n with `params`.
"""

from typing import Any, ClassVar


class AlpinaError(Exception):
    code: ClassVar[str] = "error"

    def __init__(self, code: str | None = None, /, **params: Any) -> None:
        self.error_code = code or self.code
        self.params = params
        super().__init__(self.error_code)


class NotFound(AlpinaError):
    code = "not_found"


class NotSignedIn(AlpinaError):
    code = "not_signed_in"


class WrongCredentials(NotSignedIn):
    code = "wrong_credentials"


class NotAllowed(AlpinaError):
    code = "not_allowed"


class Invalid(AlpinaError):
    """`fields`: {field: [message, ...]}; `non_field_errors` where no field is at fault."""

    code = "invalid"

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__()
        self.fields = fields


class Busy(AlpinaError):
    code = "busy"


class Conflict(AlpinaError):
    code = "conflict"


class Outdated(Conflict):
    code = "outdated"


class Throttled(AlpinaError):
    """`params["wait_s"]`: whole seconds until the next try may succeed."""

    code = "throttled"


class SettingsError(AlpinaError):
    """`problems`: one sentence for each wrong setting, naming it, never its secret value."""

    code = "settings"

    def __init__(self, problems: list[str]) -> None:
        super().__init__()
        self.problems = problems


class ModelError(AlpinaError):
    code = "model"


class ModelNotConfigured(ModelError):
    code = "model_not_configured"


class ModelTimeout(ModelError):
    code = "model_timeout"


class ModelUnavailable(ModelError):
    code = "model_unavailable"
