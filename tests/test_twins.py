"""The two apps as twins: the same files, the same functions, the same routes."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

import asgi_app.application
import wsgi_app.application

ROOT = Path(__file__).parent.parent
WSGI, ASGI = ROOT / "wsgi_app", ROOT / "asgi_app"
TWINS = sorted(path.name for path in WSGI.glob("*.py"))

ONLY_WSGI = {
    ("responses.py", "status_line"),  # start_response takes the status with its phrase, ASGI the number alone
}
ONLY_ASGI = {
    ("application.py", "without_request"),  # a scope may be something else than a request
    ("application.py", "converse"),  # a WebSocket, for one
    ("websocket.py", "demand_upgrade"),  # which the scope's type tells
    ("websocket.py", "accept"),  # and the app opens
    ("websocket.py", "refuse"),  # or not
    ("application.py", "UnknownScope"),  # and of a type that nobody knows
    ("responses.py", "BrokenStream"),  # a WSGI app just raises: the server is the one that iterates
    ("responses.py", "while_connected"),  # nobody tells a WSGI app that its client has gone
    ("responses.py", "taken"),
    ("responses.py", "described"),  # headers are byte strings: encoded once and kept
    ("responses.py", "encoded"),
}


def public_names(path: Path) -> dict[str, list[str]]:
    """Return the public functions and classes of a module with the names of their methods."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [node for node in ast.parse(path.read_text()).body if isinstance(node, kinds)]
    return {
        node.name: [inner.name for inner in node.body if isinstance(inner, kinds)]
        for node in found
        if not node.name.startswith("_")
    }


def shared_names(folder: Path, module: str, others: set[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return the public names of a module that its twin should have, in order."""
    return [(n, inner) for n, inner in public_names(folder / module).items() if (module, n) not in others]


def handler_names(routes: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """Return the routes with the module and name of each handler in place of the handler."""
    return {
        path: {
            method: f"{handler.__module__.partition('.')[2]}.{getattr(handler, '__name__', '')}"
            for method, handler in methods.items()
        }
        for path, methods in routes.items()
    }


def test_the_twins_have_the_same_files() -> None:
    """Every module of one app has its twin, but for ASGI's lifespan, which WSGI has no event for."""
    assert {path.name for path in ASGI.glob("*.py")} == {*TWINS, "lifespan.py"}


@pytest.mark.parametrize("module", TWINS)
def test_twin_modules_define_the_same_names(module: str) -> None:
    """Two twins define the same public names in the same order, but for the exceptions listed above."""
    assert shared_names(WSGI, module, ONLY_WSGI) == shared_names(ASGI, module, ONLY_ASGI)


@pytest.mark.parametrize(
    ("folder", "exceptions"), [(WSGI, ONLY_WSGI), (ASGI, ONLY_ASGI)], ids=["wsgi", "asgi"]
)
def test_every_exception_exists(folder: Path, exceptions: set[tuple[str, str]]) -> None:
    """An exception that no module has any more would hide the next difference."""
    assert [(m, n) for m, n in sorted(exceptions) if n not in public_names(folder / m)] == []


def test_the_twins_have_the_same_routes() -> None:
    """Each path and method is answered by handlers of the same name in modules of the same name."""
    wsgi = handler_names(wsgi_app.application.ROUTES)
    assert wsgi == handler_names(asgi_app.application.ROUTES)
    assert wsgi["/stream"] == {"GET": "streaming.stream", "HEAD": "streaming.stream"}


def test_the_twins_have_their_routes_in_the_same_order() -> None:
    """A diff of the two tables shows nothing but the imports."""
    assert list(wsgi_app.application.ROUTES) == list(asgi_app.application.ROUTES)
