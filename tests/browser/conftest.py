"""A real browser: Chromium as the system has it, found by path or by CHROME."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
WITHIN_MS = 120_000  # for what is expected of a page: a busy machine takes long
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str | None:
    """Return the browser's program, `None` where there is none."""
    return os.environ.get("CHROME") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Run Chromium without a window; its absence is an error where LAB_NEEDS_CHROMIUM is set, else a skip.

    It ends with its module: while Playwright runs, its event loop does, and nobody else can run one.
    """
    path = chromium_path()
    if path is None or not Path(path).exists():
        if os.environ.get("LAB_NEEDS_CHROMIUM"):
            pytest.fail("Chromium isn't installed: apt-get install chromium, or name it with CHROME.")
        pytest.skip("Chromium isn't installed: apt-get install chromium, or name it with CHROME.")
    with sync_playwright() as playwright:
        expect.set_options(timeout=WITHIN_MS)
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()
