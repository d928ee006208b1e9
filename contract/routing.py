"""Which handler answers a request: `routes[path][method]`, the same for both interfaces."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from contract import problems
from contract.endpoints import Endpoint

Handler = TypeVar("Handler")


def routes(
    endpoints: Iterable[Endpoint], handler_of: Callable[[str], Handler]
) -> dict[str, dict[str, Handler]]:
    """Return who answers each endpoint by path and method; `handler_of` returns an app's function of that name."""
    return with_head(
        {
            endpoint.path: {method: handler_of(name) for method, name in endpoint.handlers.items()}
            for endpoint in endpoints
        }
    )


def with_head(routes: Mapping[str, Mapping[str, Handler]]) -> dict[str, dict[str, Handler]]:
    """Return the routes with HEAD wherever GET is (RFC 9110, section 9.3.2)."""
    return {
        path: {**methods, "HEAD": methods["GET"]} if "GET" in methods else dict(methods)
        for path, methods in routes.items()
    }


def refusal(routes: Mapping[str, Mapping[str, object]], path: str, method: str) -> problems.Problem:
    """Return why nothing is there: 404 for an unknown path, 405 with `allow` for another method."""
    if path not in routes:
        return problems.unknown_path(path)
    return problems.method_not_allowed(method, routes[path])
