"""Records of runs, written and read."""

import json
import os
import signal
from pathlib import Path

import msgspec
import pytest

from lab.errors import LabError, UsageError
from lab.judge.descriptions import describe_figures
from lab.saved_runs.folder import RESULTS, alone, folder_of, point_latest, read, write
from lab.signals import Stopped
from records.run import as_json_text
from tests.lab import runs

ADDED = {
    "trials": ["turns", "copy_of"],
    "stacks": ["slots_by_waiting", "speaks", "bridge"],
    "scenarios": ["why", "paths", "columns", "headline", "charts", "answers"],
}


def test_run_survives_writing_and_reading(tmp_path: Path) -> None:
    """What is read is what was written."""
    run = runs.run([runs.trial("uvicorn/asgi", 1, throughput_per_s=9.9)])
    write(run, tmp_path)
    assert read(tmp_path) == run


def test_folder_and_file_both_name_a_run(tmp_path: Path) -> None:
    """A run can be named by its folder or its results.json."""
    write(runs.run(), tmp_path)
    assert read(tmp_path / RESULTS) == read(tmp_path)


def test_missing_run_says_where(tmp_path: Path) -> None:
    """No run there is told in one sentence."""
    with pytest.raises(LabError, match="There is no run at"):
        read(tmp_path)


def test_run_cut_short_is_refused(tmp_path: Path) -> None:
    """A results.json cut in half is no run, and the error says so."""
    path = write(runs.run(), tmp_path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(LabError, match="isn't a run of this lab"):
        read(tmp_path)


def test_other_schema_is_refused(tmp_path: Path) -> None:
    """A later schema isn't read as if it were this one."""
    run = runs.run()
    run.schema = 99
    write(run, tmp_path)
    with pytest.raises(LabError, match="has schema 99"):
        read(tmp_path)


def test_a_run_of_the_first_schema_is_still_read(tmp_path: Path) -> None:
    """What later schemas added is absent from an old run, and it is read as if today's lab had saved it."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])
    run.figures = {}
    describe_figures(run)
    old = json.loads(as_json_text(run)) | {"schema": 1}
    del old["figures"], old["explored"]
    for records, added in ADDED.items():
        for record in old[records]:
            for name in added:
                del record[name]
    (tmp_path / RESULTS).write_text(json.dumps(old))
    assert read(tmp_path) == run


def test_a_level_is_a_number_or_a_word(tmp_path: Path) -> None:
    """Levels that count stay numbers, and those that name a kind words."""
    named = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50), level="blocking")
    write(runs.run([runs.trial("uvicorn/asgi", 50), named]), tmp_path)
    assert [trial.level for trial in read(tmp_path).trials] == [50, "blocking"]


def test_failed_write_keeps_the_old_record(tmp_path: Path) -> None:
    """When a write fails the last record is still whole."""
    path = write(runs.run(), tmp_path)
    before = path.read_bytes()
    (tmp_path / "results.json.partial").mkdir()
    with pytest.raises(LabError, match=r"Can't write .*results\.json"):
        write(runs.run([runs.trial("uvicorn/asgi", 1)]), tmp_path)
    assert path.read_bytes() == before


def test_latest_points_at_the_newest(tmp_path: Path) -> None:
    """`latest` moves from run to run."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        point_latest(tmp_path / name)
    assert (tmp_path / "latest").resolve() == tmp_path / "second"


def test_run_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    """However little is missing of a results.json, it isn't taken for a whole one."""
    run = runs.run([runs.trial("uvicorn/asgi", 1, throughput_per_s=9.9)])
    run.scenarios, run.figures = [], {}
    (tmp_path / RESULTS).write_bytes(as_json_text(run))
    assert read(tmp_path) == run
    for length in reversed(range(len(as_json_text(run)))):
        os.truncate(tmp_path / RESULTS, length)
        with pytest.raises(LabError, match="isn't a run of this lab"):
            read(tmp_path)


def test_interrupted_write_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal in the middle of a write leaves the old record and nothing else."""
    before = write(runs.run(), tmp_path).read_bytes()

    def interrupted(_: int) -> None:
        raise Stopped(signal.SIGINT)

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(Stopped):
        write(runs.run([runs.trial("uvicorn/asgi", 1)]), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {RESULTS: before}


def test_run_of_an_older_lab_can_be_read(tmp_path: Path) -> None:
    """A record without what was added later is still a run."""
    path = write(runs.run(), tmp_path)
    record = json.loads(path.read_bytes())
    del record["run"]["options"], record["run"]["resumed"], record["stacks"][0]["checked"]
    path.write_text(json.dumps(record))
    assert read(tmp_path) == runs.run()


@pytest.mark.parametrize("place", ["latest", "latest/results.json", "first", "first/results.json"])
def test_folder_of_a_run_is_where_it_really_is(tmp_path: Path, place: str) -> None:
    """A run is found by its folder, its results.json or a link, that may point elsewhere later."""
    (tmp_path / "first").mkdir()
    write(runs.run(), tmp_path / "first")
    point_latest(tmp_path / "first")
    assert folder_of(tmp_path / place) == (tmp_path / "first").resolve()


def test_two_labs_never_share_a_run(tmp_path: Path) -> None:
    """While one lab makes trials in a folder another one is refused, and afterwards it is not."""
    with (
        alone(tmp_path),
        pytest.raises(UsageError, match="is being made just now by another lab"),
        alone(tmp_path),
    ):
        pass
    with alone(tmp_path):
        pass
