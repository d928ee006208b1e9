"""Tests of what recipes made, inside a copy of the tree that `tests/recipes/test_adding.py` applied them to."""

import importlib
from pathlib import Path

import pytest

PACKAGES = (
    *("contract", "records", "wsgi_app", "asgi_app", "bridge", "experiments", "tracing"),
    *("loadtests", "lab", "tests.recipes.recipe"),
)


@pytest.fixture(scope="session", autouse=True)
def _all_of_the_copy() -> None:
    """Look at whether everything comes from the working directory, which is the copy, as this file does."""
    files = {name: importlib.import_module(name).__file__ or "" for name in PACKAGES}
    outside = {name: file for name, file in files.items() if not Path(file).is_relative_to(Path.cwd())}
    assert (outside, Path(__file__).is_relative_to(Path.cwd())) == ({}, True)
