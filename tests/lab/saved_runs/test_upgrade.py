"""Runs of earlier labs, told from what they say of themselves."""

import json
from pathlib import Path

import msgspec
import pytest

from lab.judge.figures import describe
from lab.saved_runs import json_schema
from lab.saved_runs.folder import read
from lab.saved_runs.upgrade import upgrade
from loadtests.scenarios import SCENARIOS
from records.run import SCHEMA, Run
from records.scenario import ScenarioRecord
from tests.lab import runs

SAVED = sorted((Path(__file__).parents[2] / "data" / "runs").glob("*.json"))

each_saved = pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)


def as_saved(path: Path) -> ScenarioRecord:
    """Return the first scenario as it stands in a file."""
    return msgspec.convert(json.loads(path.read_text())["scenarios"][0], ScenarioRecord)


@each_saved
def test_a_saved_run_becomes_one_of_today(path: Path) -> None:
    """It has today's schema and fits it."""
    run = read(path)
    assert run.schema == SCHEMA
    json_schema.check(run)


@each_saved
def test_a_saved_run_describes_itself(path: Path) -> None:
    """Each level has columns, each scenario what belongs to it, each figure a description."""
    run = read(path)
    for record in run.scenarios:
        assert {column.level for column in record.columns} == {level.level for level in record.levels}
        assert all((record.headline, record.charts, record.why, record.paths))
    for figure in {figure for trial in run.trials for figure in trial.figures}:
        assert run.figures[figure] == describe(figure)


@each_saved
def test_what_was_asked_and_sent_stays_as_it_was(path: Path) -> None:
    """A question that is worded otherwise today is still the one that was asked."""
    first, saved = read(path).scenarios[0], as_saved(path)
    kept = ("name", "question", "unit", "levels", "theory")
    assert [getattr(first, name) for name in kept] == [getattr(saved, name) for name in kept]


@each_saved
def test_an_upgraded_run_is_kept_as_it_is(path: Path) -> None:
    """There is nothing left to add."""
    run, again = read(path), read(path)
    upgrade(again)
    assert again == run


def renamed() -> Run:
    """Return a run of the second schema whose scenario is gone since."""
    (path,) = [path for path in SAVED if path.stem == "schema-2-smoke"]
    run = msgspec.json.decode(path.read_bytes(), type=Run)
    run.scenarios = [msgspec.structs.replace(record, name=f"old-{record.name}") for record in run.scenarios]
    run.trials = [msgspec.structs.replace(trial, scenario=f"old-{trial.scenario}") for trial in run.trials]
    upgrade(run)
    return run


def test_a_scenario_that_is_gone_goes_by_its_name() -> None:
    """Its columns are the figures that are compared, and its paths those that its levels tell of."""
    run = renamed()
    assert not {record.name for record in run.scenarios} & set(SCENARIOS)
    by_name = {record.name: record for record in run.scenarios}
    streaming = by_name["old-streaming"]
    assert [column.heading for column in streaming.columns] == [
        "throughput_per_s@1, /s",
        "cpu_us_per_request@1, µs",
        "corrected_ms_p50@1, ms",
        "first_byte_ms_p50@1, ms",
    ]
    assert (streaming.paths, streaming.headline, streaming.charts) == (["/stream"], None, [])
    assert by_name["old-starvation"].paths == ["/sleep"]


def test_a_probe_alone_is_what_is_loaded() -> None:
    """Where nothing else is sent the paths are the probe's."""
    run = runs.run()
    run.schema = 2
    sends = ["probe: GET /?name=you, 20 a second at random, 20 users"]
    record = run.scenarios[0]
    level = msgspec.structs.replace(record.levels[0], sends=sends)
    run.scenarios = [ScenarioRecord("old", "?", "users", [level])]
    upgrade(run)
    assert run.scenarios[0].paths == ["/"]
