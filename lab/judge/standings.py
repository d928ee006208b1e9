"""One word for each stack in each scenario: how it stands against the baseline on the figure that matters there."""

from dataclasses import dataclass, replace
from typing import Literal

from lab.judge.estimates import Estimate, compared_with, known, levels_of, trials_of
from lab.judge.figures import describe
from records.run import Run, Trial
from records.types import LevelValue

Word = Literal["baseline", "faster", "slower", "tie", "cannot", "doubted", "not measured", "not compared"]

BREAKING = frozenset({"stopped-answering", "no-answers"})


@dataclass(frozen=True)
class Headline:
    """The figure by which a scenario is judged, at its most telling level; `says` names it for a reader."""

    scenario: str
    figure: str
    level: LevelValue
    says: str


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
    chosen = headlines(run)
    return {s.name: [standing(run, s.name, each) for each in chosen] for s in run.stacks if s.skipped is None}


def headlines(run: Run) -> list[Headline]:
    """Return the headlines of the scenarios that the run has; another level stands in for one it hasn't."""
    chosen = []
    for each in HEADLINES:
        measured = levels_of(run, each.scenario)
        if measured:
            level = each.level if each.level in measured else measured[-1]
            chosen.append(replace(each, level=level))
    return chosen


def standing(run: Run, stack: str, headline: Headline) -> Standing:
    """Return how a stack stands on a headline."""
    trials = trials_of(run, stack, headline.scenario, headline.level)
    value = known(run, stack, headline.scenario, headline.level, headline.figure)
    word, says = _word(run, stack, headline, trials, value)
    return Standing(stack, headline.scenario, word, value, says)


def _word(
    run: Run, stack: str, headline: Headline, trials: list[Trial], value: Estimate | None
) -> tuple[Word, str]:
    broken = [d.says for t in trials for d in t.doubts if t.status != "ok" or d.name in BREAKING]
    if broken:
        return "cannot", broken[0]
    if value is None:
        return "not measured", ""
    if value.doubted:
        return "doubted", ""
    if stack == run.baseline:
        return "baseline", ""
    compared = compared_with(run, stack, headline.scenario, headline.level, headline.figure)
    if compared is not None:
        return compared.verdict, f"{compared.ratio:.2f} ({compared.low:.2f} to {compared.high:.2f})"
    return _by_bounds(run, headline, value)


def _by_bounds(run: Run, headline: Headline, value: Estimate) -> tuple[Word, str]:
    """Return what a lower bound still says: beyond the other's value is beyond it."""
    other = known(run, run.baseline, headline.scenario, headline.level, headline.figure)
    if other is None or other.doubted or describe(headline.figure).better != "lower":
        return "not compared", ""
    if value.at_least and not other.at_least and value.value > other.value:
        return "slower", f"at least {value.value / other.value:.1f} times"
    if other.at_least and not value.at_least and value.value < other.value:
        return "faster", f"at most {value.value / other.value:.2f} times"
    return "not compared", ""


HEADLINES: tuple[Headline, ...] = (
    Headline("slow-io", "throughput_per_s", 200, "answers a second"),
    Headline("baseline", "cpu_us_per_request", 500, "CPU per request"),
    Headline("starvation", "probe_corrected_ms_p50", 20, "a fast route's median"),
    Headline("streaming", "first_byte_ms_p50", 20, "first byte"),
    Headline("blocking", "probe_corrected_ms_p50", "blocking", "a fast route's median"),
    Headline("cpu", "probe_corrected_ms_p50", 4, "a fast route's median"),
    Headline("upload", "probe_corrected_ms_p50", 20, "a fast route's median"),
    Headline("download", "probe_corrected_ms_p50", 10, "a fast route's median"),
    Headline("churn", "cpu_us_per_request", 300, "CPU per request"),
    Headline("overload", "recovered_s", 150, "until recovery"),
    Headline("idle", "memory_kib_per_connection", "kept-alive", "memory each"),
    Headline("abandon", "probe_corrected_ms_p50", 10, "a fast route's median"),
    Headline("websocket", "messages_per_s", "flat-out", "messages a second"),
)
