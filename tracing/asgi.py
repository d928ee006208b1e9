"""ASGI as it happens: a middleware that passes everything on and writes it down (ASGI 3).

One call has these steps:

1. The server calls `app(scope, receive, send)` once for a connection: a request, a WebSocket, or the server's own life.
2. Whenever the app wants to hear something it awaits `receive()`: the next event, sooner or later.
3. Whenever it has something to say it awaits `send(event)`, which returns when the server can take more.
4. The call ends when the app returns, raises, or is cancelled.

Between two awaits the event loop serves others: a call is a task and takes no thread for itself.
"""

import asyncio
from collections.abc import Mapping

from asgi_app.types import Handler, Message, Receive, Scope, Send
from records.trace import Lane
from tracing.journal import Call, piece

PAYLOADS = ("body", "bytes", "text")  # keys of events whose values are shown by size


class TracedASGI:
    """An app, traced; servers see an ASGI app, the app sees a server ("Middleware")."""

    def __init__(self, app: Handler, caller: Lane = "server", callee: Lane = "app") -> None:
        self.app = app
        self.caller = caller
        self.callee = callee

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        call = Call("asgi", self.caller, self.callee)
        call.to_app("scope", scope=scope)

        async def traced_receive() -> Message:
            call.to_server("receive")
            try:
                event = await receive()
            except asyncio.CancelledError:
                call.to_server("receive cancelled")
                raise
            call.to_app("received", **event_details(event))
            return event

        async def traced_send(event: Message) -> None:
            call.to_server("send", **event_details(event))
            try:
                await send(event)
            except BaseException as error:
                call.to_app("send raised", error=repr(error))
                raise
            call.to_app("sent")

        try:
            await self.app(scope, traced_receive, traced_send)
        except asyncio.CancelledError:
            call.to_server("cancelled")
            raise
        except BaseException as error:
            call.to_server("raise", error=repr(error))
            raise
        call.to_server("return")


def event_details(event: Mapping[str, object]) -> dict[str, object]:
    """Return an event, and the payload that it carries by its size and first bytes."""
    rest = {key: value for key, value in event.items() if key not in PAYLOADS}
    payload = next((event[key] for key in PAYLOADS if event.get(key) is not None), None)
    if payload is None:
        return {"event": rest}
    return {"event": rest, **piece(payload.encode() if isinstance(payload, str) else bytes(payload))}  # type: ignore[call-overload] # the spec has bytes
