"""The servers: each a function that makes its command line, and a row in the table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from records.types import Interface

Parallel = Literal["worker", "thread", "unbounded"]

HOST = "127.0.0.1"
LARGEST_MESSAGE = 16 * 1024 * 1024  # bytes of a WebSocket message, where a server lets us say so

HTTP2_OF_GUNICORN = ("--http-protocols", "h2,h1", "--http2-cleartext", "both")


@dataclass(frozen=True)
class Settings:
    """What every stack is given alike; the bridge's pool is as large as a worker's thread pool."""

    workers: int = 1
    threads: int = 10
    keep_alive_s: int = 75
    host: str = HOST


@dataclass(frozen=True)
class Server:
    """A program and its configuration.

    `arguments` makes what follows `python -m` from a target, a port and the settings. `parallel` says what
    limits the requests in progress, `modules` what must be installed, `notes` which fixed settings matter.
    """

    name: str
    interface: Interface
    arguments: Callable[[str, int, Settings], list[str]]
    parallel: Parallel
    modules: tuple[str, ...]
    notes: Mapping[str, str]


def gunicorn_sync(target: str, port: int, settings: Settings) -> list[str]:
    """One request at a time in each worker; closes the connection after every answer."""
    return [*_gunicorn(port, settings), "--worker-class", "sync", target]


def gunicorn_gthread(target: str, port: int, settings: Settings) -> list[str]:
    """A pool of threads in each worker."""
    threads = ["--worker-class", "gthread", "--threads", str(settings.threads)]
    return [*_gunicorn(port, settings), *threads, target]


def gunicorn_gevent(target: str, port: int, settings: Settings) -> list[str]:
    """Greenlets: blocking calls are patched to wait in an event loop."""
    return [*_gunicorn(port, settings), "--worker-class", "gevent", target]


def gunicorn_asgi(target: str, port: int, settings: Settings) -> list[str]:
    """Gunicorn's own ASGI worker."""
    parts = ["--worker-class", "asgi", "--asgi-loop", "uvloop", "--asgi-lifespan", "on"]
    largest = ["--websocket-max-message-size", str(LARGEST_MESSAGE)]
    return [*_gunicorn(port, settings), *parts, *largest, target]


def uvicorn(target: str, port: int, settings: Settings) -> list[str]:
    """Uvicorn with its C parts."""
    parts = ["--interface", "asgi3", "--loop", "uvloop", "--http", "httptools"]
    return [*_uvicorn(port, settings), *parts, target]


def uvicorn_h11(target: str, port: int, settings: Settings) -> list[str]:
    """Uvicorn in pure Python."""
    parts = ["--interface", "asgi3", "--loop", "asyncio", "--http", "h11"]
    return [*_uvicorn(port, settings), *parts, target]


def gunicorn_gthread_h2(target: str, port: int, settings: Settings) -> list[str]:
    """The pool of threads, with HTTP/2 over cleartext beside HTTP/1.1: one thread serves a connection."""
    return [*gunicorn_gthread(target, port, settings)[:-1], *HTTP2_OF_GUNICORN, target]


def gunicorn_asgi_h2(target: str, port: int, settings: Settings) -> list[str]:
    """Gunicorn's own ASGI worker, with HTTP/2 over cleartext beside HTTP/1.1."""
    return [*gunicorn_asgi(target, port, settings)[:-1], *HTTP2_OF_GUNICORN, target]


def uvicorn_h2(target: str, port: int, settings: Settings) -> list[str]:
    """Uvicorn on zttp, with HTTP/2 over cleartext beside HTTP/1.1."""
    parts = ["--interface", "asgi3", "--loop", "uvloop", "--http", "zttp", "--http2"]
    return [*_uvicorn(port, settings), *parts, target]


def hypercorn(target: str, port: int, settings: Settings) -> list[str]:
    """Hypercorn on uvloop."""
    return [
        *("hypercorn", "--bind", f"{settings.host}:{port}", "--workers", str(settings.workers)),
        *("--keep-alive", str(settings.keep_alive_s), "--worker-class", "uvloop"),
        f"asgi:{target}",
    ]


def granian_wsgi(target: str, port: int, settings: Settings) -> list[str]:
    """Granian's HTTP in Rust, a pool of Python threads behind it."""
    threads = ["--interface", "wsgi", "--blocking-threads", str(settings.threads)]
    return [*_granian(port, settings), *threads, target]


def granian_asgi(target: str, port: int, settings: Settings) -> list[str]:
    """Granian's HTTP in Rust, uvloop behind it."""
    return [*_granian(port, settings), "--interface", "asgi", "--loop", "uvloop", target]


def waitress(target: str, port: int, settings: Settings) -> list[str]:
    """Waitress: one process, an acceptor and a pool of threads; it has no workers to multiply."""
    return [
        *(
            "waitress",
            f"--listen={settings.host}:{port}",
            f"--threads={settings.threads * settings.workers}",
        ),
        f"--channel-timeout={settings.keep_alive_s}",
        target,
    ]


def _gunicorn(port: int, settings: Settings) -> list[str]:
    return [
        *("gunicorn", "--bind", f"{settings.host}:{port}", "--workers", str(settings.workers)),
        *("--keep-alive", str(settings.keep_alive_s), "--no-control-socket"),
    ]


def _uvicorn(port: int, settings: Settings) -> list[str]:
    return [
        *("uvicorn", "--host", settings.host, "--port", str(port), "--workers", str(settings.workers)),
        *("--timeout-keep-alive", str(settings.keep_alive_s), "--no-access-log"),
        *("--ws", "websockets-sansio", "--ws-max-size", str(LARGEST_MESSAGE)),
    ]


def _granian(port: int, settings: Settings) -> list[str]:
    return [
        *("granian", "--host", settings.host, "--port", str(port), "--workers", str(settings.workers)),
        "--no-access-log",
    ]


SERVERS: dict[str, Server] = {
    server.name: server
    for server in (
        Server(
            "gunicorn-sync", "wsgi", gunicorn_sync, "worker", ("gunicorn",),
            {"parser": "gunicorn", "keep-alive": "none: closes after each answer"},
        ),
        Server(
            "gunicorn-gthread", "wsgi", gunicorn_gthread, "thread", ("gunicorn",),
            {"parser": "gunicorn"},
        ),
        Server(
            "uvicorn", "asgi", uvicorn, "unbounded", ("uvicorn", "uvloop", "httptools", "websockets"),
            {"loop": "uvloop", "parser": "httptools", "websocket": "websockets, 16 MiB a message"},
        ),
        Server(
            "gunicorn-asgi", "asgi", gunicorn_asgi, "unbounded", ("gunicorn.asgi", "uvloop"),
            {"loop": "uvloop", "parser": "gunicorn", "websocket": "gunicorn, 16 MiB a message"},
        ),
        Server(
            "gunicorn-gevent", "wsgi", gunicorn_gevent, "unbounded",
            ("gunicorn", "gevent", "packaging"),
            {"loop": "gevent", "parser": "gunicorn"},
        ),
        Server("waitress", "wsgi", waitress, "thread", ("waitress",), {"parser": "waitress"}),
        Server(
            "hypercorn", "asgi", hypercorn, "unbounded", ("hypercorn", "uvloop"),
            {"loop": "uvloop", "parser": "h11", "websocket": "wsproto, 16 MiB a message"},
        ),
        Server("granian-wsgi", "wsgi", granian_wsgi, "thread", ("granian",), {"parser": "hyper"}),
        Server(
            "granian-asgi", "asgi", granian_asgi, "unbounded", ("granian", "uvloop"),
            {"loop": "uvloop", "parser": "hyper"},
        ),
        Server(
            "uvicorn-h11", "asgi", uvicorn_h11, "unbounded", ("uvicorn", "h11", "websockets"),
            {"loop": "asyncio", "parser": "h11", "websocket": "websockets, 16 MiB a message"},
        ),
        Server(
            "gunicorn-gthread-h2", "wsgi", gunicorn_gthread_h2, "thread", ("gunicorn", "h2"),
            {"parser": "gunicorn", "http/2": "h2, cleartext, beside HTTP/1.1; one stream at a time"},
        ),
        Server(
            "gunicorn-asgi-h2", "asgi", gunicorn_asgi_h2, "unbounded", ("gunicorn.asgi", "uvloop", "h2"),
            {
                "loop": "uvloop", "parser": "gunicorn", "http/2": "h2, cleartext, beside HTTP/1.1",
                "websocket": "gunicorn, 16 MiB a message",
            },
        ),
        Server(
            "uvicorn-h2", "asgi", uvicorn_h2, "unbounded", ("uvicorn", "uvloop", "zttp", "websockets"),
            {
                "loop": "uvloop", "parser": "zttp", "http/2": "zttp, cleartext, beside HTTP/1.1",
                "websocket": "websockets, 16 MiB a message",
            },
        ),
    )
}  # fmt: skip
