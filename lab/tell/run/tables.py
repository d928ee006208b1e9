"""The tables that answer each scenario's question: rows of text, for any renderer."""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lab.judge.estimates import Estimate, about, by_place, estimate, kept
from lab.judge.figures import describe
from records.run import Doubt, Run, Trial
from records.types import LevelValue

Letters = Mapping[tuple[str, str], str]
"""By name and advice of a doubt."""


@dataclass(frozen=True)
class Column:
    """One figure at one level (`None`: at each level that was measured)."""

    heading: str
    figure: str
    level: LevelValue | None = None


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
    return [_table(run, record.name, record.question) for record in run.scenarios]


def columns(run: Run, scenario: str) -> list[Column]:
    """Return a scenario's columns, without those of levels that weren't planned."""
    record = next(record for record in run.scenarios if record.name == scenario)
    measured = [level.level for level in record.levels]
    return [
        Column(_heading(column, level), column.figure, level)
        for column in COLUMNS[scenario]
        for level in measured
        if column.level in (None, level)
    ]


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


def _heading(column: Column, level: LevelValue) -> str:
    unit = describe(column.figure).unit
    users = f"{level} user{'s' if level != 1 else ''}"
    heading = column.heading.format(level=level, users=users)
    return f"{heading}, {UNITS.get(unit, unit)}".removesuffix(", ")


def _table(run: Run, scenario: str, question: str) -> Table:
    chosen = columns(run, scenario)
    trials = {
        (place.stack, column): repetitions
        for place, repetitions in by_place(t for t in run.trials if t.scenario == scenario).items()
        for column in chosen
        if column.level == place.level
    }
    estimates = {place: estimate(repetitions, place[1].figure) for place, repetitions in trials.items()}
    letters = _letters(
        doubt
        for (stack, column), repetitions in trials.items()
        for doubt in _doubts(repetitions, column.figure, estimates[stack, column])
    )
    rows = []
    for stack in run.stacks:
        if stack.skipped is None:
            places = [(stack.name, column) for column in chosen]
            cells = [_cell(trials.get(place, ()), estimates.get(place), letters) for place in places]
            rows.append((Cell(stack.name), *(cells if not stack.contract else _broken(cells))))
    headings = ("stack", *(column.heading for column in chosen))
    notes = [f"{letter} {name}: {advice}" for (name, advice), letter in letters.items()]
    return Table(scenario, question, headings, tuple(rows), tuple(notes))


def _doubts(trials: Sequence[Trial], figure: str, known: Estimate | None) -> list[Doubt]:
    """Return the doubts about a cell's figure, and those of trials that came to none."""
    of_trials = [doubt for trial in kept(trials, figure) for doubt in about(trial, figure)]
    return [*(known.doubts if known else ()), *of_trials]


def _letters(doubts: Iterable[Doubt]) -> Letters:
    kinds = sorted({(doubt.name, doubt.advice) for doubt in doubts})
    return dict(zip(kinds, string.ascii_lowercase, strict=False))


def _cell(trials: Sequence[Trial], known: Estimate | None, letters: Letters) -> Cell:
    if known is None:
        statuses = {trial.status for trial in trials} - {"ok"}
        return Cell(" or ".join(sorted(statuses)) or "–")
    marks = sorted({letters[doubt.name, doubt.advice] for doubt in known.doubts})
    return Cell(("≥" if known.at_least else "") + shown(known.figure, known.value), "".join(marks))


def _broken(cells: Sequence[Cell]) -> list[Cell]:
    return [Cell("breaks the contract"), *(Cell("–") for _ in cells[1:])]


def shown(figure: str, value: float) -> str:
    """Return a value as people read it, without its unit: about three significant digits."""
    unit = describe(figure).unit
    if unit == "1":
        return f"{value:.0%}".removesuffix("%")
    if unit in WHOLE:
        return f"{value:.0f}"
    digits = max(0, 2 - len(str(int(abs(value)))) + (abs(value) < 1))
    return f"{value:,.{max(digits, 1 if value < TENS else 0)}f}"


def within(figure: str, low: float | None, high: float | None) -> str:
    """Return an interval as people read it, a dash where there is none."""
    return "–" if low is None or high is None else f"{shown(figure, low)} to {shown(figure, high)}"


TENS = 100  # below it one decimal is worth reading
WHOLE = frozenset({"requests", "connections", "threads"})
UNITS = {"requests/s": "/s", "messages/s": "/s", "1": "%", "connections": "", "threads": "", "requests": ""}

COLUMNS: dict[str, tuple[Column, ...]] = {
    "baseline": (
        Column("CPU per request", "cpu_us_per_request"),
        Column("answers of {level}", "throughput_per_s"),
        Column("p50", "service_ms_p50"),
        Column("corrected p90", "corrected_ms_p90"),
    ),
    "slow-io": (
        Column("{users}", "throughput_per_s"),
        Column("of possible, {users}", "ceiling_share", 200),
        Column("CPU per request, {users}", "cpu_us_per_request", 50),
        Column("memory, {users}", "memory_mib", 200),
    ),
    "starvation": (
        Column("alone p50", "probe_corrected_ms_p50", 0),
        Column("among {users} p50", "probe_corrected_ms_p50", 20),
        Column("p90 among them", "probe_corrected_ms_p90", 20),
        Column("max among them", "probe_corrected_ms_max", 20),
        Column("slow answers", "throughput_per_s", 20),
    ),
    "streaming": (
        Column("first byte, {users}", "first_byte_ms_p50", 1),
        Column("gap, {users}", "gap_ms_p50", 1),
        Column("first byte, {users}", "first_byte_ms_p50", 20),
        Column("whole, {users}", "service_ms_p50", 20),
        Column("streams, {users}", "throughput_per_s", 20),
    ),
    "blocking": (
        Column("{level}", "throughput_per_s"),
        Column("probe p50, {level}", "probe_corrected_ms_p50"),
    ),
    "cpu": (
        Column("work, {users}", "throughput_per_s"),
        Column("probe p50, {users}", "probe_corrected_ms_p50"),
        Column("probe max, {users}", "probe_corrected_ms_max"),
        Column("CPU, {users}", "cpu_cores", 4),
    ),
    "upload": (
        Column("uploads", "throughput_per_s"),
        Column("probe p50", "probe_corrected_ms_p50"),
        Column("probe max", "probe_corrected_ms_max"),
        Column("memory taken", "memory_growth_mib"),
    ),
    "download": (
        Column("received", "received_mib_per_s"),
        Column("memory taken", "memory_growth_mib"),
        Column("probe p50", "probe_corrected_ms_p50"),
        Column("probe max", "probe_corrected_ms_max"),
    ),
    "churn": (
        Column("CPU per request", "cpu_us_per_request"),
        Column("answers of {level}", "throughput_per_s"),
        Column("p50", "service_ms_p50"),
        Column("corrected p90", "corrected_ms_p90"),
    ),
    "overload": (
        Column("ceiling", "ceiling_per_s"),
        Column("answers while overloaded", "throughput_per_s"),
        Column("errors", "errors"),
        Column("p99 of them", "corrected_ms_p99"),
        Column("until recovery", "recovered_s"),
    ),
    "idle": (
        Column("held, {level}", "held"),
        Column("memory each, {level}", "memory_kib_per_connection"),
        Column("probe p50, {level}", "probe_corrected_ms_p50"),
    ),
    "abandon": (
        Column("streams left", "throughput_per_s"),
        Column("probe p50", "probe_corrected_ms_p50"),
        Column("answers afterwards in", "answered_after_ms"),
        Column("CPU afterwards", "idle_cores"),
        Column("threads more than before", "threads_left"),
    ),
    "websocket": (
        Column("there and back p50", "corrected_ms_p50", "paced"),
        Column("p99", "corrected_ms_p99", "paced"),
        Column("CPU per message, {level}", "cpu_us_per_request", "paced"),
        Column("messages, {level}", "messages_per_s", "flat-out"),
        Column("CPU per message, {level}", "cpu_us_per_message", "flat-out"),
        Column("memory, {level}", "memory_mib", "flat-out"),
    ),
}
