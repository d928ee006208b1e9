"""What can be sent by hand: the flows of the scenarios, as closed or open as they are there."""

from dataclasses import replace

from loadtests.scenarios import PROBE, SCENARIOS, TRAFFIC, Flow, Level

PROBES_PER_S = 10


def kinds_of_work() -> list[str]:
    """Return the scenarios that can be played by hand: those whose load doesn't hang on a ceiling."""
    return [name for name, scenario in SCENARIOS.items() if not _measures_ceiling(scenario.played)]


def traffic_of(name: str, stack: str) -> Flow:
    """Return the flow that a scenario's users send to a stack, named in locust's table after both."""
    (flow,) = (flow for flow in SCENARIOS[name].played.flows if flow.name == TRAFFIC)
    return replace(flow, row=f"[{stack}] {flow.method} {flow.target}")


def probe_of(stack: str) -> Flow:
    """Return the fast route, asked at random times."""
    return Flow(
        PROBE,
        "/",
        users=20,
        rate_per_s=PROBES_PER_S,
        arrivals="poisson",
        traced=True,
        row=f"[{stack}] probe GET /",
    )


def _measures_ceiling(level: Level) -> bool:
    return any(flow.of_ceiling is not None for flow in level.flows)
