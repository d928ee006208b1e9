"""The callable that a server calls, and its table of routes."""

import logging
from collections.abc import Iterable

from contract import problems, routing
from wsgi_app import basics, bodies, requests, responses, streaming, waiting, websocket
from wsgi_app.types import Environ, Handler, StartResponse

log = logging.getLogger(__name__)


def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request (PEP 3333, "The Application/Framework Side")."""
    path, method = requests.path(environ), environ["REQUEST_METHOD"]
    try:
        handler = ROUTES[path][method]
    except KeyError:
        return responses.problem(environ, start_response, routing.refusal(ROUTES, path, method))
    try:
        return handler(environ, start_response)
    except problems.Problem as problem:
        return responses.problem(environ, start_response, problem)
    except Exception:
        log.exception("%s %s failed", method, path)
        return responses.problem(environ, start_response, problems.internal_error())


ROUTES: dict[str, dict[str, Handler]] = routing.with_head(
    {
        "/": {"GET": basics.hello},
        "/hello": {"GET": basics.greet},
        "/json": {"GET": basics.json},
        "/inspect": {"GET": basics.inspect},
        "/lifespan": {"GET": basics.lifespan},
        "/failure": {"GET": basics.failure},
        "/echo": {"POST": bodies.echo},
        "/upload": {"POST": bodies.upload},
        "/sleep": {"GET": waiting.sleep},
        "/sleep/blocking": {"GET": waiting.sleep_blocking},
        "/sleep/offloaded": {"GET": waiting.sleep_offloaded},
        "/cpu": {"GET": waiting.cpu},
        "/background": {"GET": waiting.background_jobs, "POST": waiting.background},
        "/stream": {"GET": streaming.stream},
        "/events": {"GET": streaming.events},
        "/bytes": {"GET": streaming.bytes_},
        "/ws/echo": {"GET": websocket.websocket_echo},
        "/ws/clock": {"GET": websocket.websocket_clock},
    }
)
