"""Which handler answers a request: a look-up in a table, the same for both interfaces."""

from collections.abc import Mapping
from typing import TypeVar

from contract import problems

Handler = TypeVar("Handler")


def find(routes: Mapping[str, Mapping[str, Handler]], path: str, method: str) -> Handler:
    """Return the handler of `routes[path][method]`; HEAD is served wherever GET is.

    Raises `Problem`: 404 for an unknown path, 405 with `allow` for another method.
    """
    methods = routes.get(path)
    if methods is None:
        raise problems.unknown_path(path)
    handler = methods.get("GET" if method == "HEAD" else method)
    if handler is None:
        raise problems.method_not_allowed(method, allowed(methods))
    return handler


def allowed(methods: Mapping[str, object]) -> set[str]:
    """Return the methods that a path takes, HEAD among them where GET is."""
    return {*methods, "HEAD"} if "GET" in methods else {*methods}
