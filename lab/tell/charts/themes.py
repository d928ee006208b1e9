"""The colours around a chart's marks, for light and dark pages and for paper.

Text has a contrast of 7 and more on its ground, axes of 3 and more (WCAG 2.2, 1.4.6 and 1.4.11).
"""

from dataclasses import dataclass

import vl_convert

from lab.tell.charts.picture import Picture, Spec

FONT_SIZE = 12
WIDTH_ON_PAPER = 720


@dataclass(frozen=True)
class Theme:
    """Colours of text, of axes and other neutral marks, and of the grid."""

    text: str
    neutral: str
    grid: str


def apply_theme(spec: Spec, *, dark: bool) -> Spec:
    """Return a spec with the colours and fonts of a light or dark page."""
    return spec | {"config": config(dark=dark)}


def config(*, dark: bool) -> Spec:
    """Return the colours and fonts of a light or dark page, as a Vega-Lite config."""
    return _config(DARK if dark else LIGHT)


def svg(picture: Picture) -> str:
    """Return a chart under its title on white ground, for paper and for where there is no script."""
    page = apply_theme(picture.spec, dark=False) | {
        "width": WIDTH_ON_PAPER,
        "background": "#ffffff",
        "padding": 12,
        "title": picture.title,
    }
    return vl_convert.vegalite_to_svg(page)


def _config(theme: Theme) -> Spec:
    texts: Spec = {
        "labelColor": theme.text,
        "titleColor": theme.text,
        "labelFontSize": FONT_SIZE,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
    }
    return {
        "font": "sans-serif",
        "aria": False,
        "axis": {**texts, "gridColor": theme.grid, "domainColor": theme.neutral, "tickColor": theme.neutral},
        "legend": texts,
        "title": {"color": theme.text, "fontSize": 14, "anchor": "start"},
        "view": {"stroke": None},
        "text": {"color": theme.text, "fontSize": FONT_SIZE},
        "line": {"color": theme.neutral},
        "rule": {"color": theme.text},
        "tick": {"color": theme.text},
    }


LIGHT = Theme(text="#222222", neutral="#6b6b6b", grid="#e2e2e2")
DARK = Theme(text="#e4e4e4", neutral="#9a9a9a", grid="#333333")
