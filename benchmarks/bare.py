"""Three lines without any routing: what the apps' routing is compared with.

They answer what `GET /` of the apps answers, header for header.
"""

from collections.abc import Iterable

from asgi_app.types import Receive, Scope, Send
from contract.payloads import HELLO
from wsgi_app.types import Environ, StartResponse

HEADERS = [("content-type", "text/plain; charset=utf-8"), ("content-length", "30")]
WSGI_HEADERS = [*HEADERS, ("x-lab-interface", "wsgi")]
ASGI_HEADERS = [(n.encode(), v.encode()) for n, v in [*HEADERS, ("x-lab-interface", "asgi")]]


def wsgi(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer in two lines."""
    start_response("200 OK", WSGI_HEADERS)
    return [HELLO]


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in two lines; lifespan is refused, as the spec allows."""
    if scope["type"] != "http":
        raise ValueError(scope["type"])
    await send({"type": "http.response.start", "status": 200, "headers": ASGI_HEADERS})
    await send({"type": "http.response.body", "body": HELLO})
