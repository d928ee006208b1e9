"""Doubts, told once each."""

import msgspec

from lab.tell.run.doubts import group_doubts
from records.run import Doubt
from tests.lab import runs


def test_doubts_are_told_once_with_their_places() -> None:
    """One kind of doubt is one entry, under it each trial and what it said there."""
    doubt = Doubt("machine-busy", "busy", "close what else runs", discards=True)
    trials = [
        msgspec.structs.replace(runs.trial(name, 50, throughput_per_s=1.0), doubts=[doubt])
        for name in ("uvicorn/asgi", "gunicorn-sync/wsgi")
    ]
    (found,) = group_doubts(trials)
    assert found.doubt == doubt
    assert found.places == ["uvicorn/asgi slow-io@50: busy", "gunicorn-sync/wsgi slow-io@50: busy"]
