"""What a run knows of a figure."""

import msgspec

from lab.judge.estimates import Known, known, trusted
from records.run import Doubt
from tests.lab import runs

RATE = "throughput_per_s"


def test_known_is_the_median_over_trials() -> None:
    """Repetitions count together."""
    run = runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=rate) for rate in (10.0, 20.0, 60.0)])
    assert known(run, "uvicorn/asgi", "slow-io", 50, RATE) == Known(20.0)


def test_discarded_trials_give_way_to_sound_ones() -> None:
    """One trial on a busy machine doesn't move what the others say."""
    busy = Doubt("machine-busy", "", "", discards=True)
    bad = msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0), doubts=[busy])
    run = runs.run([bad, runs.trial("uvicorn/asgi", 50, throughput_per_s=20.0)])
    assert known(run, "uvicorn/asgi", "slow-io", 50, RATE) == Known(20.0)


def test_discarded_alone_is_doubted() -> None:
    """Where no trial is sound the figure is told with its doubt, and trusted by nobody."""
    busy = Doubt("machine-busy", "", "", discards=True)
    run = runs.run(
        [msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=1.0), doubts=[busy])]
    )
    assert known(run, "uvicorn/asgi", "slow-io", 50, RATE) == Known(1.0, doubted=True)
    assert trusted(run, "uvicorn/asgi", "slow-io", 50, RATE) is None


def test_lower_bound_is_known_as_one() -> None:
    """What was never answered took at least so long."""
    open_end = Doubt("unanswered", "", "", [RATE])
    run = runs.run(
        [msgspec.structs.replace(runs.trial("uvicorn/asgi", 50, throughput_per_s=9.0), doubts=[open_end])]
    )
    assert known(run, "uvicorn/asgi", "slow-io", 50, RATE) == Known(9.0, at_least=True)


def test_nothing_is_known_without_trials() -> None:
    """A place that wasn't measured has no figure."""
    assert known(runs.run([]), "uvicorn/asgi", "slow-io", 50, RATE) is None
