"""Reasons not to trust a figure, as rules over what was measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.judge.figures import Figured, prefix
from lab.judge.reading import Reading
from lab.run import Doubt
from loadtests.scenarios import Flow, Level

NEAR_CEILING = 0.9
ENOUGH_FOR = {"p90": 50, "p99": 500}  # five answers beyond the percentile
LAG_LIMIT_MS = 2.0
LAG_SHARE = 0.05


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
    """The generator itself was late: what it timed is partly its own queue."""
    lag, corrected = case.figure("lag_ms_p99"), case.figure("corrected_ms_p99")
    if lag > max(LAG_LIMIT_MS, LAG_SHARE * corrected):
        yield Doubt(
            "generator-bound",
            f"the generator was {lag:.1f} ms late at p99",
            "lower the rate, or give it more processes or a quieter machine",
            case.names("corrected_ms", "service_ms"),
        )


RULES: tuple[Rule, ...] = (
    errors,
    no_answers,
    unanswered,
    generator_bound,
    too_few_samples,
    ceiling_reached,
)
