"""What the README says."""

import re
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from checks.pythons import promised
from lab.commands.app import app
from lab.tell.run.readme import fill_tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCS = sorted((ROOT / "docs").glob("*.md"))
VERBS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_tables_are_those_of_the_code() -> None:
    """Stacks, endpoints and scenarios in the README are generated (`make readme`)."""
    assert fill_tables(README) == README


@pytest.mark.parametrize("page", [ROOT / "README.md", *DOCS], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page points at a file that is there."""
    links = re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", *DOCS], ids=lambda page: page.name)
def test_make_verbs_exist(page: Path) -> None:
    """Every `make` verb that a page names is one."""
    assert set(re.findall(r"`make ([a-z-]+)", page.read_text())) - set(VERBS) == set()


@pytest.mark.parametrize("page", [ROOT / "README.md", *DOCS], ids=lambda page: page.name)
def test_lab_commands_exist(page: Path) -> None:
    """Every `lab` command that a page names is one."""
    named = set(re.findall(r"(?:`|bin/)lab ([a-z-]+)", page.read_text()))
    assert named - set(get_command(app()).commands) == set()  # type: ignore[attr-defined] # a group has commands


def test_make_help_lists_every_verb() -> None:
    """`make help` has a line for each verb."""
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make ([a-z-]+) ", told, re.MULTILINE) == VERBS


def test_pythons_that_are_tried_are_those_of_the_classifiers() -> None:
    """What the README says was tried is what `make pythons` tries."""
    tried = re.findall(r"\(tried: ([^)]+)\)", README)
    assert tried == [", ".join(f"3.{minor}" for minor in sorted(promised()))]


def test_paths_in_docs_exist() -> None:
    """Every module that a page names in backquotes is there."""
    named = {path for page in DOCS for path in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", page.read_text())}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
