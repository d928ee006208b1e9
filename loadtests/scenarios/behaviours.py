"""How users behave: what is said of each behaviour. `loadtests/client_behaviours.py` has what each one does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Behaviour:
    """A row: what stands in words behind the number of users, the method that they ask by, whether requests end.

    An idle connection has no answer, and a large download doesn't end in time.
    """

    says: str
    method: str = "GET"
    ends: bool = True


BEHAVIOURS: dict[str, Behaviour] = {
    "ask": Behaviour("each as soon as it is answered"),
    "connect": Behaviour("each request on a new connection"),
    "stream": Behaviour("reading each chunk as it comes"),
    "upload": Behaviour("each sending its body a piece at a time", method="POST"),
    "download": Behaviour("each reading a piece now and then", ends=False),
    "idle": Behaviour("each asking once and then holding its connection", ends=False),
    "silent": Behaviour("each connecting and saying nothing", ends=False),
    "abandon": Behaviour("each leaving after a few chunks"),
    "websocket": Behaviour("each on a WebSocket that it keeps"),
}
