"""A load that somebody drove by hand in the dashboard, as a run: judged like any other, and doubted in every figure."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from lab.judge.comparisons import judge
from lab.judge.descriptions import describe_figures, scenario_record, with_plain_columns
from lab.judge.doubts import doubts
from lab.judge.figures import by_second, histograms, work_out_figures
from lab.judge.reading import Reading
from lab.measure.execution import rounded
from lab.measure.new_run import describe, stack_record
from lab.servers import Settings
from lab.stacks import Stack
from loadtests.scenarios import PROBE, SCENARIOS, TRAFFIC, Flow, Level, Scenario
from records.dashboard import RecordedLoad, UsageSample
from records.load import FlowReading
from records.run import SCHEMA, Doubt, Run, RunRecord, Trial
from records.scenario import LevelRecord, ScenarioRecord
from records.usage import Usage, cpu_s_since

LEVEL = "live"
BASELINE = "gunicorn-gthread/wsgi"
LIVE = Doubt(
    "live",
    "all stacks were loaded at once, on one machine, by hand",
    "it demonstrates: `make compare` is the evidence",
    discards=True,
)


def run_of(
    load: RecordedLoad,
    stacks: Sequence[Stack],
    settings: Settings,
    environment: Mapping[str, str],
    began: float,
) -> Run:
    """Return the run of a load; `began` is when, in seconds since 1970."""
    scenario = SCENARIOS[load.scenario]
    seconds = round(load.closed_at - load.began_at, 3)
    levels = {stack.name: level_of(load, scenario, stack.name) for stack in stacks}
    outcomes = [trial_of(load, stack, settings, levels[stack.name]) for stack in stacks]
    trials = [trial for trial in outcomes if trial is not None]
    run = Run(
        schema=SCHEMA,
        run=RunRecord(
            id=f"live-{stamp(began, 'T%H-%M-%S')}",
            started=stamp(began),
            finished=stamp(began + seconds),
            profile=LEVEL,
            seconds_total=seconds,
            seconds_measuring=seconds,
            seed=0,
            planned_trials=len(trials),
        ),
        environment=dict(environment),
        stacks=[stack_record(stack, settings) for stack in stacks],
        scenarios=[with_plain_columns(record_of(scenario, list(levels.values()), seconds), trials)],
        trials=trials,
    )
    describe_figures(run)
    run.baseline = BASELINE if BASELINE in levels else stacks[0].name
    judge(run)
    return run


def trial_of(load: RecordedLoad, stack: Stack, settings: Settings, level: Level) -> Trial | None:
    """Return what one stack did, doubted as a whole; `None` when nobody sent it anything."""
    reading = reading_of(load, stack.name)
    if not level.flows or reading is None:
        return None
    result = work_out_figures(reading, level, stack.slots_by_waiting(settings))
    return Trial(
        stack.name,
        load.scenario,
        LEVEL,
        1,
        "ok",
        figures=rounded(result.figures),
        doubts=[LIVE, *doubts(reading, level, result)],
        seconds_measuring=round(reading.measured_s, 3),
        seconds=by_second(reading, level),
        histograms=histograms(reading, level),
        traces={name: flow.trace for name, flow in reading.flows.items() if flow.trace},
    )


def reading_of(load: RecordedLoad, stack: str) -> Reading | None:
    """Return what a stack's trial brought in, `None` without two looks at what it used."""
    looks = [used for used in load.usage if stack in used.report.stacks]
    if len(looks) < 2:  # noqa: PLR2004 - usage is what lies between two
        return None
    usage = [used_between(before, after, stack) for before, after in pairwise(looks)]
    first, last = (look.report.stacks[stack].footprint for look in (looks[0], looks[-1]))
    lasted_s = load.closed_at - load.began_at
    return Reading(load.targets[stack], usage, lasted_s, first, last)


def used_between(before: UsageSample, after: UsageSample, stack: str) -> Usage:
    """Return what was used between two looks."""
    cpu_s = [look.report.stacks[stack].cpu_s for look in (before, after)]
    return Usage(
        at=after.report.at - before.report.at,
        server=cpu_s_since(cpu_s[1], cpu_s[0]),
        generator=after.generator_s - before.generator_s,
        lab=after.report.agent_s - before.report.agent_s,
        machine=after.report.machine_s - before.report.machine_s,
    )


def level_of(load: RecordedLoad, scenario: Scenario, stack: str) -> Level:
    """Return the load that a stack had, as a level: the flows that have a record, with the users there were."""
    flows = {flow.name: flow for flow in scenario.played.flows}
    probe = Flow(PROBE, "/", users=20, rate_per_s=load.probes_per_s, arrivals="poisson", traced=True)
    users = load.users[stack]
    readings: dict[str, FlowReading] = load.targets[stack].flows
    loads = [
        *([probe] if PROBE in readings else []),
        *([replace(flows[TRAFFIC], users=users)] if users and TRAFFIC in readings else []),
    ]
    return Level(LEVEL, tuple(loads), window_s=load.closed_at - load.began_at)


def record_of(scenario: Scenario, levels: Sequence[Level], seconds: float) -> ScenarioRecord:
    """Return the scenario with its one level: what was sent to the stack that was sent most."""
    most = max(levels, key=lambda level: level.users)
    sends = [describe(flow) for flow in most.flows]
    return scenario_record(scenario, [LevelRecord(LEVEL, seconds, sends)])


def stamp(moment: float, form: str = "T%H:%M:%S+00:00") -> str:
    """Return a moment in ISO 8601, in UTC."""
    return time.strftime(f"%Y-%m-%d{form}", time.gmtime(moment))
