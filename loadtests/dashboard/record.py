"""What was recorded of a load, as the lab reads it: one JSON document (`lab/measure/dashboard_run.py` judges it)."""

import msgspec

from loadtests.dashboard.live_load import LiveLoad
from loadtests.dashboard.monitor import Monitor, Used
from loadtests.scenarios import PROBE, TRAFFIC


class Record(msgspec.Struct, frozen=True):
    """A load that has ended: what was sent, when, by how many users of each stack, and what came of it.

    `targets` has for each stack what `Recorder.close` returns; `used` what was read every second.
    """

    scenario: str
    began_at: float
    closed_at: float
    probes_per_s: float
    users: dict[str, int]
    targets: dict[str, object]
    used: list[Used]


def as_record(live_load: LiveLoad, monitor: Monitor) -> bytes:
    """Return the record of a live_load that is closed, in JSON."""
    names = [entry.name for entry in live_load.stacks]
    flow = live_load.flows[0]
    return msgspec.json.encode(
        Record(
            scenario=live_load.scenario,
            began_at=live_load.began_at,
            closed_at=live_load.closed_at,
            probes_per_s=flow[PROBE].rate_per_s or 0.0,
            users=dict(zip(names, live_load.most_users(TRAFFIC), strict=True)),
            targets=dict(zip(names, live_load.record or [], strict=True)),
            used=monitor.used,
        )
    )
