"""Reasons not to trust a figure, as rules over what was measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import mean, stdev

from lab.judge.figures import PREFIXES, SAME_SECOND, Figured, judged, prefix
from lab.judge.reading import Reading
from loadtests.scenarios import AFTER, Flow, Level
from records.run import Doubt

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
IDLE = 0.02  # of a core: more than heartbeats
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
        others = tuple(start for start in PREFIXES.values() if start != prefix(self.flow))
        own = [
            n for n in self.figured.figures if n.startswith(prefix(self.flow)) and not n.startswith(others)
        ]
        return sorted(n for n in own if any(part in n for part in parts))


def doubts(reading: Reading, level: Level, figured: Figured) -> list[Doubt]:
    """Return every doubt that a rule raises, about each flow and about the trial as a whole."""
    cases = [Case(flow, reading, figured) for flow in judged(level, reading.loaded_s)]
    about_flows = [doubt for case in cases for rule in RULES for doubt in rule(case)]
    return about_flows + [doubt for rule in TRIAL_RULES for doubt in rule(reading, figured)]


def errors(case: Case) -> Iterator[Doubt]:
    """Requests failed: what the others took doesn't tell what users get."""
    kinds = case.reading.flows[case.flow.name].errors
    if kinds:
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        yield Doubt(
            "errors",
            f"of the {case.flow.name} requests {counts}",
            "read the server's log before any other figure",
            discards=True,
        )


def unanswered(case: Case) -> Iterator[Doubt]:
    """A percentile lies among requests that were never answered."""
    bounds = [name for name in case.names("_ms_") if name in case.figured.at_least]
    bounds += sorted({"recovered_s"} & case.figured.at_least) if case.flow.name == AFTER else []
    if bounds:
        yield Doubt(
            "unanswered",
            f"{case.figure('censored'):.0f} {case.flow.name} requests had no answer when the window closed",
            "read these figures as lower bounds",
            bounds,
            at_least=True,
        )


def unsettled(case: Case) -> Iterator[Doubt]:
    """The queue hadn't filled up when the window opened: who came early waited less than others will."""
    young = case.names("corrected_ms", "service_ms", "first_byte_ms") if not case.flow.open_loop else []
    young = [name for name in young if name not in case.figured.at_least]
    if young and not case.reading.target.settled and case.figure("answers"):
        yield Doubt(
            "unsettled",
            "not every user had been answered once when the window opened",
            "read throughput, not latencies; they would take a longer warm-up",
            young,
            discards=True,
        )


def no_answers(case: Case) -> Iterator[Doubt]:
    """Nothing was answered: there is no CPU per request to speak of."""
    if case.flow.ends and not case.figure("answers"):
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
    if not case.flow.open_loop and case.figure("ceiling_share") >= NEAR_CEILING:
        share, ceiling = case.figure("ceiling_share"), case.figure("ceiling_per_s")
        yield Doubt(
            "ceiling-reached",
            f"{share:.0%} of the {ceiling:.0f} a second that are possible",
            "it measures the arithmetic of slots and waiting; compare cpu_us_per_request for speed",
            case.names("throughput_per_s"),
        )


def generator_late(case: Case) -> Iterator[Doubt]:
    """The generator was late: what it timed is partly its own queue."""
    lag, corrected = case.figure("lag_ms_p99"), case.figure("corrected_ms_p99")
    if lag > max(LAG_LIMIT_MS, LAG_SHARE * corrected):
        yield Doubt(
            "generator-bound",
            f"the generator was {lag:.1f} ms late at p99",
            MORE_GENERATOR,
            case.names("corrected_ms", "service_ms"),
            discards=True,
        )


def rate_missed(case: Case) -> Iterator[Doubt]:
    """An open loop got fewer answers than it was to send, though none was left unanswered."""
    if case.flow.of_ceiling is not None:  # more than can be answered is what it is for
        return
    offered, achieved = case.figure("offered_per_s"), case.figure("throughput_per_s")
    window_s = case.flow.lasts_s(case.reading.loaded_s)
    edge = (case.flow.users + 1) / window_s if case.figure("censored") else 1 / window_s
    if offered and achieved + edge < ACHIEVED * offered and not case.figured.at_least:
        yield Doubt(
            "rate-missed",
            f"{achieved:.0f} a second of {offered:.0f} were achieved",
            "the load is not the one that was asked for; lower the rate",
            discards=True,
        )


def connection_churn(case: Case) -> Iterator[Doubt]:
    """The server closes connections, so a request pays for a new one."""
    if case.flow.behaviour != "connect" and case.figure("closed_share") > MOST:
        yield Doubt(
            "connection-churn",
            f"{case.figure('closed_share'):.0%} of the {case.flow.name} answers closed their connection",
            "there is no keep-alive: the figures hold the cost of connecting",
            ["cpu_us_per_request"],
        )


def unstable(case: Case) -> Iterator[Doubt]:
    """Throughput differed from second to second by more than counting does."""
    if case.flow.of_ceiling is not None:  # its rate is meant to change
        return
    counts = [second.answers for second in case.reading.flows[case.flow.name].seconds]
    whole = counts[: int(case.reading.window_s + SAME_SECOND)]
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


def connections_closed(case: Case) -> Iterator[Doubt]:
    """Connections that were to stand idle were closed by the server."""
    held = case.figure("held") or case.figured.figures.get("held", 0.0)
    if case.flow.behaviour in {"idle", "silent"} and held < case.flow.users:
        yield Doubt(
            "connections-closed",
            f"{held:.0f} of {case.flow.users} idle connections stood open at the end",
            "the server doesn't keep them: nothing to say of memory for each",
            ["memory_kib_per_connection"],
        )


def generator_busy(_: Reading, figured: Figured) -> Iterator[Doubt]:
    """The generator was out of breath in some second of the window."""
    cores = figured.figures["generator_cores_max"]
    if cores > BUSY_GENERATOR:
        yield Doubt(
            "generator-bound",
            f"the generator used {cores:.0%} of a core in its busiest second",
            MORE_GENERATOR,
            sorted(name for name in figured.figures if "corrected_ms" in name or "service_ms" in name),
            discards=True,
        )


def worker_lost(reading: Reading, _: Figured) -> Iterator[Doubt]:
    """A process of the load generator has no part in the record: neither has what it sent."""
    if reading.lost:
        whole = len(reading.workers) + reading.lost if reading.workers else 0
        yield Doubt(
            "worker-lost",
            f"{reading.lost}{f' of {whole}' if whole else ''} load workers were lost before they had told their part",
            "the load is not the one that was asked for; see why that worker ended, and measure again",
            discards=True,
        )


def machine_busy(_: Reading, figured: Figured) -> Iterator[Doubt]:
    """Something else used the machine in the window."""
    cores = figured.figures.get("background_cores", 0.0)
    if cores > BUSY_MACHINE:
        yield Doubt(
            "machine-busy",
            f"everything else used {cores:.0%} of a core",
            "close what else runs and measure again",
            discards=True,
        )


def stopped_answering(reading: Reading, _: Figured) -> Iterator[Doubt]:
    """The load broke the server: with everybody gone it answers nobody."""
    left = reading.aftermath
    if left and left.answered_ms is None:
        yield Doubt(
            "stopped-answering",
            f"{left.seconds:.1f} s after everybody had left a request was not answered",
            "a finding about the stack, not about the measurement: it needs a restart after such clients",
        )


def work_left_behind(_: Reading, figured: Figured) -> Iterator[Doubt]:
    """The server still works for clients that have left."""
    cores = figured.figures.get("idle_cores", 0.0)
    if cores > IDLE:
        yield Doubt(
            "work-left-behind",
            f"once everybody had left the server still used {cores:.1%} of a core",
            "a finding about the stack: it isn't told, or doesn't mind, that its clients are gone",
            ["idle_cores"],
        )


MORE_GENERATOR = "lower the rate, or give it more processes or a quieter machine"

Rule = Callable[[Case], Iterator[Doubt]]
TrialRule = Callable[[Reading, Figured], Iterator[Doubt]]

RULES: tuple[Rule, ...] = (
    errors,
    no_answers,
    unanswered,
    unsettled,
    generator_late,
    rate_missed,
    unstable,
    against_littles_law,
    connection_churn,
    too_few_samples,
    ceiling_reached,
    connections_closed,
)

TRIAL_RULES: tuple[TrialRule, ...] = (
    worker_lost,
    generator_busy,
    machine_busy,
    stopped_answering,
    work_left_behind,
)
