"""Who may import whom (docs of the design): these arrows and no others."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "contract",
    "records",
    "wsgi_app",
    "asgi_app",
    "bridge",
    "experiments",
    "tracing",
    "loadtests",
    "lab",
)

ARROWS = {
    "contract": set(),
    "records": set(),
    "wsgi_app": {"contract"},
    "asgi_app": {"contract"},
    "bridge": {"records", "wsgi_app", "asgi_app"},
    "experiments": {"records", "wsgi_app", "asgi_app", "bridge"},  # the words of both interfaces
    "tracing": {"contract", "records", "wsgi_app", "asgi_app", "bridge"},
    "loadtests": {"records"},
    "lab": {"contract", "records"},  # and of loadtests its path, what is plain data, and an agent's client
}
PLAIN_MODULES = ("agent_client", "calibrations", "ceilings", "machine", "scenarios", "schedule")
PLAIN = {f"loadtests.{name}" for name in PLAIN_MODULES}
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Return the dotted names of all modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def package_of(path: Path) -> str:
    """Return the top package of a file."""
    return path.relative_to(ROOT).parts[0]


def allowed(name: str, package: str) -> bool:
    """Tell whether a package may import a name of another of ours."""
    if name.startswith("loadtests") and package == "lab":
        return name == "loadtests" or ".".join(name.split(".")[:2]) in PLAIN
    return name.partition(".")[0] in ARROWS[package]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_follow_the_arrows(path: Path) -> None:
    """A module imports of the project only what the arrows allow."""
    package = package_of(path)
    ours = {name for name in imports(path) if name.partition(".")[0] in {*PACKAGES, "tests", "benchmarks"}}
    others = {name for name in ours if name.partition(".")[0] != package}
    assert {name for name in others if not allowed(name, package)} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_loadtests_imports_locust(path: Path) -> None:
    """Importing locust patches the process, so nobody else does."""
    patching = {name for name in imports(path) if name.partition(".")[0] in {"locust", "gevent"}}
    assert not patching or package_of(path) == "loadtests"


@pytest.mark.parametrize("folder", ["judge", "tell"])
def test_judge_and_tell_never_measure(folder: str) -> None:
    """What is judged and told comes from records alone."""
    modules = (ROOT / "lab" / folder).rglob("*.py")
    assert {name for path in modules for name in imports(path) if name.startswith("lab.measure")} == set()


def test_tell_knows_traces_by_their_records() -> None:
    """A trace is told from what was kept of it."""
    used = {name for path in (ROOT / "lab" / "tell").rglob("*.py") for name in imports(path)}
    assert {name for name in used if name.startswith("lab.trace")} == set()


@pytest.mark.parametrize(
    ("folder", "above"), [("measure", {"lab.remote", "lab.commands"}), ("remote", {"lab.commands"})]
)
def test_measuring_knows_nobody_above(folder: str, above: set[str]) -> None:
    """Stacks that run elsewhere come in by a protocol of the measuring floor."""
    used = {name for path in (ROOT / "lab" / folder).rglob("*.py") for name in imports(path)}
    assert {".".join(name.split(".")[:2]) for name in used} & above == set()


@pytest.mark.parametrize("folder", ["judge", "tell"])
def test_judge_and_tell_touch_nothing(folder: str) -> None:
    """Judging and telling open no file, process or socket, and ask no clock."""
    machine = {"os", "pathlib", "subprocess", "socket", "time", "datetime", "psutil", "shutil", "signal"}
    modules = (ROOT / "lab" / folder).rglob("*.py")
    used = {name.partition(".")[0] for path in modules for name in imports(path)}
    assert used & machine == set()


@pytest.mark.parametrize("package", ["contract", "wsgi_app", "asgi_app"])
def test_apps_and_contract_need_only_the_standard_library(package: str) -> None:
    """The apps are written against the specs, with no framework."""
    third_party = {"a2wsgi", "gunicorn", "uvicorn", "starlette", "werkzeug", "flask", "msgspec", "psutil"}
    used = {n.partition(".")[0] for path in (ROOT / package).rglob("*.py") for n in imports(path)}
    assert used & third_party == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_stay_small(path: Path) -> None:
    """A module fits in a head: 400 lines at most, no function over 60."""
    tree = ast.parse(path.read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= 60]
    assert (len(path.read_text().splitlines()) <= 400, long) == (True, [])


def test_the_client_understands_bytes_without_a_machine() -> None:
    """Only its connection and what is exchanged over it know sockets and clocks, and it stands on the ground."""
    modules = {path.stem: imports(path) for path in (ROOT / "lab" / "http_client").glob("*.py")}
    pure = modules.keys() - {"connection", "exchange"}
    assert {name for module in pure for name in modules[module]} & {"os", "socket", "time", "select"} == set()
    used = {name for names in modules.values() for name in names if name.startswith("lab.")}
    assert {".".join(name.split(".")[:2]) for name in used} == {"lab.http_client", "lab.servers"}


def test_one_client_speaks_the_protocols() -> None:
    """Whatever else in the lab asks a server about HTTP or WebSocket asks it through the client."""
    speaking = [
        path.parent.name
        for path in (ROOT / "lab").rglob("*.py")
        if {name.partition(".")[0] for name in imports(path)} & {"h11", "websockets", "wsproto"}
    ]
    assert set(speaking) == {"http_client"}
