"""Small made-up runs for tests of judging and telling."""

from collections.abc import Mapping

from hdrh.histogram import HdrHistogram

from lab.judge.reading import FlowReading, LoadReading, Reading, Usage
from lab.run import LevelRecord, Run, RunRecord, ScenarioRecord, StackRecord, Trial

KINDS = ("service", "corrected", "lag", "first_byte", "gap")


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
    """Return what a flow recorded: latencies in ms by kind."""
    answered, censored = answered or {}, censored or {}
    return FlowReading(
        answers=len(answered.get("service", [])),
        errors=dict(errors or {}),
        censored=len(censored.get("corrected", [])),
        complete={kind: histogram(*answered.get(kind, [])) for kind in KINDS},
        unanswered={kind: histogram(*censored.get(kind, [])) for kind in KINDS},
    )


def reading(cpu_s: float = 0.5, **flows: FlowReading) -> Reading:
    """Return what a trial of two seconds brought in."""
    return of_flows(flows, cpu_s)


def of_flows(flows: dict[str, FlowReading], cpu_s: float = 0.5) -> Reading:
    """Return what a trial of two seconds brought in, by the names of its flows."""
    usage = Usage(at=102.0, server=cpu_s, lab=0.01, machine=cpu_s + 0.3)
    return Reading(LoadReading(100.0, 102.0, flows, cpu_s=0.2), [usage], memory_mib=25.0)


def run(trials: list[Trial] | None = None, stacks: list[StackRecord] | None = None) -> Run:
    """Return a run of slow-io at 1 and 50 users on two stacks."""
    return Run(
        schema=1,
        run=RunRecord("made-up", "2026-01-02T03:04:05+00:00", None, "quick", 10.0, 8.0, 7, 4),
        environment={"cpu": "a <cpu> | with marks", "python": "CPython 3.11"},
        stacks=stacks or [stack("uvicorn/asgi"), stack("gunicorn-sync/wsgi", slots=1)],
        scenarios=[
            ScenarioRecord(
                "slow-io",
                "How many?",
                "users",
                [LevelRecord(1, 3.0, ["traffic: one"]), LevelRecord(50, 3.0, ["traffic: fifty"])],
            )
        ],
        trials=trials or [],
    )


def stack(name: str, slots: int | None = None, **changes: object) -> StackRecord:
    """Return a stack's record."""
    server, _, app = name.partition("/")
    record = {"name": name, "interface": "asgi", "server": server, "app": app, "slots": slots}
    return StackRecord(**{**record, "command": f"serve {name}", "settings": {"workers": "1"}, **changes})  # type: ignore[arg-type] # made-up fields


def trial(stack_name: str, level: int, **figures: float) -> Trial:
    """Return a trial of slow-io that went well."""
    return Trial(stack_name, "slow-io", level, 1, "ok", figures=figures)
