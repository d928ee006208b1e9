"""The forms in which a run is told, each a file in its folder, and its charts in a folder beside them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lab.errors import LabError
from lab.run import Run, write_whole
from lab.tell import csv, markdown
from lab.tell.charts import Picture, pictures, svg

Report = Callable[[Run, Sequence[Picture]], str]


def tell(run: Run, folder: Path) -> list[Path]:
    """Write every form of a run into a folder; return what was written."""
    drawn = pictures(run)
    paths = [_written(folder / name, render(run, drawn)) for name, render in REPORTS.items()]
    return paths + [_written(folder / markdown.place_of(picture), svg(picture)) for picture in drawn]


def _written(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise LabError(f"Can't make {path.parent}: {error.strerror}.") from error
    write_whole(path, text.encode("utf-8", "replace"))
    return path


def _trials(run: Run, _: Sequence[Picture]) -> str:
    return csv.trials(run)


REPORTS: dict[str, Report] = {
    "report.md": markdown.report,
    "trials.csv": _trials,
}
