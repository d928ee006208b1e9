"""A server that was added by its recipe."""

import json
from pathlib import Path

from contract.examples import all_examples
from lab.measure.contract_check import broken_promises
from lab.measure.reaper import Reaper
from lab.measure.server_process import serving
from lab.servers import Settings
from lab.stacks import find
from lab.tell.run import readme
from tests.lab.commands.in_process import lab

STACK = "uvicorn-asyncio/asgi"


def test_it_is_listed_with_all_apps_that_it_can_call() -> None:
    """With interface, slots and command."""
    stacks = {each["name"]: each for each in json.loads(lab("stacks", "--json").stdout)}
    added = stacks[STACK]
    assert (added["interface"], added["slots"]) == ("asgi", None)
    assert " -m uvicorn --host 127.0.0.1 --port 8000 " in added["command"]
    assert added["command"].endswith(" --loop asyncio --http httptools asgi_app:app")
    assert stacks["uvicorn-asyncio/wsgi-guarded"]["slots"] == 10


def test_it_keeps_the_contract(reaper: Reaper, tmp_path: Path) -> None:
    """It is served, and asked what every stack is asked at its root."""
    examples = [example for example in all_examples() if example.request.target == "/"]
    with serving(find(STACK), Settings(), reaper, log_path=tmp_path / "log") as server:
        server.wait_until_ready()
        assert list(broken_promises(server, examples)) == []


def test_the_readme_has_it() -> None:
    """`make readme` puts its stacks into the table."""
    assert f"\n| `{STACK}` | asgi | unbounded | wider |\n" in readme.fill_tables(
        Path("README.md").read_text()
    )
