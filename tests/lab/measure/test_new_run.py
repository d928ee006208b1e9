"""The record of a run before its first trial."""

import pytest

from lab.measure.new_run import describe, new_run, stack_record
from lab.measure.plan import PROFILES, plan, scenarios_of
from lab.servers import Settings
from lab.stacks import find
from loadtests.scenarios import BEHAVIOURS, Flow
from records.run import SCHEMA

STACK = find("uvicorn/asgi")


@pytest.mark.parametrize(
    ("flow", "sends"),
    [
        (Flow("traffic", "/", users=1), "traffic: GET /, 1 user, each as soon as it is answered"),
        pytest.param(
            Flow("traffic", "/", users=20, rate_per_s=500),
            "traffic: GET /, 500 a second on a schedule, 20 users",
        ),
        pytest.param(
            Flow("probe", "/", users=20, rate_per_s=20, arrivals="poisson"),
            "probe: GET /, 20 a second at random, 20 users",
        ),
        (
            Flow("traffic", "/", users=20, rate_per_s=300, behaviour="connect"),
            "traffic: GET /, 300 a second on a schedule, 20 users, each request on a new connection",
        ),
        (
            Flow("traffic", "/cpu", users=400, of_ceiling=1.5),
            "traffic: GET /cpu, 1.5 times the ceiling on a schedule, 400 users",
        ),
        (
            Flow("traffic", "/upload", users=20, behaviour="upload"),
            "traffic: POST /upload, 20 users, each sending its body a piece at a time",
        ),
    ],
    ids=["closed", "open", "random", "connect", "ceiling", "upload"],
)
def test_a_flow_is_told_in_words(flow: Flow, sends: str) -> None:
    """What is sent, how often, by how many, and how they talk."""
    assert describe(flow) == sends


@pytest.mark.parametrize("way", BEHAVIOURS)
def test_every_way_of_talking_has_words(way: str) -> None:
    """The words differ from way to way."""
    others = {
        describe(Flow("traffic", "/", users=2, behaviour=other)) for other in BEHAVIOURS if other != way
    }
    assert describe(Flow("traffic", "/", users=2, behaviour=way)) not in others


def test_only_scenarios_that_are_measured_are_recorded() -> None:
    """A scenario that the profile leaves out is no empty table."""
    smoke = PROFILES["smoke"]
    tasks = plan(smoke, [STACK], scenarios_of(smoke, []), seed=1)
    run = new_run(smoke, [STACK], tasks, Settings(), seed=1, machine={})
    assert run.schema == SCHEMA
    assert [record.name for record in run.scenarios] == list(dict.fromkeys(t.scenario.name for t in tasks))
    assert {len(record.levels) for record in run.scenarios} == {1}


def test_a_run_says_what_its_columns_are() -> None:
    """Before its first trial it knows its headings, units and headlines."""
    smoke = PROFILES["smoke"]
    run = new_run(smoke, [STACK], plan(smoke, [STACK], scenarios_of(smoke, ["slow-io"]), seed=1), Settings(),
                  seed=1, machine={})  # fmt: skip
    (record,) = run.scenarios
    assert [column.heading for column in record.columns] == ["10 users, /s"]
    assert record.headline is not None
    assert record.headline.level == 10
    assert run.figures["throughput_per_s"].better == "higher"


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("uvicorn/asgi", ("asgi", "asgi", "")),
        ("uvicorn/wsgi-bridged", ("asgi", "wsgi", "bridged")),
        ("waitress/asgi-guarded", ("wsgi", "asgi", "guarded")),
    ],
)
def test_a_stack_is_recorded_with_what_stands_where(name: str, fields: tuple[str, str, str]) -> None:
    """How the server calls the app, what is spoken behind that, and the bridge between: nobody has to read names."""
    record = stack_record(find(name), Settings())
    assert (record.interface, record.speaks, record.bridge) == fields
    assert f"{record.server}/{record.app}" == record.name == name


def test_a_stack_is_recorded_with_its_slots() -> None:
    """Slots are there for each way of waiting."""
    run = new_run(PROFILES["smoke"], [STACK], [], Settings(workers=2), seed=1, machine={})
    (record,) = run.stacks
    assert record.slots is None
    assert record.slots_by_waiting["blocking"] == 2
