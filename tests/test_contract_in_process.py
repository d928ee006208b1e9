"""Every example of the contract, on both apps, without a server."""

import pytest

import asgi_app
import wsgi_app
from contract.conformance import differences
from contract.examples import Example, all_examples
from tests.clients import call_asgi, call_wsgi

EXAMPLES = [pytest.param(example, id=str(example.request)) for example in all_examples()]


@pytest.mark.parametrize("example", EXAMPLES)
def test_wsgi_app_conforms(example: Example) -> None:
    """The WSGI app gives the exact answer, and passes wsgiref.validate while it does."""
    answer = call_wsgi(wsgi_app.app, example.request)
    assert list(differences(example, answer, "wsgi")) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_asgi_app_conforms(example: Example) -> None:
    """The ASGI app gives the exact answer."""
    answer = call_asgi(asgi_app.app, example.request)
    assert list(differences(example, answer, "asgi")) == []
