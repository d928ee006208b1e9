"""Sentences of any run, held to what its figures say."""

import os
import re
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.judge import bootstrap
from lab.judge.answers import Answer, answers
from lab.judge.claims import claims
from lab.judge.comparisons import judge
from lab.judge.estimates import Estimate, find_estimate, trusted
from lab.judge.standings import differing, standings
from records.run import Doubt, Run, StackRecord, Trial
from records.types import LevelValue
from tests.lab import runs
from tests.lab.judge.test_claims import run_of

WSGI = "gunicorn-gthread/wsgi"
OTHERS = (
    "gunicorn-sync/wsgi",
    "uvicorn/asgi",
    "gunicorn-asgi/asgi",
    "uvicorn/wsgi-bridged",
    "uvicorn/wsgi-guarded",
    "gunicorn-gthread/asgi-bridged",
)
CPU, RATE, PROBE = "cpu_us_per_request", "throughput_per_s", "probe_corrected_ms_p50"
WORK = {
    "Work that waits for something else": ("slow-io", RATE),
    "Work that costs little": ("baseline", CPU),
    "Fast routes beside slow ones": ("starvation", PROBE),
    "Clients that are slow": ("upload", PROBE),
}
WAIT_S = {"slow-io": 0.1, "blocking": 0.025}
DOUBTS = (
    Doubt("machine-busy", "busy", "", discards=True),
    Doubt("unstable", "unstable", "", [RATE], discards=True),
    Doubt("unanswered", "late", "", [PROBE], at_least=True),
    Doubt("generator-bound", "late", "", [PROBE], discards=True),
    Doubt("too-few-samples", "few", "", [CPU]),
)


@st.composite
def stacks(draw: st.DrawFn, name: str) -> StackRecord:
    """Draw a stack with any number of workers and threads, which an event loop doesn't mind."""
    workers, threads = draw(st.integers(1, 4)), draw(st.integers(1, 40))
    stack = runs.stack(name, None if name.endswith("/asgi") else workers * threads)
    return msgspec.structs.replace(stack, settings={"workers": f"{workers}", "threads": f"{threads}"})


@st.composite
def trials_of(draw: st.DrawFn, stack: StackRecord, users: int, base: float) -> list[Trial]:
    """Draw trials of a stack in some scenarios."""
    chosen = [place for place in places(users) if draw(st.integers(0, 9))]
    return [draw(trial(stack, place, base)) for place in chosen]


def places(users: int) -> list[tuple[str, LevelValue]]:
    """Return every place of a run: scenario and level."""
    return [("slow-io", users), *((scenario, level) for scenario, level in MEASURED if scenario != "slow-io")]


@st.composite
def trial(draw: st.DrawFn, stack: StackRecord, place: tuple[str, LevelValue], base: float) -> Trial:
    """Draw a trial at a place, with figures that are near what is possible, near other stacks' or far away."""
    scenario, level = place
    figures = {
        name: base * draw(FACTORS) for name in MEASURED[scenario, level if scenario != "slow-io" else 200]
    }
    if scenario in WAIT_S and level != "offloaded":
        most = level if isinstance(level, int) else BLOCKED
        slots = int(stack.settings["workers"]) if scenario == "blocking" else stack.slots or most
        possible = min(most, slots) / WAIT_S[scenario]
        figures |= {"concurrency": float(min(most, slots)), "ceiling_per_s": possible}
        figures |= {RATE: possible * draw(st.sampled_from([1.0, 0.99, 0.6]))} if draw(st.booleans()) else {}
    return Trial(
        stack.name,
        scenario,
        level,
        1,
        draw(st.sampled_from(["ok"] * 9 + ["failed"])),
        figures=figures,
        doubts=draw(st.sampled_from([[]] * 7 + [[doubt] for doubt in DOUBTS])),
        seconds={
            name: [value * draw(st.sampled_from([0.98, 1, 1.02])) for _ in range(3)]
            for name, value in figures.items()
        },
        turns=scenario == "baseline",
    )


FACTORS = st.sampled_from([1.0, 1.01, 1.04, 1.06, 1.2, 3.0, 40.0])
NEARLY_ONE = st.sampled_from([0.98, 1.0, 1.02])
BLOCKED = 20  # users
MEASURED: dict[tuple[str, LevelValue], tuple[str, ...]] = {
    ("slow-io", 200): (RATE,),
    ("baseline", 500): (CPU,),
    ("starvation", 20): (PROBE,),
    ("upload", 20): (PROBE,),
    ("blocking", "blocking"): (RATE, PROBE),
    ("blocking", "offloaded"): (RATE,),
}


@st.composite
def any_run(draw: st.DrawFn) -> Run:
    """Draw a run of some stacks, judged; mostly the baseline is one of them."""
    users = draw(st.sampled_from([200, 50, 10, 1]))
    base = draw(st.sampled_from([1.0, 10.0, 100.0]))
    names = [WSGI] * bool(draw(st.integers(0, 9)))
    names += draw(st.lists(st.sampled_from(OTHERS), min_size=1, max_size=4, unique=True))
    chosen = [draw(stacks(name)) for name in names]
    run = run_of(*(each for stack in chosen for each in draw(trials_of(stack, users, base))))
    run.stacks = chosen
    judge(run)
    return run


@pytest.fixture(scope="module", autouse=True)
def _few_resamples() -> Iterator[None]:
    """Draw intervals from fewer resamples: what is said follows from them, however sharp they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "RESAMPLES", 50)
        yield


def said(run: Run) -> dict[str, Answer]:
    """Return a run's answers by the kind of work."""
    return {answer.work: answer for answer in answers(run)}


def level_of(run: Run, scenario: str) -> LevelValue:
    """Return the last level of a scenario."""
    return next(record.levels[-1].level for record in run.scenarios if record.name == scenario)


def verdicts(run: Run, scenario: str, figure: str) -> Iterator[tuple[str, str]]:
    """Yield each stack that was compared with the baseline on a figure, and the verdict."""
    return ((c.a, c.verdict) for c in run.comparisons if (c.scenario, c.figure) == (scenario, figure))


def who_is_picked_is_beaten_by_nobody_unnamed(run: Run) -> None:
    """A pick's figure holds; who has a better one that doesn't is named as left out."""
    for work, (scenario, figure) in WORK.items():
        answer = said(run).get(work)
        if answer is None or not answer.picks:
            continue
        level, sign = level_of(run, scenario), 1 if run.figure(figure).better == "lower" else -1
        every = {s.name: find_estimate(run, s.name, scenario, level, figure) for s in run.stacks}
        known: dict[str, Estimate] = {name: each for name, each in every.items() if each}
        assert all(known[name].sound for name in answer.picks)
        best = min(sign * known[name].value for name in answer.picks)
        better = {name for name, each in known.items() if each.value and sign * each.value < best}
        assert all(name in answer.says and not known[name].sound for name in better), answer


def slots_are_a_reason_where_all_are_taken_and_users_wait_for_them(run: Run) -> None:
    """A "because" has its cause in the figures, and what would match is more than there is."""
    says = (
        said(run)["Work that waits for something else"].says
        if "Work that waits for something else" in said(run)
        else ""
    )
    reason = re.search(r"which answers [\d,]+ because it has (\d+) (thread|slot)s?\.", says)
    assert ("because" in says) == (reason is not None)
    if reason:
        users = level_of(run, "slow-io")
        rate = trusted(run, WSGI, "slow-io", users, RATE)
        slots = int(reason[1])
        assert isinstance(users, int)
        assert slots < users
        assert rate is not None
        assert abs(rate * WAIT_S["slow-io"] / slots - 1) <= 0.05 + 1e-9
    if match := re.search(r"To match, it would need about ([\d,]+)\.", says):
        assert reason
        assert int(match[1].replace(",", "")) > int(reason[1])


def no_tie_is_told_in_times(run: Run) -> None:
    """What can't be told apart has neither a factor nor a reason, and both are picked."""
    for work, (scenario, figure) in list(WORK.items())[:2]:
        answer = said(run).get(work)
        ties = {name for name, verdict in verdicts(run, scenario, figure) if verdict == "tie"}
        if answer and answer.picks and answer.picks[0] in ties and WSGI in answer.says:
            assert "times" not in answer.says
            assert "because" not in answer.says
            assert "a tie" in answer.says
            assert WSGI in answer.picks
        assert answer is None or not re.search(r"\b1\.0+ times", answer.says)


def a_loop_is_undone_where_a_fast_route_waits_for_what_blocks(run: Run) -> None:
    """Half of a blocking call's time at least, of a stack whose figure holds; a cure is more than there was."""
    answer = said(run).get("Async code that blocks")
    if answer is None:
        return
    name = next(stack.name for stack in run.stacks if f"{stack.name} " in answer.says)
    rate = trusted(run, name, "blocking", "blocking", RATE)
    offloaded = trusted(run, name, "blocking", "offloaded", RATE)
    assert rate is not None
    if "undoes" in answer.says:
        probe = find_estimate(run, name, "blocking", "blocking", PROBE)
        assert probe is not None
        assert not probe.doubted
        assert probe.value >= 12.5
    if "Offloaded" in answer.says:
        assert offloaded is not None
        assert ("no more" in answer.says) == (offloaded <= rate * 1.05)


def a_bridge_costs_what_its_sentence_says(run: Run) -> None:
    """It isn't free where every price that is told so is beyond a tie; no price of a doubted stack is told."""
    answer = said(run).get("An app behind a bridge")
    if answer is None:
        return
    for factor in re.findall(r"([\d.]+) times \(([\d.]+) to ([\d.]+)\)", answer.says):
        ratio, low, high = map(float, factor)
        assert low <= ratio <= high
        assert not low < 1 < high
    free = next(claim for claim in claims(run) if claim.claim == "A bridge is free")
    assert ("isn't free" in answer.says) or free.ruling != "refuted"


def a_reason_is_given_where_stacks_differ(run: Run) -> None:
    """Where all that is known ties there is nothing to explain."""
    words = {(each.scenario, each.word) for row in standings(run).values() for each in row}
    assert differing(standings(run)) == {
        scenario for scenario, word in words if word in {"faster", "slower", "cannot"}
    }


def asgi_is_faster_only_where_each_loop_is(run: Run) -> None:
    """One loop that isn't cheaper than the baseline, and the claim depends."""
    claim = next(claim for claim in claims(run) if claim.claim == "ASGI is faster")
    loops = {stack.name for stack in run.stacks if stack.runs_natively("asgi")}
    if claim.ruling == "confirmed":
        assert {v for name, v in verdicts(run, "baseline", CPU) if name in loops} == {"faster"}


CHECKS = (
    who_is_picked_is_beaten_by_nobody_unnamed,
    slots_are_a_reason_where_all_are_taken_and_users_wait_for_them,
    no_tie_is_told_in_times,
    a_loop_is_undone_where_a_fast_route_waits_for_what_blocks,
    a_bridge_costs_what_its_sentence_says,
    a_reason_is_given_where_stacks_differ,
    asgi_is_faster_only_where_each_loop_is,
)


@given(any_run())
@settings(max_examples=int(os.environ.get("LAB_EXAMPLES", "50")))
def test_every_sentence_says_what_the_figures_say(run: Run) -> None:
    """Of any figures, settings and doubts, with any trials missing; LAB_EXAMPLES says of how many runs."""
    for check in CHECKS:
        check(run)
