"""The dashboard in a real browser: one `lab dashboard` for all tests, which take it from idle to its report."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from lab.saved_runs import json_schema
from lab.saved_runs.folder import read
from loadtests.dashboard.manual_flows import kinds_of_work
from records.run import Run
from tests.browser.pages import Opened, violations
from tests.live.dashboards import PAGE, Dashboard, dashboard

SYNC, LOOP, BRIDGED = STACKS = ("gunicorn-sync/wsgi", "uvicorn/asgi", "uvicorn/wsgi-bridged")
PHONE, DESK = 390, 1400
WITHIN_MS = 20_000
SCENARIO = re.compile("^Scenario")
MARKUP = "<img src=x onerror=alert(1)>"
WAITS = "GET /sleep?seconds=0.1"
MOVED = """
([name, before]) => [...document.querySelectorAll(`#chart-${name} svg .mark-line path`)]
    .every((line, place) => line.getAttribute("d") !== before[place])
"""
Theme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Dashboard]:
    """Run `lab dashboard` with three stacks."""
    del chromium  # asked for first: without a browser nothing is started
    with dashboard(tmp_path_factory.mktemp("dashboard"), *STACKS) as found:
        yield found


@pytest.fixture(scope="module")
def opened(running: Dashboard, chromium: Browser) -> Iterator[Opened]:
    """Open the page for all tests: what it said is looked at last."""
    with chromium.new_context(viewport={"width": DESK, "height": 900}, reduced_motion="reduce") as context:
        context.set_default_timeout(WITHIN_MS)
        found = Opened(context.new_page())
        found.page.goto(f"{running.url}{PAGE}")
        yield found


@pytest.fixture
def page(opened: Opened, running: Dashboard) -> Page:
    """Return the page that all tests share, where the stacks are shown."""
    place = f"{running.url}{PAGE}"
    if opened.page.url != place:
        opened.page.goto(place)
    return opened.page


@pytest.fixture(scope="module")
def results(running: Dashboard, opened: Opened, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Stop the load and download its run."""
    opened.page.goto(f"{running.url}{PAGE}")
    opened.page.get_by_role("button", name="Stop").click()
    with opened.page.expect_download() as downloading:
        opened.page.get_by_role("link", name="results.json").click()
    path = tmp_path_factory.mktemp("download") / downloading.value.suggested_filename
    downloading.value.save_as(path)
    return read(path)


def lane(page: Page, stack: str) -> Any:
    """Return the lane of a stack."""
    return page.get_by_role("article", name=stack)


def press(page: Page, name: str) -> None:
    """Press a button of the page."""
    page.get_by_role("button", name=name, exact=True).click()


def told(page: Page, text: str) -> None:
    """Wait until the page tells what came of a button."""
    expect(page.get_by_role("status")).to_have_text(text)


def test_every_stack_has_a_lane(page: Page) -> None:
    """The lanes stand in the order in which the stacks were named, alive, and nobody is in."""
    expect(page.locator(".lane h3")).to_have_text([re.compile(f"{stack}") for stack in STACKS])
    for stack in STACKS:
        expect(lane(page, stack).locator(".queue")).to_contain_text("0 users, 0 requests in progress")
    expect(page.locator(".lane.down")).to_have_count(0)


def test_page_says_what_it_is_worth(page: Page) -> None:
    """That stacks share the machine, that this demonstrates, and where evidence comes from."""
    for text in ("share this machine", "this demonstrates", "make compare"):
        expect(page.locator(".says")).to_contain_text(text)


def test_nothing_is_recorded_before_a_load(page: Page) -> None:
    """Stop without a load leaves nothing to tell."""
    press(page, "Stop")
    told(page, "Test stopped")
    expect(page.locator(".after")).to_be_hidden()


def test_keyboard_reaches_every_button(page: Page) -> None:
    """Each button and link gets the focus on the way through the page."""
    page.reload()
    usable = page.locator("button:visible, a:visible")
    expect(usable.first).to_be_visible()
    reached = set()
    for _ in range(usable.count()):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.outerHTML"))
    assert reached == set(usable.evaluate_all("all => all.map(one => one.outerHTML)"))


def test_slow_traffic_fills_the_sync_worker(page: Page) -> None:
    """The button lets users in; the only place of the sync worker is taken, and many wait for it."""
    press(page, "Start slow traffic on all")
    told(page, "Start slow traffic on all")
    expect(lane(page, SYNC).locator(".place.taken")).to_have_count(1)
    expect(lane(page, SYNC).locator(".queue strong")).to_have_text(re.compile(r"^\d\d+ wait for a place\.$"))
    expect(lane(page, LOOP).locator(".queue strong")).to_have_count(0)


def test_fast_route_waits_behind_the_sync_worker_alone(page: Page, running: Dashboard) -> None:
    """Its probe is in seconds, while that of the event loop stays far below."""

    def apart() -> bool:
        sync, loop = (running.statuses()[place]["probe"] for place in (SYNC, LOOP))
        return bool(sync and loop and sync["p50_ms"] > max(1000, 4 * loop["p50_ms"]))

    running.wait_until(apart)
    expect(lane(page, SYNC).locator("[data-figure=probe].slow")).to_have_text(re.compile(r" s, .* s$"))


def test_throughput_stands_against_its_ceiling(page: Page, running: Dashboard) -> None:
    """One place and 0.2 s of waiting: the sync worker's lane says 5.0 a second, and answers no more."""
    figure = lane(page, SYNC).locator("[data-figure=throughput]")
    expect(figure).to_have_text(re.compile(r"^\d+\.\d of 5\.0 /s$"))
    running.wait_until(lambda: running.statuses()[LOOP]["throughput_per_s"] > 10)
    assert running.statuses()[SYNC]["throughput_per_s"] < 10


@pytest.mark.parametrize("name", ["probe", "traffic", "throughput", "cpu"])
def test_charts_have_marks_that_move(page: Page, name: str) -> None:
    """Each chart has a line for each stack, which is another a second later."""
    lines = page.locator(f"#chart-{name} svg .mark-line path")
    expect(lines).to_have_count(len(STACKS))
    before = lines.evaluate_all("all => all.map(line => line.getAttribute('d'))")
    page.wait_for_function(MOVED, arg=[name, before])


def test_locust_has_a_tab_with_a_row_for_each_stack(opened: Opened, running: Dashboard) -> None:
    """Beside locust's own tables stands ours, with the users that there are."""
    page = opened.page
    page.goto(running.url)
    page.get_by_role("tab", name="Side by side").click()
    expect(page.locator("tbody td:first-child")).to_have_text(list(STACKS))
    expect(page.locator("tbody td:nth-child(2)")).to_have_text([re.compile(r"^6[678]$")] * len(STACKS))


def test_locust_links_the_page(opened: Opened, running: Dashboard) -> None:
    """From locust's own UI one click leads to the lanes."""
    opened.page.goto(running.url)
    opened.page.get_by_role("link", name="Side by side, live").click()
    expect(opened.page.locator(".lane")).to_have_count(len(STACKS))


def test_blocked_loop_answers_nobody(page: Page, running: Dashboard) -> None:
    """One blocking request, and the event loop's fast route waits for longer than a second."""
    press(page, "Block the loop")
    told(page, "Block the loop")
    running.wait_until(lambda: (running.statuses()[LOOP]["probe"] or {"p99_ms": 0})["p99_ms"] > 1000)


def test_blocking_request_was_answered_by_the_server(running: Dashboard) -> None:
    """It stands in locust's table, once and without an error."""
    row = f"[{LOOP}] GET /sleep/blocking?seconds=2"
    running.wait_until(lambda: row in running.rows())
    found = running.rows()[row]
    assert (found["num_requests"], found["num_failures"]) == (1, 0)


def test_abandoned_streams_are_counted(page: Page, running: Dashboard) -> None:
    """Ten clients of the event loop leave after their first chunks, which all of them got."""
    row = f"[{LOOP}] GET /stream?chunks=200&interval=0.05&size=128"
    press(page, "Abandon streams")
    running.wait_until(lambda: running.rows().get(row, {}).get("num_requests") == 10)
    assert running.rows()[row]["num_failures"] == 0


def test_restarted_server_is_another_that_answers(page: Page, running: Dashboard) -> None:
    """Restart ends the process of that stack alone, and the next one is asked by the users who are there."""
    before, others = running.pid("asgi_app:app"), running.pid("wsgi_app:app")
    lane(page, LOOP).get_by_role("button", name="Restart").click()
    told(page, f"{LOOP} was started again")
    assert running.pid("asgi_app:app") != before
    assert running.pid("wsgi_app:app") == others
    seen = running.moments()[-1]["number"] + 1
    running.wait_until(
        lambda: any(moment["statuses"][1]["throughput_per_s"] > 10 for moment in running.moments(seen))
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, theme: Theme) -> None:
    """WCAG 2 A and AA, while everything is drawn."""
    page.emulate_media(color_scheme=theme)
    expect(page.locator("#chart-probe svg .mark-line path")).to_have_count(len(STACKS))
    assert violations(page) == []


def test_page_does_not_scroll_sideways(page: Page) -> None:
    """On a phone the lanes stand one below the other."""
    page.set_viewport_size({"width": PHONE, "height": 900})
    expect(page.locator("#chart-probe svg .mark-line path")).to_have_count(len(STACKS))
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": DESK, "height": 900})
    assert width <= PHONE


def test_results_fit_the_schema(results: Run) -> None:
    """What is downloaded is a run of the lab's own shape, of every stack that was loaded."""
    json_schema.check(results)
    assert [trial.stack for trial in results.trials] == list(STACKS)


def test_results_are_doubted_in_every_figure(results: Run) -> None:
    """Each trial says that it was made by hand, and that its figures compare with nothing."""
    doubts = [next(doubt for doubt in trial.doubts if doubt.name == "live") for trial in results.trials]
    assert [(doubt.discards, doubt.figures) for doubt in doubts] == [(True, [])] * len(STACKS)
    assert results.comparisons == []


def test_results_tell_what_the_page_showed(results: Run) -> None:
    """The sync worker's fast route was slower than the event loop's."""
    medians = {trial.stack: trial.figures["probe_corrected_ms_p50"] for trial in results.trials}
    assert medians[SYNC] > medians[LOOP]


def test_stopped_servers_are_left_alone(page: Page, results: Run, running: Dashboard) -> None:
    """After Stop nobody is in progress, and what is shown of the load fades."""
    del results
    expect(page.locator(".state")).to_have_text(re.compile(r"^stopped: 0 users"))
    for stack in STACKS:
        expect(lane(page, stack).locator(".queue")).to_contain_text("0 users, 0 requests in progress")
    running.wait_until(lambda: running.statuses()[LOOP]["probe"] is None)


def test_report_opens(opened: Opened, page: Page, results: Run) -> None:
    """The load that has ended is told as a report, which says that it answers nothing."""
    page.get_by_role("link", name="Report of this load").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("WSGI or ASGI, which server, how many threads?")
    expect(page.locator("#answer")).to_contain_text("No figure of this run is beyond doubt")
    expect(page.locator(".facts")).to_contain_text(results.run.started[:10])
    assert opened.errors == []


def test_run_is_kept_once(running: Dashboard, results: Run) -> None:
    """Results and report of one load are in one folder."""
    (folder,) = running.out.iterdir()
    assert folder.name == results.run.id
    assert {"results.json", "report.html"} <= {path.name for path in folder.iterdir()}


def test_locusts_own_report_links_back(opened: Opened, running: Dashboard) -> None:
    """From /stats/report one click leads to the lanes."""
    opened.page.goto(f"{running.url}/stats/report")
    opened.page.get_by_role("link", name="Side by side, live").click()
    expect(opened.page.locator(".lane")).to_have_count(len(STACKS))


def test_locusts_form_asks_for_the_scenario(opened: Opened, running: Dashboard) -> None:
    """Each kind of work that can be done by hand is a choice."""
    page = opened.page
    page.goto(running.url)
    page.get_by_role("button", name="New").click()
    page.get_by_role("button", name="Custom parameters").click()
    choices = page.get_by_label(SCENARIO).locator("option").all_inner_texts()
    assert choices == kinds_of_work()


def test_unchecked_stack_gets_no_traffic(opened: Opened, running: Dashboard) -> None:
    """Of each stack the traffic and the probe are check boxes: without them nothing is sent to it."""
    page = opened.page  # where the form stands open
    for kind in ("probe", "traffic"):
        page.get_by_role("row", name=f"{SYNC} {kind}").get_by_role("checkbox").uncheck()
    page.get_by_label("Number of users").fill("6")
    page.get_by_label(SCENARIO).select_option("slow-io")
    page.get_by_role("button", name="Start").click()
    sent = {f"[{stack}] {what}" for stack in (LOOP, BRIDGED) for what in ("probe GET /", WAITS)}
    running.wait_until(lambda: sent <= set(running.rows()))
    assert set(running.rows()) - {"Aggregated"} == sent
    statuses = running.statuses()
    assert (statuses[SYNC]["users"], statuses[SYNC]["in_progress"]) == (0, 0)


def test_lanes_and_buttons_wait_for_no_chart(chromium: Browser, running: Dashboard) -> None:
    """While the charting library is still on its way the rest of the page lives."""
    with chromium.new_page() as page:
        page.route("**/charts.js", lambda _: None)
        page.goto(f"{running.url}{PAGE}", wait_until="commit")
        expect(page.locator(".state")).to_have_text(re.compile("users send"))
        expect(page.locator("button:disabled")).to_have_count(0)


def test_nothing_received_is_run_as_markup(chromium: Browser, running: Dashboard) -> None:
    """Whatever the page is told it shows as text."""
    moment = {"number": 0, "at": 0.0, "scenario": MARKUP, "statuses": []}
    told_now = {"state": MARKUP, "recorded": False, "moments": [moment]}
    with chromium.new_page() as page:
        page.route("**/moments?*", lambda route: route.fulfill(json=told_now))
        page.route("**/demonstrate/*", lambda route: route.fulfill(json={"detail": MARKUP}, status=403))
        page.goto(f"{running.url}{PAGE}")
        press(page, "Block the loop")
        told(page, MARKUP)
        expect(page.locator(".state")).to_have_text(f"{MARKUP}: 0 users send {MARKUP}.")
        expect(page.locator("main img")).to_have_count(0)


def test_dashboard_that_is_gone_is_told(chromium: Browser, running: Dashboard) -> None:
    """A page that is left open after Ctrl-C doesn't show old figures as if they were new."""
    with chromium.new_page() as page:
        page.goto(f"{running.url}{PAGE}")
        expect(page.locator(".state")).to_have_text(re.compile("users send"))
        page.route("**/moments?*", lambda route: route.abort())
        expect(page.locator(".state")).to_have_text(re.compile("^No answer from the dashboard: "))


def test_nothing_went_wrong_on_the_pages(opened: Opened) -> None:
    """No page said an error or a warning all the while."""
    assert opened.errors == []


def test_nothing_left_the_machine(opened: Opened, running: Dashboard) -> None:
    """Nothing was asked for at any other origin."""
    assert {url for url in opened.requests if not url.startswith((running.url, "data:", "blob:"))} == set()
