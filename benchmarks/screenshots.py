"""Take the README's pictures of a run's report, in the system's Chromium.

make screenshots RUN=results/latest
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROME") or shutil.which("chromium")
DESK = ViewportSize(width=1400, height=900)
SCENES: tuple[tuple[Literal["light", "dark"], str, str], ...] = (
    ("light", "report", "#answer"),
    ("dark", "report-slow-io", "#slow-io"),
)


def main(run: Path) -> None:
    """Take each scene: the first screen in light, and the section of a scenario in dark."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for scheme, name, place in SCENES:
            page = browser.new_page(viewport=DESK, color_scheme=scheme, reduced_motion="reduce")
            page.goto((run / "report.html").resolve().as_uri())
            show(page, place)
            page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


def show(page: Page, place: str) -> None:
    """Scroll to a section and wait until its charts are drawn; the first one stays at the top."""
    charts = page.locator(f"{place} .chart")
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        chart.locator("svg").wait_for()
    if charts.count():
        page.locator(place).evaluate("section => section.scrollIntoView()")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
