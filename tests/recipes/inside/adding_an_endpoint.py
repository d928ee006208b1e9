"""An endpoint that was added by its recipe."""

from pathlib import Path

import pytest

import asgi_app
import wsgi_app
from contract.conformance import differences
from contract.endpoints import ENDPOINTS
from contract.examples import Example, examples_of
from lab.commands.source_excerpts import excerpts
from lab.measure.contract_check import broken_promises
from lab.measure.reaper import Reaper
from lab.measure.server_process import serving
from lab.servers import Settings
from lab.stacks import find
from lab.tell.run import readme
from records.scenario import ScenarioRecord
from tests.clients import call_asgi, call_wsgi

(ADDED,) = [endpoint for endpoint in ENDPOINTS if endpoint.path == "/count"]
EXAMPLES = examples_of(ADDED)


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_both_apps_answer_it(example: Example) -> None:
    """In process: what its examples demand, by HEAD and by methods that it doesn't take, too."""
    assert list(differences(example, call_wsgi(wsgi_app.app, example.request), "wsgi")) == []
    assert list(differences(example, call_asgi(asgi_app.app, example.request), "asgi")) == []


def test_it_has_examples_that_nobody_wrote() -> None:
    """They follow from the row."""
    assert {example.request.method for example in EXAMPLES} == {"GET", "HEAD", "POST", "PUT", "DELETE"}


def test_a_server_answers_it(reaper: Reaper, tmp_path: Path) -> None:
    """Over a real socket, through a bridge."""
    with serving(find("uvicorn/wsgi-bridged"), Settings(), reaper, log_path=tmp_path / "log") as server:
        server.wait_until_ready()
        assert list(broken_promises(server, EXAMPLES)) == []


def test_a_report_shows_how_it_is_written() -> None:
    """Both twins' handlers, of a scenario that loads it."""
    ((wsgi, asgi),) = excerpts(ScenarioRecord("counting", "?", "users", [], paths=["/count"]))
    assert (wsgi.module, asgi.module) == ("wsgi_app/basics.py", "asgi_app/basics.py")
    assert "async def count(" in asgi.source


def test_the_readme_has_it() -> None:
    """`make readme` puts it into the table."""
    row = "\n| count | `GET /count?name=` | how long a name is | name: 1 to 200 characters of UTF-8 |\n"
    assert row in readme.fill_tables(Path("README.md").read_text())
