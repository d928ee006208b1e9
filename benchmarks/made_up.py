"""A made-up run of any size, put through the lab's own judging: for rendering what nobody has hours to measure."""

from collections.abc import Sequence
from random import Random

from hdrh.histogram import HdrHistogram

from lab.judge.comparisons import judge
from lab.judge.descriptions import describe_figures
from lab.judge.reading import Aftermath, Reading
from lab.measure.execution import as_trial
from lab.measure.load_generator import LoadSpec
from lab.measure.plan import Task
from lab.measure.reaper import Reaper
from lab.measure.selection import Selection, select
from lab.measure.site import LocalSite
from lab.measure.trial import Measured
from lab.servers import Settings
from loadtests.recorder import KINDS, LONGEST_US
from loadtests.scenarios import SCENARIOS, Flow
from loadtests.schedule import Turns
from records.load import FlowReading, SecondReading, TargetReading
from records.run import Commands, Options, Run
from records.usage import Footprint, Usage

MACHINE = {"cpu": "a made-up processor", "cores": "2", "kernel": "Linux", "python": "CPython 3.11"}
SAMPLES = 60  # of each latency in each flow


def make_up_run(
    stacks: Sequence[str], scenarios: Sequence[str] = (), profile: str = "full", seed: int = 1
) -> Run:
    """Return a finished run of these stacks under these scenarios, all when none is named."""
    choice = select(
        profile, stacks, list(scenarios or SCENARIOS), stacks[0], seed=seed, options=Options(1, 10)
    )
    run = choice.new_run(MACHINE, LocalSite(Reaper()))
    random = Random(seed)
    run.trials = [
        as_trial(task, make_up_trial(task, random), task.stack.slots_by_waiting(choice.settings))
        for task in tasks_of(choice)
    ]
    run.run.seconds_total = 1.2 * sum(trial.seconds_measuring for trial in run.trials)
    run.run.seconds_measuring = sum(trial.seconds_measuring for trial in run.trials)
    run.run.finished = run.run.started
    describe_figures(run)
    judge(run)
    return run


def tasks_of(choice: Selection) -> list[Task]:
    """Return the trials of a choice."""
    return choice.tasks()


def make_up_trial(task: Task, random: Random) -> Measured:
    """Return what a trial might have brought in: each stack has its own speed, each trial some noise."""
    speed = 1 + len(task.stack.name) % 7 / 5
    count = round(task.window_s / Turns(1, 0).turn_s) if task.level.turns else max(1, round(task.window_s))
    each_s = task.window_s / count
    flows = {
        flow.name: flow_reading(flow, task.window_s, count, speed * random.gauss(1, 0.03), random)
        for flow in task.level.flows
    }
    usage = [
        Usage(each_s, 0.1 * speed * each_s * random.gauss(1, 0.05), 0.2 * each_s, 0.0, 0.0)
        for _ in range(count)
    ]
    before, after = Footprint(20.0, 12.0, 3), Footprint(24.0 * speed, 14.0 * speed, 12)
    aftermath = Aftermath(1.0, 0.002 * speed, after, 1.5) if task.scenario.aftermath_s else None
    target = TargetReading(flows, ceiling_per_s=70.0 / speed if task.scenario.name == "overload" else 0.0)
    return Measured(
        Reading(target, usage, task.window_s, before, after, aftermath),
        commands(task, random.randrange(32_768, 61_000)),
    )


def commands(task: Task, port: int) -> Commands:
    """Return the two commands of a trial, as long as a real one's."""
    spec = LoadSpec(
        task.scenario.name, task.level.value, task.window_s, (f"http://127.0.0.1:{port}",), seed=738_860
    )
    return Commands(str(task.stack.command(port, Settings())), str(spec.by_hand()))


def flow_reading(flow: Flow, window_s: float, count: int, speed: float, random: Random) -> FlowReading:
    """Return what a flow might have brought in."""
    middle_ms = (flow.waits_s * 1000 or 0.4) * speed
    micros = [round(1000 * middle_ms * random.lognormvariate(0, 0.2)) for _ in range(SAMPLES)]
    kinds = KINDS if flow.chunks and flow.ends else KINDS[:3]
    rate = flow.rate_per_s or flow.users / max(middle_ms / 1000, 0.01)
    answers = round(rate * window_s) if flow.ends else 0
    seconds = [
        SecondReading(max(1, answers // count), {"corrected": random.sample(micros, 5)}) for _ in range(count)
    ]
    ends = window_s if flow.ends else 0.0
    traced = round((flow.rate_per_s or 0) * ends) if flow.traced else 0
    trace = [(round(random.uniform(0, ends), 6), random.choice(micros) / 1e6) for _ in range(traced)]
    return FlowReading(
        answers=answers,
        errors={},
        censored=0,
        complete={kind: histogram(micros if kind in kinds and flow.ends else []) for kind in KINDS},
        unanswered={kind: histogram([]) for kind in KINDS},
        due=answers,
        bytes=0 if flow.ends else 10_000_000,
        held=0 if flow.ends else flow.users,
        seconds=seconds if flow.ends else [],
        trace=sorted(trace),
    )


def histogram(micros: Sequence[int]) -> str:
    """Return an encoded histogram."""
    recorded = HdrHistogram(1, LONGEST_US, 3)
    for value in micros:
        recorded.record_value(value)
    encoded: str = recorded.encode().decode()
    return encoded
