"""From what a trial brought in to its figures: named, united numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lab.judge import statistics
from lab.judge.formulas import OF_ALL_FLOWS, OF_FLOW, OF_USAGE, Formula, Part
from lab.judge.reading import Reading
from lab.judge.windows import AtLeast, FlowWindow, TrialWindow
from loadtests.ceilings import Slots
from loadtests.scenarios import AFTER, PROBE, Flow, Level
from records.load import SecondReading
from records.scenario import Figure


@dataclass(frozen=True)
class TrialFigures:
    """The figures of a trial, and which of them are lower bounds."""

    figures: dict[str, float]
    at_least: frozenset[str]


def work_out_figures(reading: Reading, level: Level, slots: Slots) -> TrialFigures:
    """Return every figure that the reading gives.

    Figures of a probe carry `probe_` before their name, those of a flow that comes after another `after_`. CPU is
    shared out over all answers, the probe's too.
    """
    flows = tuple(FlowWindow(flow, reading, slots) for flow in judged_flows(level, reading.loaded_s))
    trial = TrialWindow(reading, flows)
    values = {
        **_values(OF_USAGE, trial),
        **{
            prefix(each.flow) + name: value
            for each in flows
            for name, value in _values(OF_FLOW, each).items()
        },
        **_values(OF_ALL_FLOWS, trial),
    }
    at_least = frozenset(name for name, value in values.items() if isinstance(value, AtLeast))
    return TrialFigures({name: float(value) for name, value in values.items()}, at_least)


def _values(formulas: Mapping[str, Formula[Part]], part: Part) -> dict[str, float]:
    values = {name: formula.value(part) for name, formula in formulas.items()}
    return {name: value for name, value in values.items() if value is not None}


def judged_flows(level: Level, loaded_s: float) -> list[Flow]:
    """Return the flows that are on in a window of that length."""
    return [flow for flow in level.flows if flow.lasts_s(loaded_s)]


def by_second(reading: Reading, level: Level) -> dict[str, list[float]]:
    """Return the figures that are compared, for each second of the window that had an answer.

    Where stacks take turns there is one value for each turn, 0 without an answer.
    """
    values: dict[str, list[float]] = {}
    on = judged_flows(level, reading.loaded_s)
    flows = [(prefix(flow), _padded(reading.flows[flow.name].seconds, len(reading.usage))) for flow in on]
    kinds = sorted({kind for _, seconds in flows for second in seconds for kind in second.complete})
    for number, used in enumerate(reading.usage):
        if not level.turns and used.at < 1 - SAME_SECOND:
            continue
        seconds = [(start, second[number]) for start, second in flows]
        answers = sum(second.answers for _, second in seconds)
        if used.server is not None and (answers or level.turns):
            cost = used.server * 1e6 / answers if answers else 0.0
            values.setdefault("cpu_us_per_request", []).append(cost)
        for start, second in seconds:
            values.setdefault(f"{start}throughput_per_s", []).append(second.answers)
            for kind in kinds if level.turns else second.complete:
                middle = float(np.median(second.complete.get(kind) or [0])) / 1000
                values.setdefault(f"{start}{kind}_ms_p50", []).append(middle)
    return values


def _padded(seconds: Sequence[SecondReading], count: int) -> list[SecondReading]:
    return [*seconds, *[SecondReading()] * (count - len(seconds))]


def histograms(reading: Reading, level: Level) -> dict[str, str]:
    """Return the histograms of answered requests that hold anything, by kind, as they were recorded."""
    return {
        prefix(flow) + kind: encoded
        for flow in judged_flows(level, reading.loaded_s)
        for kind, encoded in reading.flows[flow.name].complete.items()
        if statistics.decode(encoded).size
    }


def prefix(flow: Flow) -> str:
    """Return what a flow's figures are prefixed with."""
    return PREFIXES.get(flow.name, "")


def describe(name: str) -> Figure:
    """Return what a figure is; KeyError for a name that no trial has."""
    if name in FIGURES:
        return FIGURES[name]
    return FIGURES[name.partition("_")[2]]


SAME_SECOND = 0.001  # a window of 2.9999 s has three whole seconds
PREFIXES: Mapping[str, str] = {PROBE: "probe_", AFTER: "after_"}

FIGURES: Mapping[str, Figure] = {
    name: formula.figure
    for formulas in (OF_USAGE, OF_FLOW, OF_ALL_FLOWS)
    for name, formula in formulas.items()
}
