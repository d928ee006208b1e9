"""What a chart is drawn of, and what is said of it in a sentence."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.tell.charts.palette import Looks, looks
from lab.tell.charts.picture import Picture, Spec
from lab.tell.charts.rows import Row, number, with_unit
from records.run import Run, StackRecord, Trial
from records.scenario import Figure, ScenarioRecord
from records.types import LevelValue


@dataclass(frozen=True)
class View:
    """Those trials of a scenario that went well: of one level, or of all."""

    run: Run
    scenario: ScenarioRecord
    trials: Sequence[Trial]
    level: LevelValue | None = None

    @property
    def records(self) -> Sequence[StackRecord]:
        """The stacks of the run."""
        return self.run.stacks

    @property
    def at(self) -> str:
        """The level as people say it."""
        if not isinstance(self.level, int):
            return str(self.level)
        unit = self.scenario.unit
        return f"{self.level} {unit.removesuffix('s') if self.level == 1 else unit}"

    def stacks(self, rows: Sequence[Row]) -> Looks:
        """Return the stacks of these rows, in the order of the run, and how they look."""
        names = {row["stack"] for row in rows}
        return {name: look for name, look in looks(self.records).items() if name in names}

    def figure(self, name: str) -> Figure:
        """Return what a figure of the run is."""
        return self.run.figure(name)

    def span(self, rows: Sequence[Row], figure: str) -> str:
        """Return from where to where a figure goes and which stacks these are; nothing of what is discarded."""
        sound = [row for row in rows if not row.get("discarded")]
        if not sound:
            return "nothing that can be trusted"
        sound.sort(key=lambda row: number(row, "value"))
        least, most = (_said(row, self.figure(figure).unit) for row in (sound[0], sound[-1]))
        return least if least == most else f"from {least} to {most}"

    def picture(self, kind: str, title: str, says: str, spec: Spec) -> Picture:
        """Return a picture of that kind."""
        name = f"{self.scenario.name}-{kind}" + ("" if self.level is None else f"-{self.level}")
        return Picture(re.sub(r"[^a-z0-9]+", "-", name.lower()), self.scenario.name, title, says, spec)


def all_levels(run: Run, scenario: ScenarioRecord) -> Iterator[View]:
    """Yield one view of all levels, without the copy that is there for the noise floor alone."""
    stacks = {record.name for record in run.stacks}
    trials = [t for t in run.trials if t.scenario == scenario.name and t.status == "ok" and t.stack in stacks]
    yield View(run, scenario, trials)


def each_level(run: Run, scenario: ScenarioRecord) -> Iterator[View]:
    """Yield a view of each level at which there was a load."""
    for whole in all_levels(run, scenario):
        for level in scenario.levels:
            if level.level != 0:
                trials = [trial for trial in whole.trials if trial.level == level.level]
                yield View(run, scenario, trials, level.level)


def _said(row: Row, unit: str) -> str:
    bound = "at least " if row.get("at_least") else ""
    return f"{bound}{with_unit(unit, number(row, 'value'))} ({row['stack']})"
