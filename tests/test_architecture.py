"""Who may import whom: the floors of the house, and every arrow between its rooms."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FLOORS: tuple[tuple[str, ...], ...] = (
    ("contract", "records"),
    ("wsgi_app", "asgi_app"),
    ("bridge",),
    ("experiments", "tracing"),
    ("loadtests",),
    ("lab",),  # the modules beside lab's rooms: servers, stacks, addresses, errors, signals
    ("lab.http_client",),
    ("lab.judge",),
    ("lab.saved_runs",),
    ("lab.measure", "lab.tell"),
    ("lab.trace", "lab.capabilities", "lab.remote"),
    ("lab.commands",),
    ("benchmarks", "checks"),
)
"""From the ground up: each room may import what lies below it, and nobody beside or above it."""

ARROWS: dict[str, set[str]] = {
    "contract": set(),
    "records": set(),
    "wsgi_app": {"contract"},
    "asgi_app": {"contract"},
    "bridge": {"records", "wsgi_app", "asgi_app"},
    "experiments": {"records", "wsgi_app", "asgi_app", "bridge"},
    "tracing": {"contract", "records", "wsgi_app", "asgi_app", "bridge"},
    "loadtests": {"records"},
    "lab": {"records", "loadtests"},
    "lab.http_client": {"lab"},
    "lab.judge": {"records", "loadtests", "lab"},
    "lab.saved_runs": {"records", "loadtests", "lab", "lab.judge"},
    "lab.measure": {
        "contract", "records", "loadtests", "lab", "lab.http_client", "lab.judge", "lab.saved_runs",
    },
    "lab.tell": {"contract", "records", "loadtests", "lab", "lab.judge"},
    "lab.trace": {"contract", "records", "lab", "lab.http_client", "lab.measure"},
    "lab.capabilities": {"records", "lab", "lab.http_client", "lab.measure"},
    "lab.remote": {"contract", "records", "loadtests", "lab", "lab.measure"},
    "lab.commands": {
        "contract", "records", "lab", "lab.judge", "lab.saved_runs", "lab.measure", "lab.tell", "lab.trace",
        "lab.capabilities", "lab.remote",
    },
    "checks": {"lab.measure"},
    "benchmarks": {
        "contract", "records", "wsgi_app", "asgi_app", "loadtests", "lab", "lab.judge", "lab.saved_runs",
        "lab.measure", "lab.tell",
    },
}  # fmt: skip
"""Every import that there is between two rooms."""

ROOMS = frozenset(ARROWS)
PACKAGES = sorted({room.partition(".")[0] for room in ROOMS})
PLAIN = frozenset(
    f"loadtests.{name}"
    for name in (
        "agent_client",
        "calibrations",
        "ceilings",
        "charting_library",
        "machine",
        "recorder",
        "scenarios",
        "schedule",
    )
)
"""What others may import of loadtests: data and arithmetic; the rest is reached by locust's command line."""

STANDARD_LIBRARY: dict[str, set[str]] = {
    "contract": set(),
    "wsgi_app": set(),
    "asgi_app": set(),
    "records": {"msgspec"},
}
"""What a room may import beside the standard library and its own project."""

MACHINE = frozenset(
    {"os", "pathlib", "subprocess", "socket", "time", "datetime", "psutil", "shutil", "signal"}
)


def module_name(path: Path) -> str:
    """Return the dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES: dict[str, Path] = {
    module_name(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))
}


@cache
def imports(module: str) -> frozenset[str]:
    """Return the dotted names of all modules that a module imports, anywhere in it."""
    return frozenset(_imported(ast.parse(MODULES[module].read_text())))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, "imports are absolute"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in MODULES else node.module


def room_of(module: str) -> str:
    """Return the room that a module stands in."""
    first_two = ".".join(module.split(".")[:2])
    return first_two if first_two in ROOMS else module.partition(".")[0]


def arrows_from(room: str) -> set[str]:
    """Return every other room that the modules of a room import."""
    imported = {name for module in MODULES if room_of(module) == room for name in imports(module)}
    return {room_of(name) for name in imported if name.partition(".")[0] in PACKAGES} - {room}


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_arrows_are_these_and_no_others(room: str) -> None:
    """A room imports what the table says, and the table says nothing that it doesn't."""
    assert arrows_from(room) == ARROWS[room]


def test_no_arrow_points_up_or_aside() -> None:
    """Who is imported stands on a lower floor."""
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    assert floor.keys() == ROOMS
    assert [(room, below) for room in ROOMS for below in ARROWS[room] if floor[below] >= floor[room]] == []


def test_no_modules_import_each_other() -> None:
    """There is an order in which each module comes after all that it imports, those for its types included."""
    graph = {module: imports(module) & MODULES.keys() - {module} for module in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"import each other: {error.args[1]}")


@pytest.mark.parametrize("room", sorted(STANDARD_LIBRARY))
def test_these_need_only_the_standard_library(room: str) -> None:
    """The apps are written against the specs, with no framework, and records are but shapes."""
    imported = {
        name.partition(".")[0] for module in MODULES if room_of(module) == room for name in imports(module)
    }
    others = imported - set(sys.stdlib_module_names) - set(PACKAGES)
    assert others == STANDARD_LIBRARY[room]


def test_only_plain_modules_of_loadtests_are_imported() -> None:
    """Importing locust patches the process, so nobody else does, nor imports what imports it."""
    outside = {module for module in MODULES if room_of(module) != "loadtests"} - {"benchmarks.bare_user"}
    imported = {name for module in outside for name in imports(module)}
    assert {name for name in imported if name.startswith("loadtests.")} <= plain_modules()
    patching = {"locust", "gevent", "geventhttpclient"}
    assert {name for name in imported if name.partition(".")[0] in patching} == set()
    assert {name for module in plain_modules() for name in imports(module)} & patching == set()


def plain_modules() -> set[str]:
    """Return the plain modules of loadtests, with those that they are made of."""
    return {module for module in MODULES if ".".join(module.split(".")[:2]) in PLAIN}


@pytest.mark.parametrize("room", ["lab.judge", "lab.tell"])
def test_judge_and_tell_touch_nothing(room: str) -> None:
    """Judging and telling open no file, process or socket, and ask no clock."""
    imported = {
        name.partition(".")[0] for module in MODULES if room_of(module) == room for name in imports(module)
    }
    assert imported & MACHINE == set()


def test_the_client_understands_bytes_without_a_machine() -> None:
    """Only its connection and what is exchanged over it know sockets and clocks, and it stands on the ground."""
    client = {module: imports(module) for module in MODULES if room_of(module) == "lab.http_client"}
    pure = client.keys() - {"lab.http_client.connection", "lab.http_client.exchange"}
    assert {name for module in pure for name in client[module]} & {*MACHINE, "select"} == set()
    ours = {name for names in client.values() for name in names if name.partition(".")[0] in PACKAGES}
    assert {name for name in ours if room_of(name) != "lab.http_client"} == {"lab.servers"}


def test_one_client_speaks_the_protocols() -> None:
    """Whatever else in the lab asks a server about HTTP or WebSocket asks it through the client."""
    protocols = {"h11", "websockets", "wsproto"}
    lab = [module for module in MODULES if module.startswith("lab.")]
    speaking = {module for module in lab if {name.partition(".")[0] for name in imports(module)} & protocols}
    assert {room_of(module) for module in speaking} == {"lab.http_client"}


def test_modules_stay_small() -> None:
    """A module fits in a head: under 400 lines, no function over 60."""
    texts = {module: path.read_text() for module, path in MODULES.items()}
    assert [module for module, text in texts.items() if len(text.splitlines()) >= 400] == []
    assert [f"{module}.{name}" for module, text in texts.items() for name in long_functions(text)] == []


def long_functions(text: str) -> list[str]:
    """Return the functions of a module that have 60 lines or more."""
    functions = (
        n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [each.name for each in functions if (each.end_lineno or 0) - each.lineno >= 60]
