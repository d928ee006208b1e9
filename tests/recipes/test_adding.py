"""The pages on adding something, followed to the letter in a copy of the tree, and what came of it tested there."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import pytest

from tests.recipes.recipe import ROOT, Place, apply, copy_tree, places

RECIPES = {
    "adding-a-server": ("tests/lab/test_stacks.py", "tests/lab/tell/charts/test_palette.py"),
    "adding-an-endpoint": (
        "tests/contract/test_endpoints.py",
        "tests/test_twins.py::test_twin_modules_define_the_same_names",
        "tests/test_twins.py::test_the_twins_have_the_same_routes",
        "tests/test_twins.py::test_the_twins_have_their_routes_in_the_same_order",
    ),
    "adding-a-scenario": (
        "tests/loadtests/test_scenarios.py",
        "tests/loadtests/test_client_behaviours.py",
        "tests/loadtests/test_resets.py",
        "tests/lab/judge/test_descriptions.py",
        "tests/lab/measure/test_new_run.py",
        "tests/lab/tell/charts/test_scenario_charts.py::test_charts_by_name",
    ),
    "adding-a-figure": ("tests/lab/judge/test_figures.py", "tests/lab/judge/test_names.py"),
    "adding-a-doubt": ("tests/lab/judge/test_doubts.py",),
    "adding-a-claim": ("tests/lab/judge/test_claims.py", "tests/lab/tell/test_golden.py"),
    "adding-an-experiment": (
        "tests/lab/capabilities/test_experiments.py",
        "tests/experiments/test_handlers.py",
    ),
}
"""The pages, each with the tests that guard the tables it touches: none of them may need to be touched, too."""

PLUGINS = ("-p", "no:cacheprovider", "-p", "syrupy")


def in_tree(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python in a copy of the tree, whose packages come first there and in all that it starts."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=tree,
        env={**own, "PYTHONPATH": str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the tree, and touch there the places that the pages name, and no others."""
    tree = copy_tree(tmp_path_factory.mktemp("tree"))
    for page in RECIPES:
        for place in places_of(page):
            apply(place, tree)
    return tree


def places_of(page: str) -> list[Place]:
    """Return the places that a page names."""
    return list(places((ROOT / "docs" / f"{page}.md").read_text()))


def test_what_the_pages_say_is_all_that_it_takes(tree: Path) -> None:
    """What was added works, and the tables' own tests pass."""
    inside = [f"tests/recipes/inside/{page.replace('-', '_')}.py" for page in RECIPES]
    tests = in_tree(tree, "pytest", "-q", *PLUGINS, *inside, *chain.from_iterable(RECIPES.values()))
    assert tests.returncode == 0, tests.stdout + tests.stderr


@pytest.mark.parametrize("check", [("check",), ("format", "--check")], ids=" ".join)
def test_what_is_added_is_written_as_all_else(tree: Path, check: Sequence[str]) -> None:
    """The linter and the formatter are content with it."""
    touched = {place.path for page in RECIPES for place in places_of(page)}
    linted = in_tree(tree, "ruff", *check, *touched)
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_every_page_on_adding_is_followed() -> None:
    """No recipe is believed."""
    assert {path.stem for path in (ROOT / "docs").glob("adding-*.md")} == set(RECIPES)


@pytest.mark.parametrize("page", RECIPES)
def test_the_readme_counts_its_places(page: str) -> None:
    """It names each page with the number of places that it takes, those for what isn't always needed apart."""
    (counts,) = re.findall(
        rf"\n- \*\*[\w ]+\*\* \((\d[^)]*)\):[^\n]*\(docs/{page}\.md\)", lists_of_the_readme()
    )
    assert sum(map(int, re.findall(r"\d+", counts))) == len(places_of(page))


def lists_of_the_readme() -> str:
    """Return the README with each item of a list in one line."""
    return re.sub(r"\n  +", " ", (ROOT / "README.md").read_text())
