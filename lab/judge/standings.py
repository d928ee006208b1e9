"""One word for each stack in each scenario: how it stands against the baseline on the figure that matters there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lab.judge.estimates import Estimate, compared_with, find_estimate, trials_of
from records.run import Run, Trial
from records.scenario import Headline

Word = Literal["baseline", "faster", "slower", "tie", "cannot", "doubted", "not measured", "not compared"]

DIFFERENT = frozenset({"faster", "slower", "cannot"})
BREAKING = frozenset({"stopped-answering", "no-answers"})


@dataclass(frozen=True)
class Standing:
    """How a stack stands; `says` is the evidence in a few words."""

    stack: str
    scenario: str
    word: Word
    value: Estimate | None = None
    says: str = ""


def standings(run: Run) -> dict[str, list[Standing]]:
    """Return the standings of each stack, in the order of `headlines`."""
    run_headlines = headlines(run).items()
    return {
        stack.name: [standing(run, stack.name, scenario, headline) for scenario, headline in run_headlines]
        for stack in run.stacks
        if stack.skipped is None
    }


def differing(rows: Mapping[str, Sequence[Standing]]) -> set[str]:
    """Return the scenarios in which a stack differs from the baseline on the headline: what there is to explain."""
    return {each.scenario for row in rows.values() for each in row if each.word in DIFFERENT}


def headlines(run: Run) -> dict[str, Headline]:
    """Return the headlines of the scenarios that the run has, by scenario, those that lead before the others."""
    pairs = [(record.name, record.headline) for record in run.scenarios if record.headline]
    return dict(sorted(pairs, key=lambda each: not each[1].leads))


def standing(run: Run, stack: str, scenario: str, headline: Headline) -> Standing:
    """Return how a stack stands on a scenario's headline."""
    trials = trials_of(run, stack, scenario, headline.level)
    value = find_estimate(run, stack, scenario, headline.level, headline.figure)
    word, says = _word(run, (stack, scenario), headline, trials, value)
    return Standing(stack, scenario, word, value, says)


def _word(
    run: Run, place: tuple[str, str], headline: Headline, trials: list[Trial], value: Estimate | None
) -> tuple[Word, str]:
    stack, scenario = place
    reasons = [d.says for t in trials for d in t.doubts if t.status != "ok" or d.name in BREAKING]
    if reasons:
        return "cannot", reasons[0]
    if value is None:
        return "not measured", ""
    if value.doubted:
        return "doubted", ""
    if stack == run.baseline:
        return "baseline", ""
    compared = compared_with(run, stack, scenario, headline.level, headline.figure)
    if compared is not None:
        return compared.verdict, f"{compared.ratio:.2f} ({compared.low:.2f} to {compared.high:.2f})"
    return _by_bounds(run, scenario, headline, value)


def _by_bounds(run: Run, scenario: str, headline: Headline, value: Estimate) -> tuple[Word, str]:
    """Return what a lower bound still says: beyond the other's value is beyond it."""
    other = find_estimate(run, run.baseline, scenario, headline.level, headline.figure)
    if other is None or other.doubted or run.figure(headline.figure).better != "lower":
        return "not compared", ""
    if value.at_least and not other.at_least and value.value > other.value:
        return "slower", f"at least {value.value / other.value:.1f} times"
    if other.at_least and not value.at_least and value.value < other.value:
        return "faster", f"at most {value.value / other.value:.2f} times"
    return "not compared", ""
