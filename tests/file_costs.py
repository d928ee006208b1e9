"""What each test file costs: seconds on the wall, and CPU of the process that runs it and of all below that.

Under xdist the workers measure and the controller adds up. A server that several files share costs each of them what
it used meanwhile.
"""

from collections import defaultdict
from collections.abc import Generator
from contextlib import suppress

import psutil
import pytest

PROPERTY = "file_cpu_s"
SHOWN = 15


class FileCosts:
    """A pytest plugin: it measures a file at its last test, and shows the dearest files at the end."""

    def __init__(self) -> None:
        self._used_s = 0.0
        self._ends_file = False
        self._wall_s: defaultdict[str, float] = defaultdict(float)
        self._cpu_s: defaultdict[str, float] = defaultdict(float)

    def pytest_collection_finish(self) -> None:
        """Begin to count: what collecting used is no file's."""
        self._used_s = tree_cpu_s()

    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """See whether a test is its file's last."""
        self._ends_file = nextitem is None or nextitem.path != item.path

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Write on a file's last report what was used since that of the file before."""
        report = yield
        if self._ends_file and call.when == "teardown":
            used_s = tree_cpu_s()
            report.user_properties.append((PROPERTY, used_s - self._used_s))
            self._used_s = used_s
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a phase of a test to its file."""
        path = report.nodeid.partition("::")[0]
        self._wall_s[path] += report.duration
        self._cpu_s[path] += sum(float(str(v)) for name, v in report.user_properties if name == PROPERTY)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the files that took longest, in the order of their CPU."""
        terminalreporter.section(f"files that took longest ({sum(self._cpu_s.values()):.0f} s of CPU in all)")
        terminalreporter.write_line("  CPU, s  wall, s")
        for path in sorted(self._cpu_s, key=self._cpu_s.__getitem__, reverse=True)[:SHOWN]:
            terminalreporter.write_line(f"{self._cpu_s[path]:8.1f} {self._wall_s[path]:8.1f}  {path}")


def tree_cpu_s() -> float:
    """Return what this process, all below it and their ended children have used, in seconds."""
    this = psutil.Process()
    used_s = 0.0
    for process in (this, *this.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            used_s += sum(process.cpu_times()[:4])
    return used_s
