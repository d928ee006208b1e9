"""The dashboard's own page, served by locust's Flask app: side by side, live.

    GET  /side-by-side                       the page
    GET  /side-by-side/moments?since=N       every second from number N on, and the state of the load
    POST /side-by-side/demonstrate/NAME      press a button
    POST /side-by-side/restart?stack=NAME    end a stack and start it again
    GET  /side-by-side/results.json          what was recorded of the load that has ended, in the lab's own shape
    GET  /side-by-side/report.html           the same, told as a report

What changes something needs the page's token, and an Origin, if there is one, that is this page's own.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from flask import Blueprint, Response, render_template_string, request
from locust.env import Environment

from loadtests.agent_client import AgentError
from loadtests.charting_library import charting_library
from loadtests.dashboard.buttons import BUTTONS
from loadtests.dashboard.live_load import LiveLoad
from loadtests.dashboard.monitor import Monitor
from records.dashboard import DashboardSetup

PATH = "/side-by-side"
HERE = Path(__file__).parent
TOKEN = "X-Lab-Token"  # noqa: S105 - a header's name, nothing secret
STYLE = (
    "position:fixed;right:1rem;bottom:1rem;z-index:9;padding:.5rem .9rem;border-radius:.4rem;"
    "background:#0b57a4;color:#fff;font:600 1rem system-ui,sans-serif;text-decoration:none"
)
LINK = f'<a href="{PATH}" style="{STYLE}">Side by side, live</a></body>'


class Page:
    """Everything that the page's routes need."""

    def __init__(
        self, environment: Environment, setup: DashboardSetup, live_load: LiveLoad, monitor: Monitor
    ) -> None:
        self.environment = environment
        self.setup = setup
        self.live_load = live_load
        self.monitor = monitor
        self.token = secrets.token_urlsafe()

    def blueprint(self) -> Blueprint:
        """Return the routes."""
        routes = Blueprint("side_by_side", __name__, url_prefix=PATH)
        for rule, view in (
            ("", self.show),
            ("/page.js", script),
            ("/charts.js", charts),
            ("/moments", self.moments),
            ("/results.json", self.results),
            ("/report.html", self.report),
        ):
            routes.add_url_rule(rule, view_func=view, endpoint=rule.strip("/").replace(".", "-") or "page")
        for rule, change in (("/demonstrate/<name>", self.demonstrate), ("/restart", self.restart)):
            routes.add_url_rule(
                rule, view_func=self._guarded(change), methods=["POST"], endpoint=rule.split("/")[1]
            )
        return routes

    def show(self) -> Response:
        """Return the page."""
        page_data = {
            "token": self.token,
            "stacks": [{"name": e.name, "colour": e.colour, "dash": e.dash} for e in self.setup.stacks],
        }
        text = render_template_string(
            (HERE / "page.html.jinja").read_text(),
            style=(HERE / "page.css").read_text(),
            stacks=self.setup.stacks,
            demonstrations=BUTTONS.values(),
            page_data=page_data,
        )
        return Response(text, content_type="text/html; charset=utf-8")

    def moments(self) -> Response:
        """Return the seconds that the page hasn't seen, and how the load stands."""
        since = request.args.get("since", 0, type=int)
        runner = self.environment.runner
        return as_json(
            {
                "state": runner.state if runner else "missing",
                "recorded": self.live_load.record is not None,
                "moments": [asdict(moment) for moment in self.monitor.since(since)],
            }
        )

    def demonstrate(self, name: str) -> Response:
        """Press a button."""
        button = BUTTONS.get(name)
        if button is None:
            return refusal(HTTPStatus.NOT_FOUND, f"There is no demonstration {name!r}.")
        button.do(self.environment, self.live_load)
        return as_json({"done": button.label})

    def restart(self) -> Response:
        """Restart a stack."""
        stack = request.args.get("stack", "")
        try:
            self.monitor.agent.restart(stack)
        except AgentError as error:
            return refusal(HTTPStatus.BAD_GATEWAY, str(error))
        return as_json({"done": f"{stack} was started again"})

    def results(self) -> Response:
        """Return results.json of the load that has ended."""
        return self._judged("/live/results.json", "application/json", "results.json")

    def report(self) -> Response:
        """Return the report of the load that has ended."""
        return self._judged("/live/report.html", "text/html; charset=utf-8", "")

    def _judged(self, target: str, kind: str, download: str) -> Response:
        if self.live_load.record is None:
            return refusal(HTTPStatus.CONFLICT, "Nothing has been recorded yet: start a load, then stop it.")
        try:
            record = msgspec.json.encode(self.live_load.recorded(self.monitor.used))
            content = self.monitor.agent.ask("POST", target, record)
        except AgentError as error:
            return refusal(HTTPStatus.BAD_GATEWAY, str(error))
        headers = {"Content-Disposition": f"attachment; filename={download}"} if download else {}
        return Response(content, content_type=kind, headers=headers)

    def _guarded(self, change: Callable[..., Response]) -> Callable[..., Response]:
        def guarded(**arguments: str) -> Response:
            origin = request.headers.get("Origin")
            foreign = origin is not None and urlsplit(origin).netloc != request.host
            has_token = hmac.compare_digest(request.headers.get(TOKEN, "").encode(), self.token.encode())
            if foreign or not has_token:
                return refusal(HTTPStatus.FORBIDDEN, "Only the page itself may do this: load it again.")
            return change(**arguments)

        return guarded


def script() -> Response:
    """Return the page's script."""
    return Response((HERE / "page.js").read_text(), content_type="text/javascript; charset=utf-8")


def charts() -> Response:
    """Return the charting library."""
    return Response(
        charting_library(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "max-age=3600"},
    )


def as_json(answer: Mapping[str, object]) -> Response:
    """Return an answer as JSON."""
    return Response(msgspec.json.encode(answer), content_type="application/json")


def refusal(status: HTTPStatus, detail: str) -> Response:
    """Return an error in one sentence, as problem details (RFC 9457)."""
    problem = {"title": status.phrase, "status": int(status), "detail": detail}
    return Response(msgspec.json.encode(problem), status, content_type="application/problem+json")
