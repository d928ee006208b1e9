"""A load by hand as a run, from made-up records."""

from collections.abc import Mapping

import msgspec
import pytest

from lab.measure import dashboard_run
from lab.measure.dashboard_run import LIVE, run_of
from lab.saved_runs import json_schema
from lab.servers import Settings
from lab.stacks import find
from lab.tell.charts.scenario_charts import pictures
from lab.tell.run import html, terminal
from loadtests.dashboard.manual_flows import kinds_of_work
from records.dashboard import RecordedLoad, UsageSample
from records.load import FlowReading, TargetReading
from records.run import Run
from records.usage import StackUsage, UsageReport
from tests.lab import runs

LOOP, SYNC, BRIDGED = "uvicorn/asgi", "gunicorn-sync/wsgi", "uvicorn/wsgi-bridged"
SLOW = runs.flow({"service": [200.0] * 20, "corrected": [200.0] * 20})
STUCK = runs.flow(
    {"service": [200.0] * 5, "corrected": [900.0] * 5}, {"service": [4000.0], "corrected": [4000.0] * 15}
)
PROBE = runs.flow({"service": [1.0] * 40, "corrected": [1.0] * 40})
BOTH = {"traffic": SLOW, "probe": PROBE}
BEGAN = 1_767_323_045.0  # 2026-01-02T03:04:05 UTC


def used(at: float, cpu_s: float, *stacks: str) -> UsageSample:
    """Return what the agent told at a moment: each stack has used so much."""
    render = {name: StackUsage({7: cpu_s}, runs.BEFORE, alive=True) for name in stacks}
    return UsageSample(UsageReport(at, "here", 3 * cpu_s, 0.0, render), cpu_s)


def played(
    targets: Mapping[str, Mapping[str, FlowReading]],
    users: Mapping[str, int] | None = None,
    looks: list[UsageSample] | None = None,
    scenario: str = "starvation",
) -> RecordedLoad:
    """Return the record of a load of four seconds, in which each stack used half a core."""
    stacks = tuple(targets)
    return RecordedLoad(
        scenario=scenario,
        began_at=100.0,
        closed_at=104.0,
        probes_per_s=10.0,
        users=dict(users or dict.fromkeys(stacks, 20)),
        targets={name: TargetReading(dict(flows)) for name, flows in targets.items()},
        usage=[used(100.0 + n, n / 2, *stacks) for n in range(5)] if looks is None else looks,
    )


def made(record: RecordedLoad) -> Run:
    """Return the run of a record."""
    stacks = [find(name) for name in record.targets]
    return run_of(record, stacks, Settings(), {"python": "CPython 3.11"}, BEGAN)


def test_every_trial_is_doubted_as_a_whole() -> None:
    """No figure of a load by hand may be compared."""
    run = made(played({LOOP: BOTH, SYNC: BOTH}))
    assert [LIVE in trial.doubts for trial in run.trials] == [True, True]
    assert (LIVE.discards, LIVE.figures, run.comparisons) == (True, [], [])


def test_it_fits_the_schema() -> None:
    """It has the shape of every other run, and is read back as it was."""
    run = made(played({LOOP: BOTH, SYNC: {"traffic": STUCK, "probe": PROBE}}))
    json_schema.check(run)
    assert msgspec.json.decode(msgspec.json.encode(run), type=Run) == run


def test_it_is_named_after_its_beginning() -> None:
    """Its id says that it was live, and when; it lasted as long as the load."""
    record = made(played({LOOP: BOTH})).run
    assert record.id == "live-2026-01-02T03-04-05"
    assert (record.started, record.finished) == ("2026-01-02T03:04:05+00:00", "2026-01-02T03:04:09+00:00")
    assert (record.seconds_measuring, record.profile) == (4.0, "live")


def test_figures_are_measured_over_the_load() -> None:
    """Twenty answers in four seconds, half a core."""
    (trial,) = made(played({LOOP: BOTH})).trials
    assert trial.figures["throughput_per_s"] == pytest.approx(5.0)
    assert trial.figures["cpu_cores"] == pytest.approx(0.5)


def test_users_are_those_there_were() -> None:
    """The ceiling is that of the users who came, not of the scenario's."""
    (trial,) = made(played({LOOP: BOTH}, users={LOOP: 3})).trials
    assert trial.figures["ceiling_per_s"] == pytest.approx(3 / 0.2)


def test_ceiling_is_that_of_the_slots() -> None:
    """Twenty users of a server with one place have five answers a second."""
    (trial,) = made(played({SYNC: BOTH})).trials
    assert trial.figures["ceiling_per_s"] == pytest.approx(5.0)


def test_what_has_no_answer_counts_with_its_age() -> None:
    """A stack that answers few has the latency of those who wait."""
    (trial,) = made(played({SYNC: {"traffic": STUCK, "probe": PROBE}})).trials
    assert trial.figures["corrected_ms_p50"] >= 900


def test_stack_that_nobody_asked_has_no_trial() -> None:
    """An unchecked stack is in the run's stacks, but nothing was measured of it."""
    run = made(played({LOOP: BOTH, SYNC: {}}, users={LOOP: 20, SYNC: 0}))
    assert [stack.name for stack in run.stacks] == [LOOP, SYNC]
    assert [trial.stack for trial in run.trials] == [LOOP]


def test_traffic_without_a_probe_is_told() -> None:
    """Who unchecked the probes still gets what the traffic brought."""
    (trial,) = made(played({LOOP: {"traffic": SLOW}})).trials
    assert "throughput_per_s" in trial.figures
    assert not [name for name in trial.figures if name.startswith("probe_")]


def test_probe_without_traffic_is_told() -> None:
    """Who unchecked the traffic still sees the fast route."""
    (trial,) = made(played({LOOP: {"probe": PROBE}}, users={LOOP: 0})).trials
    assert trial.figures["probe_corrected_ms_p50"] == pytest.approx(1.0, rel=0.01)


def test_requests_of_buttons_change_nothing_but_the_share_of_cpu() -> None:
    """A guest's blocking request is no flow of the scenario, but it was an answer that took its part of the CPU."""
    guests = {**BOTH, "blocking": runs.flow({"service": [2000.0], "corrected": [2000.0]})}
    (trial,), (alone,) = (made(played({LOOP: flows})).trials for flows in (guests, BOTH))
    assert {name for name in alone.figures if trial.figures[name] != alone.figures[name]} == {
        "cpu_us_per_request"
    }
    assert set(trial.figures) == set(alone.figures)


@pytest.mark.parametrize("looks", [[], [used(100.0, 0.0, LOOP)]], ids=["none", "one"])
def test_load_without_two_looks_has_no_trial(looks: list[UsageSample]) -> None:
    """Usage lies between two looks: a load that was stopped at once has none."""
    run = made(played({LOOP: BOTH}, looks=looks))
    json_schema.check(run)
    assert run.trials == []


def test_stack_that_was_away_keeps_the_looks_it_has() -> None:
    """A look in which the agent didn't tell of a stack is left out."""
    looks = [used(100.0, 0.0, LOOP), used(101.0, 1.0), used(102.0, 1.0, LOOP)]
    reading = dashboard_run.reading_of(played({LOOP: BOTH}, looks=looks), LOOP)
    assert reading is not None
    assert [(usage.at, usage.server) for usage in reading.usage] == [(2.0, 1.0)]


def test_restarted_server_takes_nothing_back() -> None:
    """The new process counts from zero, and the old one's seconds stay used."""
    before, after = used(100.0, 5.0, LOOP), used(101.0, 0.0, LOOP)
    after.report.stacks[LOOP] = StackUsage({8: 0.25}, runs.BEFORE, alive=True)
    assert dashboard_run.used_between(before, after, LOOP).server == 0.25


@pytest.mark.parametrize(
    ("stacks", "baseline"),
    [
        ((LOOP, "gunicorn-gthread/wsgi"), "gunicorn-gthread/wsgi"),
        ((LOOP, SYNC), LOOP),
    ],
)
def test_baseline_is_the_labs_or_the_first(stacks: tuple[str, ...], baseline: str) -> None:
    """What others are put beside is there in every run."""
    assert made(played(dict.fromkeys(stacks, BOTH))).baseline == baseline


@pytest.mark.parametrize("scenario", kinds_of_work())
def test_it_is_told_like_any_run(scenario: str) -> None:
    """Report and tables are made of it, and say by whom it was loaded."""
    run = made(played({LOOP: BOTH, SYNC: {"traffic": STUCK, "probe": PROBE}}, scenario=scenario))
    page = html.report(run, pictures(run), {})
    assert "all stacks were loaded at once, on one machine, by hand" in page
    assert terminal.render(run) is not None


def test_its_table_has_figures() -> None:
    """Where every column of a scenario is about a level of its own, what is compared stands in their place."""
    (record,) = made(played({LOOP: BOTH, SYNC: BOTH})).scenarios
    assert [column.figure for column in record.columns] == [
        "throughput_per_s",
        "cpu_us_per_request",
        "corrected_ms_p50",
        "probe_corrected_ms_p50",
    ]
    assert {column.level for column in record.columns} == {"live"}


def test_load_of_nobody_is_told() -> None:
    """Also where nothing was measured there is a report."""
    run = made(played({LOOP: {}, BRIDGED: {}}, users={LOOP: 0, BRIDGED: 0}))
    assert "Nothing was measured that could be answered from." in html.report(run, pictures(run), {})
