"""docs/bridges.md against the tests that it names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_row_is_shown_by_a_test_that_exists() -> None:
    """A row of the page that names a test which is gone would claim what nobody asserts."""
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/bridges.md").read_text()))
    sources = [*ROOT.glob("tests/bridge/*.py"), ROOT / "tests/live/test_guarded.py"]
    written = {
        name for path in sources for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE)
    }
    assert named - written == set()
    assert len(named) > 15
