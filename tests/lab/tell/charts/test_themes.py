"""Charts on light and dark pages."""

import pytest

from lab.tell.charts.scenario_charts import apply_theme, pictures, svg
from lab.tell.charts.themes import DARK, LIGHT, Theme
from tests.lab import runs
from tests.lab.tell.charts.sights import contrast

GROUNDS = [(LIGHT, "#ffffff"), (DARK, "#111111")]


@pytest.mark.parametrize(("theme", "ground"), GROUNDS, ids=["light", "dark"])
def test_text_and_axes_can_be_read(theme: Theme, ground: str) -> None:
    """Text and axes have the contrast that WCAG asks for, the grid less than both."""
    assert contrast(theme.text, ground) >= 7
    assert contrast(theme.neutral, ground) >= 3
    assert contrast(theme.grid, ground) < 3


def test_theme_is_added_and_nothing_else() -> None:
    """A themed spec is the spec with a config; the spec itself stays as it was."""
    (picture,) = pictures(runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)]))
    dark = apply_theme(picture.spec, dark=True)
    assert {name: value for name, value in dark.items() if name != "config"} == picture.spec
    assert dark["config"] != apply_theme(picture.spec, dark=False)["config"]


def test_svg_is_for_paper() -> None:
    """A file is wide enough for a page, on white ground, under its title."""
    (picture,) = pictures(runs.run([runs.trial("uvicorn/asgi", 50, throughput_per_s=490.0)]))
    text = svg(picture)
    assert text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert 'width="720"' in text
    assert 'fill="#ffffff"' in text
    assert picture.title in text
