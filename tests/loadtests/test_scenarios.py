"""The scenarios: plain data that fits the contract."""

import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from contract.endpoints import ENDPOINTS
from contract.parameters import parse
from loadtests.scenarios import AFTER, CEILING, PROBE, SCENARIOS, TRAFFIC, Flow, Level, Scenario

LEVELS = {
    f"{scenario.name} {level.value}": level for scenario in SCENARIOS.values() for level in scenario.levels
}
FLOWS = {f"{name} {flow.name}": flow for name, level in LEVELS.items() for flow in level.flows}

each_level = pytest.mark.parametrize("level", LEVELS.values(), ids=LEVELS)
each_flow = pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)


def each_that(*ways: str) -> pytest.MarkDecorator:
    """Run a test for each flow whose users talk in one of these ways."""
    chosen = {name: flow for name, flow in FLOWS.items() if flow.behaviour in ways}
    return pytest.mark.parametrize("flow", chosen.values(), ids=chosen)


def numbers_of(flow: Flow) -> dict[str, float]:
    """Return the parameters that a flow's target asks for."""
    return {name: float(values[0]) for name, values in parse(urlsplit(flow.target).query.encode()).items()}


@pytest.mark.parametrize("module", ["scenarios", "schedule", "calibrations"])
def test_importing_plain_modules_does_not_import_locust(module: str) -> None:
    """Whoever reads the scenarios or the schedule doesn't get locust, nor gevent, which would patch the process."""
    script = f"import json, sys, loadtests.{module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True)
    imported = {module.partition(".")[0] for module in json.loads(done.stdout)}
    assert "loadtests" in imported
    assert imported & {"locust", "gevent", "geventhttpclient", "greenlet", "hdrh"} == set()


def test_scenarios_go_by_their_names() -> None:
    """Each scenario is found under its own name."""
    assert [scenario.name for scenario in SCENARIOS.values()] == list(SCENARIOS)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_levels_are_unique_and_rise(scenario: Scenario) -> None:
    """No scenario has a level twice, and where levels are numbers the last is the strongest."""
    values = [level.value for level in scenario.levels]
    numbers = [value for value in values if isinstance(value, int)]
    assert len(set(values)) == len(values)
    assert numbers == sorted(numbers)


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_a_scenario_asks_a_question(scenario: Scenario) -> None:
    """Every scenario is there to answer a question, says what to expect, in a unit that its levels count."""
    assert scenario.question.endswith("?")
    assert scenario.theory.endswith(".")
    assert scenario.unit != ""


@each_flow
def test_a_flow_asks_an_endpoint_of_the_contract(flow: Flow) -> None:
    """Every target is an endpoint that takes the flow's method, with parameters within their limits."""
    target = urlsplit(flow.target)
    (endpoint,) = [endpoint for endpoint in ENDPOINTS if endpoint.path == target.path]
    query = parse(target.query.encode())
    assert ("POST" if flow.behaviour == "upload" else "GET") in endpoint.methods
    assert set(query) <= {parameter.name for parameter in endpoint.parameters}
    for parameter in endpoint.parameters:
        parameter.read(query)


@each_that("ask", "connect", "stream")
def test_a_flow_declares_what_its_target_asks_for(flow: Flow) -> None:
    """The waiting and the chunks of a flow are those that its target asks the app for."""
    query = numbers_of(flow)
    chunks = int(query.get("chunks", 0))
    assert flow.chunks == chunks
    assert flow.waits_s == pytest.approx(
        query.get("seconds", 0.0) + query.get("interval", 0.0) * max(chunks - 1, 0)
    )


@each_that("abandon")
def test_whoever_abandons_a_stream_leaves_before_its_end(flow: Flow) -> None:
    """A stream that is left has more chunks than are read; the waiting is that of those."""
    query = numbers_of(flow)
    assert 0 < flow.chunks < query["chunks"]
    assert flow.waits_s == pytest.approx(query["interval"] * (flow.chunks - 1))


@each_that("upload")
def test_an_upload_takes_as_long_as_its_pieces(flow: Flow) -> None:
    """Who sends a body slowly waits for nobody but itself."""
    assert flow.waits_s == pytest.approx(flow.chunks * flow.every_s)
    assert flow.waiting == "client"
    assert flow.piece > 0


@each_that("download")
def test_a_download_does_not_end_in_time(flow: Flow) -> None:
    """At a piece now and then the body lasts longer than the longest profile's window, three times quick's."""
    (level,) = SCENARIOS["download"].levels
    assert numbers_of(flow)["size"] / flow.piece * flow.every_s > 3 * level.window_s + 10


@each_flow
def test_a_flow_declares_how_the_app_waits(flow: Flow) -> None:
    """Blocking and offloaded waiting are where the endpoint does that, and nowhere else."""
    told = {"/sleep/blocking": "blocking", "/sleep/offloaded": "offloaded", "/upload": "client"}
    assert flow.waiting == told.get(urlsplit(flow.target).path, "interface")


@each_level
def test_a_level_can_be_measured(level: Level) -> None:
    """Every level has users, time for several of its waits, and flows that are told apart by name."""
    names = [flow.name for flow in level.flows]
    assert level.users == sum(flow.users for flow in level.flows)
    assert level.window_s >= 4 * max(flow.waits_s for flow in level.flows)
    assert len(set(names)) == len(names)
    assert set(names) <= {TRAFFIC, PROBE, CEILING, AFTER}


@each_level
def test_a_rate_of_the_ceiling_needs_one_that_is_measured_before(level: Level) -> None:
    """Whoever sends a multiple of the ceiling has a flow that finds it, and which is over when the window opens."""
    relative = [flow for flow in level.flows if flow.of_ceiling is not None]
    finding = [flow for flow in level.flows if flow.name == CEILING]
    assert bool(relative) == bool(finding)
    assert [(flow.open_loop, flow.lasts_s(level.window_s)) for flow in finding] == [(False, 0.0)] * len(
        finding
    )


@each_level
def test_what_is_measured_in_turns_is_an_open_loop(level: Level) -> None:
    """Only what is sent by a schedule of its own can be sent in turns."""
    assert not level.turns or None not in {flow.rate_per_s for flow in level.flows}


@pytest.mark.parametrize(
    ("flow", "lasts_s"),
    [
        (Flow(TRAFFIC, "/", users=1), 10.0),
        (Flow(TRAFFIC, "/", users=1, to_s=4.0), 4.0),
        (Flow(TRAFFIC, "/", users=1, from_s=4.0), 6.0),
        (Flow(TRAFFIC, "/", users=1, from_s=4.0, to_s=99.0), 6.0),
        (Flow(TRAFFIC, "/", users=1, from_s=12.0), 0.0),
        (Flow(TRAFFIC, "/", users=1, to_s=0.0), 0.0),
    ],
    ids=["always", "at first", "afterwards", "to the end", "too late", "before"],
)
def test_a_flow_lasts_for_its_part_of_the_window(flow: Flow, lasts_s: float) -> None:
    """Of a window of ten seconds a flow is on between its bounds."""
    assert flow.lasts_s(10.0) == lasts_s


@pytest.mark.parametrize(
    ("flow", "open_loop"),
    [
        (Flow(TRAFFIC, "/", users=1), False),
        (Flow(TRAFFIC, "/", users=1, rate_per_s=5), True),
        (Flow(TRAFFIC, "/", users=1, of_ceiling=1.5), True),
    ],
    ids=["closed", "rate", "ceiling"],
)
def test_a_flow_with_a_rate_is_an_open_loop(flow: Flow, *, open_loop: bool) -> None:
    """A rate makes a schedule, its own or that of the ceiling."""
    assert flow.open_loop is open_loop


def test_a_level_is_found_by_its_value() -> None:
    """A scenario hands out the level of a value."""
    assert SCENARIOS["slow-io"].level(50).value == 50


def test_an_unknown_level_is_a_key_error() -> None:
    """A value that no level has raises KeyError with that value."""
    with pytest.raises(KeyError, match=r"^7$"):
        SCENARIOS["slow-io"].level(7)
