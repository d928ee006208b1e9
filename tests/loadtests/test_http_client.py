"""What a load's HTTP client makes of connections that break; `test_resets.py` has each behaviour."""

from typing import Any

import pytest

from loadtests.http_client import LoadClient
from tests.loadtests.load_users import NewUser, open_sockets
from tests.loadtests.resetting_server import Moment, answer, held_up, resetting, serving

BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
KEPT = Moment("sendall", 2, answer, 1)


def test_an_answer_to_a_request_that_could_not_be_sent_is_read(new_user: NewUser) -> None:
    """A server that is too busy to read says so and goes: that is told, not that it went."""
    with resetting(Moment("sendall", 1, unasked=BUSY)) as server:
        user = new_user("ask", server.host)
        user.send()
        assert user.recorded == {"LocustBadStatusCode": 1}


def test_a_kept_connection_is_replaced_by_one_that_may_fail(new_user: NewUser) -> None:
    """Where the server has gone with the connection, that is what the error says."""
    with serving(KEPT) as server:
        user, before = new_user("ask", server.host), open_sockets()
        user.send()

        def leave(line: Any) -> None:
            server.reset(line)
            server.stop()

        with held_up(Moment("sendall", 1), leave):
            user.send()
        assert user.recorded == {"ConnectionRefusedError": 1}
        assert open_sockets() <= before


def test_a_connection_is_kept_from_one_request_to_the_next() -> None:
    """Two requests need one socket, which closes with the client."""
    before = open_sockets()
    with serving() as server:
        client = LoadClient.from_url(server.host)
        for _ in range(2):
            assert client.get("/").read() == b"a\n" * 3
            opened = open_sockets() - before
        client.close()
    assert len(opened) == 3  # the listener's and both ends' of the connection
    assert open_sockets() <= before


def test_a_body_is_refused() -> None:
    """What may have been read already can't be sent again."""
    with pytest.raises(ValueError, match="a body"):
        LoadClient("127.0.0.1", 1).post("/", body="text")
