"""Stacks, computed from servers and apps."""

import importlib
from dataclasses import replace

import pytest

from bridge.kinds import KINDS
from lab.errors import UsageError
from lab.servers import SERVERS, Settings
from lab.stacks import (
    APPS,
    ASYNCIO_POOL,
    BRIDGES,
    DEFAULT_STACKS,
    App,
    Command,
    Stack,
    all_stacks,
    find,
    parts,
)


def test_every_server_meets_every_app_it_can_call() -> None:
    """Stacks are the product of servers and apps of one interface."""
    expected = {
        f"{server.name}/{app.name}"
        for server in SERVERS.values()
        for app in APPS.values()
        if server.interface == app.interface
    }
    assert {stack.name for stack in all_stacks()} == expected


def test_default_stacks_come_first() -> None:
    """The six default stacks lead the list."""
    assert tuple(stack.name for stack in all_stacks())[:6] == DEFAULT_STACKS


@pytest.mark.parametrize(
    ("name", "slots"),
    [
        ("gunicorn-sync/wsgi", 3),
        ("gunicorn-gthread/wsgi", 24),
        ("uvicorn/asgi", None),
        ("gunicorn-asgi/asgi", None),
        ("uvicorn/wsgi-bridged", 24),
        ("gunicorn-gthread/asgi-bridged", 24),
    ],
)
def test_slots(name: str, slots: int | None) -> None:
    """Slots are workers, workers times threads or pool, or unbounded."""
    assert find(name).slots(Settings(workers=3, threads=8)) == slots


@pytest.mark.parametrize(
    ("name", "blocking", "offloaded"),
    [
        ("gunicorn-sync/wsgi", 3, 3),
        ("gunicorn-gthread/wsgi", 24, 24),
        ("uvicorn/asgi", 3, 3 * ASYNCIO_POOL),
        ("gunicorn-asgi/asgi", 3, 3 * ASYNCIO_POOL),
        ("uvicorn/wsgi-bridged", 24, 24),
    ],
)
def test_slots_depend_on_how_the_app_waits(name: str, blocking: int, offloaded: int) -> None:
    """A blocking call holds an event loop, an offloaded one a thread of its pool; WSGI waits in its thread anyway."""
    stack, settings = find(name), Settings(workers=3, threads=8)
    assert (stack.slots(settings, "blocking"), stack.slots(settings, "offloaded")) == (blocking, offloaded)


def test_an_event_loop_behind_threads_is_no_wider_than_either() -> None:
    """An ASGI app in a WSGI server has the server's threads before it and one event loop behind them."""
    stack, settings = find("gunicorn-gthread/asgi-bridged"), Settings(workers=1, threads=ASYNCIO_POOL + 5)
    assert stack.slots(settings, "blocking") == 1
    assert stack.slots(settings, "offloaded") == ASYNCIO_POOL


@pytest.mark.parametrize("stack", list(all_stacks()), ids=lambda stack: stack.name)
def test_a_client_that_waits_holds_up_nobody(stack: Stack) -> None:
    """What a client sends slowly the kernel takes in: nothing bounds how many do."""
    assert stack.slots(Settings(), "client") is None


def test_slots_are_told_for_each_way_of_waiting() -> None:
    """All of them at once, by name."""
    assert find("uvicorn/asgi").slots_by_waiting(Settings()) == {
        "interface": None,
        "blocking": 1,
        "offloaded": ASYNCIO_POOL,
        "client": None,
    }


def test_bridge_pool_is_a_setting_of_the_command() -> None:
    """A pooled bridge is told its size in the environment, and the command shows it."""
    command = find("uvicorn/wsgi-bridged").command(8000, Settings(threads=7))
    assert str(command).startswith("LAB_BRIDGE_POOL=7 ")


def test_command_can_be_pasted() -> None:
    """A command prints quoted as a shell needs it."""
    assert str(Command(("run", "a b"), {"X": "1 2"})) == "X='1 2' run 'a b'"


@pytest.mark.parametrize("stack", list(all_stacks()), ids=lambda stack: stack.name)
def test_every_command_binds_loopback_and_names_its_target(stack: Stack) -> None:
    """Every server listens on 127.0.0.1 at the port given, and serves the app by its dotted name."""
    command = str(stack.command(8123, Settings()))
    assert "127.0.0.1" in command
    assert "8123" in command
    assert command.endswith(stack.app.target)


@pytest.mark.parametrize("app", APPS.values(), ids=list(APPS))
def test_every_app_is_where_a_server_looks_for_it(app: App) -> None:
    """A target is a module and the name of a callable in it."""
    module, _, attribute = app.target.partition(":")
    assert callable(getattr(importlib.import_module(module), attribute))


def test_every_kind_of_bridge_has_its_stacks() -> None:
    """The bridges are listed here by name, and there with what makes them: row for row."""
    assert list(BRIDGES.values()) == list(KINDS)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("wsgi", "wsgi_app"),
        ("asgi", "asgi_app"),
        ("wsgi-bridged", "wsgi_as_asgi"),
        ("asgi-bridged", "asgi_as_wsgi"),
        ("wsgi-guarded", "wsgi_as_asgi_guarded"),
        ("asgi-guarded", "asgi_as_wsgi_guarded"),
    ],
)
def test_a_form_follows_from_the_parts_of_an_app(name: str, form: str) -> None:
    """What the code speaks, how it is called, and by which kind of bridge."""
    assert APPS[name].form == form


def test_unknown_stack_names_the_nearest() -> None:
    """A mistyped stack is answered with what was probably meant."""
    with pytest.raises(UsageError, match="There is no stack 'uvicorn/agsi': did you mean uvicorn/asgi"):
        find("uvicorn/agsi")


def test_a_copy_is_no_stack_to_ask_for() -> None:
    """A stack's second name is the lab's own, where it measures one against itself."""
    with pytest.raises(UsageError, match="There is no stack 'uvicorn/asgi#2'"):
        find("uvicorn/asgi#2")


@pytest.mark.parametrize("stack", list(all_stacks()), ids=lambda stack: stack.name)
def test_a_name_has_two_parts_and_the_mark_of_a_copy(stack: Stack) -> None:
    """What a name is made of can be had back from it."""
    copy = replace(stack, copy=True)
    assert parts(stack.name) == (stack.server.name, stack.app.name, False)
    assert parts(copy.name) == (stack.server.name, stack.app.name, True)
    assert copy.original == stack.original == stack.name


@pytest.mark.parametrize(
    ("app", "bridge"), [("asgi", ""), ("wsgi-bridged", "bridged"), ("asgi-guarded", "guarded")]
)
def test_an_app_says_what_stands_before_it(app: str, bridge: str) -> None:
    """Nothing, a2wsgi as it comes, or that with a guard."""
    assert APPS[app].bridge == bridge


def test_server_of_the_other_interface_is_no_stack() -> None:
    """A server can't run an app of the other interface without a bridge."""
    with pytest.raises(UsageError):
        find("uvicorn/wsgi")
