"""Proves a scenario sound before anyone meets it: every error and warning, all at once.

Pure. Source: scenario-format, "The checker", "Fine print" and the remarks on single fields.
"""

from alpina_app.domain.checker.checking import check, has_errors
from alpina_app.domain.checker.findings import Finding, Mend
from alpina_app.domain.checker.mending import MendError, apply_mend

__all__ = ["Finding", "Mend", "MendError", "apply_mend", "check", "has_errors"]
