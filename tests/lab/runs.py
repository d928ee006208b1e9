"""Small made-up runs for tests of judging and telling."""

from collections.abc import Mapping
from functools import cache

import msgspec
from hdrh.histogram import HdrHistogram

from lab.judge.descriptions import look_up_figures, scenario_record
from lab.judge.names import names_of
from lab.judge.reading import Reading
from lab.older_stacks import APPS
from lab.stacks import COPY, DEFAULT_STACKS, parts
from loadtests.scenarios import SCENARIOS
from records.load import FlowReading, TargetReading
from records.run import SCHEMA, Run, RunRecord, StackRecord, Trial
from records.scenario import LevelRecord, ScenarioRecord
from records.types import LevelValue
from records.usage import Footprint, Usage

KINDS = ("service", "corrected", "lag", "first_byte", "gap")
BEFORE = Footprint(pss_mib=20.0, own_mib=15.0, threads=3)
AFTER = Footprint(pss_mib=25.0, own_mib=19.0, threads=8)


@cache
def histogram(*milliseconds: float) -> str:
    """Return an encoded histogram of these latencies."""
    made = HdrHistogram(1, 600_000_000, 3)
    for value in milliseconds:
        made.record_value(round(value * 1000))
    encoded: str = made.encode().decode()
    return encoded


def flow(
    answered: Mapping[str, list[float]] | None = None,
    censored: Mapping[str, list[float]] | None = None,
    errors: Mapping[str, int] | None = None,
) -> FlowReading:
    """Return what a flow recorded: latencies in ms by kind; all that was due was answered, or is counted."""
    answered, censored, errors = answered or {}, censored or {}, errors or {}
    answers, unanswered = len(answered.get("service", [])), len(censored.get("corrected", []))
    return FlowReading(
        answers=answers,
        errors=dict(errors),
        censored=unanswered,
        complete={kind: histogram(*answered.get(kind, [])) for kind in KINDS},
        unanswered={kind: histogram(*censored.get(kind, [])) for kind in KINDS},
        due=answers + unanswered + sum(errors.values()),
    )


def reading(cpu_s: float = 0.5, **flows: FlowReading) -> Reading:
    """Return what a trial of two seconds brought in."""
    return of_flows(flows, cpu_s)


def of_flows(flows: dict[str, FlowReading], cpu_s: float = 0.5, seconds: int = 2) -> Reading:
    """Return what a trial of some seconds brought in, by the names of its flows; each cost the same."""
    each = cpu_s / seconds
    usage = Usage(at=1.0, server=each, generator=0.1, lab=0.005, machine=each + 0.15)
    return Reading(TargetReading(flows), [usage] * seconds, float(seconds), BEFORE, AFTER)


def run(trials: list[Trial] | None = None, stacks: list[StackRecord] | None = None) -> Run:
    """Return a run of slow-io at 1 and 50 users on two stacks."""
    return Run(
        schema=SCHEMA,
        run=RunRecord("made-up", "2026-01-02T03:04:05+00:00", None, "quick", 10.0, 8.0, 7, 4),
        environment={"cpu": "a <cpu> | with marks", "python": "CPython 3.11"},
        stacks=stacks or [stack("uvicorn/asgi"), stack("gunicorn-sync/wsgi", slots=1)],
        scenarios=[
            msgspec.structs.replace(
                scenario(
                    "slow-io", LevelRecord(1, 3.0, ["traffic: one"]), LevelRecord(50, 3.0, ["traffic: fifty"])
                ),
                question="How many?",
                theory="",
            )
        ],
        trials=trials or [],
        figures=look_up_figures(names_of().figures),
    )


def scenario(name: str, *levels: LevelRecord) -> ScenarioRecord:
    """Return a scenario of today's as it is measured at these levels."""
    return scenario_record(SCENARIOS[name], levels)


def stack(name: str, slots: int | None = None, **changes: object) -> StackRecord:
    """Return a stack's record."""
    server, app, _ = parts(name)
    interface, speaks, bridge = APPS.get(app, ("asgi", "asgi", ""))
    record = StackRecord(name, interface, server, app, slots, f"serve {name}", {"workers": "1"})
    return msgspec.structs.replace(record, speaks=speaks, bridge=bridge, **changes)


def trial(stack_name: str, level: int, **figures: float) -> Trial:
    """Return a trial of slow-io that went well."""
    return Trial(stack_name, "slow-io", level, 1, "ok", figures=figures)


def copied(original: Trial) -> Trial:
    """Return a trial as one of its stack's copy."""
    return msgspec.structs.replace(original, stack=original.stack + COPY, copy_of=original.stack)


def every_scenario(repetitions: int = 1) -> Run:
    """Return a run of each scenario at each level on the default stacks, the later ones slower."""
    made = run(
        [
            measured(name, card.name, level.value, repetition)
            for card in SCENARIOS.values()
            for level in card.levels
            for repetition in range(1, repetitions + 1)
            for name in DEFAULT_STACKS
        ],
        [stack(name, slots=None if parts(name)[0] == "uvicorn" else 10) for name in DEFAULT_STACKS],
    )
    made.scenarios = [
        scenario(card.name, *(LevelRecord(level.value, 3.0, []) for level in card.levels))
        for card in SCENARIOS.values()
    ]
    return made


def measured(stack_name: str, scenario: str, level: LevelValue, repetition: int = 1) -> Trial:
    """Return a trial that has whatever a chart may be drawn of."""
    slower = 1.5 ** [*DEFAULT_STACKS, stack_name].index(stack_name) * (1 + repetition / 100)
    latencies = [slower * (1 + n / 50) for n in range(200)]
    trace = [(n / 10 - 0.5, slower / 1000) for n in range(20)]
    return Trial(
        stack_name,
        scenario,
        level,
        repetition,
        "ok",
        figures={
            "throughput_per_s": 100 / slower,
            "ceiling_per_s": 100.0,
            "cpu_us_per_request": 100 * slower,
            **({"messages_per_s": 10_000 / slower} if level == "flat-out" else {}),
            "memory_growth_mib": slower,
            "memory_kib_per_connection": 10 * slower,
            "idle_cores": slower / 1000,
            "recovered_s": slower,
            "first_byte_ms_p50": slower,
            "gap_ms_p50": 20.0,
            **{f"{start}corrected_ms_{p}": slower for start in ("", "probe_") for p in ("p50", "p99")},
        },
        seconds={"cpu_us_per_request": [99 * slower, 100 * slower, 101 * slower]},
        histograms={
            "corrected": histogram(*latencies),
            "probe_corrected": histogram(*latencies),
            "first_byte": histogram(*latencies),
            "gap": histogram(19, 20, 21),
        },
        traces={"probe": trace, "after": [(due_s + 6, corrected_s) for due_s, corrected_s in trace]},
    )
