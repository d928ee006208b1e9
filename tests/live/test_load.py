"""Loads against real servers: every way of talking, several processes, several targets in turns."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from lab.judge.reading import target_of
from lab.measure.load_generator import Generator, LoadFailed, LoadSpec
from lab.measure.reaper import Reaper
from lab.measure.site import LocalSite
from lab.measure.window_usage import usage_by_turn
from loadtests.scenarios import PROBE, SCENARIOS, TRAFFIC
from loadtests.schedule import Turns
from records.load import FlowReading, LoadReading
from records.types import LevelValue
from records.usage import Usage
from tests.live.conftest import Serve

WINDOW_S = 1.0


def loaded(load: Generator, spec: LoadSpec, folder: Path) -> LoadReading:
    """Return what a load recorded."""
    with load.loading(spec, folder / "load") as locust:
        window = locust.window(lambda: None)
        return locust.report(window.seconds)


@pytest.fixture
def flows(
    request: pytest.FixtureRequest, load: Generator, serve: Serve, tmp_path: Path
) -> dict[str, FlowReading]:
    """Return what a second of a scenario brought from uvicorn, by flow; a test names scenario and level."""
    scenario, level = request.param
    url = serve("uvicorn/asgi").url
    return target_of(loaded(load, LoadSpec(scenario, level, WINDOW_S, (url,)), tmp_path)).flows


def of(scenario: str, level: LevelValue) -> pytest.MarkDecorator:
    """Run a test on what a scenario brought at a level."""
    return pytest.mark.parametrize("flows", [(scenario, level)], indirect=True, ids=[f"{scenario}@{level}"])


def users(scenario: str, level: LevelValue) -> int:
    """Return how many users the traffic of a level has."""
    (flow,) = [flow for flow in SCENARIOS[scenario].level(level).flows if flow.name == TRAFFIC]
    return flow.users


@of("baseline", 500)
def test_who_asks_keeps_the_connection(flows: dict[str, FlowReading]) -> None:
    """Requests on a kept connection are answered, and close nothing."""
    traffic = flows[TRAFFIC]
    assert traffic.answers > 0
    assert (traffic.errors, traffic.closed, traffic.due) == ({}, 0, 400)


@of("churn", 300)
def test_who_connects_has_each_connection_closed(flows: dict[str, FlowReading]) -> None:
    """Requests on connections of their own are answered, each by one that is closed."""
    traffic = flows[TRAFFIC]
    assert traffic.answers > 0
    assert (traffic.errors, traffic.closed) == ({}, traffic.answers)


@of("streaming", 1)
def test_who_streams_sees_each_chunk(flows: dict[str, FlowReading]) -> None:
    """Every stream that ended has a first byte and gaps between its ten chunks."""
    traffic = flows[TRAFFIC]
    chunks = sum(len(second.complete.get("first_byte", [])) for second in traffic.seconds)
    assert traffic.answers > 0
    assert traffic.errors == {}
    assert abs(chunks - traffic.answers) <= 1


@of("upload", 20)
def test_who_uploads_is_answered(flows: dict[str, FlowReading]) -> None:
    """Bodies that are sent slowly are taken, while others are answered."""
    assert flows[TRAFFIC].answers > 0
    assert flows[TRAFFIC].errors == flows[PROBE].errors == {}
    assert flows[PROBE].answers > 0


@of("download", 10)
def test_who_downloads_gets_bytes(flows: dict[str, FlowReading]) -> None:
    """Large bodies are read a piece at a time by all readers, and none of them ends."""
    traffic, (flow,) = flows[TRAFFIC], [f for f in SCENARIOS["download"].level(10).flows if f.name == TRAFFIC]
    at_most = flow.users * flow.piece * (WINDOW_S / flow.every_s + 1)
    assert flow.users * flow.piece < traffic.bytes <= at_most
    assert (traffic.errors, traffic.answers, traffic.censored) == ({}, 0, 0)


@of("idle", "kept-alive")
def test_who_is_idle_holds_a_connection(flows: dict[str, FlowReading]) -> None:
    """An event loop keeps the connections of all who asked once, and answers others."""
    assert (flows[TRAFFIC].held, flows[TRAFFIC].errors) == (users("idle", "kept-alive"), {})
    assert flows[PROBE].answers > 0


@of("idle", "silent")
def test_who_is_silent_holds_a_connection(flows: dict[str, FlowReading]) -> None:
    """An event loop keeps the connections of all who never said a word, and answers others."""
    assert (flows[TRAFFIC].held, flows[TRAFFIC].errors) == (users("idle", "silent"), {})
    assert flows[PROBE].answers > 0


@of("abandon", 10)
def test_who_abandons_a_stream_has_read_its_first_chunks(flows: dict[str, FlowReading]) -> None:
    """A stream that is left counts as answered with the last chunk that was wanted."""
    assert flows[TRAFFIC].answers > 0
    assert flows[TRAFFIC].errors == flows[PROBE].errors == {}


@of("websocket", "paced")
def test_who_talks_over_a_websocket_is_echoed_on_a_schedule(flows: dict[str, FlowReading]) -> None:
    """A thousand messages a second come back, each on a socket that is kept."""
    traffic = flows[TRAFFIC]
    assert traffic.answers > 0
    assert (traffic.errors, traffic.due) == ({}, 1000)


@of("websocket", "flat-out")
def test_who_talks_flat_out_is_echoed(flows: dict[str, FlowReading]) -> None:
    """A hundred messages under way on each socket come back whole."""
    assert flows[TRAFFIC].answers > 0
    assert flows[TRAFFIC].errors == {}


@of("starvation", 20)
def test_only_the_probe_is_traced(flows: dict[str, FlowReading]) -> None:
    """Each answer of the probe is kept with when it was due and how long it took; the traffic's aren't."""
    assert len(flows[PROBE].trace) == flows[PROBE].answers > 0
    assert flows[TRAFFIC].trace == []


def test_several_processes_share_one_schedule(load: Generator, serve: Serve, tmp_path: Path) -> None:
    """Two processes send 400 requests in ten turns of 80 ms, 200 each, and what is answered belongs to the turns."""
    url = serve("uvicorn/asgi").url
    report = loaded(load, LoadSpec("baseline", 500, WINDOW_S, (url,), processes=2), tmp_path)
    traffic = target_of(report).flows[TRAFFIC]
    assert [part[0].flows[TRAFFIC].due for part in report.parts] == [200, 200]
    assert (traffic.due, traffic.errors) == (400, {})
    assert all(second.answers <= 40 for second in traffic.seconds[1:])
    assert traffic.answers + traffic.censored >= traffic.due
    assert traffic.answers == sum(second.answers for second in traffic.seconds)


def test_several_processes_share_closed_loops(load: Generator, serve: Serve, tmp_path: Path) -> None:
    """Ten users that wait 0.1 s are ten users, however many processes they are in."""
    url = serve("uvicorn/asgi").url
    report = loaded(load, LoadSpec("slow-io", 10, WINDOW_S, (url,), processes=2), tmp_path)
    answers = [part[0].flows[TRAFFIC].answers for part in report.parts]
    assert all(0 < count <= 5 * 11 for count in answers)
    assert len(answers) == 2


def in_turns(
    load: Generator, spec: LoadSpec, serving: Sequence[str], serve: Serve, folder: Path
) -> tuple[LoadReading, list[list[Usage]]]:
    """Return what a load of several stacks in turns recorded, and the CPU of each in each of its turns."""
    servers = [serve(name) for name in serving]
    with load.loading(spec, folder / "load") as locust:
        window = locust.window(lambda: None)
        read = LocalSite(Reaper()).meter(servers, locust.pid, once=True)
        usage = usage_by_turn(read, window, Turns(len(servers), spec.seed))
        return locust.report(), usage


def test_targets_in_turns_each_get_their_share(load: Generator, serve: Serve, tmp_path: Path) -> None:
    """Two stacks get the same load in five turns each, and the clock of each is read in each of its turns."""
    names = ("uvicorn/asgi", "gunicorn-gthread/wsgi")
    spec = LoadSpec("baseline", 500, 0.5, tuple(serve(name).url for name in names), seed=7)
    report, usage = in_turns(load, spec, names, serve, tmp_path)
    flows = [target_of(report, number).flows[TRAFFIC] for number in (0, 1)]
    assert [(flow.due, flow.errors) for flow in flows] == [(200, {}), (200, {})]
    assert all(each.answers <= 40 for flow in flows for each in flow.seconds[1:])
    assert all(flow.answers + flow.censored >= flow.due for flow in flows)
    assert [len(turns) for turns in usage] == [5, 5]
    assert [sum(turn.server or 0 for turn in turns) > 0 for turns in usage] == [True, True]


def test_a_ceiling_is_measured_by_one_process(load: Generator, serve: Serve, tmp_path: Path) -> None:
    """What an overload is a share of isn't known to several processes: they are refused, with the reason."""
    spec = LoadSpec("overload", 150, WINDOW_S, (serve("uvicorn/asgi").url,), processes=2)
    with load.loading(spec, tmp_path / "load") as locust, pytest.raises(LoadFailed) as failure:
        locust.window(lambda: None)
    assert "overload measures a ceiling while it warms up: it needs one process" in "\n".join(
        failure.value.log
    )
