"""The bridges: made late, made once, and with the pool that was asked for. Each test has a process of its own."""

import json
import os
import subprocess
import sys

COUNTING = """
import json, threading, a2wsgi

made = []
everyone = threading.Barrier(4)

class CountingWSGI(a2wsgi.WSGIMiddleware):
    def __init__(self, *args, **settings):
        made.append("asgi adapter")
        super().__init__(*args, **settings)

class CountingASGI(a2wsgi.ASGIMiddleware):
    def __init__(self, *args, **settings):
        made.append("wsgi adapter")
        try:
            everyone.wait(0.2)  # were there no lock, all four threads would meet here
        except threading.BrokenBarrierError:
            pass
        super().__init__(*args, **settings)

a2wsgi.WSGIMiddleware, a2wsgi.ASGIMiddleware = CountingWSGI, CountingASGI

import asyncio
import bridge
from contract.examples import Request
from tests.clients import Connection, call_asgi, call_wsgi, scope_of
"""

IN_THREADS = """
statuses = []
start = threading.Barrier(4)

def ask():
    start.wait(10)
    statuses.append(call_wsgi(bridge.asgi_as_wsgi, Request("GET", "/")).status)

threads = [threading.Thread(target=ask) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(10)
print(json.dumps({"made": made, "statuses": statuses}))
"""

ON_ONE_LOOP = """
async def ask():
    connection = Connection({"type": "http.request"})
    await bridge.wsgi_as_asgi(scope_of(Request("GET", "/")), connection.receive, connection.send)
    return connection.answer.status

async def ask_at_once():
    return await asyncio.gather(*[ask() for _ in range(4)])

print(json.dumps({"statuses": asyncio.run(ask_at_once()), "made": made}))
"""

POOLED = """
import wsgi_app
from bridge import stock

together = threading.Barrier(POOL)
names = set()

def meet(environ, start_response):
    names.add(threading.current_thread().name)
    together.wait(10)
    return wsgi_app.app(environ, start_response)

bridged = stock.as_asgi(meet)

async def ask():
    connection = Connection({"type": "http.request"})
    await bridged(scope_of(Request("GET", "/")), connection.receive, connection.send)
    return connection.answer.status

async def ask_at_once():
    return await asyncio.gather(*[ask() for _ in range(2 * POOL)])

print(json.dumps({"statuses": asyncio.run(ask_at_once()), "threads": len(names)}))
"""


def told_by(script: str, **environment: str) -> object:
    """Return the JSON that a script prints in a Python of its own."""
    command = [sys.executable, "-W", "error", "-c", script]
    variables = {name: value for name, value in os.environ.items() if name != "LAB_BRIDGE_POOL"}
    done = subprocess.run(
        command, env={**variables, **environment}, capture_output=True, timeout=60, check=False
    )
    assert done.stderr.decode() == ""
    return json.loads(done.stdout)


def test_importing_makes_no_thread_and_no_adapter() -> None:
    """A server that imports the bridges before it forks has nothing that a fork would lose."""
    script = COUNTING + 'print(json.dumps({"threads": threading.active_count(), "made": made}))'
    assert told_by(script) == {"threads": 1, "made": []}


def test_the_first_requests_of_many_threads_make_one_wsgi_adapter() -> None:
    """Four threads that ask at once share one adapter, so one event loop."""
    assert told_by(COUNTING + IN_THREADS) == {"made": ["wsgi adapter"], "statuses": [200, 200, 200, 200]}


def test_the_first_requests_of_a_loop_make_one_asgi_adapter() -> None:
    """Four requests that come at once share one adapter, so one pool."""
    assert told_by(COUNTING + ON_ONE_LOOP) == {"statuses": [200, 200, 200, 200], "made": ["asgi adapter"]}


def test_the_setting_sizes_the_pool() -> None:
    """With LAB_BRIDGE_POOL=3 three requests are served at once, by three threads, and the others queue."""
    script = COUNTING + POOLED.replace("POOL", "3")
    assert told_by(script, LAB_BRIDGE_POOL="3") == {"statuses": [200] * 6, "threads": 3}


def test_without_the_setting_the_pool_has_ten_threads() -> None:
    """Without LAB_BRIDGE_POOL ten requests are served at once, as many as a2wsgi itself would."""
    script = COUNTING + POOLED.replace("POOL", "10")
    assert told_by(script) == {"statuses": [200] * 20, "threads": 10}
