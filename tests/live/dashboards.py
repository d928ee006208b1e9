"""A `lab dashboard` that runs, and how to ask it."""

import http.client
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPMessage
from pathlib import Path
from typing import Any

import psutil

from lab.measure.server_process import free_port
from lab.servers import HOST
from tests.live.processes import LabProcess, lab

PAGE = "/side-by-side"
Status = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What came of a request."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class Dashboard:
    """A `lab dashboard`: where it answers, how its stacks are doing, and which processes they are."""

    def __init__(self, process: LabProcess, port: int, out: Path) -> None:
        self.process = process
        self.port = port
        self.out = out
        self.url = f"http://{HOST}:{port}"

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> Answer:
        """Send one request as nobody in particular."""
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=30)) as connection:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def press(self, path: str) -> Answer:
        """Press a button of the page, as the page does."""
        return self.ask("POST", f"{PAGE}/{path}", {"Origin": self.url, "X-Lab-Token": self.token})

    @cached_property
    def token(self) -> str:
        """What only the page knows."""
        found = re.search(r'"token": ?"([^"]+)"', self.ask("GET", PAGE).body.decode())
        assert found is not None
        return found[1]

    def answers(self) -> bool:
        """Tell whether the page is there."""
        try:
            return self.ask("GET", PAGE).status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def state(self) -> str:
        """Return what locust is at."""
        return str(self.ask("GET", f"{PAGE}/moments").json["state"])

    def moments(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the seconds from a number on."""
        moments: list[dict[str, Any]] = self.ask("GET", f"{PAGE}/moments?since={since}").json["moments"]
        return moments

    def statuses(self) -> dict[str, Status]:
        """Return how each stack is doing now, in the order in which they were named."""
        names = re.findall(r'data-stack="([^"]+)"', self.ask("GET", PAGE).body.decode())
        return dict(zip(names, self.moments()[-1]["statuses"], strict=True))

    def rows(self) -> dict[str, Status]:
        """Return the rows of locust's table by their names."""
        return {row["name"]: row for row in self.ask("GET", "/stats/requests").json["stats"]}

    def wait_until(self, seen: Callable[[], object]) -> None:
        """Wait until something is seen, not longer than to the deadline."""
        self.process.wait_until(seen, every_s=0.05)

    def pid(self, argument: str) -> int:
        """Return the child of the lab that was started with an argument: an app, or `--dashboard-setup` for locust."""
        (found,) = (
            child.pid
            for child in psutil.Process(self.process.process.pid).children()
            if child.status() != psutil.STATUS_ZOMBIE and argument in child.cmdline()
        )
        return found


@contextmanager
def dashboard(folder: Path, *stacks: str) -> Iterator[Dashboard]:
    """Run `lab dashboard` at a free port until the block ends; when it prints its address it must answer."""
    port, out = free_port(), folder / "results"
    with lab(folder, "dashboard", *stacks, "--port", str(port), "--out", str(out)) as process:
        process.wait_until(lambda: process.prints)
        found = Dashboard(process, port, out)
        assert found.answers()
        yield found
