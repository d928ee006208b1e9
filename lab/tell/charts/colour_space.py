"""Colours by lightness and hue as eyes judge them, in the notation of CSS.

CIELAB in its cylindrical form (CIE 15:2004, sections 8.2.1 and 8.2.2), over sRGB and its white D65 (IEC 61966-2-1).
Lightness tells a colour's luminance alone, and with it its contrast on any ground (WCAG 2.2).
"""

from functools import cache
from math import cos, radians, sin

RGB = tuple[float, float, float]

KNEE = 6 / 29  # where CIELAB's cube root begins
ROUNDING = 1e-4
HALVINGS = 20
MOST_CHROMA = 150.0


@cache
def vivid(lightness: float, hue: float, share: float = 1.0) -> str:
    """Return the colour of that lightness (0 to 100) and hue (degrees), as `#RRGGBB`.

    It has that share of the most chroma that sRGB has there.
    """
    channels = _linear(lightness, share * _most_chroma(lightness, hue), hue)
    return "#" + "".join(f"{round(255 * _encoded(part)):02X}" for part in channels)


def _most_chroma(lightness: float, hue: float) -> float:
    """Return the most chroma that sRGB can show, found by halving."""
    least, most = 0.0, MOST_CHROMA
    for _ in range(HALVINGS):
        middle = (least + most) / 2
        if all(-ROUNDING <= part <= 1 + ROUNDING for part in _linear(lightness, middle, hue)):
            least = middle
        else:
            most = middle
    return least


def _linear(lightness: float, chroma: float, hue: float) -> RGB:
    """Return a colour as linear RGB; outside of 0 to 1 it can't be shown."""
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    middle = (lightness + 16) / 116
    x, y, z = (
        white * _cubed(root)
        for white, root in zip(D65, (middle + a / 500, middle, middle - b / 200), strict=True)
    )
    red, green, blue = (row[0] * x + row[1] * y + row[2] * z for row in TO_RGB)
    return red, green, blue


def _cubed(root: float) -> float:
    return root**3 if root > KNEE else 3 * KNEE**2 * (root - 4 / 29)


def _encoded(part: float) -> float:
    """Return a linear part as a file holds it."""
    part = min(1.0, max(0.0, part))
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055  # noqa: PLR2004 - of sRGB


D65 = (0.95047, 1.0, 1.08883)
TO_RGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
