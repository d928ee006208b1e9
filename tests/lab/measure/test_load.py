"""The load generator, driven for real against a server that does nothing else."""

from pathlib import Path

import pytest

from lab.measure.leash import Leash
from lab.measure.load import Generator, LoadFailed, Order, generator
from lab.measure.process import serving
from lab.measure.trial import watch
from lab.servers import Settings
from lab.stacks import find

URLS = ("http://127.0.0.1:8001", "http://127.0.0.1:8002")


def test_by_hand_command_needs_nothing_of_the_lab() -> None:
    """What is told for repeating by hand is locust's own command line."""
    command = str(Order("slow-io", 50, 3.0, URLS[:1], seed=7, warm_up_s=10.0).by_hand())
    assert "-m locust -f " in command
    assert command.endswith(
        f"--host {URLS[0]} --scenario slow-io --level 50 --window 3 --warm-up 10 --seed 7 --result load.json"
    )


def test_targets_that_take_turns_are_all_named() -> None:
    """One load goes to several servers, the first of which is locust's host."""
    command = str(Order("baseline", 500, 3.0, URLS).by_hand())
    assert f"--host {URLS[0]} " in command
    assert f"--targets {URLS[0]},{URLS[1]} " in command


def test_several_processes_are_locusts_own() -> None:
    """More than one process is asked for by locust's own argument, one isn't."""
    assert "--processes 3" in str(Order("baseline", 500, 3.0, URLS[:1], processes=3).by_hand())
    assert "--processes" not in str(Order("baseline", 500, 3.0, URLS[:1]).by_hand())


def test_steady_load_sends_what_it_promises(held: Leash, tmp_path: Path) -> None:
    """An open loop of 500 a second is answered 400 times in ten turns of 80 ms, and 400 were due."""
    with (
        serving(find("uvicorn/asgi"), Settings(), held, log_path=tmp_path / "server.log") as server,
        generator(held, [], tmp_path) as load,
    ):
        server.wait_until_ready()
        with load.loading(Order("baseline", 500, 1.0, (server.url,)), tmp_path / "trial") as locust:
            window = locust.window(server.check_alive)
            usage = watch(server, locust, window)
            report = locust.report()
    came = report.target().flows["traffic"]
    assert (report.opened_at, report.closed_at) == (window.opens_at, window.closes_at)
    assert (came.due, came.errors) == (400, {})
    assert 390 <= came.answers <= 405
    assert sum(second.answers for second in came.seconds) == came.answers
    assert [second.server > 0 for second in usage] == [True]
    assert [second.generator > 0 for second in usage] == [True]


def failing(load: Generator, order: Order, stem: Path) -> LoadFailed:
    """Return how a load fails."""
    with load.loading(order, stem) as locust, pytest.raises(LoadFailed) as failure:
        locust.window(lambda: None)
    return failure.value


def test_locust_that_will_not_start_is_told_with_its_log(held: Leash, tmp_path: Path) -> None:
    """A load that locust refuses is a failure with what locust said."""
    with generator(held, [], tmp_path) as load:
        failure = failing(load, Order("baseline", 7, 1.0, ("http://127.0.0.1:9",)), tmp_path / "trial")
    assert str(failure) == "The load generator ended before it had measured."
    assert "baseline has no level 7: choose one of 500" in "\n".join(failure.log)
