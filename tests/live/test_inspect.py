"""What apps are told, compared between stacks."""

import json

from contract.examples import Request
from lab.measure.contract_check import ask
from lab.stacks import DEFAULT_STACKS
from tests.live.conftest import Serve

REQUEST = Request("GET", "/inspect?a=1&a=%C3%A9", {"x-one": "1", "cookie": "secret-cookie-value"})


def told(serve: Serve, stack: str) -> dict[str, object]:
    """Return the common part, without what differs between two connections."""
    port = serve(stack).port
    request = json.loads(ask(port, REQUEST).body)["request"]
    request["client"].pop("port")
    request["headers"].pop("host")
    return dict(request)


def test_every_stack_tells_the_same(serve: Serve) -> None:
    """The request in common words is equal across apps, servers and bridges."""
    expected = {
        "method": "GET",
        "path": "/inspect",
        "query": "a=1&a=%C3%A9",
        "headers": {"accept-encoding": "identity", "cookie": "[redacted]", "x-one": "1"},
        "client": {"host": "127.0.0.1"},
        "http_version": "1.1",
    }
    assert {stack: told(serve, stack) for stack in DEFAULT_STACKS} == dict.fromkeys(DEFAULT_STACKS, expected)


def test_no_view_holds_the_secret(serve: Serve) -> None:
    """Neither environ nor scope, nor one inside the other, shows a cookie."""
    bodies = [ask(serve(stack).port, REQUEST).body for stack in DEFAULT_STACKS]
    assert [b"secret-cookie-value" in body for body in bodies] == [False] * 6
