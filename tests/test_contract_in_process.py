"""Every example of the contract, on both apps, without a server."""

from collections.abc import Callable
from types import ModuleType

import pytest

import asgi_app
import wsgi_app
from contract.conformance import Answer, differences
from contract.examples import all_examples
from tests.clients import call_asgi, call_wsgi

APPS = {"wsgi": (wsgi_app, call_wsgi), "asgi": (asgi_app, call_asgi)}


@pytest.mark.parametrize(("interface", "app", "call"), [(name, *app) for name, app in APPS.items()], ids=APPS)
def test_an_app_conforms(interface: str, app: ModuleType, call: Callable[..., Answer]) -> None:
    """It gives the exact answers; the WSGI app passes wsgiref.validate while it does."""
    broken = {
        str(example.request): list(differences(example, call(app.app, example.request), interface))
        for example in all_examples()
    }
    assert {request: each for request, each in broken.items() if each} == {}
