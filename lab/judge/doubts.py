"""Reasons not to trust a figure, as rules over what was measured: a row each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Generic, TypeVar

from lab.judge.cases import Case, TrialCase
from lab.judge.figures import TrialFigures, judged_flows
from lab.judge.reading import Reading
from loadtests.scenarios import AFTER, Level
from records.run import Doubt

Part = TypeVar("Part")


@dataclass(frozen=True)
class Rule(Generic[Part]):
    """A doubt's row: when it is raised, what it then says, what to do about it, and the figures it is about.

    Without `figures` it is about all of them. One that `discards` keeps them out of every comparison; where it says
    `at_least` they are lower bounds.
    """

    name: str
    when: Callable[[Part], bool]
    says: Callable[[Part], str]
    advice: str
    figures: Callable[[Part], list[str]] = lambda _: []
    discards: bool = False
    at_least: bool = False

    def doubt(self, part: Part) -> Doubt:
        """Return the doubt that it raises about a part of a trial."""
        figures = self.figures(part)
        return Doubt(self.name, self.says(part), self.advice, figures, self.discards, self.at_least)


def doubts(reading: Reading, level: Level, result: TrialFigures) -> list[Doubt]:
    """Return every doubt that a rule raises, about each flow and about the trial as a whole."""
    trial = TrialCase(reading, result)
    about_flows = [
        doubt
        for flow in judged_flows(level, reading.loaded_s)
        for doubt in _raised(ABOUT_FLOWS, Case(flow, reading, result))
    ]
    return about_flows + _raised(ABOUT_TRIALS, trial)


def _raised(rules: Sequence[Rule[Part]], part: Part) -> list[Doubt]:
    return [rule.doubt(part) for rule in rules if rule.when(part)]


def _counted(errors: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(errors.items()))


def _bounds(case: Case) -> list[str]:
    """Return the percentiles that lie among requests which were never answered, and a recovery that wasn't seen."""
    recovery = {"recovered_s"} & case.result.at_least if case.flow.name == AFTER else set()
    return [*(name for name in case.names("_ms_") if name in case.result.at_least), *recovery]


def _young(case: Case) -> list[str]:
    """Return the latencies of a queue that filled up: who comes early waits less than others will."""
    latencies = [] if case.flow.open_loop else case.names("corrected_ms", "service_ms", "first_byte_ms")
    return [name for name in latencies if name not in case.result.at_least]


def _few(case: Case) -> list[str]:
    """Return the points of which there are too few answers: a high percentile would be the luck of one of them."""
    return [point for point, enough in ENOUGH_FOR.items() if 0 < case.figure("answers") < enough]


def _is_late(case: Case) -> bool:
    """Tell whether what the generator timed is partly its own queue."""
    return case.figure("lag_ms_p99") > max(LAG_LIMIT_MS, LAG_SHARE * case.figure("corrected_ms_p99"))


def _missed_its_rate(case: Case) -> bool:
    """Tell whether an open loop got fewer answers than it was to send, though none was left unanswered.

    An overload is there for more than can be answered.
    """
    if case.flow.of_ceiling is not None or case.result.at_least:
        return False
    window_s = case.flow.lasts_s(case.reading.loaded_s)
    edge = (case.flow.users + 1) / window_s if case.figure("censored") else 1 / window_s
    offered = case.figure("offered_per_s")
    return bool(offered) and case.figure("throughput_per_s") + edge < ACHIEVED * offered


def _spread(case: Case) -> float:
    """Return by how much answers differ from second to second, 0 where that is counting or the rate is to change."""
    counts = case.second_counts
    if case.flow.of_ceiling is not None or len(counts) < ENOUGH_SECONDS or mean(counts) < ENOUGH_A_SECOND:
        return 0.0
    return stdev(counts) / mean(counts)


def _breaks_littles_law(case: Case) -> bool:
    """Tell whether users, throughput and time don't fit each other: then one of them was measured wrong."""
    share = case.figure("little_share")
    enough = case.figure("answers") >= ENOUGH_ROUNDS * case.flow.users
    return bool(share) and enough and not case.result.at_least and abs(share - 1) > LITTLE_TOLERANCE


def _held(case: Case) -> float:
    return case.figure("held") or case.result.figures.get("held", 0.0)


def _load_workers_lost(trial: TrialCase) -> str:
    reading = trial.reading
    whole = f" of {len(reading.workers) + reading.lost}" if reading.workers else ""
    return f"{reading.lost}{whole} load workers were lost before they had told their part"


def _is_broken(trial: TrialCase) -> bool:
    """Tell whether with everybody gone the server answers nobody."""
    aftermath = trial.reading.aftermath
    return aftermath is not None and aftermath.answered_ms is None


def _seconds_after(trial: TrialCase) -> float:
    return trial.reading.aftermath.seconds if trial.reading.aftermath else 0.0


def _timed(trial: TrialCase) -> list[str]:
    return sorted(name for name in trial.result.figures if "corrected_ms" in name or "service_ms" in name)


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
MORE_GENERATOR = "lower the rate, or give it more processes or a quieter machine"

ABOUT_FLOWS: tuple[Rule[Case], ...] = (
    Rule(
        "errors",  # what the others took doesn't tell what users get
        when=lambda case: bool(case.record.errors),
        says=lambda case: f"of the {case.flow.name} requests {_counted(case.record.errors)}",
        advice="read the server's log before any other figure",
        discards=True,
    ),
    Rule(
        "no-answers",  # there is no CPU per request to speak of
        when=lambda case: case.flow.ends and not case.figure("answers"),
        says=lambda case: f"no {case.flow.name} request was answered in the window",
        advice="the stack is blocked for longer than the window; measure longer to see how long",
        discards=True,
    ),
    Rule(
        "unanswered",
        when=lambda case: bool(_bounds(case)),
        says=lambda case: (
            f"{case.figure('censored'):.0f} {case.flow.name} requests had no answer when the window closed"
        ),
        advice="read these figures as lower bounds",
        figures=_bounds,
        at_least=True,
    ),
    Rule(
        "unsettled",
        when=lambda case: bool(_young(case) and not case.reading.target.settled and case.figure("answers")),
        says=lambda _: "not every user had been answered once when the window opened",
        advice="read throughput, not latencies; they would take a longer warm-up",
        figures=_young,
        discards=True,
    ),
    Rule(
        "generator-bound",
        when=_is_late,
        says=lambda case: f"the generator was {case.figure('lag_ms_p99'):.1f} ms late at p99",
        advice=MORE_GENERATOR,
        figures=lambda case: case.names("corrected_ms", "service_ms"),
        discards=True,
    ),
    Rule(
        "rate-missed",
        when=_missed_its_rate,
        says=lambda case: (
            f"{case.figure('throughput_per_s'):.0f} a second of {case.figure('offered_per_s'):.0f} were achieved"
        ),
        advice="the load is not the one that was asked for; lower the rate",
        discards=True,
    ),
    Rule(
        "unstable",
        when=lambda case: _spread(case) > STEADY,
        says=lambda case: f"answers a second differ by {_spread(case):.0%}",
        advice="measure longer, or look for what comes and goes",
        figures=lambda case: case.names("throughput_per_s"),
        discards=True,
    ),
    Rule(
        "littles-law",
        when=_breaks_littles_law,
        says=lambda case: (
            f"throughput times mean time is {case.figure('little_share'):.0%} of the {case.flow.users} users"
        ),
        advice="the load was not steady: measure longer",
        figures=lambda case: case.names("throughput_per_s", "service_ms", "corrected_ms"),
    ),
    Rule(
        "connection-churn",  # a request pays for a new connection
        when=lambda case: case.flow.behaviour != "connect" and case.figure("closed_share") > MOST,
        says=lambda case: (
            f"{case.figure('closed_share'):.0%} of the {case.flow.name} answers closed their connection"
        ),
        advice="there is no keep-alive: the figures hold the cost of connecting",
        figures=lambda _: ["cpu_us_per_request"],
    ),
    Rule(
        "too-few-samples",
        when=lambda case: bool(_few(case)),
        says=lambda case: (
            f"{case.figure('answers'):.0f} {case.flow.name} answers are few for {' and '.join(_few(case))}"
        ),
        advice="trust the median; measure longer for the tail",
        figures=lambda case: case.names(*(f"_ms_{point}" for point in _few(case))),
    ),
    Rule(
        "ceiling-reached",  # the row shows slots and waiting, not speed
        when=lambda case: not case.flow.open_loop and case.figure("ceiling_share") >= NEAR_CEILING,
        says=lambda case: (
            f"{case.figure('ceiling_share'):.0%} of the {case.figure('ceiling_per_s'):.0f} a second that are possible"
        ),
        advice="it measures the arithmetic of slots and waiting; compare cpu_us_per_request for speed",
        figures=lambda case: case.names("throughput_per_s"),
    ),
    Rule(
        "connections-closed",
        when=lambda case: case.flow.behaviour in {"idle", "silent"} and _held(case) < case.flow.users,
        says=lambda case: f"{_held(case):.0f} of {case.flow.users} idle connections stood open at the end",
        advice="the server doesn't keep them: nothing to say of memory for each",
        figures=lambda _: ["memory_kib_per_connection"],
    ),
)

ABOUT_TRIALS: tuple[Rule[TrialCase], ...] = (
    Rule(
        "worker-lost",  # nobody knows what it sent
        when=lambda trial: bool(trial.reading.lost),
        says=_load_workers_lost,
        advice="the load is not the one that was asked for; see why that worker ended, and measure again",
        discards=True,
    ),
    Rule(
        "generator-bound",
        when=lambda trial: trial.figure("generator_cores_max") > BUSY_GENERATOR,
        says=lambda trial: (
            f"the generator used {trial.figure('generator_cores_max'):.0%} of a core in its busiest second"
        ),
        advice=MORE_GENERATOR,
        figures=_timed,
        discards=True,
    ),
    Rule(
        "machine-busy",
        when=lambda trial: trial.figure("background_cores") > BUSY_MACHINE,
        says=lambda trial: f"everything else used {trial.figure('background_cores'):.0%} of a core",
        advice="close what else runs and measure again",
        discards=True,
    ),
    Rule(
        "stopped-answering",  # the load broke the server
        when=_is_broken,
        says=lambda trial: (
            f"{_seconds_after(trial):.1f} s after everybody had left a request was not answered"
        ),
        advice="a finding about the stack, not about the measurement: it needs a restart after such clients",
    ),
    Rule(
        "work-left-behind",
        when=lambda trial: trial.figure("idle_cores") > IDLE,
        says=lambda trial: (
            f"once everybody had left the server still used {trial.figure('idle_cores'):.1%} of a core"
        ),
        advice="a finding about the stack: it isn't told, or doesn't mind, that its clients are gone",
        figures=lambda _: ["idle_cores"],
    ),
)
