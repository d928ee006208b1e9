"""Runs in which something has another name than today, put through every command that tells a run."""

import csv
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from typer.testing import CliRunner, Result

from lab.commands import report_files
from lab.commands.app import app
from lab.saved_runs.folder import RESULTS, read, write

SAVED = Path(__file__).parent.parent.parent / "data" / "runs" / "schema-2-elsewhere.json"
PARTS = {
    "scenario": ("slow-io", "old-io"),
    "figure": ("throughput_per_s", "speed"),
    "doubt": ("unanswered", "late"),
}

each_part = pytest.mark.parametrize("part", PARTS)
each_schema = pytest.mark.parametrize("schema", [2, 3])


def lab(*arguments: object) -> Result:
    """Run the lab command; an error is raised, as its caller gets it."""
    result = CliRunner().invoke(app(), [str(argument) for argument in arguments])
    if isinstance(result.exception, Exception):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of runs: the saved one in both schemas, as it is and with each part renamed."""
    folder = tmp_path_factory.mktemp("runs")
    texts = {2: SAVED.read_text(), 3: write(read(SAVED), folder).read_text()}
    for schema, text in texts.items():
        for part, (then, now) in {**PARTS, "nothing": ("", "")}.items():
            assert f'"{then}"' in text
            (folder / f"{schema}-{part}").mkdir()
            content = text.replace(f'"{then}"', f'"{now}"')
            (folder / f"{schema}-{part}" / RESULTS).write_text(content)
    return folder


@pytest.fixture(scope="module")
def reports(folder: Path) -> Path:
    """Return the same folder once each run of it has been told; charts' files are empty, for their names matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_files, "svg", lambda _: "")
        for run in folder.glob(f"*/{RESULTS}"):
            assert lab("report", run).exit_code == 0
    return folder


def told(page: Path, name: str) -> str:
    """Return a section of a page."""
    section = BeautifulSoup(page.read_text(), "html.parser").find(id=name)
    assert isinstance(section, Tag)
    return section.prettify()


@each_schema
@each_part
def test_a_report_names_things_as_its_run_does(reports: Path, schema: int, part: str) -> None:
    """Every form of it has what was renamed under its name of then."""
    for name in ("report.html", "report.md", "trials.csv"):
        assert PARTS[part][1] in (reports / f"{schema}-{part}" / name).read_text(), name


def test_a_scenario_is_told_as_before(reports: Path) -> None:
    """A run of today's schema has its table, charts, reasons, headline and answer under the new name."""
    before, after = (reports / f"3-{part}" for part in ("nothing", "scenario"))
    for name in ("slow-io", "answer"):
        then = told(before / "report.html", name).replace("slow-io", "old-io")
        assert told(after / "report.html", name.replace("slow-io", "old-io")) == then
    assert charts_of(after) == {name.replace("slow-io", "old-io") for name in charts_of(before)}


def test_a_figure_is_drawn_as_before(reports: Path) -> None:
    """A run of today's schema has its charts, of whatever name their figures are."""
    assert "slow-io-throughput.svg" in charts_of(reports / "3-figure")
    assert charts_of(reports / "3-figure") == charts_of(reports / "3-nothing")


def charts_of(run: Path) -> set[str]:
    """Return the names of the charts that were drawn of a run."""
    return {path.name for path in (run / "charts").iterdir()}


@pytest.mark.parametrize(("schema", "unit"), [(3, "requests/s"), (2, "")])
def test_a_figure_has_the_unit_that_its_run_says(reports: Path, schema: int, unit: str) -> None:
    """Where an earlier run doesn't describe it and nobody else does, it has none; the others have theirs."""
    with (reports / f"{schema}-figure" / "trials.csv").open(newline="") as file:
        units = {row["figure"]: row["unit"] for row in csv.DictReader(file)}
    assert (units["speed"], units["corrected_ms_p50"]) == (unit, "ms")
    assert "throughput_per_s" not in units


def test_lower_bounds_stay_bounds(reports: Path) -> None:
    """Whatever the doubt is called, a figure that it makes a bound is told as one."""
    report = (reports / "3-doubt" / "report.md").read_text()
    assert "≥" in report
    assert "late: read these figures as lower bounds" in report


@each_schema
@each_part
def test_it_is_put_beside_a_run_of_another_schema(folder: Path, schema: int, part: str) -> None:
    """What both have under the same name is compared."""
    found = json.loads(lab("diff", SAVED, folder / f"{schema}-{part}", "--json").stdout)
    assert found["comparable"]
    assert {each["verdict"] for each in found["differences"]} == {"tie", "doubted", "cannot"}


@pytest.mark.parametrize(
    ("schema", "part", "narrowing"),
    [
        (2, "scenario", ("-c", "old-io")),
        (3, "scenario", ("-c", "old-io")),
        (2, "figure", ("-f", "speed")),
        (3, "figure", ("-f", "speed")),
        (3, "doubt", ("-f", "p50")),
    ],
)
def test_it_is_put_beside_itself(
    folder: Path, tmp_path: Path, schema: int, part: str, narrowing: tuple[str, str]
) -> None:
    """What was renamed can be asked for by its name, and the question is still there."""
    run, page = folder / f"{schema}-{part}", tmp_path / "diff.html"
    assert lab("diff", run, run, *narrowing, "--html", page).exit_code == 0
    assert PARTS[part][1] in page.read_text()
    assert "How many users that wait 0.1 s for an answer" in page.read_text()


@each_schema
@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("scenario", "old-io@200 gunicorn-gthread/wsgi throughput >= 1"),
        ("figure", "slow-io@200 gunicorn-gthread/wsgi speed >= 1"),
        ("doubt", "slow-io@200 gunicorn-gthread/wsgi throughput >= 1"),
    ],
)
def test_it_is_held_to_rules(folder: Path, schema: int, part: str, rule: str) -> None:
    """A rule names things as the run does."""
    outcome = lab("gate", folder / f"{schema}-{part}", "--rule", rule)
    assert (outcome.exit_code, outcome.stdout) == (0, "Every rule is kept: 1.\n")


@pytest.mark.parametrize(
    ("scenario", "figure", "points"),
    [("old-io", "throughput", 2), ("slow-io", "speed", 2), ("slow-io", "throughput", 4)],
)
def test_its_history_is_drawn(folder: Path, scenario: str, figure: str, points: int) -> None:
    """A scenario and a figure are found by the names that some run has, in both schemas."""
    arguments = ("history", "--out", folder, "-c", scenario, "-l", 200, "-f", figure)
    history = json.loads(lab(*arguments, "--json").stdout)["history"]
    assert {series["stack"]: len(series["points"]) for series in history["series"]} == dict.fromkeys(
        ("gunicorn-sync/wsgi", "gunicorn-gthread/wsgi", "uvicorn/asgi"), points
    )
    assert history["unit"] == "requests/s"
