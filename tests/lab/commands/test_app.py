"""The verbs of the command."""

import pytest

from lab.commands.app import VERBS, Verb


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_help_has_an_example(verb: Verb) -> None:
    """The help of each verb says what it does and shows it at work."""
    assert verb.run.__doc__
    assert verb.examples.startswith(("Example: ", "Examples: "))
    assert f"`lab {verb.name}" in verb.examples
