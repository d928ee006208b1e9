"""The scenarios: plain data that fits the contract."""

import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from contract.endpoints import ENDPOINTS
from contract.parameters import parse
from loadtests.scenarios import PROBE, SCENARIOS, TRAFFIC, Flow, Level, Scenario

LEVELS = [
    pytest.param(level, id=f"{scenario.name} {level.value}")
    for scenario in SCENARIOS.values()
    for level in scenario.levels
]
FLOWS = [
    pytest.param(flow, id=f"{scenario.name} {level.value} {flow.name}")
    for scenario in SCENARIOS.values()
    for level in scenario.levels
    for flow in level.flows
]


def test_importing_scenarios_does_not_import_locust() -> None:
    """Whoever reads the scenarios doesn't get locust, nor gevent, which would patch the process."""
    script = "import json, sys, loadtests.scenarios; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True)
    imported = {module.partition(".")[0] for module in json.loads(done.stdout)}
    assert "loadtests" in imported
    assert imported & {"locust", "gevent", "geventhttpclient", "greenlet", "hdrh"} == set()


def test_scenarios_go_by_their_names() -> None:
    """Each scenario is found under its own name."""
    assert [scenario.name for scenario in SCENARIOS.values()] == list(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_levels_are_unique_and_rise(scenario: Scenario) -> None:
    """No scenario has a level twice, and the last level is the strongest."""
    values = [level.value for level in scenario.levels]
    assert values == sorted(set(values))


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_a_scenario_asks_a_question(scenario: Scenario) -> None:
    """Every scenario is there to answer a question, in a unit that its levels count."""
    assert scenario.question.endswith("?")
    assert scenario.unit != ""


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_asks_an_endpoint_of_the_contract(flow: Flow) -> None:
    """Every target is a GET of an endpoint, with parameters within their limits."""
    target = urlsplit(flow.target)
    (endpoint,) = [endpoint for endpoint in ENDPOINTS if endpoint.path == target.path]
    query = parse(target.query.encode())
    assert "GET" in endpoint.methods
    assert set(query) <= {parameter.name for parameter in endpoint.parameters}
    for parameter in endpoint.parameters:
        parameter.read(query)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_declares_what_its_target_asks_for(flow: Flow) -> None:
    """The waiting and the chunks of a flow are those that its target asks the app for."""
    query = {name: float(values[0]) for name, values in parse(urlsplit(flow.target).query.encode()).items()}
    chunks = int(query.get("chunks", 0))
    waits_s = query.get("seconds", 0.0) + query.get("interval", 0.0) * max(chunks - 1, 0)
    assert flow.chunks == chunks
    assert flow.waits_s == pytest.approx(waits_s)


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_can_be_measured(level: Level) -> None:
    """Every level has users, time for several of its waits, and flows that are told apart by name."""
    names = [flow.name for flow in level.flows]
    assert level.users == sum(flow.users for flow in level.flows)
    assert level.window_s >= 5 * max(flow.waits_s for flow in level.flows)
    assert len(set(names)) == len(names)
    assert set(names) <= {TRAFFIC, PROBE}


def test_a_level_is_found_by_its_value() -> None:
    """A scenario hands out the level of a value."""
    assert SCENARIOS["slow-io"].level(50).value == 50


def test_an_unknown_level_is_a_key_error() -> None:
    """A value that no level has raises KeyError with that value."""
    with pytest.raises(KeyError, match=r"^7$"):
        SCENARIOS["slow-io"].level(7)
