"""Runs as earlier labs saved them."""

import json
from pathlib import Path

import msgspec
import pytest

from records.run import SCHEMA, Doubt, LoadWorkersRecord, Run, as_json_text
from records.upgrade import decode
from tests.lab import runs

SAVED = Path(__file__).parent.parent / "data" / "runs"
ELSEWHERE = (SAVED / "schema-2-elsewhere.json").read_bytes()


def bounds(run: Run) -> set[tuple[str, bool]]:
    """Return the names of a run's doubts, each with whether it makes lower bounds."""
    return {(doubt.name, doubt.at_least) for trial in run.trials for doubt in trial.doubts}


def test_load_workers_were_called_a_crew() -> None:
    """A run that they took part in still says whom it waited for."""
    options = decode(ELSEWHERE).run.options
    assert options is not None
    assert options.load_workers == LoadWorkersRecord("127.0.0.1", 15557, 1, 60.0)


def test_unanswered_requests_made_lower_bounds() -> None:
    """Until schema 3 the name of the doubt alone said so; no other doubt did."""
    assert {name for name, at_least in bounds(decode(ELSEWHERE)) if at_least} == {"unanswered"}
    assert ("unanswered", False) not in bounds(decode(ELSEWHERE))


@pytest.mark.parametrize("name", ["schema-1-smoke", "schema-2-smoke"])
def test_a_run_without_load_workers_has_none(name: str) -> None:
    """A run of the first schema didn't keep its options either."""
    options = decode((SAVED / f"{name}.json").read_bytes()).run.options
    assert options is None or options.load_workers is None


def test_todays_run_is_left_as_it_is() -> None:
    """A doubt that is called like one that made bounds makes none unless it says so."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)])
    run.trials[0].doubts.append(Doubt("unanswered", "", "", ["throughput_per_s"]))
    assert run.schema == SCHEMA
    assert decode(as_json_text(run)) == run


def test_what_is_no_run_is_refused() -> None:
    """Half a file, or another one's JSON, is a DecodeError."""
    for content in (ELSEWHERE[:1000], json.dumps({"schema": 2}).encode()):
        with pytest.raises(msgspec.DecodeError):
            decode(content)
