"""The tables that answer each scenario's question: rows of text, for any renderer."""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lab.judge.estimates import Estimate, by_place, doubts_about, estimate_figure, usable_trials
from records.run import Doubt, Run, Trial
from records.scenario import ScenarioRecord

Letters = Mapping[tuple[str, str], str]
"""By name and advice of a doubt."""


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
    trials = {
        (place.stack, column): repetitions
        for place, repetitions in by_place(t for t in run.trials if t.scenario == record.name).items()
        for column in record.columns
        if column.level == place.level
    }
    estimates = {
        place: estimate_figure(repetitions, place[1].figure) for place, repetitions in trials.items()
    }
    letters = _letters(
        doubt
        for (stack, column), repetitions in trials.items()
        for doubt in _doubts(repetitions, column.figure, estimates[stack, column])
    )
    rows = []
    for stack in run.stacks:
        if stack.skipped is None:
            cells = [
                _cell(
                    trials.get((stack.name, column), ()),
                    estimates.get((stack.name, column)),
                    run.figure(column.figure).unit,
                    letters,
                )
                for column in record.columns
            ]
            rows.append((Cell(stack.name), *(cells if not stack.contract else _broken(cells))))
    headings = ("stack", *(column.heading for column in record.columns))
    notes = [f"{letter} {name}: {advice}" for (name, advice), letter in letters.items()]
    return Table(record.name, record.question, headings, tuple(rows), tuple(notes))


def _doubts(trials: Sequence[Trial], figure: str, estimate: Estimate | None) -> list[Doubt]:
    """Return the doubts about a cell's figure, and those of trials that came to none."""
    of_trials = [doubt for trial in usable_trials(trials, figure) for doubt in doubts_about(trial, figure)]
    return [*(estimate.doubts if estimate else ()), *of_trials]


def _letters(doubts: Iterable[Doubt]) -> Letters:
    kinds = sorted({(doubt.name, doubt.advice) for doubt in doubts})
    return dict(zip(kinds, string.ascii_lowercase, strict=False))


def _cell(trials: Sequence[Trial], estimate: Estimate | None, unit: str, letters: Letters) -> Cell:
    if estimate is None:
        statuses = {trial.status for trial in trials} - {"ok"}
        return Cell(" or ".join(sorted(statuses)) or "–")
    marks = sorted({letters[doubt.name, doubt.advice] for doubt in estimate.doubts})
    return Cell(("≥" if estimate.at_least else "") + format_value(unit, estimate.value), "".join(marks))


def _broken(cells: Sequence[Cell]) -> list[Cell]:
    return [Cell("breaks the contract"), *(Cell("–") for _ in cells[1:])]


def format_value(unit: str, value: float) -> str:
    """Return a value in that unit as people read it, without it: about three significant digits."""
    if unit == "1":
        return f"{value:.0%}".removesuffix("%")
    if unit in WHOLE:
        return f"{value:.0f}"
    digits = max(0, 2 - len(str(int(abs(value)))) + (abs(value) < 1))
    return f"{value:,.{max(digits, 1 if value < TENS else 0)}f}"


def within(unit: str, low: float | None, high: float | None) -> str:
    """Return an interval as people read it, a dash where there is none."""
    return "–" if low is None or high is None else f"{format_value(unit, low)} to {format_value(unit, high)}"


TENS = 100  # below it one decimal is worth reading
WHOLE = frozenset({"requests", "connections", "threads"})
