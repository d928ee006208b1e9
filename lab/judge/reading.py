"""What one trial brought in, before it is judged."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import msgspec
from hdrh.histogram import HdrHistogram

from records.load import FlowReading, LoadReading, SecondReading, TargetReading, WorkerReading
from records.usage import Footprint, Usage


class Aftermath(msgspec.Struct, frozen=True):
    """What the server did in the `seconds` after everybody had left, and how long it then took to answer.

    `answered_ms` is null when it didn't answer, `cpu_s` and `footprint` where nobody tells.
    """

    seconds: float
    cpu_s: float | None
    footprint: Footprint | None
    answered_ms: float | None


class Reading(msgspec.Struct, frozen=True):
    """The load's record of one stack, and what was used in each second of its window, or each of its turns.

    `loaded_s` is for how long requests were due; where stacks take turns it is a little less than the window. The
    load `workers` of other machines tell themselves what they used, `lost` ones nothing; `machines` are those whose
    busy seconds are in the usage.
    """

    target: TargetReading
    usage: list[Usage]
    loaded_s: float
    before: Footprint | None
    after: Footprint | None
    aftermath: Aftermath | None = None
    workers: list[WorkerReading] = []
    lost: int = 0
    machines: list[str] = []

    @property
    def flows(self) -> dict[str, FlowReading]:
        """What was recorded, by flow."""
        return self.target.flows

    @property
    def window_s(self) -> float:
        """For how long CPU was read."""
        return self.used.at

    @property
    def measured_s(self) -> float:
        """For how long anything was watched."""
        return self.window_s + (self.aftermath.seconds if self.aftermath else 0.0)

    @property
    def used(self) -> Usage:
        """What was used in the whole window."""
        return Usage(
            at=sum(each.at for each in self.usage),
            server=_total(each.server for each in self.usage),
            generator=sum(each.generator for each in self.usage),
            lab=sum(each.lab for each in self.usage),
            machine=_total(each.machine for each in self.usage),
        )

    @property
    def background_cpu_s(self) -> float | None:
        """What neither server nor generator nor lab used of the machine, stolen time among it; null when unknown."""
        used = self.used
        if used.machine is None:
            return None
        others = {w.machine: w.machine_cores for w in self.workers if w.machine not in self.machines}
        busy_s = used.machine + sum(others.values()) * used.at
        return max(0.0, busy_s - (used.server or 0.0) - used.lab - self.generator_cpu_s)

    @property
    def generator_cpu_s(self) -> float:
        """What the load generator used, with its workers on other machines."""
        used = self.used
        return used.generator + sum(worker.cores for worker in self.workers) * used.at


def _total(values: Iterable[float | None]) -> float | None:
    seconds = list(values)
    numbers = [value for value in seconds if value is not None]
    return sum(numbers) if len(numbers) == len(seconds) else None


def target_of(load: LoadReading, number: int = 0) -> TargetReading:
    """Return what all processes together recorded of a target; counts and histograms add up exactly."""
    parts = [targets[number] for targets in load.parts]
    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.flows)
    flows = {
        name: merge_readings([part.flows[name] for part in parts if name in part.flows]) for name in names
    }
    settled = all(part.settled for part in parts)
    return TargetReading(flows, sum(part.ceiling_per_s for part in parts), settled)


def merge_readings(parts: Sequence[FlowReading]) -> FlowReading:
    """Return what several processes recorded of one flow as if one had."""
    return FlowReading(
        answers=sum(part.answers for part in parts),
        errors=dict(sum((Counter(part.errors) for part in parts), Counter[str]())),
        censored=sum(part.censored for part in parts),
        complete=_added([part.complete for part in parts]),
        unanswered=_added([part.unanswered for part in parts]),
        closed=sum(part.closed for part in parts),
        due=sum(part.due for part in parts),
        bytes=sum(part.bytes for part in parts),
        held=sum(part.held for part in parts),
        seconds=[
            _merged_second(seconds)
            for seconds in zip_longest(*(part.seconds for part in parts), fillvalue=SecondReading())
        ],
        trace=sorted(point for part in parts for point in part.trace),
    )


def _added(parts: Sequence[dict[str, str]]) -> dict[str, str]:
    totals = {kind: HdrHistogram.decode(encoded.encode()) for kind, encoded in parts[0].items()}
    for part in parts[1:]:
        for kind, encoded in part.items():
            totals[kind].decode_and_add(encoded.encode())
    return {kind: total.encode().decode() for kind, total in totals.items()}


def _merged_second(parts: Iterable[SecondReading]) -> SecondReading:
    answers, complete = 0, dict[str, list[int]]()
    for part in parts:
        answers += part.answers
        for kind, values in part.complete.items():
            complete.setdefault(kind, []).extend(values)
    return SecondReading(answers, complete)
