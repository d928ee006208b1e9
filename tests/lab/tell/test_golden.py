"""Reports of small runs, whole: what a change does to them is seen in its diff (`pytest --snapshot-update`).

Some are made up. Those in tests/data/runs were really made, by the lab as it wrote each schema, and shortened.
"""

from pathlib import Path

import msgspec
import pytest
from bs4 import BeautifulSoup
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from lab.judge import claims
from lab.judge.comparisons import judge
from lab.saved_runs.folder import read
from lab.tell.charts.scenario_charts import pictures
from lab.tell.run import html, markdown
from records.run import Commands, Doubt, Run, Trial
from tests.lab import runs

FAILED = Doubt("failed", "server exited with status 1: no module named app", "read the log")
COMMANDS = Commands("serve it", "load it")
TOLD = claims.CLAIMS[:12]
SAVED = sorted((Path(__file__).parent.parent.parent / "data" / "runs").glob("*.json"))


class Markdown(SingleFileSnapshotExtension):
    """A file of Markdown for each run."""

    _write_mode = WriteMode.TEXT
    file_extension = "md"


class Page(Markdown):
    """A file of HTML for each run."""

    file_extension = "html"


def one_trial() -> Run:
    """Return a run of one trial of one stack."""
    made = runs.trial("uvicorn/asgi", 1, throughput_per_s=9.9, ceiling_per_s=10.0, concurrency=1.0)
    run = runs.run([msgspec.structs.replace(made, commands=COMMANDS)], [runs.stack("uvicorn/asgi")])
    run.run.planned_trials = 1
    return run


def one_stack() -> Run:
    """Return a run of one stack at two levels, twice."""
    trials = [
        msgspec.structs.replace(runs.trial("uvicorn/asgi", level, throughput_per_s=9.9 * level), repetition=n)
        for level in (1, 50)
        for n in (1, 2)
    ]
    return runs.run(trials, [runs.stack("uvicorn/asgi")])


def failures() -> Run:
    """Return a run in which no trial came to figures."""
    return runs.run(
        [failed(stack, level) for level in (1, 50) for stack in ("uvicorn/asgi", "gunicorn-sync/wsgi")]
    )


def failed(stack: str, level: int) -> Trial:
    """Return a trial without figures."""
    return Trial(stack, "slow-io", level, 1, "failed", doubts=[FAILED])


def stopped() -> Run:
    """Return a run that Ctrl-C ended after its first trials."""
    run = runs.run(
        [
            runs.trial("gunicorn-sync/wsgi", 50, throughput_per_s=9.9, ceiling_per_s=10.0, concurrency=1.0),
            runs.trial("uvicorn/asgi", 50, throughput_per_s=495.0, ceiling_per_s=500.0, concurrency=50.0),
        ]
    )
    run.run.stopped = "SIGINT"
    return run


@pytest.fixture(autouse=True)
def _claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rule on the claims that the files were written with: a newer one, last in its table, changes none of them."""
    monkeypatch.setattr(claims, "CLAIMS", TOLD)


RUNS = {made.__name__: made for made in (one_trial, one_stack, failures, stopped)}


@pytest.fixture(params=RUNS)
def run(request: pytest.FixtureRequest) -> Run:
    """Return each run, judged."""
    made = RUNS[request.param]()
    made.baseline = made.stacks[-1].name
    judge(made)
    return made


def test_markdown_of_small_runs(run: Run, snapshot: SnapshotAssertion) -> None:
    """report.md is as it was."""
    assert markdown.report(run, pictures(run)) == snapshot(extension_class=Markdown)


def test_page_of_small_runs(run: Run, snapshot: SnapshotAssertion) -> None:
    """report.html is as it was, but for styles, scripts and what the charts are drawn from."""
    assert page_of(run) == snapshot(extension_class=Page)


@pytest.fixture(params=SAVED, ids=lambda path: path.stem)
def saved(request: pytest.FixtureRequest) -> Run:
    """Return each run that was saved by an earlier lab, judged as `lab report` does."""
    run = read(request.param)
    if not run.comparisons:
        judge(run)
    return run


def test_markdown_of_saved_runs(saved: Run, snapshot: SnapshotAssertion) -> None:
    """What an earlier lab measured is told as it was."""
    assert markdown.report(saved, pictures(saved)) == snapshot(extension_class=Markdown)


def test_page_of_saved_runs(saved: Run, snapshot: SnapshotAssertion) -> None:
    """So is its page."""
    assert page_of(saved) == snapshot(extension_class=Page)


def page_of(run: Run) -> str:
    """Return a run's page without styles and scripts."""
    page = BeautifulSoup(html.report(run, pictures(run), {}), "html.parser")
    for part in page.find_all(["style", "script"]):
        part.decompose()
    return page.prettify()
