"""What each scenario sends, how, and which question that answers: plain data, importable without locust."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Flow:
    """One kind of request, sent by a number of users.

    A closed loop (`rate_per_s` is None): each user sends again as soon as it has its answer. An open loop: the
    users share an absolute schedule of `rate_per_s` requests a second, whether answers come or not.
    `waits_s` is how long the app waits for one answer, `chunks` how many it streams (0: read as a whole).
    """

    name: str
    target: str
    users: int
    rate_per_s: float | None = None
    waits_s: float = 0.0
    chunks: int = 0


@dataclass(frozen=True)
class Level:
    """One strength of a scenario's load, measured `repetitions` times for `window_s` seconds in quick."""

    value: int
    flows: tuple[Flow, ...]
    window_s: float
    repetitions: int = 1

    @property
    def users(self) -> int:
        """How many users all flows have together."""
        return sum(flow.users for flow in self.flows)


@dataclass(frozen=True)
class Scenario:
    """A load with a question; `unit` says what the levels count."""

    name: str
    question: str
    unit: str
    levels: tuple[Level, ...]

    def level(self, value: int) -> Level:
        """Return the level of that value, or raise KeyError."""
        return {level.value: level for level in self.levels}[value]


TRAFFIC = "traffic"
PROBE = "probe"


def _steady(value: int) -> Level:
    hello = Flow(TRAFFIC, "/", users=value // 10, rate_per_s=value)
    return Level(value, (hello,), window_s=2, repetitions=3)


def _waiting(value: int) -> Level:
    sleep = Flow(TRAFFIC, "/sleep?seconds=0.1", users=value, waits_s=0.1)
    return Level(value, (sleep,), window_s=3 if value >= 50 else 2)  # noqa: PLR2004 - many users, many samples


def _probed(value: int) -> Level:
    probe = Flow(PROBE, "/", users=20, rate_per_s=20)
    slow = Flow(TRAFFIC, "/sleep?seconds=0.5", users=value, waits_s=0.5)
    return Level(value, (probe, slow), window_s=4) if value else Level(value, (probe,), window_s=2)


def _streaming(value: int) -> Level:
    target = "/stream?chunks=10&interval=0.05&size=128"
    stream = Flow(TRAFFIC, target, users=value, waits_s=9 * 0.05, chunks=10)
    return Level(value, (stream,), window_s=3)


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "baseline",
            "What does a request cost when there is nothing to wait for?",
            "requests/s",
            (_steady(500),),
        ),
        Scenario(
            "slow-io",
            "How many users that wait 0.1 s for an answer can be served at once?",
            "users",
            tuple(_waiting(users) for users in (1, 10, 50, 200)),
        ),
        Scenario(
            "starvation",
            "Does a fast route stay fast while slow requests fill the server?",
            "slow users",
            tuple(_probed(users) for users in (0, 30)),
        ),
        Scenario(
            "streaming",
            "Does a stream of ten chunks, 50 ms apart, arrive chunk by chunk?",
            "users",
            tuple(_streaming(users) for users in (1, 20)),
        ),
    )
}

CALIBRATIONS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "known-fixed",
            "Is an answer that takes 50 ms read as 50 ms?",
            "requests/s",
            (Level(100, (Flow(TRAFFIC, "/fixed", users=20, rate_per_s=100),), window_s=5),),
        ),
        Scenario(
            "known-bimodal",
            "Are 10 ms, and 100 ms for one in five, told apart?",
            "requests/s",
            (Level(100, (Flow(TRAFFIC, "/bimodal", users=40, rate_per_s=100),), window_s=5),),
        ),
        Scenario(
            "known-frozen",
            "Does a server frozen for 1 s in every 5 show in the corrected time?",
            "requests/s",
            (Level(40, (Flow(TRAFFIC, "/frozen", users=10, rate_per_s=40),), window_s=15),),
        ),
        Scenario(
            "known-gaps",
            "Are chunks that are 20 ms apart seen 20 ms apart?",
            "users",
            (Level(5, (Flow(TRAFFIC, "/gaps", users=5, waits_s=0.98, chunks=50),), window_s=5),),
        ),
    )
}
