"""What was recorded of a load, as the lab reads it."""

import msgspec

from lab.measure.dashboard_run import Played
from loadtests.dashboard.agent_client import Agent, Footprint, StackUsage, UsageReport
from loadtests.dashboard.live_load import LiveLoad
from loadtests.dashboard.manual_flows import PROBES_PER_S
from loadtests.dashboard.monitor import Monitor, Used
from loadtests.dashboard.record import as_record
from loadtests.scenarios import PROBE, TRAFFIC
from tests.loadtests.dashboard.clocks import Clock


def test_the_lab_reads_what_was_recorded(live_load: LiveLoad, clock: Clock) -> None:
    """Users, flows and usage of each stack arrive by its name."""
    monitor = Monitor(live_load, Agent("http://nowhere", ""))
    usage = StackUsage({1: 0.5}, Footprint(20.0, 15.0, 3), alive=True)
    monitor.used = [Used(UsageReport(clock.now, "here", 2.0, 0.0, {"uvicorn/asgi": usage}), 0.25)]
    live_load.join(1, TRAFFIC)
    live_load.join(1, PROBE)
    clock.now += 3
    live_load.close()
    played = msgspec.json.decode(as_record(live_load, monitor), type=Played)
    assert (played.scenario, played.closed_at - played.began_at) == ("starvation", 3.0)
    assert played.users == {"gunicorn-sync/wsgi": 0, "uvicorn/asgi": 1}
    assert {name: set(target.flows) for name, target in played.targets.items()} == {
        "gunicorn-sync/wsgi": set(),
        "uvicorn/asgi": {TRAFFIC, PROBE},
    }
    assert played.probes_per_s == PROBES_PER_S
    assert played.used[0].report.stacks["uvicorn/asgi"].cpu_s == {1: 0.5}
