"""A run told: its files written, its tables printed, its summary appended to an automation's page."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lab.commands import job_summary
from lab.commands.console import print_json, wide_console
from lab.errors import LabError
from lab.tell.run import markdown, terminal
from records.run import Run


@contextmanager
def tell_at_the_end(run: Run, folder: Path, *, as_json: bool) -> Iterator[None]:
    """Tell what was measured, however that ended; of several errors the first one is raised."""
    try:
        yield
    except BaseException:
        with suppress(LabError, OSError):
            tell_run(run, folder, as_json=as_json)
            job_summary.append(markdown.summary(run))
        raise
    tell_run(run, folder, as_json=as_json)
    job_summary.append(markdown.summary(run))


def tell_run(run: Run, folder: Path, *, as_json: bool) -> None:
    """Write the run's reports, and print its tables and where the report is; a signal ends both at once."""
    try:
        from lab.commands import report_files  # noqa: PLC0415 - what draws charts takes long to load, and --help doesn't draw

        paths = report_files.write_reports(run, folder)
    except Exception:
        show(run, folder, as_json=as_json)
        raise
    show(run, folder, as_json=as_json)
    if not as_json:
        wide_console().print(f"Report: {paths[0]}", soft_wrap=True, highlight=False)


def show(run: Run, folder: Path, *, as_json: bool) -> None:
    """Print a run's tables and, where it isn't finished, how to go on."""
    if as_json:
        print_json(run)
        return
    console = wide_console()
    console.print(terminal.render(run))
    if run.run.finished is None:
        why = f" ({run.run.stopped})" if run.run.stopped else ""
        progress = f"{len(run.trials)} of {run.run.planned_trials} trials were made{why}"
        goes_on = f"{progress}: lab compare --resume {folder} goes on."
        console.print(goes_on, style="yellow", markup=False, highlight=False, soft_wrap=True)
