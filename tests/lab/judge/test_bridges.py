"""What bridges cost, told by the fields of stacks."""

import msgspec
import pytest

from lab.judge.bridges import Price, bridges, guards, unbridged, unguarded
from records.run import Doubt, Run
from tests.lab import runs
from tests.lab.judge.test_claims import made, run_of


def costing(costs: dict[str, float]) -> Run:
    """Return a run in which a request costs these stacks so many µs."""
    return run_of(*(made(name, "baseline", 500, cpu_us_per_request=cost) for name, cost in costs.items()))


def test_a_bridge_is_priced_against_its_own_server() -> None:
    """Both directions, each against the server's native app, in the order of the run."""
    uvicorn = {"uvicorn/asgi": 100.0, "uvicorn/wsgi-bridged": 300.0}
    run = costing({**uvicorn, "waitress/asgi-bridged": 90.0, "waitress/wsgi": 60.0})
    assert bridges(run) == [
        Price("uvicorn/wsgi-bridged", "uvicorn/asgi", 3.0),
        Price("waitress/asgi-bridged", "waitress/wsgi", 1.5),
    ]


def test_a_guard_is_priced_against_the_bridge_as_it_comes() -> None:
    """It has a price against the native app, too."""
    run = costing({"uvicorn/asgi": 100.0, "uvicorn/wsgi-bridged": 300.0, "uvicorn/wsgi-guarded": 375.0})
    assert guards(run) == [Price("uvicorn/wsgi-guarded", "uvicorn/wsgi-bridged", 1.25)]
    assert [price.stack for price in bridges(run)] == ["uvicorn/wsgi-bridged", "uvicorn/wsgi-guarded"]


def test_another_servers_native_app_is_no_measure() -> None:
    """Without a counterpart on the same server there is no price."""
    run = costing({"hypercorn/asgi": 100.0, "uvicorn/wsgi-bridged": 300.0, "hypercorn/wsgi-guarded": 150.0})
    assert [price.stack for price in bridges(run)] == ["hypercorn/wsgi-guarded"]
    assert guards(run) == []


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
