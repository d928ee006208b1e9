"""The twins' source of an endpoint, side by side: read from the files, never imported."""

import ast
import importlib.util
from functools import cache
from pathlib import Path

from contract.endpoints import ENDPOINTS
from lab.tell.run.html import Excerpt
from records.scenario import ScenarioRecord

TWINS = ("wsgi_app", "asgi_app")
ENDPOINT_MODULES = ("basics", "waiting", "streaming", "bodies", "websocket")


def excerpts(scenario: ScenarioRecord) -> list[tuple[Excerpt, Excerpt]]:
    """Return both twins' handlers of each endpoint that a scenario loaded, none of one that is gone."""
    names = dict.fromkeys(endpoint_at(path) for path in scenario.paths)
    pairs = [[handler(package, name) for package in TWINS] for name in names if name]
    return [(wsgi, asgi) for wsgi, asgi in pairs if wsgi and asgi]


def endpoint_at(path: str) -> str:
    """Return the name of the endpoint at a path, empty for none."""
    return next((endpoint.name for endpoint in ENDPOINTS if endpoint.path == path), "")


def handler(package: str, endpoint: str) -> Excerpt | None:
    """Return the function that answers an endpoint, `None` where it isn't found."""
    wanted = endpoint.replace("-", "_")
    for path in (folder_of(package) / f"{name}.py" for name in ENDPOINT_MODULES):
        source = path.read_text()
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in {
                wanted,
                f"{wanted}_",
            }:
                return Excerpt(f"{package}/{path.name}", ast.get_source_segment(source, node) or "")
    return None


@cache
def folder_of(package: str) -> Path:
    """Return where a package's files are, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).parent
