"""Take the README's pictures, in the system's Chromium: of a run's report, and of a dashboard under slow traffic.

make screenshots RUN=results/latest
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CHROMIUM = os.environ.get("CHROME") or shutil.which("chromium")
DESK = ViewportSize(width=1400, height=900)
SCENES: tuple[tuple[Literal["light", "dark"], str, str], ...] = (
    ("light", "report", "#answer"),
    ("dark", "report-slow-io", "#slow-io"),
)
PORT = 8187
MOMENTS = 40


def main(run: Path) -> None:
    """Take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        take_report(browser, run)
        take_dashboard(browser)
        browser.close()


def take_report(browser: Browser, run: Path) -> None:
    """Take each scene: the first screen in light, and the section of a scenario in dark."""
    for scheme, name, place in SCENES:
        page = browser.new_page(viewport=DESK, color_scheme=scheme, reduced_motion="reduce")
        page.goto((run / "report.html").resolve().as_uri())
        show(page, place)
        page.screenshot(path=IMAGES / f"{name}.png")


def show(page: Page, place: str) -> None:
    """Scroll to a section and wait until its charts are drawn; the first one stays at the top."""
    charts = page.locator(f"{place} .chart")
    for chart in charts.all():
        chart.scroll_into_view_if_needed()
        chart.locator("svg").wait_for()
    if charts.count():
        page.locator(place).evaluate("section => section.scrollIntoView()")


def take_dashboard(browser: Browser) -> None:
    """Take the dashboard once slow traffic has been on for a while."""
    with dashboard() as url:
        page = browser.new_page(viewport=DESK, color_scheme="light")
        page.goto(f"{url}/side-by-side")
        page.get_by_role("button", name="Start slow traffic on all").click()
        page.wait_for_function(f"next > {MOMENTS}", timeout=3000 * MOMENTS)
        page.screenshot(path=IMAGES / "dashboard.png", full_page=True)


@contextmanager
def dashboard() -> Iterator[str]:
    """Run a dashboard of the default stacks; yields its address."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "lab", "dashboard", "--port", str(PORT), "--out", out]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            try:
                assert running.stdout is not None  # noqa: S101 - it was opened above
                yield running.stdout.readline().strip()
            finally:
                running.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
