"""How each stack starts its app."""

import json

import pytest

from contract.examples import Request
from lab.measure.contract_check import ask
from tests.live.conftest import Serve

STARTED_BY = {
    "gunicorn-sync/wsgi": "import",
    "gunicorn-gthread/wsgi": "import",
    "uvicorn/asgi": "lifespan",
    "gunicorn-asgi/asgi": "lifespan",
    "uvicorn/wsgi-bridged": "import",
    "gunicorn-gthread/asgi-bridged": "import",
    "uvicorn/wsgi-guarded": "import",
    "gunicorn-gthread/asgi-guarded": "lifespan",
}


@pytest.mark.parametrize("stack", STARTED_BY)
def test_app_is_started_by(serve: Serve, stack: str) -> None:
    """ASGI servers start an ASGI app by lifespan, and so does the guarded bridge; else there is the import."""
    answer = ask(serve(stack).port, Request("GET", "/lifespan"))
    assert json.loads(answer.body)["started_by"] == STARTED_BY[stack]
