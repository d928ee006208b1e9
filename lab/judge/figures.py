"""From what a trial brought in to its figures: named, united numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lab.judge import statistics
from lab.judge.ceilings import ceiling_per_s
from lab.judge.reading import FlowReading, Reading
from loadtests.scenarios import PROBE, Flow, Level

Better = Literal["lower", "higher", "neither"]


@dataclass(frozen=True)
class Figure:
    """What a figure is: its unit, which way is better, and what it says."""

    unit: str
    better: Better
    says: str


@dataclass(frozen=True)
class Figured:
    """The figures of a trial, and which of them are lower bounds."""

    figures: dict[str, float]
    at_least: frozenset[str]


def figured(reading: Reading, level: Level, slots: int | None) -> Figured:
    """Return every figure that the reading gives.

    Figures of a probe carry `probe_` before their name. CPU is shared out over all answers, the probe's too.
    """
    figures: dict[str, float] = {"memory_mib": reading.memory_mib}
    bounds: set[str] = set()
    for flow in level.flows:
        came = reading.load.flows[flow.name]
        named = {
            **_rates(flow, came, reading.load.window_s, slots),
            **_latencies(came, bounds, flow),
        }
        figures |= {prefix(flow) + name: value for name, value in named.items()}
    answers = sum(flow.answers for flow in reading.load.flows.values())
    figures |= _shares(reading)
    if answers:
        figures["cpu_us_per_request"] = reading.used.server * 1e6 / answers
    return Figured(figures, frozenset(bounds))


def by_second(reading: Reading, level: Level) -> dict[str, list[float]]:
    """Return the figures that are compared, for each second of the window that had an answer."""
    values: dict[str, list[float]] = {}
    flows = [(prefix(flow), reading.load.flows[flow.name]) for flow in level.flows]
    cpu_s = [
        b.server - a for a, b in zip([0.0, *(u.server for u in reading.usage)], reading.usage, strict=False)
    ]
    for number in range(int(reading.load.window_s + SAME_SECOND)):
        seconds = [(start, flow.seconds[number]) for start, flow in flows if number < len(flow.seconds)]
        answers = sum(second.answers for _, second in seconds)
        if answers and number < len(cpu_s):
            values.setdefault("cpu_us_per_request", []).append(cpu_s[number] * 1e6 / answers)
        for start, second in seconds:
            values.setdefault(f"{start}throughput_per_s", []).append(second.answers)
            for kind, histogram in second.complete.items():
                middle = float(np.median(statistics.decode(histogram)))
                values.setdefault(f"{start}{kind}_ms_p50", []).append(middle)
    return values


def _shares(reading: Reading) -> dict[str, float]:
    window_s, used = reading.load.window_s, reading.used
    return {
        "cpu_cores": used.server / window_s,
        "generator_cores": reading.load.cpu_s / window_s,
        "background_cores": reading.background_cpu_s / window_s,
        "lab_cores": used.lab / window_s,
    }


def prefix(flow: Flow) -> str:
    """Return what a flow's figures are prefixed with."""
    return "probe_" if flow.name == PROBE else ""


def describe(name: str) -> Figure:
    """Return what a figure is; KeyError for a name that no trial has."""
    return FIGURES[name.removeprefix("probe_")]


def _rates(flow: Flow, came: FlowReading, window_s: float, slots: int | None) -> dict[str, float]:
    throughput = came.answers / window_s
    rates = {
        "answers": float(came.answers),
        "errors": float(sum(came.errors.values())),
        "censored": float(came.censored),
        "throughput_per_s": throughput,
    }
    if flow.rate_per_s is not None:
        rates["offered_per_s"] = flow.rate_per_s
    elif came.answers:
        mean_s = float(statistics.decode(came.complete["service"]).mean()) / 1000
        rates["little_share"] = throughput * mean_s / flow.users
    if came.answers:
        rates["closed_share"] = came.closed / came.answers
    if ceiling := ceiling_per_s(flow, slots):
        rates |= {"ceiling_per_s": ceiling, "ceiling_share": throughput / ceiling}
    return rates


def _latencies(came: FlowReading, bounds: set[str], flow: Flow) -> dict[str, float]:
    figures = {}
    for kind in ("service", "corrected", "first_byte", "gap", "lag"):
        answered = statistics.decode(came.complete[kind])
        censored = statistics.decode(came.unanswered[kind])
        if not answered.size + censored.size:
            continue
        found = statistics.percentiles(answered, censored, list(POINTS.values()))
        for point, percentile in zip(POINTS, found, strict=True):
            name = f"{kind}_ms_{point}"
            figures[name] = percentile.ms
            if percentile.at_least:
                bounds.add(prefix(flow) + name)
    return figures


def _percentile_figures(kind: str, says: str) -> Iterator[tuple[str, Figure]]:
    for point in POINTS:
        yield f"{kind}_ms_{point}", Figure("ms", "lower", f"{says}, {point}")


SAME_SECOND = 0.001  # a window of 2.9999 s has three whole seconds
POINTS = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "max": 100.0}

FIGURES: dict[str, Figure] = {
    "answers": Figure("requests", "neither", "answered in the window"),
    "errors": Figure("requests", "lower", "failed in the window"),
    "censored": Figure("requests", "neither", "unanswered when the window closed"),
    "throughput_per_s": Figure("requests/s", "higher", "answered a second"),
    "offered_per_s": Figure("requests/s", "neither", "sent a second by an open loop"),
    "ceiling_per_s": Figure("requests/s", "neither", "possible with these slots and waits"),
    "ceiling_share": Figure("1", "higher", "measured over possible"),
    "cpu_us_per_request": Figure("µs", "lower", "CPU of the server's tree per answer"),
    "cpu_cores": Figure("cores", "neither", "CPU of the server's tree"),
    "generator_cores": Figure("cores", "neither", "CPU of the load generator"),
    "background_cores": Figure("cores", "neither", "CPU of everything else on the machine"),
    "lab_cores": Figure("cores", "neither", "CPU of the lab itself"),
    "little_share": Figure("1", "neither", "throughput x mean time over users: 1 by Little's law"),
    "closed_share": Figure("1", "neither", "answers that closed their connection"),
    "memory_mib": Figure("MiB", "lower", "memory of the server's tree (PSS)"),
    **dict(_percentile_figures("service", "from sending to the last byte")),
    **dict(_percentile_figures("corrected", "from when it was due to the last byte")),
    **dict(_percentile_figures("first_byte", "from sending to the first byte of the body")),
    **dict(_percentile_figures("gap", "between two chunks of a stream")),
    **dict(_percentile_figures("lag", "what the generator was late")),
}
