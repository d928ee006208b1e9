"""How colours look to readers of each kind of sight, and how far apart they are then."""

import math

import numpy as np
from numpy.typing import NDArray

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
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Colours:
    """Return a colour of CSS as linear RGB."""
    parts = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour: str, sight: Colours) -> Colours:
    """Return a colour as somebody sees it, in CIE L*a*b*."""
    parts = TO_XYZ @ np.clip(sight @ linear(colour), 0, 1) / WHITE
    x, y, z = np.where(parts > (6 / 29) ** 3, np.cbrt(parts), parts / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(colour: str, ground: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""
    darker, lighter = sorted(float(TO_XYZ[1] @ linear(each)) for each in (colour, ground))
    return (lighter + 0.05) / (darker + 0.05)


def ciede2000(one: Colours, other: Colours) -> float:
    """Return how far apart two colours look, both in CIE L*a*b* (ISO/CIE 11664-6).

    Written after G. Sharma, W. Wu and E. N. Dalal, "The CIEDE2000 Color-Difference Formula", 2005.
    """
    chroma = [math.hypot(each[1], each[2]) for each in (one, other)]
    stretch = 1.5 - 0.5 * math.sqrt(_seventh(sum(chroma) / 2))
    a = [float(each[1]) * stretch for each in (one, other)]
    chroma = [math.hypot(a[0], one[2]), math.hypot(a[1], other[2])]
    hues = [math.degrees(math.atan2(b, x)) % 360 for x, b in zip(a, (one[2], other[2]), strict=True)]
    turn = (hues[1] - hues[0] + 180) % 360 - 180
    middle_hue = (hues[0] + turn / 2) % 360
    middle_chroma, middle_lightness = sum(chroma) / 2, float(one[0] + other[0]) / 2 - 50
    lightness = float(other[0] - one[0]) / (
        1 + 0.015 * middle_lightness**2 / math.sqrt(20 + middle_lightness**2)
    )
    chromatic = (chroma[1] - chroma[0]) / (1 + 0.045 * middle_chroma)
    hue = 2 * math.sqrt(chroma[0] * chroma[1]) * math.sin(math.radians(turn / 2))
    hue /= 1 + 0.015 * middle_chroma * _weight(middle_hue)
    rotation = math.radians(60 * math.exp(-(((middle_hue - 275) / 25) ** 2)))
    blue = -math.sin(rotation) * 2 * math.sqrt(_seventh(middle_chroma))
    return math.sqrt(lightness**2 + chromatic**2 + hue**2 + blue * chromatic * hue)


def _seventh(chroma: float) -> float:
    return chroma**7 / (chroma**7 + 25**7)


def _weight(hue: float) -> float:
    """Return how much a difference of hue counts there."""
    waves = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    return 1 + sum(size * math.cos(math.radians(times * hue + phase)) for size, times, phase in waves)
