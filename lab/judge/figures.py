"""From what a trial brought in to its figures: named, united numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lab.judge import statistics
from lab.judge.reading import Reading
from loadtests.ceilings import Slots, ceiling_per_s, concurrency
from loadtests.scenarios import AFTER, PROBE, Flow, Level
from records.load import FlowReading, SecondReading
from records.scenario import Figure


@dataclass(frozen=True)
class Figured:
    """The figures of a trial, and which of them are lower bounds."""

    figures: dict[str, float]
    at_least: frozenset[str]


def figured(reading: Reading, level: Level, slots: Slots) -> Figured:
    """Return every figure that the reading gives.

    Figures of a probe carry `probe_` before their name, those of a flow that comes after another `after_`. CPU is
    shared out over all answers, the probe's too.
    """
    figures = {**_shares(reading), **_footprints(reading)}
    bounds: set[str] = set()
    for flow in judged(level, reading.loaded_s):
        named = {**_rates(flow, reading, slots), **_latencies(flow, reading.flows[flow.name], bounds)}
        figures |= {prefix(flow) + name: value for name, value in named.items()}
        if not flow.ends:
            figures |= _held(flow, reading)
        if flow.name == AFTER:
            figures |= _recovery(flow, reading, bounds)
    answers = sum(flow.answers for flow in reading.flows.values())
    cpu_s = reading.used.server
    if answers and cpu_s is not None:
        figures["cpu_us_per_request"] = cpu_s * 1e6 / answers
    return Figured(figures, frozenset(bounds))


def judged(level: Level, loaded_s: float) -> list[Flow]:
    """Return the flows that are on in a window of that length."""
    return [flow for flow in level.flows if flow.lasts_s(loaded_s)]


def by_second(reading: Reading, level: Level) -> dict[str, list[float]]:
    """Return the figures that are compared, for each second of the window that had an answer.

    Where stacks take turns there is one value for each turn, 0 without an answer.
    """
    values: dict[str, list[float]] = {}
    on = judged(level, reading.loaded_s)
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
        for flow in judged(level, reading.loaded_s)
        for kind, encoded in reading.flows[flow.name].complete.items()
        if statistics.decode(encoded).size
    }


def _shares(reading: Reading) -> dict[str, float]:
    window_s, used = reading.window_s, reading.used
    busy_s = {"cpu_cores": used.server, "background_cores": reading.background_cpu_s}
    return {
        **{name: seconds / window_s for name, seconds in busy_s.items() if seconds is not None},
        "generator_cores": reading.generator_cpu_s / window_s,
        "generator_cores_max": max(
            *(second.generator / second.at for second in reading.usage),
            *(worker.cores_max for worker in reading.workers),
            0.0,
        ),
        "lab_cores": used.lab / window_s,
        **_load_workers(reading),
    }


def _load_workers(reading: Reading) -> dict[str, float]:
    """Return who took part of the load from other machines, and how well their clocks were known."""
    if not reading.workers:
        return {}
    error_s = max(worker.clock_error_s for worker in reading.workers)
    return {"load_workers": float(len(reading.workers)), "clock_error_ms": error_s * 1000}


def _footprints(reading: Reading) -> dict[str, float]:
    figures, left, before = {}, reading.aftermath, reading.before
    if before and reading.after:
        figures["memory_mib"] = reading.after.pss_mib
        figures["memory_growth_mib"] = reading.after.own_mib - before.own_mib
    if left and left.footprint and before:
        figures["threads_left"] = float(left.footprint.threads - before.threads)
    if left and left.cpu_s is not None:
        figures["idle_cores"] = left.cpu_s / left.seconds
    if left and left.answered_ms is not None:
        figures["answered_after_ms"] = left.answered_ms
    return figures


def _held(flow: Flow, reading: Reading) -> dict[str, float]:
    record = reading.flows[flow.name]
    if flow.behaviour == "download":
        return {"received_mib_per_s": record.bytes / MIB / reading.loaded_s}
    held = {"held": float(record.held)}
    if record.held and reading.before and reading.after:
        grown_kib = (reading.after.own_mib - reading.before.own_mib) * 1024
        held["memory_kib_per_connection"] = grown_kib / record.held
    return held


def _recovery(flow: Flow, reading: Reading, bounds: set[str]) -> dict[str, float]:
    """Return how long after the overload requests still took longer than they should."""
    record, begins_s = reading.flows[flow.name], flow.from_s or 0.0
    slow = [due_s for due_s, corrected_s in record.trace if corrected_s > RECOVERED_MS / 1000]
    if (statistics.decode(record.unanswered["corrected"]) > RECOVERED_MS).any():
        bounds.add("recovered_s")
        return {"recovered_s": reading.loaded_s - begins_s}
    return {"recovered_s": max(slow, default=begins_s) - begins_s}


def prefix(flow: Flow) -> str:
    """Return what a flow's figures are prefixed with."""
    return PREFIXES.get(flow.name, "")


def describe(name: str) -> Figure:
    """Return what a figure is; KeyError for a name that no trial has."""
    if name in FIGURES:
        return FIGURES[name]
    return FIGURES[name.partition("_")[2]]


def _rates(flow: Flow, reading: Reading, slots: Slots) -> dict[str, float]:
    record, lasts_s = reading.flows[flow.name], flow.lasts_s(reading.loaded_s)
    rates = {"errors": float(sum(record.errors.values())), "censored": float(record.censored)}
    if not flow.ends:
        return rates
    throughput = _answers_while_on(flow, record, lasts_s) / lasts_s
    rates |= {"answers": float(record.answers), "throughput_per_s": throughput}
    if flow.open_loop:
        rates["offered_per_s"] = record.due / lasts_s
    elif record.answers and flow.behaviour == "websocket":
        rates["messages_per_s"] = throughput * flow.chunks
        if (used_s := reading.used.server) is not None:
            rates["cpu_us_per_message"] = used_s * 1e6 / record.answers / flow.chunks
    if record.answers and not flow.open_loop:
        mean_s = float(statistics.decode(record.complete["service"]).mean()) / 1000
        rates["little_share"] = throughput * mean_s / flow.users
    if record.answers:
        rates["closed_share"] = record.closed / record.answers
    rates["concurrency"] = float(concurrency(flow, slots))
    ceiling = reading.target.ceiling_per_s if flow.of_ceiling else ceiling_per_s(flow, slots)
    if ceiling:
        rates |= {"ceiling_per_s": ceiling, "ceiling_share": throughput / ceiling}
    return rates


def _answers_while_on(flow: Flow, record: FlowReading, lasts_s: float) -> int:
    """Return the answers that came while the flow was on: what comes later isn't its throughput."""
    if flow.to_s is None:
        return record.answers
    first = int(flow.from_s or 0)
    return sum(second.answers for second in record.seconds[first : first + int(lasts_s)])


def _latencies(flow: Flow, record: FlowReading, bounds: set[str]) -> dict[str, float]:
    figures = {}
    for kind in ("service", "corrected", "first_byte", "gap", "lag"):
        answered = statistics.decode(record.complete[kind])
        censored = statistics.decode(record.unanswered[kind])
        if not answered.size + censored.size:
            continue
        percentiles = statistics.percentiles(answered, censored, list(POINTS.values()))
        for point, percentile in zip(POINTS, percentiles, strict=True):
            name = f"{kind}_ms_{point}"
            figures[name] = percentile.ms
            if percentile.at_least:
                bounds.add(prefix(flow) + name)
    return figures


def _percentile_figures(kind: str, says: str) -> Iterator[tuple[str, Figure]]:
    for point in POINTS:
        yield f"{kind}_ms_{point}", Figure("ms", "lower", f"{says}, {point}")


MIB = 1024 * 1024
SAME_SECOND = 0.001  # a window of 2.9999 s has three whole seconds
RECOVERED_MS = 150.0  # ten times the work of an overloaded request
POINTS = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "max": 100.0}
PREFIXES: Mapping[str, str] = {PROBE: "probe_", AFTER: "after_"}

FIGURES: dict[str, Figure] = {
    "answers": Figure("requests", "neither", "answered in the window"),
    "errors": Figure("requests", "lower", "failed in the window"),
    "censored": Figure("requests", "neither", "unanswered when the window closed"),
    "throughput_per_s": Figure("requests/s", "higher", "answered a second"),
    "messages_per_s": Figure("messages/s", "higher", "echoed a second, several under way at once"),
    "offered_per_s": Figure("requests/s", "neither", "due a second by an open loop's schedule"),
    "ceiling_per_s": Figure("requests/s", "neither", "possible with these slots and waits, or seen to be"),
    "ceiling_share": Figure("1", "higher", "measured over possible"),
    "concurrency": Figure("requests", "neither", "in progress at once, at most"),
    "recovered_s": Figure("s", "lower", "after an overload until requests are fast again"),
    "cpu_us_per_request": Figure("µs", "lower", "CPU of the server's tree per answer"),
    "cpu_us_per_message": Figure(
        "µs", "lower", "CPU of the server's tree per message, several under way at once"
    ),
    "cpu_cores": Figure("cores", "neither", "CPU of the server's tree"),
    "generator_cores": Figure("cores", "neither", "CPU of the load generator"),
    "generator_cores_max": Figure(
        "cores", "neither", "CPU of the load generator in its busiest second, of its busiest worker"
    ),
    "load_workers": Figure("workers", "neither", "of the load generator on other machines took part"),
    "clock_error_ms": Figure("ms", "neither", "within which the clocks of load workers were known"),
    "background_cores": Figure("cores", "neither", "CPU of everything else on the machine"),
    "lab_cores": Figure("cores", "neither", "CPU of the lab itself"),
    "idle_cores": Figure("cores", "lower", "CPU of the server's tree once everybody has left"),
    "threads_left": Figure("threads", "lower", "more than before the load, once everybody has left"),
    "answered_after_ms": Figure("ms", "lower", "until a request is answered once everybody has left"),
    "little_share": Figure("1", "neither", "throughput x mean time over users: 1 by Little's law"),
    "closed_share": Figure("1", "neither", "answers that closed their connection"),
    "held": Figure("connections", "higher", "stood open at the window's end"),
    "received_mib_per_s": Figure("MiB/s", "higher", "read of bodies by slow readers"),
    "memory_mib": Figure("MiB", "lower", "memory of the server's tree (PSS)"),
    "memory_growth_mib": Figure(
        "MiB", "lower", "anonymous memory that the server's tree took under the load"
    ),
    "memory_kib_per_connection": Figure(
        "KiB", "lower", "memory that the server took for each open connection"
    ),
    **dict(_percentile_figures("service", "from sending to the last byte")),
    **dict(_percentile_figures("corrected", "from when it was due to the last byte")),
    **dict(_percentile_figures("first_byte", "from sending to the first byte of the body")),
    **dict(_percentile_figures("gap", "between two chunks of a stream")),
    **dict(_percentile_figures("lag", "what the generator was late")),
}
