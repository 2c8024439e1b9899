"""What pytest adds for this course: a time budget for each notebook, in CI no silent skips, and `--browser-all`.

After the cells of a notebook comes an item "budget". It fails when the cells took more than `MARGIN` times the time
that the notebook states for two cores.
"""

import os
import time

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

MARGIN = 3  # a busy machine is slower; a notebook that grew by accident is slower still
PIXELS = r"data:image/png;base64,[A-Za-z0-9+/=\s]*"  # Matplotlib's pixels differ between platforms
_skipped = []


def pytest_addoption(parser):
    """`--browser-all`: see tests/browser."""
    parser.addoption("--browser-all", action="store_true", help="open every notebook in a real browser, not only a few")


def pytest_configure(config):
    """Let the kernels of notebooks import course_lib in an environment that course.py has not made."""
    paths = [str(config.rootpath), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


class Budget(pytest.Item):
    """The claim of a notebook that it runs in the time it states."""

    def runtest(self):
        from course_lib.common.notebooks import budget

        seconds = getattr(self.parent, "cell_seconds", {})
        if len(seconds) < self.cells:
            pytest.skip("platform: only some of the cells were run")
        allowed = MARGIN * budget(self.parent.nb, self.path.name)
        assert sum(seconds.values()) <= allowed, f"took {sum(seconds.values()):.0f} s, more than {allowed:g} s"

    def repr_failure(self, excinfo):
        return f"{self.path.name}: {excinfo.value}"

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}::budget"


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Put the budget behind the cells of a notebook, and keep nbval from comparing embedded pixels."""
    report = yield
    if isinstance(collector, IPyNbFile) and report.passed and report.result:
        collector.sanitize_patterns[PIXELS] = "data:image/png;base64,PIXELS"
        item = Budget.from_parent(collector, name="budget")
        item.cells = len(report.result)
        report.result.append(item)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Time each notebook cell."""
    start = time.perf_counter()
    try:
        return (yield)
    finally:
        if isinstance(item, IPyNbCell):
            item.parent.__dict__.setdefault("cell_seconds", {})[item.name] = time.perf_counter() - start


def pytest_runtest_logreport(report):
    """Note each skip; a reason that begins with "platform:" says that nothing needed is missing."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _note_skip(report)


def pytest_collectreport(report):
    """Note modules that skip themselves while they are collected."""
    if report.skipped:
        _note_skip(report)


def _note_skip(report):
    reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not reason.removeprefix("Skipped: ").startswith("platform:"):
        _skipped.append(f"{report.nodeid}: {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """In CI everything that tests need is there, so a skip is a failure."""
    if os.environ.get("COURSE_CI") and _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Say which skips made CI fail."""
    if os.environ.get("COURSE_CI") and _skipped:
        terminalreporter.section("skipped, and in CI a skip is a failure", red=True)
        for line in _skipped:
            terminalreporter.line(line)
