"""Every figure, a row each: its unit, which way is better, what it says, and how it follows from a trial."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from lab.judge import statistics
from lab.judge.reading import Reading
from lab.judge.windows import POINTS, AtLeast, FlowWindow, TrialWindow
from loadtests.ceilings import concurrency
from loadtests.scenarios import AFTER
from records.scenario import Better, Figure

Part = TypeVar("Part")


@dataclass(frozen=True)
class Formula(Generic[Part]):
    """A figure's row; `value` works it out from a part of a trial, `None` where that doesn't tell it."""

    unit: str
    better: Better
    says: str
    value: Callable[[Part], float | None]

    @property
    def figure(self) -> Figure:
        """What is said of the figure."""
        return Figure(self.unit, self.better, self.says)


def _busiest_generator(window: TrialWindow) -> float:
    seconds = [used.generator / used.at for used in window.reading.usage]
    return max(*seconds, *(worker.cores_max for worker in window.reading.workers), 0.0)


def _grown_mib(reading: Reading) -> float | None:
    before, after = reading.before, reading.after
    return after.own_mib - before.own_mib if before and after else None


def _idle_cores(window: TrialWindow) -> float | None:
    aftermath = window.reading.aftermath
    return aftermath.cpu_s / aftermath.seconds if aftermath and aftermath.cpu_s is not None else None


def _threads_left(window: TrialWindow) -> float | None:
    aftermath, before = window.reading.aftermath, window.reading.before
    return (
        float(aftermath.footprint.threads - before.threads)
        if aftermath and aftermath.footprint and before
        else None
    )


def _cpu_us_per_message(window: FlowWindow) -> float | None:
    used_s = window.reading.used.server
    return used_s * 1e6 / window.echoes / window.flow.chunks if window.echoes and used_s is not None else None


def _little_share(window: FlowWindow) -> float | None:
    if not window.sent_by_answers:
        return None
    mean_s = float(statistics.decode(window.record.complete["service"]).mean()) / 1000
    return window.throughput_per_s * mean_s / window.flow.users


def _memory_kib_per_connection(window: FlowWindow) -> float | None:
    grown_mib = _grown_mib(window.reading)
    return grown_mib * 1024 / window.held if window.held and grown_mib is not None else None


def _recovered_s(window: TrialWindow) -> float | None:
    """Return how long after an overload requests still took longer than they should."""
    flow = next((each for each in window.flows if each.flow.name == AFTER), None)
    if flow is None:
        return None
    begins_s = flow.flow.from_s or 0.0
    if (statistics.decode(flow.record.unanswered["corrected"]) > RECOVERED_MS).any():
        return AtLeast(window.reading.loaded_s - begins_s)
    slow = [due_s for due_s, corrected_s in flow.record.trace if corrected_s > RECOVERED_MS / 1000]
    return max(slow, default=begins_s) - begins_s


def _cpu_us_per_request(window: TrialWindow) -> float | None:
    cpu_s = window.reading.used.server
    return cpu_s * 1e6 / window.answers if window.answers and cpu_s is not None else None


def _latency(name: str, window: FlowWindow) -> float | None:
    return window.latencies.get(name)


def _percentiles(kind: str, says: str) -> Iterator[tuple[str, Formula[FlowWindow]]]:
    for point in POINTS:
        name = f"{kind}_ms_{point}"
        yield name, Formula("ms", "lower", f"{says}, {point}", partial(_latency, name))


MIB = 1024 * 1024
RECOVERED_MS = 150.0  # ten times the work of an overloaded request

OF_USAGE: Mapping[str, Formula[TrialWindow]] = {
    "cpu_cores": Formula(
        "cores", "neither", "CPU of the server's tree", lambda w: w.cores(w.reading.used.server)
    ),
    "background_cores": Formula(
        "cores",
        "neither",
        "CPU of everything else on the machine",
        lambda w: w.cores(w.reading.background_cpu_s),
    ),
    "generator_cores": Formula(
        "cores", "neither", "CPU of the load generator", lambda w: w.cores(w.reading.generator_cpu_s)
    ),
    "generator_cores_max": Formula(
        "cores",
        "neither",
        "CPU of the load generator in its busiest second, of its busiest worker",
        _busiest_generator,
    ),
    "lab_cores": Formula("cores", "neither", "CPU of the lab itself", lambda w: w.cores(w.reading.used.lab)),
    "load_workers": Formula(
        "workers",
        "neither",
        "of the load generator on other machines took part",
        lambda w: float(len(w.reading.workers)) or None,
    ),
    "clock_error_ms": Formula(
        "ms",
        "neither",
        "within which the clocks of load workers were known",
        lambda w: max((each.clock_error_s * 1000 for each in w.reading.workers), default=None),
    ),
    "memory_mib": Formula(
        "MiB",
        "lower",
        "memory of the server's tree (PSS)",
        lambda w: w.reading.after.pss_mib if w.reading.before and w.reading.after else None,
    ),
    "memory_growth_mib": Formula(
        "MiB",
        "lower",
        "anonymous memory that the server's tree took under the load",
        lambda w: _grown_mib(w.reading),
    ),
    "threads_left": Formula(
        "threads", "lower", "more than before the load, once everybody has left", _threads_left
    ),
    "idle_cores": Formula("cores", "lower", "CPU of the server's tree once everybody has left", _idle_cores),
    "answered_after_ms": Formula(
        "ms",
        "lower",
        "until a request is answered once everybody has left",
        lambda w: w.reading.aftermath.answered_ms if w.reading.aftermath else None,
    ),
}
"""What was used of the machine, and what is left of the load."""

OF_FLOW: Mapping[str, Formula[FlowWindow]] = {
    "errors": Formula(
        "requests", "lower", "failed in the window", lambda w: float(sum(w.record.errors.values()))
    ),
    "censored": Formula(
        "requests",
        "neither",
        "unanswered when the window closed",
        lambda w: float(w.record.censored),
    ),
    "answers": Formula(
        "requests",
        "neither",
        "answered in the window",
        lambda w: float(w.answers) if w.flow.ends else None,
    ),
    "throughput_per_s": Formula(
        "requests/s",
        "higher",
        "answered a second",
        lambda w: w.throughput_per_s if w.flow.ends else None,
    ),
    "offered_per_s": Formula(
        "requests/s",
        "neither",
        "due a second by an open loop's schedule",
        lambda w: w.record.due / w.lasts_s if w.flow.ends and w.flow.open_loop else None,
    ),
    "messages_per_s": Formula(
        "messages/s",
        "higher",
        "echoed a second, several under way at once",
        lambda w: w.throughput_per_s * w.flow.chunks if w.echoes else None,
    ),
    "cpu_us_per_message": Formula(
        "µs",
        "lower",
        "CPU of the server's tree per message, several under way at once",
        _cpu_us_per_message,
    ),
    "little_share": Formula(
        "1", "neither", "throughput x mean time over users: 1 by Little's law", _little_share
    ),
    "closed_share": Formula(
        "1",
        "neither",
        "answers that closed their connection",
        lambda w: w.record.closed / w.answers if w.answers else None,
    ),
    "concurrency": Formula(
        "requests",
        "neither",
        "in progress at once, at most",
        lambda w: float(concurrency(w.flow, w.slots)) if w.flow.ends else None,
    ),
    "ceiling_per_s": Formula(
        "requests/s",
        "neither",
        "possible with these slots and waits, or seen to be",
        lambda w: w.ceiling_per_s,
    ),
    "ceiling_share": Formula(
        "1",
        "higher",
        "measured over possible",
        lambda w: w.throughput_per_s / w.ceiling_per_s if w.ceiling_per_s else None,
    ),
    **dict(_percentiles("service", "from sending to the last byte")),
    **dict(_percentiles("corrected", "from when it was due to the last byte")),
    **dict(_percentiles("first_byte", "from sending to the first byte of the body")),
    **dict(_percentiles("gap", "between two chunks of a stream")),
    **dict(_percentiles("lag", "what the generator was late")),
    "received_mib_per_s": Formula(
        "MiB/s",
        "higher",
        "read of bodies by slow readers",
        lambda w: w.record.bytes / MIB / w.reading.loaded_s if w.flow.behaviour == "download" else None,
    ),
    "held": Formula(
        "connections",
        "higher",
        "stood open at the window's end",
        lambda w: None if w.held is None else float(w.held),
    ),
    "memory_kib_per_connection": Formula(
        "KiB",
        "lower",
        "memory that the server took for each open connection",
        _memory_kib_per_connection,
    ),
}
"""What a flow got; of a probe or of what comes after an overload the names say so, by their first word."""

OF_ALL_FLOWS: Mapping[str, Formula[TrialWindow]] = {
    "recovered_s": Formula("s", "lower", "after an overload until requests are fast again", _recovered_s),
    "cpu_us_per_request": Formula("µs", "lower", "CPU of the server's tree per answer", _cpu_us_per_request),
}
"""What only all flows together tell."""
