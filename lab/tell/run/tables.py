"""The tables that answer each scenario's question: rows of text, for any renderer."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from lab.judge.estimates import about, kept
from records.run import Doubt, Run, Trial
from records.scenario import ColumnRecord, ScenarioRecord
from records.types import LevelValue

Place = tuple[str, LevelValue]


@dataclass(frozen=True)
class Cell:
    """What a table shows at one place; `marks` are the letters of its doubts."""

    text: str
    marks: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.marks}" if self.marks else self.text


@dataclass(frozen=True)
class Table:
    """A scenario's answer; `notes` says what the marks mean."""

    name: str
    question: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]


def tables(run: Run) -> list[Table]:
    """Return one table for each scenario of the run."""
    return [_table(run, record) for record in run.scenarios]


def verdicts(run: Run) -> Table | None:
    """Return how each stack compares with the baseline, `None` where nothing was compared."""
    if not run.comparisons:
        return None
    rows = [
        (
            Cell(f"{c.scenario}@{c.level}"),
            Cell(c.figure),
            Cell(c.a),
            Cell(c.verdict),
            Cell(f"{c.ratio:.2f}"),
            Cell(f"{c.low:.2f} to {c.high:.2f}"),
        )
        for c in run.comparisons
    ]
    floors = [f"noise floor of {n.figure} in {n.scenario}@{n.level}: {n.floor:.1%}" for n in run.noise]
    headings = ("where", "figure", "stack", "verdict", "ratio", "95 % interval")
    question = f"Each stack against {run.baseline}: the ratio of medians, and what it means."
    return Table("comparisons", question, headings, tuple(rows), tuple(floors))


def _table(run: Run, record: ScenarioRecord) -> Table:
    trials = _by_place(run.trials, record.name)
    letters = _letters(record.columns, trials)
    rows = []
    for stack in run.stacks:
        if stack.skipped is None:
            cells = [
                _cell(trials.get((stack.name, c.level), ()), c.figure, run.figure(c.figure).unit, letters)
                for c in record.columns
            ]
            rows.append((Cell(stack.name), *(cells if not stack.contract else _broken(cells))))
    headings = ("stack", *(column.heading for column in record.columns))
    notes = [f"{letter} {name}: {advice}" for (name, advice), letter in letters.items()]
    return Table(record.name, record.question, headings, tuple(rows), tuple(notes))


def _by_place(trials: Sequence[Trial], scenario: str) -> Mapping[Place, Sequence[Trial]]:
    places: dict[Place, list[Trial]] = {}
    for trial in trials:
        if trial.scenario == scenario:
            places.setdefault((trial.stack, trial.level), []).append(trial)
    return places


def _letters(
    columns: Sequence[ColumnRecord], trials: Mapping[Place, Sequence[Trial]]
) -> dict[tuple[str, str], str]:
    raised = {
        (doubt.name, doubt.advice)
        for (_, level), made in trials.items()
        for column in columns
        if column.level == level
        for doubt in _doubts(kept(made, column.figure), column.figure)
    }
    return dict(zip(sorted(raised), string.ascii_lowercase, strict=False))


def _cell(trials: Sequence[Trial], figure: str, unit: str, letters: Mapping[tuple[str, str], str]) -> Cell:
    if not trials:
        return Cell("–")
    measured = kept([trial for trial in trials if figure in trial.figures], figure)
    if not measured:
        statuses = {trial.status for trial in trials} - {"ok"}
        return Cell(" or ".join(sorted(statuses)) or "–")
    doubts = _doubts(measured, figure)
    marks = sorted({letters[doubt.name, doubt.advice] for doubt in doubts})
    bound = "≥" if any(doubt.at_least for doubt in doubts) else ""
    return Cell(bound + shown(unit, median(t.figures[figure] for t in measured)), "".join(marks))


def _doubts(trials: Sequence[Trial], figure: str) -> list[Doubt]:
    """Return the doubts that name this figure, or all figures."""
    return [doubt for trial in trials for doubt in about(trial, figure)]


def _broken(cells: Sequence[Cell]) -> list[Cell]:
    return [Cell("breaks the contract"), *(Cell("–") for _ in cells[1:])]


def shown(unit: str, value: float) -> str:
    """Return a value in that unit as people read it, without it: about three significant digits."""
    if unit == "1":
        return f"{value:.0%}".removesuffix("%")
    if unit in WHOLE:
        return f"{value:.0f}"
    digits = max(0, 2 - len(str(int(abs(value)))) + (abs(value) < 1))
    return f"{value:,.{max(digits, 1 if value < TENS else 0)}f}"


def within(unit: str, low: float | None, high: float | None) -> str:
    """Return an interval as people read it, a dash where there is none."""
    return "–" if low is None or high is None else f"{shown(unit, low)} to {shown(unit, high)}"


TENS = 100  # below it one decimal is worth reading
WHOLE = frozenset({"requests", "connections", "threads"})
