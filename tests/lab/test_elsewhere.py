"""The commands for other machines: how they refuse."""

import pytest

from lab.elsewhere import agent, targets_of
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


def test_targets_are_stacks_with_their_urls() -> None:
    """Each is named as everywhere, and stands where it was said to."""
    given = ["uvicorn/asgi=http://10.0.0.2:8000", "gunicorn-sync/wsgi=http://10.0.0.2:8001"]
    assert targets_of(given, "", "") == {
        "uvicorn/asgi": "http://10.0.0.2:8000",
        "gunicorn-sync/wsgi": "http://10.0.0.2:8001",
    }


@pytest.mark.parametrize(
    ("given", "agent_url", "says"),
    [
        (["nginx/asgi=http://10.0.0.2:8000"], "", "There is no stack 'nginx/asgi'"),
        (["http://10.0.0.2:8000"], "", "There is no stack 'http://10.0.0.2:8000'"),
        (["uvicorn/asgi"], "", "'' is no base URL"),
        (["uvicorn/asgi=10.0.0.2"], "", "'10.0.0.2' is no base URL"),
        (
            ["uvicorn/asgi=http://a:1", "uvicorn/asgi=http://b:1"],
            "",
            "uvicorn/asgi is given as a target twice",
        ),
        (["uvicorn/asgi=http://a:1"], "10.0.0.2:8900", "'10.0.0.2:8900' is no base URL"),
    ],
)
def test_targets_that_can_not_be_are_wrong_use(given: list[str], agent_url: str, says: str) -> None:
    """A stack that isn't known, a URL that is none, or the same stack twice is refused before anything is asked."""
    with pytest.raises(UsageError, match=says):
        targets_of(given, agent_url, "")
