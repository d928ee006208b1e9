"""Who takes part, read from a file."""

import json
from pathlib import Path

from loadtests.dashboard.agent_client import Agent
from loadtests.dashboard.lineup import read_lineup

ENTRY = {
    "name": "uvicorn/asgi",
    "url": "http://127.0.0.1:1",
    "slots": {"interface": None, "blocking": 1},
    "colour": "#123456",
    "dash": [4, 2],
}


def test_lineup_is_read_from_its_file(tmp_path: Path) -> None:
    """Stacks keep their order, and the agent has its address and token."""
    path = tmp_path / "lineup.json"
    others = {**ENTRY, "name": "gunicorn-sync/wsgi"}
    path.write_text(
        json.dumps({"stacks": [ENTRY, others], "agent": {"url": "http://127.0.0.1:2", "token": "t"}})
    )
    lineup = read_lineup(path)
    assert [entry.name for entry in lineup.stacks] == ["uvicorn/asgi", "gunicorn-sync/wsgi"]
    assert lineup.stacks[0].slots == {"interface": None, "blocking": 1}
    assert lineup.agent == Agent("http://127.0.0.1:2", "t")
