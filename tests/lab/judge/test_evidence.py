"""Rules that let one value of each stack decide."""

from lab.judge.evidence import Outcome, Values, figures, listed
from records.run import Doubt
from tests.lab import runs

SLOW, QUICK = runs.trial("uvicorn/asgi", 1, memory_mib=30.0), runs.trial("uvicorn/asgi", 50, memory_mib=20.0)
SMALL = Values(
    lambda run: figures(run, "asgi", "memory_mib", "slow-io"),
    lambda mib: "confirmed" if max(mib) < 25 else "refuted",
    says={"confirmed": "It is small: {}.", "refuted": "It is large: {}."},
    form="{:.0f} MiB",
    scenario="slow-io",
)


def test_values_decide_and_are_said() -> None:
    """At the scenario's last level where none is named, with the places where they stand."""
    outcome = SMALL(runs.run([SLOW, QUICK]))
    assert outcome == Outcome(
        "confirmed", "It is small: uvicorn/asgi 20 MiB.", (("uvicorn/asgi", "slow-io", 50),)
    )


def test_without_values_nothing_is_decided() -> None:
    """A claim isn't measured then."""
    assert SMALL(runs.run()) is None


def test_figures_are_of_stacks_without_a_bridge_and_beyond_doubt() -> None:
    """What a bridge adds isn't the interface's, and what a doubt discards decides nothing."""
    run = runs.run(
        [runs.trial(name, 1, memory_mib=20.0) for name in ("uvicorn/asgi", "uvicorn/wsgi-bridged")],
        [runs.stack("uvicorn/asgi"), runs.stack("uvicorn/wsgi-bridged")],
    )
    assert figures(run, "asgi", "memory_mib", "slow-io", 1) == {"uvicorn/asgi": 20.0}
    run.trials[0].doubts.append(Doubt("machine-busy", "busy", "wait", discards=True))
    assert figures(run, "asgi", "memory_mib", "slow-io", 1) == {}


def test_values_are_listed_by_stack() -> None:
    """Each in its form, as it is where there is none."""
    assert listed({"a": 1.26, "b": 2.0}, "{:.1f}") == "a 1.3, b 2.0"
    assert listed({"a": "yes"}) == "a yes"
