"""The files of a report."""

import re
from pathlib import Path

import pytest

from lab.commands.report_files import TRACE, write_reports
from lab.errors import LabError
from tests.lab import runs

FORMS = ["report.html", "report.md", "trials.csv", "comparisons.csv", "capabilities.csv"]


def test_charts_are_files_beside_the_report(report_of_every_scenario: list[Path]) -> None:
    """Each chart is a file in a folder beside report.md, which shows each of them once."""
    paths, folder = report_of_every_scenario, report_of_every_scenario[0].parent
    shown = re.findall(r"^!\[.+\]\((charts/.+\.svg)\)$", (folder / "report.md").read_text(), re.MULTILINE)
    assert sorted(shown) == sorted(str(path.relative_to(folder)) for path in paths if path.suffix == ".svg")
    assert len(shown) == len({*shown}) > 20
    assert [path.name for path in paths[: len(FORMS)]] == FORMS


def test_run_without_figures_is_told_without_charts(tmp_path: Path) -> None:
    """A run that has measured nothing has its report all the same."""
    assert [path.name for path in write_reports(runs.run(), tmp_path)] == FORMS
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FORMS)


def test_a_trace_beside_the_report_is_linked(tmp_path: Path) -> None:
    """The report leads to the events behind it, where there are any."""
    link = '<a href="trace.html">See the events behind this</a>'
    write_reports(runs.run(), tmp_path)
    assert link not in (tmp_path / "report.html").read_text()
    (tmp_path / TRACE).write_text("a trace")
    write_reports(runs.run(), tmp_path)
    assert link in (tmp_path / "report.html").read_text()


def test_charts_that_cannot_be_written_are_one_sentence(tmp_path: Path) -> None:
    """A file where the folder of charts should be is said, and report.md is there already."""
    (tmp_path / "charts").write_text("in the way")
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])
    with pytest.raises(LabError, match=r"^Can't make .*/charts: File exists\.$"):
        write_reports(run, tmp_path)
    assert (tmp_path / "report.md").exists()
