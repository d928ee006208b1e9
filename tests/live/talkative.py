"""An app that speaks WebSocket, traced: it repeats what it hears."""

import asgi_app
from asgi_app.types import Receive, Scope, Send
from tracing import TracedASGI


async def repeats(scope: Scope, receive: Receive, send: Send) -> None:
    """Say each text again, in capitals; leave other scopes to the lab's app."""
    if scope["type"] != "websocket":
        await asgi_app.app(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.accept", "headers": [(b"set-cookie", b"sid=hush-hush")]})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": event["text"].upper()})


app = TracedASGI(repeats)
