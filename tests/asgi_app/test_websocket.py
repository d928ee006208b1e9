"""WebSockets without a server: what is accepted, what is refused and how, and when a conversation ends."""

import asyncio
import json
from collections.abc import Mapping

import pytest

import asgi_app
from asgi_app.types import Message, Scope
from contract import payloads
from tests.clients import Connection

DEADLINE_S = 10
CONNECT: Message = {"type": "websocket.connect"}
LEFT: Message = {"type": "websocket.disconnect", "code": 1000}
DENIALS: Mapping[str, object] = {"websocket.http.response": {}}


class Socket(Connection):
    """A client that says these messages and then leaves, once it was sent `leaves_after` of them."""

    def __init__(self, *messages: Message, leaves_after: int = 0, lost: bool = False) -> None:
        super().__init__(CONNECT, *messages)
        self.leaves_after = leaves_after
        self.lost = lost
        self.heard = asyncio.Event()

    async def receive(self) -> Message:
        """Give the next message, and the end once the client has heard enough."""
        if self.messages:
            return self.messages.pop(0)
        await self.heard.wait()
        return LEFT

    async def send(self, message: Message) -> None:
        """Note what the app sent; a lost client's socket fails once it is open."""
        if self.lost and message["type"] == "websocket.send":
            raise ConnectionResetError
        await super().send(message)
        if len(self.sent) > self.leaves_after:
            self.heard.set()


def said(content: str | bytes) -> Message:
    """Return what a server tells of a message; it may name the other kind, too (ASGI, "Receive")."""
    text, binary = (content, None) if isinstance(content, str) else (None, content)
    return {"type": "websocket.receive", "text": text, "bytes": binary}


def scope_of(target: str, *offered: str, extensions: Mapping[str, object] | None = None) -> Scope:
    """Return the scope of a WebSocket."""
    path, _, query = target.partition("?")
    scope: Scope = {"type": "websocket", "path": path, "query_string": query.encode(), "headers": []}
    return {**scope, "subprotocols": list(offered), **({"extensions": extensions} if extensions else {})}


def held(
    target: str, socket: Socket, *offered: str, extensions: Mapping[str, object] | None = None
) -> Socket:
    """Hold a conversation to its end."""
    scope = scope_of(target, *offered, extensions=extensions)

    async def hold() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await asgi_app.app(scope, socket.receive, socket.send)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(hold())
    return socket


@pytest.mark.parametrize(
    ("content", "kind"), [("h\u00e9", "text"), ("", "text"), (b"\xff\x00", "bytes"), (b"", "bytes")]
)
def test_a_message_comes_back_as_what_it_was(content: str | bytes, kind: str) -> None:
    """Text stays text and binary binary, empty messages too."""
    _, echoed = held("/ws/echo", Socket(said(content))).sent
    assert echoed == {"type": "websocket.send", kind: content}


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [((), None), (("chat",), None), (("lab.echo",), "lab.echo"), (("chat", "lab.echo"), "lab.echo")],
)
def test_the_subprotocol_is_ours_or_none(offered: tuple[str, ...], chosen: str | None) -> None:
    """Of what a client offers the one that is spoken here is chosen, and nothing that wasn't offered."""
    accepted, *_ = held("/ws/echo", Socket(), *offered).sent
    assert accepted == {
        "type": "websocket.accept",
        "subprotocol": chosen,
        "headers": [(b"x-lab-interface", b"asgi")],
    }


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/ws", 404),
        ("/", 404),
        ("/ws/clock", 400),
        ("/ws/clock?interval=6", 400),
        ("/ws/clock?interval=a", 400),
    ],
)
def test_what_is_refused_is_told_why(target: str, status: int) -> None:
    """A server that takes an answer to a handshake is given the problem that a request would get."""
    start, body = held(target, Socket(), extensions=DENIALS).sent
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert body["type"] == "websocket.http.response.body"
    assert json.loads(body["body"])["status"] == status


def test_what_is_refused_is_closed_where_no_answer_is_taken() -> None:
    """Without that extension closing before accepting is all that an app can do."""
    assert held("/ws", Socket()).sent == [{"type": "websocket.close"}]


def test_the_clock_ticks_until_its_client_leaves() -> None:
    """Ticks are numbered from 1, and the client's end is theirs."""
    _, *ticks = held("/ws/clock?interval=0", Socket(leaves_after=3)).sent
    assert [tick["text"] for tick in ticks[:3]] == [payloads.tick(number) for number in (1, 2, 3)]


def test_the_clock_waits_between_ticks() -> None:
    """A client that leaves in the pause after the first tick was sent one."""
    _, *ticks = held("/ws/clock?interval=5", Socket(leaves_after=1)).sent
    assert [tick["text"] for tick in ticks] == [payloads.tick(1)]


@pytest.mark.parametrize("target", ["/ws/echo", "/ws/clock?interval=0"])
def test_a_client_that_is_lost_ends_the_conversation(target: str) -> None:
    """A send that fails because the client is gone is its end, not a failure of the app."""
    assert len(held(target, Socket(said("a"), said("b"), leaves_after=9, lost=True)).sent) == 1
