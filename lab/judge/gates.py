"""Rules that a run must keep: `SCENARIO@LEVEL STACK FIGURE OP NUMBER`.

Against a baseline the number bounds the ratio of the run's figure to the baseline's, otherwise the figure itself, in
its unit. What is judged is the figure as measured: leave room for noise in the number. A figure that is missing or
doubted breaks its rule, for nobody knows that it was kept.
"""

import operator
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from math import isfinite

import msgspec

from lab.errors import UsageError
from lab.judge.conditions import Change, changes, forbidding, summary
from lab.judge.differences import Quantity, quantity, ratio_of
from lab.judge.estimates import Estimate, estimate_figure, trials_of
from lab.judge.names import Names, names_of
from records.run import Run
from records.types import LevelValue

FORM = "SCENARIO@LEVEL STACK FIGURE OP NUMBER, as in 'slow-io@50 uvicorn/asgi throughput >= 0.9'"
RULE = re.compile(r"(\S+)@(\S+)\s+(\S+)\s+([^\s<>=]+)\s*(>=|<=|>|<)\s*(\S+)")


class Rule(msgspec.Struct, frozen=True):
    """A bound on one figure of one stack at one place; `text` is how it was written."""

    text: str
    scenario: str
    level: LevelValue
    stack: str
    figure: str
    op: str
    limit: float


class Outcome(msgspec.Struct, frozen=True):
    """Whether a rule was kept, and by how much; `why` says why nobody knows, and `unit` is 1 for a ratio."""

    rule: Rule
    kept: bool
    measured: Quantity | None
    unit: str
    why: str = ""


def parse(text: str, names: Names | None = None) -> Rule:
    """Return the rule that was written, in these names, today's unless given.

    Raises UsageError, which names what isn't there and what is near.
    """
    match = RULE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is no rule: write {FORM}.")
    scenario, level, stack, figure, op, limit = match.groups()
    names = names or names_of()
    return Rule(
        text.strip(),
        names.scenario(scenario),
        names.level(scenario, level),
        names.stack(stack),
        names.figure(figure),
        op,
        _limit(text, limit),
    )


def from_toml(text: str, names: Names | None = None) -> list[Rule]:
    """Return the rules of a TOML file: `rules = ["...", ...]`, in these names, today's unless given."""
    try:
        rules = tomllib.loads(text).get("rules")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The rules can't be read: {error}.") from error
    if not isinstance(rules, list) or not rules or not all(isinstance(rule, str) for rule in rules):
        raise UsageError(f"The rules can't be read: write rules = [...], each {FORM}.")
    return [parse(rule, names) for rule in rules]


def judge_rules(
    rules: Sequence[Rule], run: Run, baseline: Run | None = None, *, anyway: bool = False
) -> list[Outcome]:
    """Return what became of each rule; `anyway` compares runs that may not be compared, too."""
    if baseline is None:
        return [_absolute(rule, run) for rule in rules]
    around = [] if anyway else changes(baseline, run)
    return [_relative(rule, run, baseline, around) for rule in rules]


def line(outcome: Outcome, *, against: bool) -> str:
    """Return an outcome in one line: the rule, the figure with its interval, and the limit."""
    rule = outcome.rule
    if outcome.measured is None:
        return f"{rule.text}: {outcome.why}"
    unit = "of the baseline" if against else outcome.unit
    within = "no interval: a single trial"
    if outcome.measured.low is not None and outcome.measured.high is not None:
        within = f"95 % interval {outcome.measured.low:.4g} to {outcome.measured.high:.4g}"
    value = f"{outcome.measured.value:.4g} {unit} ({within})"
    return f"{rule.text}: {rule.figure} is {value}, the limit is {rule.op} {rule.limit:g}"


def _absolute(rule: Rule, run: Run) -> Outcome:
    unit = run.figure(rule.figure).unit
    estimate = _sound_estimate(rule, run)
    if isinstance(estimate, str):
        return Outcome(rule, kept=False, measured=None, unit=unit, why=estimate)
    return _bounded(rule, quantity(estimate), unit)


def _relative(rule: Rule, run: Run, baseline: Run, around: Sequence[Change]) -> Outcome:
    lost = Outcome(rule, kept=False, measured=None, unit="1")
    ours, theirs = (_sound_estimate(rule, each) for each in (run, baseline))
    if isinstance(ours, str):
        return msgspec.structs.replace(lost, why=ours)
    if isinstance(theirs, str):
        return msgspec.structs.replace(lost, why=f"in the baseline {theirs}")
    if forbidden := forbidding(around, rule.scenario, rule.level):
        return msgspec.structs.replace(lost, why=f"the runs may not be compared: {summary(forbidden)}")
    ratio = ratio_of(theirs, ours)
    if ratio is None:
        return msgspec.structs.replace(lost, why="there is no ratio to what isn't above zero")
    return _bounded(rule, ratio, "1")


def _bounded(rule: Rule, measured: Quantity, unit: str) -> Outcome:
    return Outcome(rule, OPERATORS[rule.op](measured.value, rule.limit), measured, unit)


def _sound_estimate(rule: Rule, run: Run) -> Estimate | str:
    """Return what is known of the rule's figure where that is sound, otherwise why it isn't."""
    trials = trials_of(run, rule.stack, rule.scenario, rule.level)
    estimate = estimate_figure(trials, rule.figure)
    if estimate is None:
        measured = any(trial.status == "ok" for trial in trials)
        return f"{rule.figure} wasn't measured there" if measured else _missing(rule, run)
    return estimate if estimate.sound else f"{rule.figure} is doubted: {', '.join(estimate.objections)}"


def _missing(rule: Rule, run: Run) -> str:
    """Say why a run has no good trial where a rule looks."""
    record = next((stack for stack in run.stacks if stack.name == rule.stack), None)
    if record is not None and record.skipped:
        return f"{rule.stack} was skipped: {record.skipped}"
    if record is not None and record.contract:
        return f"{rule.stack} breaks the contract"
    if trials_of(run, rule.stack, rule.scenario, rule.level):
        return "the trial failed"
    return f"{rule.scenario}@{rule.level} of {rule.stack} wasn't measured"


def _limit(text: str, number: str) -> float:
    try:
        limit = float(number)
    except ValueError:
        raise UsageError(f"{text!r} is no rule: {number!r} is no number.") from None
    if not isfinite(limit):
        raise UsageError(f"{text!r} is no rule: {number} bounds nothing.")
    return limit


OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
