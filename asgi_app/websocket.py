"""WebSockets (ASGI WebSocket specification): a scope that lasts, with messages both ways."""

import asyncio

from asgi_app import requests, responses
from asgi_app.types import Message, Receive, Scope, Send
from contract import parameters, payloads, problems


async def websocket_echo(scope: Scope, receive: Receive, send: Send) -> None:
    """/ws/echo: each message as it came; who doesn't read its answers holds back the next."""
    demand_upgrade(scope)
    await accept(scope, receive, send)
    while (message := await receive())["type"] == "websocket.receive":
        content = {kind: message[kind] for kind in ("text", "bytes") if message.get(kind) is not None}
        if not await responses.send_if_connected(send, {"type": "websocket.send", **content}):
            return


async def websocket_clock(scope: Scope, receive: Receive, send: Send) -> None:
    """/ws/clock?interval=: numbered ticks, pushed until the client leaves."""
    demand_upgrade(scope)
    interval = parameters.INTERVAL.read(requests.query(scope))
    await accept(scope, receive, send)
    await responses.while_connected(receive, _tick(send, interval))


def demand_upgrade(scope: Scope) -> None:
    """Raise `Problem` (426) for a request that didn't ask to become a WebSocket."""
    if scope["type"] != "websocket":
        raise problems.upgrade_required()


async def accept(scope: Scope, receive: Receive, send: Send) -> None:
    """Open the WebSocket, in our subprotocol where the client offers it (RFC 6455, section 1.9)."""
    await receive()
    subprotocol = payloads.SUBPROTOCOL if payloads.SUBPROTOCOL in scope["subprotocols"] else None
    headers = list(responses.encoded((responses.INTERFACE,)))
    await send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": headers})


async def refuse(scope: Scope, receive: Receive, send: Send, problem: problems.Problem) -> None:
    """Refuse to open it: with the problem where the server takes an answer, else with its 403 (ASGI, "Close")."""
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return

    async def deny(message: Message) -> None:
        await send({**message, "type": f"websocket.{message['type']}"})

    await responses.problem(scope, deny, problem)


async def _tick(send: Send, interval: float) -> None:
    number = 1
    while await responses.send_if_connected(send, {"type": "websocket.send", "text": payloads.tick(number)}):
        await asyncio.sleep(interval)
        number += 1
