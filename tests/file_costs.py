"""What each test file costs: seconds on the wall, and CPU of its process and of the children that ended.

Under xdist the workers measure and the controller adds up. What a server uses that many files share is told with
the test at which it ended.
"""

import os
from collections import defaultdict
from collections.abc import Generator

import pytest

PROPERTY = "cpu_s"
SHOWN = 15


class FileCosts:
    """A pytest plugin: it notes what each phase of a test costs, and shows the dearest files at the end."""

    def __init__(self) -> None:
        self._used_s = cpu_s()
        self._wall_s: defaultdict[str, float] = defaultdict(float)
        self._cpu_s: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logstart(self) -> None:
        """Begin to count: what collecting used is no file's."""
        self._used_s = cpu_s()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Write on a phase's report what was used since the one before."""
        report = yield
        used_s = cpu_s()
        report.user_properties.append((PROPERTY, used_s - self._used_s))
        self._used_s = used_s
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a phase to its file."""
        path = report.nodeid.partition("::")[0]
        self._wall_s[path] += report.duration
        self._cpu_s[path] += sum(float(str(v)) for name, v in report.user_properties if name == PROPERTY)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the files that took longest, in order of their CPU."""
        terminalreporter.section(f"files that took longest ({sum(self._cpu_s.values()):.0f} s of CPU in all)")
        terminalreporter.write_line("  CPU, s  wall, s")
        for path in sorted(self._cpu_s, key=self._cpu_s.__getitem__, reverse=True)[:SHOWN]:
            terminalreporter.write_line(f"{self._cpu_s[path]:8.1f} {self._wall_s[path]:8.1f}  {path}")


def cpu_s() -> float:
    """Return the CPU that this process and its ended children have used, in seconds."""
    return sum(os.times()[:4])
