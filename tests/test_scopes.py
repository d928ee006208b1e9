"""Which names hide which others."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["packages"]
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

Function = ast.FunctionDef | ast.AsyncFunctionDef


def hidden(source: str) -> set[str]:
    """Return what a module imports and defines, as far as a comprehension, a lambda or an inner function hides it."""
    tree = ast.parse(source)
    return set(defined(tree)) & set(bound_within(tree))


def defined(tree: ast.Module) -> Iterator[str]:
    """Return the names of a module's imports, functions and classes."""
    for node in tree.body:
        match node:
            case ast.Import(names) | ast.ImportFrom(names=names):
                yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                yield name


def bound_within(tree: ast.Module) -> Iterator[str]:
    """Return the names of comprehensions' variables, lambdas' arguments and functions' inner functions."""
    for node in ast.walk(tree):
        match node:
            case ast.comprehension(target):
                yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))
            case ast.Lambda(arguments):
                yield from (name.arg for name in ast.walk(arguments) if isinstance(name, ast.arg))
            case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
                yield from (inner.name for inner in body if isinstance(inner, Function))


def test_no_inner_name_hides_a_function() -> None:
    """A reader would take one for the other, and so does Python 3.12.0 to 3.12.3 (python/cpython#118513)."""
    by_module = {str(path.relative_to(ROOT)): hidden(path.read_text()) for path in MODULES}
    assert {module: names for module, names in by_module.items() if names} == {}


@pytest.mark.parametrize(
    "line",
    [
        "def rows(): return [number for number in range(3)]",
        "def rows(): return {place: number for place, number in enumerate('abc')}",
        "def rows(): return sorted('abc', key=lambda number: -ord(number))",
        "def rows():\n    def number(): pass",
        "async def rows():\n    async def number(): pass",
    ],
)
@pytest.mark.parametrize(
    "definition", ["def number(): pass", "from points import number", "import number.one"]
)
def test_hiding_names_are_seen(definition: str, line: str) -> None:
    """Each way of binding a name within a function is seen, whatever it hides."""
    assert hidden(f"{definition}\n{line}\n") == {"number"}
