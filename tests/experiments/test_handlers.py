"""The apps of the experiments as twins: who answers what."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from experiments import asgi, asgi_handlers, wsgi, wsgi_handlers

CAPABILITIES = Path(__file__).parents[2] / "lab" / "capabilities"
ASKED = {
    name for path in CAPABILITIES.glob("*.py") for name in re.findall(r'f?"/(\w+)[?"]', path.read_text())
}


def handlers(module: ModuleType) -> list[str]:
    """Return the functions of a module that answer a path: what they take last is its query."""
    return [
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and list(inspect.signature(function).parameters)[-1].endswith("query")
    ]


def test_the_twins_answer_the_same_paths() -> None:
    """Whatever is asked of one app can be asked of the other."""
    assert handlers(wsgi_handlers) == handlers(asgi_handlers)


def test_every_path_that_is_asked_for_is_answered() -> None:
    """What an experiment asks for is a function of that name."""
    assert {"stream", "fail", "wait"} <= ASKED <= set(handlers(wsgi_handlers))


@pytest.mark.parametrize(
    ("handler_of", "module"), [(wsgi.handler_of, wsgi_handlers), (asgi.handler_of, asgi_handlers)]
)
def test_a_path_is_answered_by_the_function_of_its_name(
    handler_of: Callable[[str], object], module: ModuleType
) -> None:
    """The root is, too: by the shortest answer."""
    assert (handler_of("/stream"), handler_of("/")) == (module.stream, module.hello)
