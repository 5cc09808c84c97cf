"""What every test has: asyncio for `async def` tests; and in CI no browser or database test is
skipped quietly."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MUST_RUN = (HERE / "browser", HERE / "backends")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    return fail_if_skipped(report, item.path)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    return fail_if_skipped(report, collector.path)


def fail_if_skipped(report, path):
    """In CI a skipped browser or database test is a failure that says why it was skipped."""
    must_run = any(path.is_relative_to(folder) for folder in MUST_RUN)
    in_ci = os.environ.get("CI", "").lower() in ("1", "true")
    if in_ci and must_run and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"skipped in CI: {reason}"
    return report
