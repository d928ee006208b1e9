"""The charting library, and where it is kept."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import vl_convert

from loadtests.charting_library import charting_library

SCRIPT = "embed(); '</script>'"
SAFE = "embed(); '<\\/script>'"


class Bundles:
    """A count of how often the library was bundled."""

    count = 0

    def __call__(self, _snippet: None) -> str:
        """Return a small library."""
        self.count += 1
        return SCRIPT


@pytest.fixture
def bundles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bundles]:
    """Bundle something smaller, in a cache folder that isn't there yet."""
    bundles = Bundles()
    monkeypatch.setattr(vl_convert, "javascript_bundle", bundles)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    charting_library.cache_clear()
    yield bundles
    charting_library.cache_clear()


def test_it_draws_charts() -> None:
    """It defines what a page calls."""
    assert "vegaEmbed" in charting_library()


def test_it_is_bundled_once_for_all_processes(bundles: Bundles, tmp_path: Path) -> None:
    """The next process finds it under the version that made it."""
    scripts = [charting_library(), charting_library.__wrapped__()]
    assert (scripts, bundles.count) == ([SAFE, SAFE], 1)
    names = [path.name for path in (tmp_path / "cache/asgi-wsgi-lab").iterdir()]
    assert names == [f"vega-embed-{version('vl-convert-python')}.js"]


def test_a_newer_version_is_bundled_anew(bundles: Bundles, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another version made is another library."""
    charting_library()
    monkeypatch.setattr("loadtests.charting_library.version", lambda _: "999.0")
    assert (charting_library.__wrapped__(), bundles.count) == (SAFE, 2)


def test_without_a_place_to_keep_it_it_is_bundled_each_time(
    bundles: Bundles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A home that can't be written is no reason to have no charts."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    scripts = [charting_library.__wrapped__() for _ in range(2)]
    assert (scripts, bundles.count) == ([SAFE, SAFE], 2)
