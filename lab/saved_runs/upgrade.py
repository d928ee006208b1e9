"""Runs of earlier labs, given what later ones say of themselves: from today's tables where these still have it."""

import re

import msgspec

from lab.judge.descriptions import describe_figures, scenario_record, with_plain_columns
from lab.older_stacks import fill_fields
from loadtests.scenarios import PROBE, SCENARIOS
from records.run import SCHEMA, Run
from records.scenario import ScenarioRecord


def upgrade(run: Run) -> None:
    """Make a run one of today's schema; one of today's is left as it is.

    A scenario, level or figure that is gone goes by its name, without a unit.
    """
    if run.schema >= SCHEMA:
        return
    fill_fields(run)
    run.scenarios = [with_plain_columns(_described(record), run.trials) for record in run.scenarios]
    describe_figures(run)
    run.schema = SCHEMA


def _described(record: ScenarioRecord) -> ScenarioRecord:
    """Return a scenario with what its card says of telling it; what was asked and sent stays as it was."""
    if record.name not in SCENARIOS:
        return msgspec.structs.replace(record, paths=_paths(record))
    card = scenario_record(SCENARIOS[record.name], record.levels)
    return msgspec.structs.replace(
        card, question=record.question, unit=record.unit, theory=record.theory, levels=record.levels
    )


def _paths(record: ScenarioRecord) -> list[str]:
    """Return the paths that a scenario loaded, as its levels tell in words."""
    sends = [text for level in record.levels for text in level.sends]
    loading = [text for text in sends if not text.startswith(f"{PROBE}: ")] or sends
    return list(dict.fromkeys(path for text in loading for path in PATH.findall(text)))


PATH = re.compile(r"(?:GET|POST) ([^\s,?]+)")
