"""How each stack starts its app."""

import json

import pytest

from contract.examples import Request
from lab.measure.conversation import ask
from tests.live.conftest import Serve

STARTED_BY = {
    "gunicorn-sync/wsgi": "import",
    "gunicorn-gthread/wsgi": "import",
    "uvicorn/asgi": "lifespan",
    "gunicorn-asgi/asgi": "lifespan",
    "uvicorn/wsgi-bridged": "import",
    "gunicorn-gthread/asgi-bridged": "import",
}


@pytest.mark.parametrize("stack", STARTED_BY)
def test_app_is_started_by(serve: Serve, stack: str) -> None:
    """ASGI servers start the app by lifespan; a bridge and WSGI leave it the import."""
    answer = ask(serve(stack).port, Request("GET", "/lifespan"))
    assert json.loads(answer.body)["started_by"] == STARTED_BY[stack]
