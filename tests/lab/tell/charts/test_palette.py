"""How stacks look."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from lab.stacks import COPY, DEFAULT_STACKS, all_stacks
from lab.tell.charts.palette import LOOKS, colour_of, look_of

Colours = NDArray[np.float64]

# G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", 2009: linear RGB as a dichromat sees it.
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
CLEARLY_APART = 20.0  # CIE 1976: 2.3 is just noticeable
STACKS = [stack.name for stack in all_stacks()]


def linear(colour: str) -> Colours:
    """Return a colour of CSS as linear RGB."""
    parts = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour: str, sight: Colours) -> Colours:
    """Return a colour as somebody sees it, in CIE L*a*b*."""
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(sight @ linear(colour), 0, 1) / WHITE, 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(colour: str, ground: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""
    darker, lighter = sorted(float(TO_XYZ[1] @ linear(each)) for each in (colour, ground))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("sight", SIGHTS)
def test_default_stacks_are_clearly_apart(sight: str) -> None:
    """Any two of the six default stacks differ plainly, for colour-blind readers too."""
    seen = [lab(colour_of(name), SIGHTS[sight]) for name in DEFAULT_STACKS]
    distances = [float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)]
    assert min(distances) > CLEARLY_APART


@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_colours_stand_out_on_light_and_dark(ground: str) -> None:
    """Each colour has the contrast on white and on near-black that graphics need."""
    weak = {name for name in STACKS if contrast(colour_of(name), ground) < 3}
    assert weak == set()


def test_every_stack_has_its_own_colour() -> None:
    """The table has a row for each stack that there can be, and no colour twice."""
    assert set(LOOKS) == set(STACKS)
    assert len({colour_of(name) for name in STACKS}) == len(STACKS)


def test_colour_is_never_alone() -> None:
    """Without any colour shape and dashes still tell all stacks apart, and shape alone the default ones."""
    assert len({(look_of(name).shape, look_of(name).dash) for name in STACKS}) == len(STACKS)
    assert len({look_of(name).shape for name in DEFAULT_STACKS}) == len(DEFAULT_STACKS)


def test_copy_looks_like_its_original_but_for_the_dashes() -> None:
    """A stack that is measured against itself is known by its colour."""
    original, copy = look_of("uvicorn/asgi"), look_of("uvicorn/asgi" + COPY)
    assert (copy.colour, copy.shape) == (original.colour, original.shape)
    assert copy.dash != original.dash


def test_unknown_stack_is_grey() -> None:
    """A run may have stacks that today's lab has no more."""
    assert colour_of("mod_python/cgi") == "#808080"
