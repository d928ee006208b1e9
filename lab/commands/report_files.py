"""The forms in which a run is told, each a file in its folder, and its charts in a folder beside them."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from lab.commands.source_excerpts import excerpts
from lab.errors import LabError
from lab.saved_runs.folder import write_whole
from lab.saved_runs.json_schema import check
from lab.tell.charts.scenario_charts import Picture, pictures, svg
from lab.tell.run import csv, html, markdown
from records.run import Run

Report = Callable[[Run, Sequence[Picture]], str]

PAGE = "report.html"
TRACE = "trace.html"  # beside a report, where `lab trace --run` put it


def write_reports(run: Run, folder: Path) -> list[Path]:
    """Write every form of a run into a folder; return what was written.

    Raises LabError when the run doesn't fit the schema of results.json: nobody else could read it either.
    """
    check(run)
    drawn = pictures(run)
    traced = TRACE if (folder / TRACE).exists() else ""
    forms: dict[str, Report] = {**REPORTS, PAGE: partial(_page, trace=traced)}
    paths = [_written(folder / name, render(run, drawn)) for name, render in forms.items()]
    return paths + [_written(folder / markdown.place_of(picture), svg(picture)) for picture in drawn]


def _written(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise LabError(f"Can't make {path.parent}: {error.strerror}.") from error
    write_whole(path, text.encode("utf-8", "replace"))
    return path


def _page(run: Run, drawn: Sequence[Picture], trace: str = "") -> str:
    return html.report(run, drawn, {record.name: excerpts(record) for record in run.scenarios}, trace)


def _trials(run: Run, _: Sequence[Picture]) -> str:
    return csv.trials(run)


def _comparisons(run: Run, _: Sequence[Picture]) -> str:
    return csv.comparisons(run)


def _capabilities(run: Run, _: Sequence[Picture]) -> str:
    return csv.capabilities(run)


REPORTS: dict[str, Report] = {
    PAGE: _page,
    "report.md": markdown.report,
    "trials.csv": _trials,
    "comparisons.csv": _comparisons,
    "capabilities.csv": _capabilities,
}
