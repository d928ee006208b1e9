"""Which app is served in place of a stack's own when it is traced."""

from dataclasses import replace

import pytest

import tracing
from lab.stacks import Stack, all_stacks, find
from lab.trace.run import with_witness


@pytest.mark.parametrize("stack", list(all_stacks()), ids=lambda stack: stack.name)
def test_every_stack_has_its_traced_form(stack: Stack) -> None:
    """The traced app is called as the stack's own is, and differs from it in nothing but its target."""
    app = with_witness(stack).app
    module, _, attribute = app.target.partition(":")
    witness = {"wsgi": tracing.TracedWSGI, "asgi": tracing.TracedASGI}[app.interface]
    assert module == "tracing"
    assert isinstance(getattr(tracing, attribute), witness)
    assert replace(app, target=stack.app.target) == stack.app


@pytest.mark.parametrize("stack", list(all_stacks()), ids=lambda stack: stack.name)
def test_a_bridge_has_a_witness_on_either_side(stack: Stack) -> None:
    """What the server calls is the bridge where there is one, and the app where there is none."""
    _, _, attribute = with_witness(stack).app.target.partition(":")
    assert getattr(tracing, attribute).callee == ("bridge" if stack.app.bridged else "app")


def test_an_app_of_another_kind_keeps_its_target() -> None:
    """What isn't the lab's is traced by itself or not at all."""
    stack = find("uvicorn/asgi")
    other = replace(stack, app=replace(stack.app, target="tests.live.talkative:app"))
    assert with_witness(other) == other
