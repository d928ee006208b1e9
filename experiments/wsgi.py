"""The WSGI side of the experiments (PEP 3333)."""

from collections.abc import Callable, Iterable

from experiments import wsgi_handlers
from experiments.notes import Query, parse_query
from wsgi_app.types import Environ, StartResponse

Handler = Callable[[Environ, StartResponse, Query], Iterable[bytes]]


def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one experiment."""
    query = parse_query(environ.get("QUERY_STRING", ""))
    return handler_of(environ["PATH_INFO"])(environ, start_response, query)


def handler_of(path: str) -> Handler:
    """Return the function of a path's name: `wsgi_handlers.stream` answers `/stream`, `hello` the root."""
    handler: Handler = getattr(wsgi_handlers, path.removeprefix("/") or "hello")
    return handler
