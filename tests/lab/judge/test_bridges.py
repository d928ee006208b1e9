"""What bridges cost, told by the fields of stacks."""

import msgspec
import pytest

from lab.judge.bridges import Price, bridges, guards, unbridged, unguarded
from records.run import Doubt
from tests.lab import runs
from tests.lab.judge.test_claims import costing


def prices(found: list[Price]) -> list[tuple[str, str, float, str]]:
    """Return prices with their ratios alone."""
    return [(each.stack, each.against, round(each.ratio.ratio, 6), each.verdict) for each in found]


def test_a_bridge_is_priced_against_its_own_server() -> None:
    """Both directions, each against the server's native app, in the order of the run."""
    uvicorn = {"uvicorn/asgi": 100.0, "uvicorn/wsgi-bridged": 300.0}
    run = costing({**uvicorn, "waitress/asgi-bridged": 90.0, "waitress/wsgi": 60.0})
    assert prices(bridges(run)) == [
        ("uvicorn/wsgi-bridged", "uvicorn/asgi", 3.0, "slower"),
        ("waitress/asgi-bridged", "waitress/wsgi", 1.5, "slower"),
    ]


def test_a_guard_is_priced_against_the_bridge_as_it_comes() -> None:
    """It has a price against the native app, too."""
    run = costing({"uvicorn/asgi": 100.0, "uvicorn/wsgi-bridged": 300.0, "uvicorn/wsgi-guarded": 375.0})
    assert prices(guards(run)) == [("uvicorn/wsgi-guarded", "uvicorn/wsgi-bridged", 1.25, "slower")]
    assert [price.stack for price in bridges(run)] == ["uvicorn/wsgi-bridged", "uvicorn/wsgi-guarded"]


def test_another_servers_native_app_is_no_measure() -> None:
    """Without a counterpart on the same server there is no price."""
    run = costing({"hypercorn/asgi": 100.0, "uvicorn/wsgi-bridged": 300.0, "hypercorn/wsgi-guarded": 150.0})
    assert [price.stack for price in bridges(run)] == ["hypercorn/wsgi-guarded"]
    assert guards(run) == []


def test_what_is_within_the_noise_is_a_tie() -> None:
    """One per cent more is no price."""
    run = costing({"uvicorn/asgi": 100.0, "uvicorn/wsgi-bridged": 101.0})
    assert prices(bridges(run)) == [("uvicorn/wsgi-bridged", "uvicorn/asgi", 1.01, "tie")]


def test_what_was_measured_minutes_apart_has_no_price() -> None:
    """The machine's drift would be the bridge's."""
    run = costing({"uvicorn/asgi": 100.0, "uvicorn/wsgi-bridged": 300.0})
    run.trials = [msgspec.structs.replace(trial, turns=False) for trial in run.trials]
    assert bridges(run) == []


@pytest.mark.parametrize("name", ["uvicorn/asgi", "uvicorn/wsgi-bridged"])
def test_a_doubted_cost_has_no_price(name: str) -> None:
    """Neither side may be discarded."""
    run = costing({"uvicorn/asgi": 100.0, "uvicorn/wsgi-bridged": 300.0})
    busy = Doubt("machine-busy", "", "", discards=True)
    run.trials = [
        msgspec.structs.replace(trial, doubts=[busy] if trial.stack == name else []) for trial in run.trials
    ]
    assert bridges(run) == []


def test_names_decide_nothing() -> None:
    """An app of any name is found by what it speaks and by the bridge before it."""
    shop = msgspec.structs.replace(runs.stack("uvicorn/shop"), speaks="asgi", bridge="")
    crossed = msgspec.structs.replace(runs.stack("uvicorn/crossed"), speaks="wsgi", bridge="bridged")
    guarded = msgspec.structs.replace(runs.stack("uvicorn/safe"), speaks="wsgi", bridge="guarded")
    run = runs.run(stacks=[crossed, guarded, shop])
    assert (unbridged(run, crossed), unbridged(run, guarded)) == (shop, shop)
    assert (unguarded(run, guarded), unguarded(runs.run(stacks=[guarded]), guarded)) == (crossed, None)
