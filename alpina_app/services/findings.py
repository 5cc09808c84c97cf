"""What the checker says of a stored scenario, in the reader's language."""

from typing import Any

from sqlmodel import Session

from alpina_app.domain.checker import Finding, check, has_errors
from alpina_app.domain.picture import Picture
from alpina_app.errors import NotFound
from alpina_app.i18n import Language, translate
from alpina_app.services.access import Caller
from alpina_app.services.crud import require_reader
from alpina_app.services.pictures import read_picture
from alpina_app.services.scenarios import SCENARIOS
from alpina_app.services.secrets_store import secret_names


def scenario_to_check(
    session: Session, caller: Caller, scenario_id: int, *, open_to_guests: bool
) -> tuple[Picture, list[str]]:
    """The scenario and the names of the secrets. Needs what reading the scenario needs."""
    require_reader(caller, SCENARIOS, open_to_guests)
    picture = read_picture(session, scenario_id)
    if picture is None:
        raise NotFound(what=SCENARIOS.title)
    return picture, secret_names(session)


def report(picture: Picture, secrets: list[str], language: Language) -> dict[str, Any]:
    """{"ok", "findings"}, see scenario-format. Milliseconds for a large scenario."""
    findings = check(picture, secrets=secrets)
    return {
        "ok": not has_errors(findings),
        "findings": [as_json(finding, language) for finding in findings],
    }


def as_json(finding: Finding, language: Language) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "step": finding.step,
        "path": finding.path,
        "message": finding_text(finding, language),
        "mend": finding.mend,
    }


def finding_text(finding: Finding, language: Language) -> str:
    return translate(language, f"checker.{finding.code}", **finding.params)
