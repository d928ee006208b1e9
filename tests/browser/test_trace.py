"""A trace's page in a real browser, opened from disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from lab.tell.charts.palette import looks
from lab.tell.trace.page import page as told
from tests.browser.pages import violations
from tests.lab import runs, traces

PHONE, DESK = 390, 1400


class Opened:
    """A page with what it said and asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda said: self.errors.append(said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture(scope="module", params=["light", "dark"])
def opened(
    request: pytest.FixtureRequest, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    """Open the page of a made-up trace in each theme."""
    path: Path = tmp_path_factory.mktemp("trace") / "trace.html"
    trace = traces.trace()
    path.write_text(told(trace, looks(runs.stack(each.stack) for each in trace.stacks)))
    with chromium.new_context(color_scheme=request.param) as context:
        found = Opened(context.new_page())
        found.page.goto(path.as_uri())
        yield found


def test_page_says_nothing_and_asks_for_nothing(opened: Opened) -> None:
    """No message on the console, nothing loaded but itself."""
    assert opened.errors == []
    assert {url.partition(":")[0] for url in opened.requests} <= {"file", "data"}


@pytest.mark.parametrize("width", [PHONE, 800, DESK])
def test_page_fits(opened: Opened, width: int) -> None:
    """Nothing has to be scrolled sideways, however narrow."""
    opened.page.set_viewport_size({"width": width, "height": 900})
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_text_is_shown(opened: Opened) -> None:
    """A script that a client sent is read, not run."""
    assert opened.page.title() == "Trace of GET /stream"
    assert traces.HOSTILE in opened.page.locator(".request").inner_text()


def test_every_step_has_an_arrow_between_its_lanes(opened: Opened) -> None:
    """Arrows begin and end at lanes' lines."""
    opened.page.set_viewport_size({"width": DESK, "height": 900})
    ends = opened.page.locator("#stack-1 .sequence li:has(.arrow)").evaluate_all(
        """steps => steps.map(step => {
            const lanes = [...step.querySelectorAll('.lane')].map(l => l.getBoundingClientRect())
            const at = x => lanes.findIndex(l => l.left - 2 <= x && x <= l.right + 2)
            const arrow = step.querySelector('.arrow').getBoundingClientRect()
            return [at(arrow.left), at(arrow.right)]
        })"""
    )
    assert ends == [[0, 1], [0, 1], *[[1, 2]] * 5, [0, 1], *[[1, 2]] * 3, [0, 1]]


def test_steps_read_well_without_the_picture(opened: Opened) -> None:
    """A screen reader hears when, from whom to whom, and what."""
    step = opened.page.locator("#stack-1 .sequence li").nth(3).text_content() or ""
    assert " ".join(step.split()).startswith("0.40 ms server to app: app(environ, start_response) a 5 keys")


def test_axe_finds_nothing_serious(opened: Opened) -> None:
    """WCAG 2 A and AA: no serious or critical violation."""
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert violations(opened.page) == []
