"""What `lab agent` refuses; tests/live runs it."""

import pytest

from lab.commands.agent import agent
from lab.errors import UsageError
from lab.servers import HOST


@pytest.mark.parametrize(
    ("names", "token", "host", "says"),
    [
        ([], "", HOST, "Name a stack"),
        (["nginx/asgi"], "", HOST, "There is no stack 'nginx/asgi'"),
        (
            ["uvicorn/asgi"],
            "two words",
            HOST,
            "printable ASCII characters",
        ),
        (
            ["uvicorn/asgi"],
            "caf\xe9",
            HOST,
            "printable ASCII characters",
        ),
        (["uvicorn/asgi"], "", "::1", "'::1' is no host to listen on"),
    ],
)
def test_an_agent_that_can_not_be_is_wrong_use(names: list[str], token: str, host: str, says: str) -> None:
    """What can't be is refused before anything is started."""
    with pytest.raises(UsageError, match=says):
        agent(names, first_port=0, token=token, host=host)
