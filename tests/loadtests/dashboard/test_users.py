"""Users of a dashboard who send a single request, to a server that may reset it."""

import pytest

from loadtests.dashboard.live_load import LiveLoad
from loadtests.recorder import Recorder
from records.dashboard import DashboardStack
from tests.loadtests.load_users import flow_of, open_sockets, unpatched
from tests.loadtests.resetting_server import Moment, Server, resetting, serving

KEEPING: tuple[str, ...] = ("ask", "stream", "websocket")

pytestmark = pytest.mark.usefixtures("sockets_of_a_load")


def sent_once(behaviour: str, server: Server) -> Recorder:
    """Let a guest send a request; return the recorder of the stack that it was sent to."""
    users, base = unpatched("loadtests.dashboard.users"), unpatched("loadtests.users")
    environment = unpatched("locust.env").Environment()
    environment.events.request.add_listener(base.on_request)
    live_load = LiveLoad([DashboardStack("uvicorn/asgi", server.host, {}, "#fff", ())], "slow-io")
    users.guest_of(live_load, 0, environment).send_once(flow_of(behaviour))
    return live_load.recorders[0]


@pytest.mark.parametrize("behaviour", KEEPING)
def test_a_guest_keeps_nothing_open(behaviour: str) -> None:
    """Who sends one request has no use for a kept connection."""
    before = open_sockets()
    with serving() as server:
        recorder = sent_once(behaviour, server)
    tally = recorder.tallies["traffic"]
    assert (len(tally.samples), tally.errors) == (1, {})
    assert open_sockets() <= before


@pytest.mark.parametrize("behaviour", [*KEEPING, "abandon"])
def test_a_guest_who_is_reset_leaves(behaviour: str) -> None:
    """The error counts once, and neither its lane nor its connection stays."""
    before = open_sockets()
    with resetting(Moment("connect", 1)) as server:
        recorder = sent_once(behaviour, server)
    assert (recorder.lanes, recorder.tallies["traffic"].errors) == ([], {"ConnectionResetError": 1})
    assert open_sockets() <= before
