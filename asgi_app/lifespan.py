"""The life of the server, told to the app (ASGI lifespan specification)."""

from asgi_app.types import Receive, Scope, Send
from contract import payloads


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Note the start in the state that each request gets a copy of, then wait for the end."""
    await receive()
    scope.get("state", {})["started_at"] = payloads.now()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
