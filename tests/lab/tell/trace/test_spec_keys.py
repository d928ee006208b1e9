"""Keys of environ and scope, explained."""

import pytest

from contract.examples import Request
from lab.tell.trace.spec_keys import ENVIRON, OWN, SCOPE, key_of
from records.types import Interface
from tests.clients import environ_of, scope_of


def test_every_key_of_a_plain_environ_is_explained() -> None:
    """What PEP 3333 asks of a server is known."""
    assert [key for key in environ_of(Request("POST", "/", body=b"x")) if key_of("wsgi", key) is OWN] == []


def test_every_key_of_a_plain_scope_is_explained() -> None:
    """What ASGI asks of a server is known."""
    assert [key for key in scope_of(Request("GET", "/")) if key_of("asgi", key) is OWN] == []


def test_a_header_is_explained_by_its_name() -> None:
    """Whichever it is."""
    assert key_of("wsgi", "HTTP_X_FORWARDED_FOR").means == "the header x-forwarded-for"


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_an_unknown_key_is_the_servers_own(interface: Interface) -> None:
    """Nothing is claimed of it."""
    assert key_of(interface, "nobody.knows") is OWN


def test_explanations_are_a_few_words() -> None:
    """They fit beside the value."""
    assert [key for key in [*ENVIRON.values(), *SCOPE.values()] if len(key.means.split()) > 13] == []
