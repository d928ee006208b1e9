"""`lab trace`, refused before anything is started."""

import pytest
from typer.testing import CliRunner

from lab.commands.app import app
from lab.errors import LabError


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["/", "-s", "uvicorn/asg"], "There is no stack 'uvicorn/asg': did you mean uvicorn/asgi"),
        (["/", "-H", "nothing"], "'nothing' begins no header"),
        (["/", "/json"], "One path at a time: leave out '/json', or say it with --websocket."),
        (["/", "--run", "nowhere"], "There is no run at nowhere"),
    ],
)
def test_wrong_use_is_one_sentence(arguments: list[str], says: str) -> None:
    """It says what to do."""
    refused = CliRunner().invoke(app(), ["trace", *arguments]).exception
    assert isinstance(refused, LabError)
    assert says in str(refused)
