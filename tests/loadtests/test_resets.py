"""Each behaviour, with its connection reset at each moment: an error, counted once, and no socket left open."""

import inspect
import re
from typing import Any

import gevent
import pytest

from loadtests.client_behaviours import FUNCTIONS
from loadtests.scenarios import BEHAVIOURS
from tests.loadtests.load_users import NewUser, open_sockets
from tests.loadtests.resetting_server import MOMENTS, Moment, answer, held_up, refusing, resetting, serving

HOLDING: tuple[str, ...] = ("idle", "silent")
KEEPING: tuple[str, ...] = ("ask", "stream", "websocket")
ASKING: tuple[str, ...] = tuple(each for each in BEHAVIOURS if each not in HOLDING)
PIECE, MESSAGES = Moment("sendall", 2), Moment("sendall", 2, answer, 1)
ANSWERED = Moment("recv", 2, answer, 1)


def name_of(behaviour: str, moment: Moment) -> str:
    """Return what a reset is called: geventhttpclient has a name of its own for one before an answer."""
    before_answer = moment in {MOMENTS["sending"], MOMENTS["reading"]}
    by_client = re.search(r"user\.(stream_)?client\b", inspect.getsource(FUNCTIONS[behaviour])) is not None
    return "HTTPConnectionClosed" if before_answer and by_client else "ConnectionResetError"


@pytest.mark.parametrize(
    ("behaviour", "moment"),
    [
        *[pytest.param(each, MOMENTS[name], id=f"{each} {name}") for each in ASKING for name in MOMENTS],
        pytest.param("upload", PIECE, id="upload sending its body"),
        pytest.param("websocket", MESSAGES, id="websocket sending messages"),
    ],
)
def test_a_reset_fails_one_request(new_user: NewUser, behaviour: str, moment: Moment) -> None:
    """Whenever it comes the request is one event, which names it, and its socket is closed; the next one is well."""
    with resetting(moment) as server:
        user, before = new_user(behaviour, server.host), open_sockets()
        user.send()
        assert (len(user.errors), user.recorded) == (1, {name_of(behaviour, moment): 1})
        assert open_sockets() <= before
        user.send()
        assert (user.errors[1:], user.lane.answers) == ([None], 2)


@pytest.mark.parametrize("behaviour", ASKING)
def test_a_refusal_fails_one_request(new_user: NewUser, behaviour: str) -> None:
    """Where nobody listens each request is an error, and leaves no socket open."""
    with refusing() as host:
        user, before = new_user(behaviour, host), open_sockets()
        user.send()
        user.send()
        assert (len(user.errors), user.recorded) == (2, {"ConnectionRefusedError": 2})
        assert open_sockets() <= before


@pytest.mark.parametrize(
    ("behaviour", "moment"),
    [
        *[pytest.param("idle", MOMENTS[name], id=f"idle {name}") for name in MOMENTS],
        pytest.param("idle", ANSWERED, id="idle holding"),
        pytest.param("silent", MOMENTS["connecting"], id="silent connecting"),
        pytest.param("silent", MOMENTS["reading"], id="silent holding"),
    ],
)
def test_a_connection_that_is_reset_is_not_held(new_user: NewUser, behaviour: str, moment: Moment) -> None:
    """Whether it had stood or not: it counts once, isn't held, is no request, and is closed."""
    with resetting(moment) as server:
        user, before = new_user(behaviour, server.host), open_sockets()
        user.send()
        assert (user.lane.holds, user.lane.answers, user.errors) == (False, 1, [])
        assert open_sockets() <= before


@pytest.mark.parametrize("behaviour", HOLDING)
def test_a_connection_that_is_refused_is_not_held(new_user: NewUser, behaviour: str) -> None:
    """Nobody listens: that is an answer too, and what is left of it is closed."""
    with refusing() as host:
        user, before = new_user(behaviour, host), open_sockets()
        user.send()
        assert (user.lane.holds, user.lane.answers, user.errors) == (False, 1, [])
        assert open_sockets() <= before


@pytest.mark.parametrize(
    ("behaviour", "requests", "errors"),
    [("ask", 1, {}), ("stream", 1, {}), ("websocket", 2, {"ConnectionResetError": 1})],
)
def test_a_kept_connection_that_is_reset_is_replaced(
    new_user: NewUser, behaviour: str, requests: int, errors: dict[str, int]
) -> None:
    """A server may close what is kept as a request goes out: who asks asks again, messages are lost once."""
    with resetting(Moment("sendall", requests + 1, answer, requests)) as server:
        user = new_user(behaviour, server.host)
        user.send()
        user.send()
        assert (len(user.errors), user.recorded) == (2, errors)
        user.send()
        assert user.errors[2] is None


@pytest.mark.parametrize("behaviour", KEEPING)
def test_a_user_who_stops_closes_what_was_kept(new_user: NewUser, behaviour: str) -> None:
    """The connection of an answered request stays open until its user stops."""
    before = open_sockets()
    with serving() as server:
        user = new_user(behaviour, server.host)
        user.send()
        assert (user.errors, len(open_sockets() - before)) == ([None], 3)  # the listener's and both ends'
        user.user.on_stop()
    assert open_sockets() <= before


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("behaviour", ASKING)
def test_a_user_who_is_stopped_leaves_nothing_open(new_user: NewUser, behaviour: str, moment: Moment) -> None:
    """Who is made to leave in the middle of a request has no event, and no socket."""
    before = open_sockets()
    with serving(moment) as server:
        user = new_user(behaviour, server.host)

        def stop(line: Any) -> None:
            server.reset(line)
            raise gevent.GreenletExit

        with held_up(moment, stop), pytest.raises(gevent.GreenletExit):
            user.send()
        user.user.on_stop()
    assert user.errors == []
    assert open_sockets() <= before
