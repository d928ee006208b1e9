"""Made-up traces."""

from typing import Any

from records.trace import Asked, Event, Lane, StackTrace, Trace, Where
from records.types import Interface

HOSTILE = "<script>document.title = 'stolen'</script>"
STEERING = "\x1b[31mred\x07"
POOL = Where(10, "ThreadPool_0", 1)
LOOP = Where(20, "MainThread", 2, "Task-4")
LISTENER = Where(20, "MainThread", 2, "Task-5")
LIFE = Where(20, "MainThread", 2, "Task-1")


def wire(at_ms: float, source: Lane, step: str, **details: Any) -> Event:
    """Return a step of the client's connection."""
    return Event(at_ms, source, "server" if source == "client" else "client", step, details)


def passed(
    at_ms: float, way: str, step: str, where: Where = POOL, *, call: str = "10-1", **details: Any
) -> Event:
    """Return a step between two lanes, named as `server app`."""
    source, target = way.split()
    interface: Interface = "asgi" if where.task else "wsgi"
    return Event(at_ms, source, target, step, details, interface, call, where)  # type: ignore[arg-type]


def environ(**more: object) -> dict[str, object]:
    """Return a small environ."""
    return {"REQUEST_METHOD": "GET", "wsgi.input": "<Body>", "HTTP_COOKIE": "[redacted]", **more}


def wsgi() -> StackTrace:
    """Return a stream on a thread: pulled item by item, closed."""
    events = [
        wire(0.0, "client", "connect"),
        wire(0.1, "client", "bytes", bytes=40, head=["GET /stream HTTP/1.1", "cookie: [redacted]"]),
        passed(0.4, "server app", "environ", environ=environ(HTTP_X_EVIL=HOSTILE, **{"x.steer": STEERING})),
        passed(0.5, "app server", "start_response", status="200 OK", headers=[["x-evil", HOSTILE]]),
        passed(0.6, "app server", "return", iterable="generator"),
        passed(0.7, "server app", "next"),
        passed(100.7, "app server", "item", bytes=3, first=f"b'{HOSTILE}'"),
        wire(100.9, "server", "bytes", bytes=60, head=["HTTP/1.1 200 OK", "x: y"], first="b'one'"),
        passed(101.0, "server app", "next"),
        passed(101.1, "app server", "end"),
        passed(101.2, "server app", "close", heard=True),
        wire(101.3, "server", "closed"),
    ]
    command = "python -m gunicorn tracing:wsgi_app"
    return StackTrace("gunicorn-gthread/wsgi", command, ["client", "server", "app"], events, watched_ms=102.0)


def asgi(**changed: Any) -> StackTrace:
    """Return a stream of events, left midway, with the server's own life around it."""
    at = "20-2"
    events = [
        wire(0.0, "client", "connect"),
        wire(0.1, "client", "bytes", bytes=40, head=["GET /stream HTTP/1.1"]),
        passed(0.3, "server app", "scope", LOOP, call=at, scope={"type": "http", "method": "GET"}),
        passed(
            0.4, "app server", "send", LOOP, call=at, event={"type": "http.response.start", "status": 200}
        ),
        passed(0.5, "server app", "sent", LOOP, call=at),
        passed(0.6, "app server", "receive", LISTENER, call=at),
        wire(50.0, "client", "hang up", after_s=0.05),
        passed(50.2, "server app", "received", LISTENER, call=at, event={"type": "http.disconnect"}),
        passed(50.3, "app server", "return", LOOP, call=at),
    ]
    startup = {"event": {"type": "lifespan.startup"}}
    life = [
        passed(-9.0, "server app", "scope", LIFE, call="20-1", scope={"type": "lifespan"}),
        passed(-8.0, "server app", "received", LIFE, call="20-1", **startup),
        passed(90.0, "app server", "return", LIFE, call="20-1"),
    ]
    fields = {"events": events, "life": life, "watched_ms": 350.0, **changed}
    return StackTrace(
        "uvicorn/asgi", "python -m uvicorn tracing:asgi_app", ["client", "server", "app"], **fields
    )


def bridged() -> StackTrace:
    """Return a call through a bridge that never ended."""
    events = [
        wire(0.0, "client", "connect"),
        passed(0.2, "server bridge", "scope", LOOP, call="20-3", scope={"type": "http", "path": "/"}),
        passed(0.3, "bridge app", "environ", POOL, call="20-4", environ=environ()),
        wire(20.0, "client", "hang up", after_s=0.02),
    ]
    return StackTrace(
        "uvicorn/wsgi-bridged",
        "python -m uvicorn tracing:wsgi_as_asgi",
        ["client", "server", "bridge", "app"],
        events,
        unfinished=["20-4"],
        watched_ms=3020.0,
    )


def trace() -> Trace:
    """Return a trace of three stacks, with hostile text wherever a client could put it."""
    asked = Asked("GET", "/stream", [("cookie", "[redacted]"), ("x-evil", HOSTILE)], hang_up_after_s=0.05)
    return Trace(asked, [wsgi(), asgi(), bridged()], {"python": "3.11"}, "2026-01-02T03:04:05+00:00")
