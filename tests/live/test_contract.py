"""Every example of the contract on every default stack and behind the guarded bridges, over real sockets."""

import pytest

from contract.conformance import differences
from contract.examples import all_examples
from lab.measure.contract_check import ask
from lab.stacks import DEFAULT_STACKS
from tests.live.conftest import Serve

STACKS = (*DEFAULT_STACKS, "uvicorn/wsgi-guarded", "gunicorn-gthread/asgi-guarded")


@pytest.mark.parametrize("stack", STACKS)
def test_stack_conforms(serve: Serve, stack: str) -> None:
    """A stack gives the exact answers: status, headers, body."""
    server = serve(stack)
    broken = {
        str(example.request): list(
            differences(example, ask(server.port, example.request), server.stack.app.speaks)
        )
        for example in all_examples()
    }
    assert {request: each for request, each in broken.items() if each} == {}
