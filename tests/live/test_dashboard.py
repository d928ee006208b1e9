"""`lab dashboard`, as a person or a script runs it, and whom it refuses."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import psutil
import pytest

from lab.measure.server_process import free_port
from lab.servers import HOST
from tests.live.dashboards import PAGE, Dashboard, dashboard
from tests.live.processes import lab, started

ROOT = Path(__file__).parents[2]
LOOP, SYNC = "uvicorn/asgi", "gunicorn-sync/wsgi"
RESTART = f"{PAGE}/restart?stack={LOOP}"
SLOW = f"{PAGE}/demonstrate/slow"
SWARM = "/swarm"
EVERYWHERE = (
    ("GET", "/"),
    ("GET", "/stats/requests"),
    ("GET", "/stats/report"),
    ("GET", "/stats/requests/csv"),
    ("GET", "/exceptions"),
    ("GET", "/tasks"),
    ("GET", "/logs"),
    ("GET", "/nowhere"),
    ("GET", PAGE),
    ("GET", f"{PAGE}/moments"),
    ("GET", f"{PAGE}/page.js"),
    ("GET", f"{PAGE}/results.json"),
    ("POST", SLOW),
    ("OPTIONS", SWARM),
    ("OPTIONS", SLOW),
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Run a dashboard for tests that leave it idle."""
    with dashboard(tmp_path_factory.mktemp("dashboard"), LOOP, SYNC) as found:
        yield found


def start(running: Dashboard, scenario: str) -> None:
    """Let users in as locust's own form does, and wait until they are there."""
    form = urlencode({"user_count": 6, "spawn_rate": 50, "scenario": scenario})
    asked = running.ask("POST", SWARM, {"Content-Type": "application/x-www-form-urlencoded"}, form)
    assert asked.status == 200
    running.wait_until(lambda: running.state() == "running" and running.statuses()[SYNC]["users"])


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_in_order(tmp_path: Path, signum: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end locust, agent and servers in the midst of a load, and the exit code is 0."""
    with dashboard(tmp_path, LOOP, SYNC) as found:
        start(found, "slow-io")
        found.process.process.send_signal(signum)
        assert found.process.end() == 0
        assert found.process.left_behind() == []
        assert found.process.says == ""


def test_ctrl_c_on_make_leaves_nothing_running(tmp_path: Path) -> None:
    """A terminal sends its signal to make and to the lab: servers, agent, locust and guard end with them."""
    venv, port = Path(sys.prefix), free_port()
    settings = [f"VENV={venv}", f"STACKS={LOOP} {SYNC}", f"PORT={port}", f"OUT={tmp_path / 'results'}"]
    command = ["make", "-C", str(ROOT), "--old-file", "setup", "dashboard", *settings]
    with started(command, tmp_path) as process:
        found = Dashboard(process, port, tmp_path)
        found.wait_until(found.answers)
        os.killpg(process.process.pid, signal.SIGINT)
        process.end()
        assert process.left_behind() == []
        assert "Traceback" not in process.says


def test_sigkill_leaves_nothing_running(tmp_path: Path) -> None:
    """Even when the lab itself is killed, locust and the servers end."""
    with dashboard(tmp_path, SYNC) as found:
        found.process.process.kill()
        assert found.process.left_behind() == []


def test_locust_that_ends_by_itself_ends_the_command(tmp_path: Path) -> None:
    """A locust that dies is told in one sentence, the exit code is 1, and no server stays."""
    with dashboard(tmp_path, LOOP) as found:
        os.kill(found.pid("--dashboard-setup"), signal.SIGKILL)
        assert found.process.end() == 1
        assert found.process.says.startswith("lab: Locust ended by itself with exit code -9: ")
        assert found.process.says.count("\n") == 1
        assert found.process.left_behind() == []


def test_taken_port_is_one_sentence(tmp_path: Path) -> None:
    """A port in use is named, with what to do, before any server is started, and the exit code is 1."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with lab(tmp_path, "dashboard", LOOP, "--port", str(port)) as process:
            assert process.end() == 1
            assert process.says == f"lab: Port {port} is taken: choose another with --port.\n"


def test_address_is_printed_once_it_answers(running: Dashboard) -> None:
    """Stdout has the address, for people and scripts; whoever reads it there is answered."""
    assert running.url in running.process.prints
    assert running.process.says == ""


def test_other_address_is_warned_about(tmp_path: Path) -> None:
    """Beyond loopback whoever reaches the port can load and restart: it says so, before anything is started."""
    port = free_port()
    with lab(tmp_path, "dashboard", LOOP, "--host", "0.0.0.0", "--port", str(port)) as process:  # noqa: S104
        process.wait_until(lambda: process.says)
        assert "will answer whoever can reach 0.0.0.0" in process.says
        process.process.send_signal(signal.SIGTERM)
        process.end()
        assert process.left_behind() == []


@pytest.mark.parametrize("path", [SLOW, RESTART])
@pytest.mark.parametrize("given", [{}, {"X-Lab-Token": ""}, {"X-Lab-Token": "wrong"}], ids=str)
def test_button_without_the_token_is_refused(running: Dashboard, path: str, given: dict[str, str]) -> None:
    """Who hasn't read the page can't press its buttons, even from its own origin: nothing happens."""
    before = running.pid("asgi_app:app")
    assert running.ask("POST", path, {**given, "Origin": running.url}).status == 403
    assert (running.pid("asgi_app:app"), running.state()) == (before, "ready")


@pytest.mark.parametrize("path", [SLOW, RESTART, SWARM, "/stop", "/stats/reset"])
@pytest.mark.parametrize(
    "foreign",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}],
    ids=str,
)
def test_another_site_is_refused(running: Dashboard, path: str, foreign: dict[str, str]) -> None:
    """No other site changes anything, by locust's own routes neither, even if it had the token."""
    before = running.pid("asgi_app:app")
    assert running.ask("POST", path, {"X-Lab-Token": running.token, **foreign}).status == 403
    assert (running.pid("asgi_app:app"), running.state()) == (before, "ready")


@pytest.mark.parametrize(("method", "path"), EVERYWHERE)
def test_no_other_site_may_read(running: Dashboard, method: str, path: str) -> None:
    """No route says a word about other origins, though locust itself lets all of them read."""
    answer = running.ask(method, path, {"Origin": "http://evil.example"})
    assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


@pytest.mark.parametrize("path", ["/", PAGE, f"{PAGE}/moments"])
def test_foreign_name_gets_nothing(running: Dashboard, path: str) -> None:
    """A name that somebody else points at this machine is refused, also for reading."""
    assert running.ask("GET", path, {"Host": f"evil.example:{running.port}"}).status == 403


@pytest.mark.parametrize("path", [SLOW, RESTART])
def test_buttons_are_not_links(running: Dashboard, path: str) -> None:
    """What changes something isn't done by GET."""
    assert running.ask("GET", path, {"X-Lab-Token": running.token}).status == 405


def test_nothing_to_tell_before_a_load(running: Dashboard) -> None:
    """Without a load there are no results, and it says what to do."""
    answer = running.ask("GET", f"{PAGE}/results.json")
    assert (answer.status, answer.json["detail"]) == (
        409,
        "Nothing has been recorded yet: start a load, then stop it.",
    )


def test_unknown_demonstration_is_refused(running: Dashboard) -> None:
    """A button that isn't there is an error in one sentence."""
    answer = running.press("demonstrate/nonsense")
    assert (answer.status, answer.json["detail"]) == (404, "There is no demonstration 'nonsense'.")


def test_restart_of_an_unknown_stack_is_refused(running: Dashboard) -> None:
    """The agent's own words come back."""
    answer = running.press("restart?stack=nginx/asgi")
    assert answer.status == 502
    assert answer.json["detail"].startswith("There is no served stack 'nginx/asgi': ")


def test_stack_that_died_is_seen_and_comes_back(running: Dashboard) -> None:
    """A killed server is shown as ended, the others go on, and Restart brings it back to its port."""
    pid = running.pid("asgi_app:app")
    os.kill(pid, signal.SIGKILL)
    running.wait_until(lambda: running.statuses()[LOOP]["alive"] is False)
    assert running.statuses()[SYNC]["alive"] is True
    assert running.press(f"restart?stack={LOOP}").status == 200
    running.wait_until(lambda: running.statuses()[LOOP]["alive"] is True)
    assert running.pid("asgi_app:app") != pid


def test_idle_users_connect_once(running: Dashboard) -> None:
    """Whom the server has sent away doesn't come back: connections are the probe's, and one for each user."""
    start(running, "idle")
    row = f"[{SYNC}] probe GET /"
    running.wait_until(lambda: running.rows().get(row, {}).get("num_requests", 0) >= 20)
    made = connections_to(running.pid("wsgi_app:app"))
    probes = running.rows()[row]["num_requests"]
    running.ask("POST", "/stop")
    assert made < 3 * probes


def connections_to(pid: int) -> int:
    """Return how many connections there are at the port of a server, those that have just ended, too."""
    (port,) = {each.laddr.port for each in psutil.Process(pid).net_connections() if each.status == "LISTEN"}
    every = psutil.net_connections("tcp4")
    return sum(port in {end.port for end in (each.laddr, each.raddr) if end} for each in every)


def test_load_that_begins_while_another_stops_can_be_stopped(running: Dashboard) -> None:
    """The slow-traffic button waits for the end of what is being stopped, and Stop ends its load, too."""
    start(running, "idle")  # whose users go only when they are made to
    stopping = Thread(target=running.ask, args=("POST", "/stop"))
    stopping.start()
    running.wait_until(lambda: running.state() == "cleanup")
    assert running.press("demonstrate/slow").status == 200
    stopping.join()
    running.wait_until(lambda: running.statuses()[SYNC]["users"] == 100)
    assert running.state() == "running"
    running.ask("POST", "/stop")
    running.wait_until(lambda: running.statuses()[SYNC]["users"] == 0)
    assert running.state() == "stopped"
