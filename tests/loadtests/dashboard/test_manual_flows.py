"""What can be sent by hand."""

import pytest

from loadtests.dashboard.manual_flows import PROBES_PER_S, kinds_of_work, probe_of, traffic_of
from loadtests.scenarios import SCENARIOS, TRAFFIC


def test_every_scenario_can_be_played_whose_load_is_known() -> None:
    """Only overload hangs on a ceiling that nobody has measured here."""
    assert set(SCENARIOS) - set(kinds_of_work()) == {"overload"}


@pytest.mark.parametrize("name", kinds_of_work())
def test_traffic_is_named_after_stack_and_request(name: str) -> None:
    """Each row of locust's table says who was asked for what."""
    flow = traffic_of(name, "uvicorn/asgi")
    method = "POST" if name == "upload" else "GET"
    assert (flow.name, flow.row) == (TRAFFIC, f"[uvicorn/asgi] {method} {flow.target}")


@pytest.mark.parametrize("name", kinds_of_work())
def test_traffic_is_the_scenarios_own(name: str) -> None:
    """But for its row a flow is sent as `lab compare` sends it."""
    (measured,) = [flow for flow in SCENARIOS[name].played.flows if flow.name == TRAFFIC]
    sent = traffic_of(name, "uvicorn/asgi")
    assert (sent.target, sent.behaviour, sent.rate_per_s, sent.waits_s, sent.waiting) == (
        measured.target,
        measured.behaviour,
        measured.rate_per_s,
        measured.waits_s,
        measured.waiting,
    )


def test_probe_asks_on_a_schedule() -> None:
    """The fast route is asked ten times a second at random, whether answers come or not."""
    flow = probe_of("uvicorn/asgi")
    assert (flow.open_loop, flow.rate_per_s, flow.arrivals) == (True, PROBES_PER_S, "poisson")
    assert flow.row == "[uvicorn/asgi] probe GET /"
