"""The callable that a server calls, and its table of routes."""

import logging
from collections.abc import Iterable
from importlib import import_module

from contract import problems, routing
from contract.endpoints import ENDPOINTS
from wsgi_app import requests, responses
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


def handler_of(name: str) -> Handler:
    """Return the function that an endpoint names: `basics.hello` (`contract/endpoints.py` has the table)."""
    module, _, function = name.partition(".")
    handler: Handler = getattr(import_module(f"wsgi_app.{module}"), function)
    return handler


ROUTES: dict[str, dict[str, Handler]] = routing.routes(ENDPOINTS, handler_of)
