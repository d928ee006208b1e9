"""An experiment that was added by its recipe."""

import json

import pytest

from tests.lab.commands.in_process import lab


@pytest.mark.parametrize("stack", ["uvicorn/asgi", "gunicorn-sync/wsgi"])
def test_its_finding_is_printed(stack: str) -> None:
    """It asks the app of either interface, live."""
    explored = lab("capabilities", "-e", "long-header", "-s", stack, "--json")
    assert explored.returncode == 0, explored.stderr
    assert json.loads(explored.stdout) == [
        {
            "experiment": "long-header",
            "asks": "Does a header of 4,000 bytes arrive?",
            "stack": stack,
            "can": "yes",
            "says": "4000 of 4000 bytes arrived",
        }
    ]


def test_an_experiment_of_a_near_name_is_none() -> None:
    """The command knows the row by its name."""
    refused = lab("capabilities", "-e", "long-headers")
    assert "did you mean long-header" in refused.stderr
