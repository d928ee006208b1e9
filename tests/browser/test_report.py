"""report.html in a real browser, opened from disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.made_up import make_up_run
from lab.commands import report_files
from loadtests.scenarios import SCENARIOS
from tests.browser.pages import Opened, violations

STACKS = ("gunicorn-gthread/wsgi", "gunicorn-sync/wsgi", "uvicorn/asgi", "uvicorn/wsgi-bridged")
PHONE, DESK = 390, 1400
ALLOWED = {"file", "data", "blob"}
FITS = """width => document.documentElement.scrollWidth <= width
    && [...document.querySelectorAll(".chart svg")].every(svg => svg.getBoundingClientRect().width <= width)"""


class Report(Opened):
    """The report, and by how much drawing its charts moved what stands below them."""

    moved_px = 0.0


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a made-up run."""
    folder = tmp_path_factory.mktemp("run")
    report_files.write_reports(make_up_run(STACKS, profile="smoke"), folder)
    return folder / "report.html"


@pytest.fixture(params=["light", "dark"])
def opened(request: pytest.FixtureRequest, chromium: Browser, path: Path) -> Iterator[Report]:
    """Open the report in each theme, for a test that begins where a reader does."""
    with showing(chromium, path, request.param) as report:
        yield report


@pytest.fixture(scope="module", params=["light", "dark"])
def read(request: pytest.FixtureRequest, chromium: Browser, path: Path) -> Iterator[Report]:
    """Open the report in each theme and draw every chart, once for all tests that need them."""
    with showing(chromium, path, request.param) as report:
        report.moved_px = -end_of_sections_px(report.page)
        drawn(report.page)
        report.moved_px += end_of_sections_px(report.page)
        yield report


@contextmanager
def showing(chromium: Browser, path: Path, theme: Literal["light", "dark"]) -> Iterator[Report]:
    """Open a page of its own."""
    with chromium.new_context(
        color_scheme=theme, viewport={"width": DESK, "height": 900}, reduced_motion="reduce"
    ) as context:
        report = Report(context.new_page())
        report.page.goto(path.as_uri())
        yield report


def end_of_sections_px(page: Page) -> float:
    """Return how far below the page's top the sections end."""
    top: float = page.evaluate(
        "document.getElementById('doubts').getBoundingClientRect().top + window.scrollY"
    )
    return top


def drawn(page: Page) -> None:
    """Scroll past every chart, so that each is drawn, and wait for the last."""
    for chart in page.locator(".chart").all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator("svg")).to_have_count(1)


def test_page_says_no_error(read: Report) -> None:
    """Nothing goes wrong while every chart is drawn."""
    assert read.errors == []


def test_nothing_leaves_the_page(read: Report) -> None:
    """It asks for nothing but itself."""
    assert {url.partition(":")[0] for url in read.requests} <= ALLOWED
    assert [url for url in read.requests if url.startswith("file")] == [read.page.url]


def test_every_scenario_has_its_section(read: Report) -> None:
    """The headings are the scenarios', between answer, claims, method and doubts."""
    headings = read.page.locator("h2").all_inner_texts()
    assert headings == ["The answer of this run", "What tutorials say", *SCENARIOS, "Method", "Doubts"]


def test_headings_are_in_order(read: Report) -> None:
    """No level is left out on the way down."""
    levels = [
        int(tag[1])
        for tag in read.page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(h => h.tagName)")
    ]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_chart_has_marks(read: Report) -> None:
    """An empty frame isn't a chart."""
    charts = read.page.locator(".chart").all()
    assert charts
    for chart in charts:
        marks = chart.locator("svg .role-mark path, svg .role-mark text, svg .role-mark rect").count()
        assert marks > 0, chart.get_attribute("data-spec")


def test_links_land(read: Report) -> None:
    """Each link within the page names something that is there, once."""
    targets = read.page.locator("a[href^='#']").evaluate_all(
        "all => all.map(a => a.getAttribute('href').slice(1))"
    )
    counts = {target: read.page.locator(f"[id='{target}']").count() for target in set(targets)}
    assert counts
    assert {target for target, count in counts.items() if count != 1} == set()


def test_copying_gives_the_command(read: Report) -> None:
    """The button copies the command beside it."""
    page = read.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".by-hand summary").first.click()
    button = page.locator(".copy").first
    button.click()
    expect(button).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".command code").first.text_content()
    assert " -m uvicorn --host " in copied


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_page_does_not_scroll_sideways(read: Report, width: int) -> None:
    """Wide tables scroll in boxes of their own, and charts are as wide as there is room."""
    page = read.page
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_function(FITS, arg=width)


def test_charts_move_nothing(read: Report) -> None:
    """Where a chart will stand is kept free: drawing it shifts no section."""
    assert abs(read.moved_px) <= 1


def test_keyboard_reaches_what_can_be_used(opened: Report) -> None:
    """The first stop leads to the answer, the boxes of wide tables can be scrolled by keys."""
    page = opened.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#answer"
    assert page.locator(".scroll:not([tabindex='0'])").count() == 0


def test_axe_finds_nothing_serious(read: Report) -> None:
    """WCAG 2 A and AA: no serious or critical violation."""
    read.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert violations(read.page) == []


def test_theme_button_turns_the_page(read: Report) -> None:
    """It turns light to dark or back, the charts with it."""
    page = read.page
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.locator("#theme").click()
    assert page.evaluate(colour) != before
    assert read.errors == []
