"""Colours by lightness and hue."""

import numpy as np
import pytest

from lab.tell.charts.colour_space import vivid
from tests.lab.tell.charts.sights import SIGHTS, ciede2000, lab

NORMAL = SIGHTS["normal"]


@pytest.mark.parametrize("lightness", [20, 42, 61, 90])
@pytest.mark.parametrize("hue", range(0, 360, 24))
def test_lightness_and_hue_are_what_was_asked_for(lightness: float, hue: float) -> None:
    """As exactly as 256 steps of each part can show it."""
    light, a, b = lab(vivid(lightness, hue), NORMAL)
    assert light == pytest.approx(lightness, abs=0.5)
    assert np.cos(np.arctan2(b, a) - np.radians(hue)) > 0.999


@pytest.mark.parametrize("hue", range(0, 360, 24))
def test_a_whole_share_is_at_the_edge_of_what_can_be_shown(hue: float) -> None:
    """The most chroma there is has one part at its end."""
    parts = {vivid(50, hue)[start : start + 2] for start in (1, 3, 5)}
    assert parts & {"00", "FF"}


def test_no_share_is_grey() -> None:
    """Without chroma the three parts are equal; half of all light is #767676 or #777777."""
    assert vivid(50, 120, 0.0) == "#777777"


def test_hues_go_round() -> None:
    """A whole turn changes nothing."""
    assert vivid(50, 30) == vivid(50, 390)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_distances_are_those_of_the_formulas_test_data(
    one: tuple[float, ...], other: tuple[float, ...], distance: float
) -> None:
    """Sharma, Wu and Dalal publish pairs with their distances: what the palette is tested by is right."""
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(distance, abs=1e-4)
