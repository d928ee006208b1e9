"""Every example of the contract on every default stack and behind the guarded bridges, over real sockets."""

import pytest

from contract.conformance import differences
from contract.examples import Example, all_examples
from lab.measure.contract_check import ask
from lab.stacks import DEFAULT_STACKS
from tests.live.conftest import Serve

EXAMPLES = [pytest.param(example, id=str(example.request)) for example in all_examples()]
STACKS = (*DEFAULT_STACKS, "uvicorn/wsgi-guarded", "gunicorn-gthread/asgi-guarded")


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_stack_conforms(serve: Serve, stack: str, example: Example) -> None:
    """A stack gives the exact answer: status, headers, body."""
    server = serve(stack)
    answer = ask(server.port, example.request)
    assert list(differences(example, answer, server.stack.app.speaks)) == []
