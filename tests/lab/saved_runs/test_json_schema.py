"""The JSON Schema of results.json."""

import json
from math import nan
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from lab.commands.report_files import write_reports
from lab.errors import LabError
from lab.saved_runs import json_schema
from records.run import Doubt, Run, StackRecord, Trial
from tests.lab import runs

STORED = Path(__file__).parents[3] / "docs" / "results.schema.json"


def test_the_stored_schema_is_current() -> None:
    """What other programs read is what the lab writes (`make schema`)."""
    assert STORED.read_text() == json_schema.text()


def test_the_schema_is_one() -> None:
    """The schema keeps to the dialect that it names."""
    Draft202012Validator.check_schema(json.loads(json_schema.text()))


@pytest.mark.parametrize("record", [Run, Trial, StackRecord, Doubt])
def test_descriptions_are_the_docstrings(record: type[msgspec.Struct]) -> None:
    """What a record means is told in one place."""
    defined = json.loads(json_schema.text())["$defs"][record.__name__]
    assert " ".join(defined["description"].split()) == " ".join((record.__doc__ or "").split())


def test_a_run_fits() -> None:
    """Every kind of record that a run may hold is described."""
    trial = msgspec.structs.replace(
        runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0),
        level="offloaded",
        doubts=[Doubt("errors", "3 failed", "look", ["errors"])],
        seconds={"throughput_per_s": [490.0, 489.0]},
        traces={"probe": [(0.1, 0.002)]},
    )
    json_schema.check(runs.run([trial]))


def test_a_figure_that_is_no_number_does_not_fit() -> None:
    """JSON has no NaN: it would be read as nothing, and the sentence says where it is."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=nan)])
    with pytest.raises(LabError) as refused:
        json_schema.check(run)
    assert str(refused.value) == (
        "results.json of made-up doesn't fit its schema at trials/0/figures/throughput_per_s: "
        "None is not of type 'number'."
    )


def test_what_does_not_fit_is_not_told(tmp_path: Path) -> None:
    """No report is written of a run that nobody else could read."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=nan)])
    with pytest.raises(LabError, match="doesn't fit its schema"):
        write_reports(run, tmp_path)
    assert list(tmp_path.iterdir()) == []
