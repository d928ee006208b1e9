"""A stage at a moment that the test sets."""

from types import SimpleNamespace

import pytest

from loadtests.dashboard import monitor as monitors
from loadtests.dashboard import stage as stages
from loadtests.dashboard.lineup import Entry
from loadtests.dashboard.stage import LiveStage
from tests.loadtests.dashboard.clocks import Clock

SLOTS = {"interface": 1, "blocking": 1, "offloaded": 1, "client": 1}
UNBOUNDED = {**SLOTS, "interface": None}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of stage and monitor."""
    clock = Clock()
    told = SimpleNamespace(monotonic=clock, process_time=clock)
    monkeypatch.setattr(stages, "time", told)
    monkeypatch.setattr(monitors, "time", told)
    return clock


@pytest.fixture
def stage(clock: Clock) -> LiveStage:
    """Return a stage of two stacks whose users have just begun to wait."""
    del clock  # set before the stage looks at it
    entries = [
        Entry("gunicorn-sync/wsgi", "http://1", SLOTS, "#000", ()),
        Entry("uvicorn/asgi", "http://2", UNBOUNDED, "#fff", ()),
    ]
    made = LiveStage(entries, "slow-io")
    made.begin("starvation")
    return made
