"""A load at a moment that the test sets."""

from types import SimpleNamespace

import pytest

from loadtests.dashboard import live_load as stages
from loadtests.dashboard import monitor as monitors
from loadtests.dashboard.live_load import LiveLoad
from records.dashboard import DashboardStack
from tests.loadtests.dashboard.clocks import Clock

SLOTS: dict[str, int | None] = {"interface": 1, "blocking": 1, "offloaded": 1, "client": 1}
UNBOUNDED = {**SLOTS, "interface": None}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of load and monitor."""
    clock = Clock()
    told = SimpleNamespace(monotonic=clock, process_time=clock)
    monkeypatch.setattr(stages, "time", told)
    monkeypatch.setattr(monitors, "time", told)
    return clock


@pytest.fixture
def live_load(clock: Clock) -> LiveLoad:
    """Return a load of two stacks whose users have just begun to wait."""
    del clock  # set before the load looks at it
    entries = [
        DashboardStack("gunicorn-sync/wsgi", "http://1", SLOTS, "#000", ()),
        DashboardStack("uvicorn/asgi", "http://2", UNBOUNDED, "#fff", ()),
    ]
    made = LiveLoad(entries, "slow-io")
    made.begin("starvation")
    return made
