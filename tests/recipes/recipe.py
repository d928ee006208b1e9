"""Recipes: the places that a page of the docs names, and a copy of the tree in which just these are touched."""

import ast
import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

ROOT = Path(__file__).parents[2]
BESIDE = ("benchmarks", "checks", "docs", "tests", "CHANGELOG.md", "Makefile", "README.md", "pyproject.toml")

HEAD = re.compile(
    r"\d+\. (?:A new file `(?P<file>[\w.]+)` in `(?P<folder>[\w/]+)`"
    r"|In `(?P<path>[\w/.]+)`, (?P<where>before|last in) `(?P<name>\w+)`)"
)
STEP = re.compile(r"^(?=\d+\. )", re.MULTILINE)
BLOCK = re.compile(r"^( *)```(?:python)?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


class Unclear(Exception):
    """A page doesn't say where something goes, or there is no such place."""


@dataclass(frozen=True)
class Place:
    """What goes where: into a new file, before a definition, or last into a table; `name` is that of either."""

    path: str
    text: str
    where: str = ""
    name: str = ""


def places(page: str) -> Iterator[Place]:
    """Yield the places of a page in order: its numbered steps, each of which holds one block of Python."""
    for step in STEP.split(page)[1:]:
        head, blocks = HEAD.match(step), BLOCK.findall(step)
        if head is None or len(blocks) != 1:
            raise Unclear(step)
        text = dedent(blocks[0][1])
        if head["file"]:
            yield Place(head["folder"] + head["file"], text)
        else:
            yield Place(head["path"], text, head["where"], head["name"])


def copy_tree(folder: Path) -> Path:
    """Copy whatever `lab` and its tests are made of, as far as it is compiled already, too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for name in (*project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"], *BESIDE):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        else:
            shutil.copy2(ROOT / name, folder)
    return folder


def apply(place: Place, tree: Path) -> Path:
    """Do what a place says in a tree, and return the file that is another one then."""
    path = tree / place.path
    if not place.where:
        if path.exists():
            raise Unclear(f"{place.path} is there already")
        path.write_text(place.text)
    else:
        put = put_before if place.where == "before" else put_last
        path.write_text(put(path.read_text(), place.name, place.text))
    return path


def put_before(source: str, name: str, text: str) -> str:
    """Return a module with a function more, before what is defined by that name."""
    node = definition(source, name)
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: first - 1], text, "\n\n", *lines[first - 1 :]])


def put_last(source: str, name: str, text: str) -> str:
    """Return a module with a row more in its table of that name; the comma behind it is understood."""
    lines = source.splitlines(keepends=True)
    last = (rows_of(definition(source, name)).end_lineno or 0) - 1
    margin, closing = re.findall(r"^( *)(.)", lines[last])[0]
    if closing not in ")]}":
        raise Unclear(f"{name} closes in the line of a row")
    return "".join([*lines[:last], indent(f"{text.rstrip()},\n", margin + " " * 4), *lines[last:]])


def definition(source: str, name: str) -> ast.stmt:
    """Return the statement of a module that defines a name."""
    for node in ast.parse(source).body:
        if name in names_of(node):
            return node
    raise Unclear(f"nothing is called {name}")


def names_of(node: ast.stmt) -> list[str]:
    """Return the names that a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets += [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def rows_of(node: ast.stmt) -> ast.expr:
    """Return the expression that holds a table's rows, which names may be taken from."""
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    if value is None:
        raise Unclear("what is no table has no rows")
    return value.generators[0].iter if isinstance(value, ast.DictComp) else value
