"""A scenario that was added by its recipe, with a behaviour of its own."""

from pathlib import Path

import pytest

from lab.saved_runs.folder import read
from lab.tell.run import readme
from records.run import Run
from tests.lab.commands.in_process import lab

STACK = "uvicorn/asgi"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measure it on one stack."""
    out = tmp_path_factory.mktemp("runs")
    compared = lab(
        "compare", "-c", "headers", "-p", "smoke", "-s", STACK, "--baseline", STACK, "--out", str(out)
    )
    assert compared.returncode == 0, compared.stderr
    return out / "latest"


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    """Return what was measured."""
    return read(folder)


def test_it_is_measured(run: Run) -> None:
    """Its users behave in its new way: requests are answered, and none fails."""
    (trial,) = run.trials
    sends = "traffic: GET /, 300 a second on a schedule, 20 users, each sending as many headers as a browser"
    assert run.scenarios[0].levels[0].sends == [sends]
    assert (trial.scenario, trial.level, trial.status) == ("headers", 300, "ok")
    assert trial.figures["answers"] > 0
    assert trial.figures["errors"] == 0


def test_the_report_has_its_table_and_its_reason(folder: Path) -> None:
    """Question, columns and why, all of them from its card."""
    text = (folder / "report.md").read_text()
    assert "What does a request cost that has twenty headers more?" in text
    assert "| stack | CPU per request, µs | p50, ms |" in text
    assert f"\n| {STACK} | " in text
    assert "A bridge does that twice." in (folder / "report.html").read_text()


def test_the_readme_has_it() -> None:
    """`make readme` puts it into the table, last."""
    row = "| `headers` | What does a request cost that has twenty headers more? | 300 requests/s |\n<!-- /scenarios"
    assert row in readme.fill_tables(Path("README.md").read_text())
