"""Reasons not to trust a figure, as rules over what was measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import mean, stdev

from lab.judge.figures import Figured, prefix
from lab.judge.reading import Reading
from lab.run import Doubt
from loadtests.scenarios import Flow, Level

NEAR_CEILING = 0.9
ENOUGH_FOR = {"p90": 50, "p99": 500}  # five answers beyond the percentile
LAG_LIMIT_MS = 2.0
LAG_SHARE = 0.05
BUSY_GENERATOR = 0.7  # of a core
BUSY_MACHINE = 0.15  # of a core
ACHIEVED = 0.99
STEADY = 0.1
ENOUGH_SECONDS = 3
ENOUGH_A_SECOND = 50
MOST = 0.5
LITTLE_TOLERANCE = 0.1
ENOUGH_ROUNDS = 10  # answers for each user: the edges of the window then matter little


@dataclass(frozen=True)
class Case:
    """What the rules look at: one flow of one trial."""

    flow: Flow
    reading: Reading
    figured: Figured

    def figure(self, name: str) -> float:
        """Return a figure of this flow, 0 where there is none."""
        return self.figured.figures.get(prefix(self.flow) + name, 0.0)

    def names(self, *parts: str) -> list[str]:
        """Return this flow's figures whose name holds one of the parts."""
        own = [n for n in self.figured.figures if n.startswith("probe_") == bool(prefix(self.flow))]
        return sorted(n for n in own if any(part in n for part in parts))


Rule = Callable[[Case], Iterator[Doubt]]


def doubts(reading: Reading, level: Level, figured: Figured) -> list[Doubt]:
    """Return every doubt that a rule raises."""
    cases = [Case(flow, reading, figured) for flow in level.flows]
    return [doubt for case in cases for rule in RULES for doubt in rule(case)]


def errors(case: Case) -> Iterator[Doubt]:
    """Requests failed: what the others took doesn't tell what users get."""
    kinds = case.reading.load.flows[case.flow.name].errors
    if kinds:
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        yield Doubt(
            "errors",
            f"of the {case.flow.name} requests {told}",
            "read the server's log before any other figure",
            discards=True,
        )


def unanswered(case: Case) -> Iterator[Doubt]:
    """A percentile lies among requests that were never answered."""
    bounds = [name for name in case.names("_ms_") if name in case.figured.at_least]
    if bounds:
        yield Doubt(
            "unanswered",
            f"{case.figure('censored'):.0f} {case.flow.name} requests had no answer when the window closed",
            "read these figures as lower bounds",
            bounds,
        )


def no_answers(case: Case) -> Iterator[Doubt]:
    """Nothing was answered: there is no CPU per request to speak of."""
    if not case.figure("answers"):
        yield Doubt(
            "no-answers",
            f"no {case.flow.name} request was answered in the window",
            "the stack is blocked for longer than the window; measure longer to see how long",
            discards=True,
        )


def too_few_samples(case: Case) -> Iterator[Doubt]:
    """A high percentile of few answers is the luck of one of them."""
    answers = case.figure("answers")
    few = [point for point, enough in ENOUGH_FOR.items() if 0 < answers < enough]
    if few:
        yield Doubt(
            "too-few-samples",
            f"{answers:.0f} {case.flow.name} answers are few for {' and '.join(few)}",
            "trust the median; measure longer for the tail",
            case.names(*(f"_ms_{point}" for point in few)),
        )


def ceiling_reached(case: Case) -> Iterator[Doubt]:
    """Measured about what is possible: the row shows slots and waiting, not speed."""
    if case.flow.rate_per_s is None and case.figure("ceiling_share") >= NEAR_CEILING:
        share, ceiling = case.figure("ceiling_share"), case.figure("ceiling_per_s")
        yield Doubt(
            "ceiling-reached",
            f"{share:.0%} of the {ceiling:.0f} a second that are possible",
            "it measures the arithmetic of slots and waiting; compare cpu_us_per_request for speed",
            case.names("throughput_per_s"),
        )


def generator_bound(case: Case) -> Iterator[Doubt]:
    """The generator was late or out of breath: what it timed is partly its own queue."""
    lag, corrected = case.figure("lag_ms_p99"), case.figure("corrected_ms_p99")
    cores = case.figured.figures.get("generator_cores", 0.0)
    told = []
    if lag > max(LAG_LIMIT_MS, LAG_SHARE * corrected):
        told.append(f"the generator was {lag:.1f} ms late at p99")
    if cores > BUSY_GENERATOR:
        told.append(f"the generator used {cores:.0%} of a core")
    if told:
        yield Doubt(
            "generator-bound",
            " and ".join(told),
            "lower the rate, or give it more processes or a quieter machine",
            case.names("corrected_ms", "service_ms"),
            discards=True,
        )


def rate_missed(case: Case) -> Iterator[Doubt]:
    """An open loop got fewer answers than it was to send, though none was left unanswered."""
    offered, came = case.figure("offered_per_s"), case.figure("throughput_per_s")
    window_s = case.reading.load.window_s
    edge = (case.flow.users + 1) / window_s if case.figure("censored") else 1 / window_s
    if offered and came + edge < ACHIEVED * offered and not case.figured.at_least:
        yield Doubt(
            "rate-missed",
            f"{came:.0f} a second of {offered:.0f} were achieved",
            "the load is not the one that was asked for; lower the rate",
            discards=True,
        )


def machine_busy(case: Case) -> Iterator[Doubt]:
    """Something else used the machine in the window."""
    cores = case.figured.figures.get("background_cores", 0.0)
    if cores > BUSY_MACHINE:
        yield Doubt(
            "machine-busy",
            f"everything else used {cores:.0%} of a core",
            "close what else runs and measure again",
            discards=True,
        )


def connection_churn(case: Case) -> Iterator[Doubt]:
    """The server closes connections, so a request pays for a new one."""
    if case.figure("closed_share") > MOST:
        yield Doubt(
            "connection-churn",
            f"{case.figure('closed_share'):.0%} of the {case.flow.name} answers closed their connection",
            "there is no keep-alive: the figures hold the cost of connecting",
            ["cpu_us_per_request"],
        )


def unstable(case: Case) -> Iterator[Doubt]:
    """Throughput differed from second to second by more than counting does."""
    counts = [second.answers for second in case.reading.load.flows[case.flow.name].seconds]
    whole = counts[: int(case.reading.load.window_s)]
    if len(whole) < ENOUGH_SECONDS or mean(whole) < ENOUGH_A_SECOND:
        return
    spread = stdev(whole) / mean(whole)
    if spread > STEADY:
        yield Doubt(
            "unstable",
            f"answers a second differ by {spread:.0%}",
            "measure longer, or look for what comes and goes",
            case.names("throughput_per_s"),
            discards=True,
        )


def against_littles_law(case: Case) -> Iterator[Doubt]:
    """Users, throughput and time don't fit each other: one of them was measured wrong."""
    share = case.figure("little_share")
    if share and not case.figured.at_least and abs(share - 1) > LITTLE_TOLERANCE:
        if case.figure("answers") < ENOUGH_ROUNDS * case.flow.users:
            return
        yield Doubt(
            "littles-law",
            f"throughput times mean time is {share:.0%} of the {case.flow.users} users",
            "the load was not steady: measure longer",
            case.names("throughput_per_s", "service_ms", "corrected_ms"),
        )


RULES: tuple[Rule, ...] = (
    errors,
    no_answers,
    unanswered,
    generator_bound,
    rate_missed,
    machine_busy,
    unstable,
    against_littles_law,
    connection_churn,
    too_few_samples,
    ceiling_reached,
)
