"""The traced bridges: a witness on either side, whatever their kind."""

import atexit
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

import asgi_app
import tracing
import wsgi_app
from bridge.kinds import KINDS, Apps
from contract.examples import Request
from tests.clients import call_asgi, call_wsgi
from tests.tracing.conftest import Journal
from tracing.apps import BRIDGED, traced_across

ENDINGS = list(KINDS)


@pytest.fixture
def bridged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Apps]:
    """Return both apps across every kind of bridge, whose lives end with the test and not with the process."""
    ends: list[Callable[[], object]] = []
    monkeypatch.setattr(atexit, "register", ends.append)
    yield traced_across(wsgi_app.app, asgi_app.app)
    for end in ends:
        end()


def layers(journal: Journal) -> set[tuple[str, str, str]]:
    """Return who called whom by which interface, leaving out the life of the server."""
    calls = [line for line in journal() if line["step"] in {"environ", "scope"}]
    requests = [line for line in calls if line["details"].get("scope", {}).get("type") != "lifespan"]
    return {(line["source"], line["target"], line["interface"]) for line in requests}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_wsgi_app_as_asgi_shows_both_layers(written: Journal, bridged: Apps, ending: str) -> None:
    """The server calls the bridge with a scope, the bridge the app with an environ."""
    assert call_asgi(bridged.asgi[f"wsgi_as_asgi{ending}"], Request("GET", "/")).status == 200
    assert layers(written) == {("server", "bridge", "asgi"), ("bridge", "app", "wsgi")}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_asgi_app_as_wsgi_shows_both_layers(written: Journal, bridged: Apps, ending: str) -> None:
    """The server calls the bridge with an environ, the bridge the app with a scope."""
    assert call_wsgi(bridged.wsgi[f"asgi_as_wsgi{ending}"], Request("GET", "/")).status == 200
    assert layers(written) == {("server", "bridge", "wsgi"), ("bridge", "app", "asgi")}


def test_the_guard_does_the_same_when_it_is_watched(written: Journal, bridged: Apps) -> None:
    """An answer that is a list is still seen to be one: nothing is received beside it."""
    call_asgi(bridged.asgi["wsgi_as_asgi_guarded"], Request("GET", "/"))
    assert "receive" not in {line["step"] for line in written()}


def test_every_kind_of_bridge_is_traced() -> None:
    """Both apps across each kind have their traced form, where a server finds it."""
    names = {f"{crossing}{ending}" for crossing in ("asgi_as_wsgi", "wsgi_as_asgi") for ending in ENDINGS}
    assert names == set(BRIDGED.by_name())
    assert {name: getattr(tracing, name) for name in names} == BRIDGED.by_name()


def test_without_a_file_the_lines_go_to_stderr() -> None:
    """Whoever starts a server by hand sees the events as they happen."""
    script = (
        "from tracing import wsgi_app; from tests.clients import *; call_wsgi(wsgi_app, Request('GET', '/'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env={})
    assert [line.partition('"step": ')[2].split('"')[1] for line in done.stderr.splitlines()][:2] == [
        "environ",
        "start_response",
    ]
