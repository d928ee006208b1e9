"""What a scenario sends: flows of requests, and levels of them."""

from dataclasses import dataclass
from typing import Literal

from loadtests.scenarios.behaviours import BEHAVIOURS
from records.types import LevelValue

Waiting = Literal["interface", "blocking", "offloaded", "client"]
Arrivals = Literal["even", "poisson"]

ProfileName = Literal["smoke", "quick", "full"]

TRAFFIC = "traffic"
PROBE = "probe"
CEILING = "ceiling"
AFTER = "after"
FULL: tuple[ProfileName, ...] = ("full",)
QUICK: tuple[ProfileName, ...] = ("quick", "full")
SMOKE: tuple[ProfileName, ...] = ("smoke", "quick", "full")


@dataclass(frozen=True)
class Flow:
    """One kind of request, sent by a number of users of one `behaviour`.

    A closed loop (`rate_per_s` is None): each user sends again as soon as it has its answer. An open loop: the
    users share an absolute schedule of `rate_per_s` requests a second, whether answers come or not; of
    `of_ceiling` times what a CEILING flow reached while warming up, where that is given.

    `waits_s` is how long an answer takes without any work, and `waiting` how the app waits for it, or that the
    client itself does. `chunks` is how many pieces of a stream are read, of a body are sent, or messages sent at a
    time: each of `piece` bytes, `every_s` apart. `from_s` and `to_s`, seconds after the window's opening, bound when
    the flow is on. A `traced` flow keeps each latency.
    Locust's own table calls it by `row`, by its name where there is none.
    """

    name: str
    target: str
    users: int
    rate_per_s: float | None = None
    of_ceiling: float | None = None
    arrivals: Arrivals = "even"
    behaviour: str = "ask"
    waits_s: float = 0.0
    waiting: Waiting = "interface"
    chunks: int = 0
    piece: int = 0
    every_s: float = 0.0
    from_s: float | None = None
    to_s: float | None = None
    traced: bool = False
    row: str = ""

    @property
    def open_loop(self) -> bool:
        """Whether it is sent on a schedule."""
        return self.rate_per_s is not None or self.of_ceiling is not None

    @property
    def ends(self) -> bool:
        """Whether its requests are answered: an idle connection has none, a large download doesn't end in time."""
        return BEHAVIOURS[self.behaviour].ends

    @property
    def method(self) -> str:
        """The method of its requests."""
        return BEHAVIOURS[self.behaviour].method

    def lasts_s(self, window_s: float) -> float:
        """Return for how much of a window it is on."""
        to_s = window_s if self.to_s is None else min(self.to_s, window_s)
        return max(0.0, to_s - max(self.from_s or 0.0, 0.0))


@dataclass(frozen=True)
class Level:
    """One strength of a scenario's load, or one kind of it, measured `repetitions` times for `window_s` in quick.

    With `turns` the stacks of a block are up together and loaded in short turns, each for `window_s` in all. Where a
    server has a rhythm of `period_s`, in seconds of the monotonic clock, the window opens half-way through a period.
    It is measured in these `profiles`.
    """

    value: LevelValue
    flows: tuple[Flow, ...]
    window_s: float
    repetitions: int = 1
    turns: bool = False
    period_s: float = 0.0
    profiles: tuple[ProfileName, ...] = FULL

    @property
    def users(self) -> int:
        """How many users all flows have together."""
        return sum(flow.users for flow in self.flows)


def probe() -> Flow:
    """Return the fast route asked now and then: at random times, so that no rhythm of the server hides."""
    return Flow(PROBE, "/", users=20, rate_per_s=20, arrivals="poisson", traced=True)
