"""What each scenario sends, how, and which question that answers: plain data, importable without locust."""

from dataclasses import dataclass
from typing import Literal

from records.types import LevelValue

Behaviour = Literal[
    "ask", "connect", "stream", "upload", "download", "idle", "silent", "abandon", "websocket"
]
Waiting = Literal["interface", "blocking", "offloaded", "client"]
Arrivals = Literal["even", "poisson"]

TRAFFIC = "traffic"
PROBE = "probe"
CEILING = "ceiling"
AFTER = "after"
ENDLESS: frozenset[Behaviour] = frozenset({"download", "idle", "silent"})


@dataclass(frozen=True)
class Flow:
    """One kind of request, sent by a number of users in one `way` (`loadtests/client_behaviours.py` has them).

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
    behaviour: Behaviour = "ask"
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
        return self.behaviour not in ENDLESS

    def lasts_s(self, window_s: float) -> float:
        """Return for how much of a window it is on."""
        to_s = window_s if self.to_s is None else min(self.to_s, window_s)
        return max(0.0, to_s - max(self.from_s or 0.0, 0.0))


@dataclass(frozen=True)
class Level:
    """One strength of a scenario's load, or one kind of it, measured `repetitions` times for `window_s` in quick.

    With `turns` the stacks of a block are up together and loaded in short turns, each for `window_s` in all. Where a
    server has a rhythm of `period_s`, in seconds of the monotonic clock, the window opens half-way through a period.
    """

    value: LevelValue
    flows: tuple[Flow, ...]
    window_s: float
    repetitions: int = 1
    turns: bool = False
    period_s: float = 0.0

    @property
    def users(self) -> int:
        """How many users all flows have together."""
        return sum(flow.users for flow in self.flows)


@dataclass(frozen=True)
class Scenario:
    """A load with a question; `theory` says what to expect, `unit` what the levels count.

    Once the load is gone the server is watched for `aftermath_s` seconds. Who plays it by hand sends what the level
    `by_hand` sends, the last one where that isn't given.
    """

    name: str
    question: str
    theory: str
    unit: str
    levels: tuple[Level, ...]
    aftermath_s: float = 0.0
    by_hand: LevelValue | None = None

    @property
    def played(self) -> Level:
        """The level that is played by hand."""
        return self.levels[-1] if self.by_hand is None else self.level(self.by_hand)

    def level(self, value: LevelValue) -> Level:
        """Return the level of that value, or raise KeyError."""
        return {level.value: level for level in self.levels}[value]


def _probe(rate_per_s: int = 20) -> Flow:
    """Return the fast route asked now and then: at random times, so that no rhythm of the server hides."""
    return Flow(PROBE, "/", users=20, rate_per_s=rate_per_s, arrivals="poisson", traced=True)


def _baseline(value: int) -> Level:
    hello = Flow(TRAFFIC, "/", users=20, rate_per_s=value)
    return Level(value, (hello,), window_s=0.9, repetitions=8, turns=True)


def _waiting(value: int) -> Level:
    sleep = Flow(TRAFFIC, "/sleep?seconds=0.1", users=value, waits_s=0.1)
    return Level(value, (sleep,), window_s=3)


def _starved(value: int) -> Level:
    slow = Flow(TRAFFIC, "/sleep?seconds=0.2", users=value, waits_s=0.2)
    return Level(value, (_probe(), slow), window_s=4) if value else Level(value, (_probe(),), window_s=3)


def _streaming(value: int) -> Level:
    target = "/stream?chunks=10&interval=0.02&size=128"
    stream = Flow(TRAFFIC, target, users=value, behaviour="stream", waits_s=9 * 0.02, chunks=10)
    return Level(value, (stream,), window_s=4)


def _blocked(value: str, path: str, waiting: Waiting) -> Level:
    slow = Flow(TRAFFIC, f"{path}?seconds=0.025", users=20, waits_s=0.025, waiting=waiting)
    return Level(value, (_probe(), slow), window_s=3)


def _working(value: int) -> Level:
    work = Flow(TRAFFIC, "/cpu?rounds=100000", users=value)
    return Level(value, (_probe(), work), window_s=4)


def _uploading(value: int) -> Level:
    body = Flow(
        TRAFFIC,
        "/upload",
        users=value,
        behaviour="upload",
        waits_s=1.0,
        waiting="client",
        chunks=10,
        piece=10_000,
        every_s=0.1,
    )
    return Level(value, (_probe(), body), window_s=4)


def _downloading(value: int) -> Level:
    body = Flow(
        TRAFFIC,
        "/bytes?size=67108864",
        users=value,
        behaviour="download",
        chunks=1,
        piece=65_536,
        every_s=0.05,
    )
    return Level(value, (_probe(), body), window_s=4)


def _churning(value: int) -> Level:
    hello = Flow(TRAFFIC, "/", users=20, rate_per_s=value, behaviour="connect")
    return Level(value, (hello,), window_s=0.5, repetitions=8, turns=True)


def _overloaded(value: int) -> Level:
    target = "/cpu?rounds=100000"
    return Level(
        value,
        (
            Flow(CEILING, target, users=8, to_s=0.0),
            Flow(TRAFFIC, target, users=400, of_ceiling=value / 100, to_s=5.0),
            Flow(AFTER, target, users=100, of_ceiling=0.5, from_s=5.0, traced=True),
        ),
        window_s=13,
    )


def _idling(value: str, way: Behaviour) -> Level:
    return Level(value, (_probe(), Flow(TRAFFIC, "/", users=500, behaviour=way)), window_s=4)


def _abandoning(value: int) -> Level:
    target = "/stream?chunks=200&interval=0.05&size=128"
    left = Flow(TRAFFIC, target, users=value, behaviour="abandon", waits_s=0.1, chunks=3)
    return Level(value, (_probe(), left), window_s=4)


def _echoing(value: str, chunks: int, rate_per_s: int | None) -> Level:
    echo = Flow(
        TRAFFIC, "/ws/echo", users=50, rate_per_s=rate_per_s, behaviour="websocket", chunks=chunks, piece=64
    )
    return Level(value, (echo,), window_s=3)


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "baseline",
            "What does a request cost when there is nothing to wait for?",
            "At a rate that all can serve throughput says nothing; CPU per request is what differs.",
            "requests/s",
            (_baseline(500),),
        ),
        Scenario(
            "slow-io",
            "How many users that wait 0.1 s for an answer can be served at once?",
            "min(users, slots) / 0.1 s answers a second.",
            "users",
            tuple(_waiting(users) for users in (1, 10, 50, 200)),
        ),
        Scenario(
            "starvation",
            "Does a fast route stay fast while slow requests fill the server?",
            "It waits behind the queue: with S slots and 20 slow users about (20 - S) / S times 0.2 s.",
            "slow users",
            tuple(_starved(users) for users in (0, 20)),
        ),
        Scenario(
            "streaming",
            "Does a stream of ten chunks, 20 ms apart, arrive chunk by chunk?",
            "The first byte at once while there are slots, else after (20 - S) / S times 180 ms; gaps of 20 ms.",
            "users",
            tuple(_streaming(users) for users in (1, 20)),
        ),
        Scenario(
            "blocking",
            "What does one blocking call do to an event loop, and what does a thread pool cure of it?",
            "Blocking, an event loop has one slot: 40 answers a second. Offloaded it has as many as asyncio's "
            "default pool has threads: min(32, cores + 4).",
            "way of waiting",
            (
                _blocked("sleep", "/sleep", "interface"),
                _blocked("blocking", "/sleep/blocking", "blocking"),
                _blocked("offloaded", "/sleep/offloaded", "offloaded"),
            ),
            by_hand="blocking",
        ),
        Scenario(
            "cpu",
            "Who is answered while pure Python work holds the interpreter's lock?",
            "One core for each worker, whatever the threads. Threads let the probe in every 5 ms (the switch "
            "interval), an event loop when the work before it is done.",
            "busy users",
            tuple(_working(users) for users in (1, 4)),
        ),
        Scenario(
            "upload",
            "Do clients that send 100 KB in the course of a second hold up the others?",
            "20 uploads a second everywhere: the kernel takes in what nobody reads yet. But where a slot waits for "
            "the body the probe waits for a slot, up to a second and more.",
            "slow senders",
            (_uploading(20),),
        ),
        Scenario(
            "download",
            "Do readers that take 64 MiB slowly fill the server's memory or its slots?",
            "With back-pressure memory grows by about a piece of 64 KiB for each reader, not by the body.",
            "slow readers",
            (_downloading(10),),
        ),
        Scenario(
            "churn",
            "What does a request cost that comes on a connection of its own?",
            "The CPU of baseline, and that of accepting and closing a connection.",
            "requests/s",
            (_churning(300),),
        ),
        Scenario(
            "overload",
            "What happens at 150 % of what the stack can do, and how soon is it over?",
            "Five seconds at 1.5 times the ceiling leave 2.5 s of work waiting; at half the ceiling they are "
            "gone after 5 s more, if nothing is dropped or lost.",
            "% of the ceiling",
            (_overloaded(150),),
        ),
        Scenario(
            "idle",
            "What does an open connection cost that says nothing, and who is still answered?",
            "Some KiB each on an event loop or a poller; a worker that waits for the request is held by it.",
            "kind of connection",
            (_idling("kept-alive", "idle"), _idling("silent", "silent")),
            by_hand="kept-alive",
        ),
        Scenario(
            "abandon",
            "Does the server survive clients that leave long streams midway, and stop working for them?",
            "The probe is answered, and once everybody has left no CPU is used; a pool has grown to its size.",
            "leaving users",
            (_abandoning(10),),
            aftermath_s=1.0,
        ),
        Scenario(
            "websocket",
            "How fast do messages come back over 50 WebSockets, and how many a second?",
            "Where there are none (WSGI, bridges) the stack cannot. Elsewhere an echo costs less than a request: "
            "nothing is parsed but a frame. Flat out each socket has 100 messages under way, so that the server sets "
            "the pace and not the client.",
            "way of sending",
            (_echoing("paced", 1, 1000), _echoing("flat-out", 100, None)),
            by_hand="paced",
        ),
    )
}
