"""The load generator, driven for real against a server that does nothing else."""

from pathlib import Path

import pytest

from lab.measure.leash import Leash
from lab.measure.load import Generator, LoadFailed, Order, generator
from lab.measure.process import serving
from lab.measure.trial import watch
from lab.servers import Settings
from lab.stacks import find


def test_by_hand_command_needs_nothing_of_the_lab() -> None:
    """What is told for repeating by hand is locust's own command line."""
    command = str(Order("slow-io", 50, 3.0, "http://127.0.0.1:8000").by_hand())
    assert "-m locust -f " in command
    assert command.endswith("--scenario slow-io --level 50 --window 3 --result load.json")


def test_steady_load_sends_what_it_promises(held: Leash, tmp_path: Path) -> None:
    """An open loop of 500 a second is answered 500 times in a second, give or take the edges."""
    with (
        serving(find("uvicorn/asgi"), Settings(), held, log_path=tmp_path / "server.log") as server,
        generator(held, [], tmp_path) as load,
    ):
        server.wait_until_ready()
        with load.loading(Order("baseline", 500, 1.0, server.url), tmp_path / "trial") as locust:
            usage = watch(server, locust.window(server.check_alive))
            report = locust.report()
    came = report.flows["traffic"]
    assert 490 <= came.answers <= 505
    assert came.errors == {}
    assert sum(second.answers for second in came.seconds) == came.answers
    assert usage[-1].server > 0
    assert report.cpu_s > 0


def failing(load: Generator, order: Order, stem: Path) -> LoadFailed:
    """Return how a load fails."""
    with load.loading(order, stem) as locust, pytest.raises(LoadFailed) as failure:
        locust.window(lambda: None)
    return failure.value


def test_locust_that_will_not_start_is_told_with_its_log(held: Leash, tmp_path: Path) -> None:
    """A load that locust refuses is a failure with what locust said."""
    with generator(held, [], tmp_path) as load:
        failure = failing(load, Order("baseline", 7, 1.0, "http://127.0.0.1:9"), tmp_path / "trial")
    assert str(failure) == "The load generator ended before it had measured."
    assert "baseline has no level 7: choose one of 500" in "\n".join(failure.log)
