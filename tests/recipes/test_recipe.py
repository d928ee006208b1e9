"""Places as pages name them, and what is put there."""

from pathlib import Path

import pytest

from tests.recipes.recipe import Place, Unclear, apply, copy_tree, places, put_before, put_last

PAGE = """# Adding a thing

Three places.

1. A new file `thing.py` in `lab/`: what it is.

   ```python
   THING = 1
   ```

2. In `lab/things.py`, before `THINGS`: how it is made, in two
   lines.

   ```python
   def thing() -> int:
       return 1
   ```

3. In `lab/things.py`, last in `THINGS`: its row.

   ```python
   "thing": thing
   ```

Everything else follows.
"""
SOURCE = '''"""Things."""


@cache
def one() -> int:
    return 1


THINGS: dict[str, Thing] = {
    "one": one,
}
NAMES = {
    each.name: each
    for each in (
        Thing("one"),
    )
}
NOTHING = ()
'''


def test_a_page_names_its_places_in_order() -> None:
    """A numbered step each: where, and what."""
    assert list(places(PAGE)) == [
        Place("lab/thing.py", "THING = 1\n"),
        Place("lab/things.py", "def thing() -> int:\n    return 1\n", "before", "THINGS"),
        Place("lab/things.py", '"thing": thing\n', "last in", "THINGS"),
    ]


@pytest.mark.parametrize(
    "step",
    [
        "1. Somewhere in `lab/things.py`:\n\n   ```python\n   a\n   ```\n",
        "1. In `lab/things.py`, last in `THINGS`: a row that is left to you.\n",
    ],
    ids=["no place", "no block"],
)
def test_an_unclear_step_is_no_place(step: str) -> None:
    """A step that can't be followed to the letter is none."""
    with pytest.raises(Unclear):
        list(places(step))


@pytest.mark.parametrize(("name", "before"), [("one", "@cache"), ("THINGS", "THINGS: dict")])
def test_a_function_stands_before_what_is_named(name: str, before: str) -> None:
    """Two blank lines apart, before decorators."""
    assert f"\n\n\ndef two() -> int:\n    return 2\n\n\n{before}" in put_before(
        SOURCE, name, "def two() -> int:\n    return 2\n"
    )


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("THINGS", '    "one": one,\n    "two": (\n        two,\n    ),\n}'),
        ("NAMES", '        Thing("one"),\n        "two": (\n            two,\n        ),\n    )\n}'),
    ],
)
def test_a_row_stands_last_in_its_table(name: str, rows: str) -> None:
    """Also where the table names its rows by what they are called."""
    assert rows in put_last(SOURCE, name, '"two": (\n    two,\n)\n')


@pytest.mark.parametrize("name", ["two", "one", "NOTHING"])
def test_what_is_no_table_takes_no_row(name: str) -> None:
    """Nothing of that name, a function, or a table that has its end in the line of a row."""
    with pytest.raises(Unclear):
        put_last(SOURCE, name, "two\n")


def test_a_new_file_is_new(tmp_path: Path) -> None:
    """What is there isn't overwritten."""
    place = Place("thing.py", "THING = 1\n")
    assert apply(place, tmp_path).read_text() == "THING = 1\n"
    with pytest.raises(Unclear, match=r"thing\.py is there already"):
        apply(place, tmp_path)


def test_a_copy_has_what_the_lab_and_its_tests_are_made_of(tmp_path: Path) -> None:
    """And neither what is installed nor what was measured."""
    tree = copy_tree(tmp_path)
    assert (tree / "lab" / "__main__.py").is_file()
    assert (tree / "docs" / "adding-a-server.md").is_file()
    assert not any((tree / name).exists() for name in (".venv", "results"))
