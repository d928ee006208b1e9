"""Users of a load who leave at the end of a test."""

from collections.abc import Iterator

import gevent.socket
import pytest

from loadtests import client_behaviours, websocket
from tests.loadtests.load_users import LoadUser, NewUser, load_user


@pytest.fixture
def sockets_of_a_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give users the sockets that locust gives them: gevent's."""
    for module in (client_behaviours, websocket):
        monkeypatch.setattr(module, "socket", gevent.socket)


@pytest.fixture
def new_user(sockets_of_a_load: None) -> Iterator[NewUser]:
    """Make users, each of a behaviour and for a server."""
    del sockets_of_a_load  # set before they have any
    users = list[LoadUser]()

    def new(behaviour: str, host: str) -> LoadUser:
        users.append(load_user(behaviour, host))
        return users[-1]

    yield new
    for each in users:
        each.user.on_stop()
