"""The forms in which a run is told, each a file in its folder."""

from collections.abc import Callable
from pathlib import Path

from lab.excerpts import excerpts
from lab.run import Run, write_whole
from lab.schema import check
from lab.tell import csv, html, markdown


def page(run: Run) -> str:
    """Return report.html, with the twins' sources as they are now."""
    return html.report(run, {record.name: excerpts(record.name) for record in run.scenarios})


REPORTS: dict[str, Callable[[Run], str]] = {
    "report.html": page,
    "report.md": markdown.report,
    "trials.csv": csv.trials,
    "comparisons.csv": csv.comparisons,
}


def tell(run: Run, folder: Path) -> list[Path]:
    """Write every form of a run into a folder; return what was written.

    Raises LabError when the run doesn't fit the schema of results.json: nobody else could read it either.
    """
    check(run)
    paths = []
    for name, render in REPORTS.items():
        path = folder / name
        write_whole(path, render(run).encode("utf-8", "replace"))
        paths.append(path)
    return paths
