"""The two apps as twins: the same files, functions and routes, the same work, and headers in the same order."""

import ast
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import FrameType

import pytest

import asgi_app.application
import wsgi_app.application
from contract.examples import Request, all_examples
from tests.clients import call_asgi, call_wsgi

ROOT = Path(__file__).parent.parent
WSGI, ASGI, CONTRACT = ROOT / "wsgi_app", ROOT / "asgi_app", ROOT / "contract"
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
    ("websocket.py", "_tick"),  # to say something unasked
    ("application.py", "UnknownScope"),  # and of a type that nobody knows
    ("responses.py", "BrokenStream"),  # a WSGI app just raises: the server is the one that iterates
    ("responses.py", "while_connected"),  # nobody tells a WSGI app that its client has gone
    ("responses.py", "_until_client_gone"),
    ("responses.py", "_send_all"),  # the server takes a WSGI app's chunks
    ("responses.py", "send_if_connected"),
    ("responses.py", "encoded"),  # headers are byte strings
}
BESIDE = {
    "waiting._work_on",
    "waiting.Jobs.finish",
}  # an answer, not for it: in a thread there, in a task here
ALIKE = [example.request for example in all_examples() if example.from_wsgi is None]


def names(path: Path) -> dict[str, list[str]]:
    """Return the functions and classes of a module with the names of their methods."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    definitions = [node for node in ast.parse(path.read_text()).body if isinstance(node, kinds)]
    return {
        node.name: [inner.name for inner in node.body if isinstance(inner, kinds)] for node in definitions
    }


def shared_names(folder: Path, module: str, others: set[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return the names of a module that its twin should have, in order."""
    return [(n, inner) for n, inner in names(folder / module).items() if (module, n) not in others]


def handler_names(routes: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """Return the routes with the module and name of each handler in place of the handler."""
    return {
        path: {
            method: f"{handler.__module__.partition('.')[2]}.{getattr(handler, '__name__', '')}"
            for method, handler in methods.items()
        }
        for path, methods in routes.items()
    }


@cache
def as_path(name: str) -> Path:
    """Return a file's path, made once: each call that is watched asks for two."""
    return Path(name)


def work(folder: Path, call: Callable[[], object]) -> tuple[Counter[str], set[str]]:
    """Return how often a call has an app use each function of the contract, and which of its own it goes through.

    Called once before, so that what is kept ready-made is there.
    """
    used: Counter[str] = Counter()
    own: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        path, name = as_path(frame.f_code.co_filename), frame.f_code.co_qualname.partition(".<locals>")[0]
        caller = frame.f_back and as_path(frame.f_back.f_code.co_filename).parent
        if path.parent == CONTRACT and caller == folder:
            used[name] += 1
        elif path.parent == folder and (path.name, name) not in ONLY_WSGI | ONLY_ASGI:
            own.add(f"{path.stem}.{name}")

    call()
    profile = sys.getprofile()
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(profile)
    return used, own - BESIDE


def wsgi_work(request: Request) -> tuple[Counter[str], set[str]]:
    """Return what the WSGI app does for a request."""
    return work(WSGI, lambda: call_wsgi(wsgi_app.app, request))


def asgi_work(request: Request) -> tuple[Counter[str], set[str]]:
    """Return what the ASGI app does for a request."""
    return work(ASGI, lambda: call_asgi(asgi_app.app, request))


def test_the_twins_have_the_same_files() -> None:
    """Every module of one app has its twin, but for ASGI's lifespan, which WSGI has no event for."""
    assert {path.name for path in ASGI.glob("*.py")} == {*TWINS, "lifespan.py"}


@pytest.mark.parametrize("module", TWINS)
def test_twin_modules_define_the_same_names(module: str) -> None:
    """Two twins define the same names, private ones too, in the same order, but for the exceptions listed above."""
    assert shared_names(WSGI, module, ONLY_WSGI) == shared_names(ASGI, module, ONLY_ASGI)


@pytest.mark.parametrize(
    ("folder", "exceptions"), [(WSGI, ONLY_WSGI), (ASGI, ONLY_ASGI)], ids=["wsgi", "asgi"]
)
def test_every_exception_exists(folder: Path, exceptions: set[tuple[str, str]]) -> None:
    """An exception that no module has any more would hide the next difference."""
    assert [(m, n) for m, n in sorted(exceptions) if n not in names(folder / m)] == []


def test_the_twins_have_the_same_routes() -> None:
    """Each path and method is answered by handlers of the same name in modules of the same name."""
    wsgi = handler_names(wsgi_app.application.ROUTES)
    assert wsgi == handler_names(asgi_app.application.ROUTES)
    assert wsgi["/stream"] == {"GET": "streaming.stream", "HEAD": "streaming.stream"}


def test_the_twins_have_their_routes_in_the_same_order() -> None:
    """A diff of the two tables shows nothing but the imports."""
    assert list(wsgi_app.application.ROUTES) == list(asgi_app.application.ROUTES)


def test_the_twins_send_their_headers_in_the_same_order() -> None:
    """Every header of one app's answer stands at the same place in the other's."""
    answers = {str(each): (call_wsgi(wsgi_app.app, each), call_asgi(asgi_app.app, each)) for each in ALIKE}
    orders = {
        each: [[name for name, _ in answer.headers] for answer in both] for each, both in answers.items()
    }
    assert {each: both for each, both in orders.items() if both[0] != both[1]} == {}


def test_the_twins_do_the_same_work() -> None:
    """Neither app parses, looks up or makes anything for an answer that the other doesn't, nor more often."""
    works = {str(each): (wsgi_work(each), asgi_work(each)) for each in ALIKE}
    assert {each: both for each, both in works.items() if both[0] != both[1]} == {}


def test_the_measured_path_is_the_same() -> None:
    """What `GET /` goes through: both apps route on the decoded path, and send headers that are ready-made."""
    hello = Request("GET", "/")
    steps = {"application.app", "requests.path", "basics.hello", "responses.answer"}
    assert wsgi_work(hello) == asgi_work(hello) == (Counter(), steps)
