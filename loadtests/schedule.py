"""When a user of an open loop sends: an absolute schedule, so that a slow answer can't delay the next question.

With N users sharing a rate of R a second, user i sends at start + (i + kN) / R for k = 0, 1, 2, ...: the load as
a whole is evenly spaced. With Poisson arrivals each user waits exponentially distributed times of mean N / R: what
is sampled so sees the average of time, whatever its rhythm (R. W. Wolff, "Poisson Arrivals See Time Averages", 1982).
What a stall delays is still timed from its place in the schedule, so nothing of it is omitted (G. Tene, "How NOT
to Measure Latency", on coordinated omission).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from random import Random

from loadtests.scenarios import Flow


def first_firing(flow: Flow, index: int, start: float) -> float:
    """Return when user `index` of a closed loop sends first: they start spread over one wait."""
    return start + flow.waits_s * index / flow.users


def arrivals(flow: Flow, index: int, seed: int = 0) -> Iterator[float]:
    """Yield the seconds after the start at which user `index` of an open loop sends, without end."""
    rate_per_s = _rate(flow)
    if flow.arrivals == "even":
        yield from ((index + number * flow.users) / rate_per_s for number in count())
    random, at = Random(f"{seed} {flow.name} {index}"), 0.0
    while True:
        at += random.expovariate(rate_per_s / flow.users)
        yield at


@dataclass(frozen=True)
class Turns:
    """Several targets, loaded one at a time in short turns, so that whatever the machine does falls on all alike.

    A round holds one turn of each target, shuffled by the seed. Within a turn requests are sent for `loaded_s`;
    before and after stands a pause, in which the last answers come and the CPU clocks are read.
    """

    targets: int
    seed: int
    turn_s: float = 0.1
    lead_s: float = 0.005
    loaded_s: float = 0.08

    @property
    def round_s(self) -> float:
        """How long a round is."""
        return self.targets * self.turn_s

    def begins(self, target: int, number: int) -> float:
        """Return when a target's turn of round `number` begins, in seconds after the start."""
        return number * self.round_s + order(self, number).index(target) * self.turn_s

    def placed(self, target: int, seconds: float) -> float:
        """Return when a target has been loaded for so many seconds, in seconds after the start."""
        number = int(seconds / self.loaded_s + ROUNDING)
        return self.begins(target, number) + self.lead_s + max(0.0, seconds - number * self.loaded_s)

    def round_at(self, seconds: float) -> int:
        """Return the number of the round that is on so many seconds after the start."""
        return int(seconds / self.round_s + ROUNDING)


@cache
def order(turns: Turns, number: int) -> list[int]:
    """Return the targets in the order of round `number`."""
    return Random(f"{turns.seed} {number}").sample(range(turns.targets), turns.targets)


def _rate(flow: Flow) -> float:
    if flow.rate_per_s is None:
        raise ValueError(f"{flow.name} is a closed loop: it has no schedule")
    return flow.rate_per_s


ROUNDING = 1e-9
