"""The twins' source of an endpoint, side by side: read from the files, never imported."""

import ast
import importlib.util
from functools import cache
from pathlib import Path

from contract.endpoints import ENDPOINTS
from lab.tell.run.html import Excerpt
from records.scenario import ScenarioRecord

TWINS = ("wsgi_app", "asgi_app")


def excerpts(scenario: ScenarioRecord) -> list[tuple[Excerpt, Excerpt]]:
    """Return both twins' handlers of each endpoint that a scenario loaded, none of one that is gone."""
    names = dict.fromkeys(handler_at(path) for path in scenario.paths)
    pairs = [[excerpt(package, name) for package in TWINS] for name in names if name]
    return [(wsgi, asgi) for wsgi, asgi in pairs if wsgi and asgi]


def handler_at(path: str) -> str:
    """Return what the endpoint at a path names as its handler, empty for none."""
    return next((each.handlers[each.methods[0]] for each in ENDPOINTS if each.path == path), "")


def excerpt(package: str, handler: str) -> Excerpt | None:
    """Return the function in an app that an endpoint names (`basics.hello`), `None` where it isn't found."""
    module, _, function = handler.partition(".")
    path = folder_of(package) / f"{module}.py"
    source = path.read_text()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function:
            return Excerpt(f"{package}/{path.name}", ast.get_source_segment(source, node) or "")
    return None


@cache
def folder_of(package: str) -> Path:
    """Return where a package's files are, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent
