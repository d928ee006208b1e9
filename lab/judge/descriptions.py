"""What a run says of itself, so that it is told alike when today's tables have changed: its scenarios and figures."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec

from lab.judge.comparisons import COMPARED
from lab.judge.figures import describe
from loadtests.scenarios import PROBE, Column, Scenario
from records.run import Run, Trial
from records.scenario import ColumnRecord, Figure, Headline, LevelRecord, ScenarioRecord
from records.types import LevelValue


def scenario_record(card: Scenario, levels: Sequence[LevelRecord]) -> ScenarioRecord:
    """Return a scenario as it is measured at these levels."""
    values = [level.level for level in levels]
    return ScenarioRecord(
        name=card.name,
        question=card.question,
        unit=card.unit,
        levels=list(levels),
        theory=card.theory,
        why=card.why,
        paths=paths(card),
        columns=[
            ColumnRecord(heading(column, value), column.figure, value)
            for column in card.columns
            for value in values
            if column.level in (None, value)
        ],
        headline=headline(card.headline, values),
        charts=list(card.charts),
        answers=list(card.answers),
    )


def paths(card: Scenario) -> list[str]:
    """Return the paths that a scenario loads, those of its probe only where it sends nothing else."""
    flows = [flow for level in card.levels for flow in level.flows]
    loading = [flow for flow in flows if flow.name != PROBE] or flows
    return list(dict.fromkeys(urlsplit(flow.target).path for flow in loading))


def heading(column: Column, level: LevelValue) -> str:
    """Return what stands above a column at a level, with the unit."""
    users = f"{level} user{'s' if level != 1 else ''}"
    return _united(column.heading.format(level=level, users=users), describe(column.figure))


def headline(chosen: Headline | None, measured: Sequence[LevelValue]) -> Headline | None:
    """Return a headline at its level, or at the last one where that isn't measured."""
    if chosen is None or not measured or chosen.level in measured:
        return chosen if measured else None
    return msgspec.structs.replace(chosen, level=measured[-1])


def with_plain_columns(record: ScenarioRecord, trials: Sequence[Trial]) -> ScenarioRecord:
    """Return a scenario in which each level has columns: where none are chosen, of the figures that are compared."""
    covered = {column.level for column in record.columns}
    plain = [
        ColumnRecord(_united(f"{figure}@{level}", look_up_figures([figure]).get(figure)), figure, level)
        for level in [each.level for each in record.levels if each.level not in covered]
        for figure in _compared(t for t in trials if (t.scenario, t.level) == (record.name, level))
    ]
    return msgspec.structs.replace(record, columns=[*record.columns, *plain])


def describe_figures(run: Run) -> None:
    """Describe in a run each figure that its trials have or its scenarios name, unless it is described already."""
    named = [
        *(figure for trial in run.trials for figure in trial.figures),
        *(column.figure for record in run.scenarios for column in record.columns),
        *(record.headline.figure for record in run.scenarios if record.headline),
    ]
    run.figures = look_up_figures(named) | run.figures


def look_up_figures(names: Iterable[str]) -> dict[str, Figure]:
    """Return what each figure is; one that no trial of today has is left out."""
    figures = {}
    for name in dict.fromkeys(names):
        with suppress(KeyError):
            figures[name] = describe(name)
    return figures


def short_unit(unit: str) -> str:
    """Return a unit as it stands behind numbers and in headings."""
    return SHORT_UNITS.get(unit, unit)


def _compared(trials: Iterable[Trial]) -> list[str]:
    """Return the figures of these trials that are compared, all of them where there is none."""
    figures = dict.fromkeys(figure for trial in trials for figure in trial.figures)
    return [figure for figure in COMPARED if figure in figures] or list(figures)


def _united(text: str, figure: Figure | None) -> str:
    return f"{text}, {short_unit(figure.unit) if figure else ''}".removesuffix(", ")


SHORT_UNITS = {
    "requests/s": "/s",
    "messages/s": "/s",
    "1": "%",
    "connections": "",
    "threads": "",
    "requests": "",
}
