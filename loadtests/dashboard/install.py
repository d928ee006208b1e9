"""Makes locust a dashboard: its user classes, its form, its pages and its events."""

from http import HTTPStatus
from pathlib import Path

import gevent
import locust.runners
import locust.stats
import msgspec
from flask import Response, request
from locust import events
from locust.env import Environment
from locust.web import WebUI

from loadtests.agent_client import AgentClient
from loadtests.dashboard.live_load import LiveLoad
from loadtests.dashboard.monitor import Monitor, StackStatus
from loadtests.dashboard.page import LINK, Page
from loadtests.dashboard.same_origin import own_pages_only
from loadtests.dashboard.users import classes_for
from loadtests.users import on_request
from records.dashboard import DashboardSetup

LOOPBACK = "127.0.0.1"
TAB = "side-by-side"
COLUMNS = {
    "stack": "Stack",
    "users": "Users",
    "in_progress": "In progress",
    "slots": "Slots",
    "throughput": "Answers/s",
    "ceiling": "Possible/s",
    "traffic_p50": "p50, ms",
    "traffic_p99": "p99, ms",
    "probe_p50": "Probe p50, ms",
    "probe_p99": "Probe p99, ms",
    "cpu": "CPU, % of a core",
    "memory": "Memory, MiB",
}


def install(environment: Environment, setup_path: Path) -> None:
    """Give locust the stacks of a dashboard, before its web UI starts."""
    options = environment.parsed_options
    if options is None:
        raise SystemExit("start the dashboard with: lab dashboard")
    setup = msgspec.json.decode(setup_path.read_bytes(), type=DashboardSetup)
    live_load = LiveLoad(setup.stacks, options.scenario)
    monitor = Monitor(live_load, AgentClient(setup.agent.url, setup.agent.token))
    classes = classes_for(live_load)
    environment.user_classes = list(classes.values())
    environment.available_user_classes = dict(classes)  # type: ignore[arg-type] # classes, not users
    environment.available_user_tasks = {name: list(user_class.tasks) for name, user_class in classes.items()}
    locust.stats.HISTORY_STATS_INTERVAL_SEC = 1
    locust.runners.CPU_MONITOR_INTERVAL = 1.0
    events.request.add_listener(on_request)
    events.test_start.add_listener(lambda **_: live_load.begin(options.scenario))
    events.test_stopping.add_listener(lambda **_: live_load.close())
    events.test_stopping.add_listener(lambda **_: live_load.guests.kill(block=False))
    gevent.spawn(monitor.watch)
    if environment.web_ui:
        add_pages(environment.web_ui, Page(environment, setup, live_load, monitor), setup)


def add_pages(web_ui: WebUI, page: Page, setup: DashboardSetup) -> None:
    """Add the page, a link to it, a tab with its figures, and the guard in front of all."""
    app = web_ui.app
    if app is None:
        return
    app.register_blueprint(page.blueprint())
    app.after_request(linked)

    @app.after_request
    def with_figures(response: Response) -> Response:
        if request.path == "/stats/requests" and response.status_code == HTTPStatus.OK:
            statistics = response.get_json()
            statistics["extended_stats"] = [{"key": TAB, "data": rows(setup, page.monitor)}]
            response.set_data(app.json.dumps(statistics))
        return response

    web_ui.template_args |= {
        "extended_tabs": [{"title": "Side by side", "key": TAB}],
        "extended_tables": [
            {"key": TAB, "structure": [{"key": key, "title": title} for key, title in COLUMNS.items()]}
        ],
    }
    names = {LOOPBACK, "localhost"} if web_ui.host == LOOPBACK else set[str]()
    guarded = own_pages_only(app.wsgi_app, names)
    app.wsgi_app = guarded  # type: ignore[assignment, method-assign] # Flask's own way to wrap it


def linked(response: Response) -> Response:
    """Link the page from locust's own pages: its UI, and its report."""
    if request.path in {"/", "/stats/report"} and response.mimetype == "text/html":
        response.set_data(response.get_data(as_text=True).replace("</body>", LINK))
    return response


def rows(setup: DashboardSetup, monitor: Monitor) -> list[dict[str, object]]:
    """Return the tab's table as it is now."""
    if not monitor.history:
        return []
    statuses = monitor.history[-1].statuses
    return [row(entry.name, status) for entry, status in zip(setup.stacks, statuses, strict=True)]


def row(name: str, status: StackStatus) -> dict[str, object]:
    """Return one stack's row."""
    return {
        "stack": name,
        "users": status.users,
        "in_progress": status.in_progress,
        "slots": "unbounded" if status.slots is None else status.slots,
        "throughput": round(status.throughput_per_s, 1),
        "ceiling": "" if status.ceiling_per_s is None else round(status.ceiling_per_s, 1),
        "traffic_p50": status.traffic.p50_ms if status.traffic else "",
        "traffic_p99": status.traffic.p99_ms if status.traffic else "",
        "probe_p50": status.probe.p50_ms if status.probe else "",
        "probe_p99": status.probe.p99_ms if status.probe else "",
        "cpu": "" if status.cpu_cores is None else round(100 * status.cpu_cores, 1),
        "memory": "" if status.memory_mib is None else round(status.memory_mib, 1),
    }
