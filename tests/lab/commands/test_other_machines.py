"""The commands for other machines: how they refuse."""

import socket

import pytest

from lab.commands.other_machines import LoadOptions, targets_of
from lab.errors import LabError, UsageError
from lab.measure.server_process import free_port
from lab.servers import HOST
from records.run import LoadWorkersRecord


def test_targets_are_stacks_with_their_urls() -> None:
    """Each is named as everywhere, and stands where it was said to."""
    given = ["uvicorn/asgi=http://10.0.0.2:8000", "gunicorn-sync/wsgi=http://10.0.0.2:8001"]
    assert targets_of(given, "", "") == {
        "uvicorn/asgi": "http://10.0.0.2:8000",
        "gunicorn-sync/wsgi": "http://10.0.0.2:8001",
    }


@pytest.mark.parametrize(
    ("given", "agent_url", "says"),
    [
        (["nginx/asgi=http://10.0.0.2:8000"], "", "There is no stack 'nginx/asgi'"),
        (["http://10.0.0.2:8000"], "", "There is no stack 'http://10.0.0.2:8000'"),
        (["uvicorn/asgi"], "", "'' is no base URL"),
        (["uvicorn/asgi=10.0.0.2"], "", "'10.0.0.2' is no base URL"),
        (
            ["uvicorn/asgi=http://a:1", "uvicorn/asgi=http://b:1"],
            "",
            "uvicorn/asgi is given as a target twice",
        ),
        (["uvicorn/asgi=http://a:1"], "10.0.0.2:8900", "'10.0.0.2:8900' is no base URL"),
    ],
)
def test_targets_that_can_not_be_are_wrong_use(given: list[str], agent_url: str, says: str) -> None:
    """A stack that isn't known, a URL that is none, or the same stack twice is refused before anything is asked."""
    with pytest.raises(UsageError, match=says):
        targets_of(given, agent_url, "")


def test_load_workers_are_recorded_as_they_were_asked_for() -> None:
    """Where its master listens, for how many it waits and how long: what a resumed run needs."""
    port = free_port()
    asked = LoadOptions(master=True, host=HOST, port=port, expected=2, within_s=5.0)
    assert asked.record(1) == LoadWorkersRecord(HOST, port, 2, 5.0)


def test_nobody_is_waited_for_unless_asked() -> None:
    """Without --load-master the load comes from here."""
    assert LoadOptions(master=False, host=HOST, port=5557, expected=0, within_s=60.0).record(4) is None


@pytest.mark.parametrize(
    ("master", "expected", "processes", "says"),
    [
        (False, 2, 1, "say --load-master, too"),
        (True, 0, 1, "--load-master needs --expect-workers"),
        (True, 2, 3, "leave out --processes"),
    ],
)
def test_options_that_do_not_fit_are_wrong_use(
    *, master: bool, expected: int, processes: int, says: str
) -> None:
    """Each says what is missing or too much."""
    asked = LoadOptions(master=master, host=HOST, port=5557, expected=expected, within_s=60.0)
    with pytest.raises(UsageError, match=says):
        asked.record(processes)


def test_a_master_at_a_taken_port_is_one_sentence() -> None:
    """It is named before anything is measured, with what to do."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LabError, match=f"Port {port} is taken: choose another with --load-port"):
            LoadOptions(master=True, host=HOST, port=port, expected=1, within_s=60.0).record(1)
