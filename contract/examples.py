"""Example requests with the exact answer that every app must give, on every server, through every bridge.

Apart from the endpoints, for an app needs these to route: the examples hold bodies of megabytes.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from contract import parameters, payloads, problems
from contract.endpoints import ENDPOINTS, Endpoint


@dataclass(frozen=True)
class Request:
    """What a client sends. `target` is the path with its query; a body carries its content-length."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __str__(self) -> str:
        query = re.sub(r"(.{40}).+", r"\1…", self.target)
        body = f" with {len(self.body)} bytes" if self.body else ""
        headers = "".join(f" and {name}: {value}" for name, value in self.headers.items())
        return f"{self.method} {query}{body}{headers}"


@dataclass(frozen=True)
class Response:
    """What must come back: `headers` are all that the app sets but x-lab-interface.

    A body that can't be known beforehand is given by `members`: what its JSON must hold, `...` for any value.
    Such an answer's content-length is whatever its body is long.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    members: Mapping[str, object] | None = None
    breaks_off: bool = False


@dataclass(frozen=True)
class Example:
    """A request and the response to it; `from_wsgi` where the WSGI app can't give that one."""

    request: Request
    response: Response
    from_wsgi: Response | None = None

    def response_of(self, interface: str) -> Response:
        """Return the response of the app that speaks an interface: `wsgi` or `asgi`."""
        return self.from_wsgi if self.from_wsgi and interface == "wsgi" else self.response

    @property
    def hop_by_hop(self) -> bool:
        """Whether the ASGI app's response has a header that PEP 3333 forbids, so that no bridge needs to carry it."""
        return "upgrade" in self.response.headers


HERE = "127.0.0.1"


def all_examples() -> Iterator[Example]:
    """Yield every example of every endpoint, then paths that nobody serves."""
    for endpoint in ENDPOINTS:
        yield from examples_of(endpoint)
    yield from UNKNOWN_PATHS


def examples_of(endpoint: Endpoint) -> tuple[Example, ...]:
    """Return every example of an endpoint: those written down, the HEAD of each GET, each method refused."""
    examples = EXAMPLES[endpoint.name]
    heads = [head_of(example) for example in examples if example.request.method == "GET"]
    allowed = {*endpoint.methods, "HEAD"} if "GET" in endpoint.methods else {*endpoint.methods}
    return (*examples, *heads, *refusals(endpoint.path, allowed))


def from_afar(example: Example) -> Example:
    """Return an example as another machine sends it: by which address it is seen can't be known beforehand."""
    members = example.response.members
    return replace(example, response=replace(example.response, members=members and _seen_from_afar(members)))


def _seen_from_afar(members: Mapping[str, object]) -> dict[str, object]:
    return {
        name: _seen_from_afar(value) if isinstance(value, Mapping) else ... if value == HERE else value
        for name, value in members.items()
    }


def get(target: str, response: Response, **headers: str) -> Example:
    """Make an example of GET; `_` in a header's name stands for `-`."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Example(Request("GET", target, fields), response)


def post(target: str, body: bytes, response: Response, media_type: str = "") -> Example:
    """Make an example of POST."""
    headers = {"content-type": media_type} if media_type else {}
    return Example(Request("POST", target, headers, body), response)


def whole(body: bytes, media_type: str = payloads.TEXT, status: int = 200) -> Response:
    """Expect a body with its length."""
    return Response(status, {"content-type": media_type, "content-length": str(len(body))}, body)


def streamed(body: bytes, media_type: str = payloads.TEXT, **headers: str) -> Response:
    """Expect a body without a length."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(200, {"content-type": media_type, **fields}, body)


def holding(members: Mapping[str, object]) -> Response:
    """Expect JSON that holds these members."""
    return Response(200, {"content-type": payloads.JSON}, members=members)


def problem(problem: problems.Problem) -> Response:
    """Expect a problem details object."""
    plain = whole(problem.document(), problems.MEDIA_TYPE, problem.status.value)
    return replace(plain, headers={**plain.headers, **dict(problem.headers)})


def refused(parameter: parameters.Parameter, value: str | None) -> Response:
    """Expect 400 that names the parameter, its bounds and what came."""
    return problem(problems.bad_parameter(parameter.name, parameter.bounds, value))


def repeated(parameter: parameters.Parameter, value: str) -> Response:
    """Expect 400 for a parameter that came more than once."""
    bounds = f"given once, {parameter.bounds}"
    return problem(problems.bad_parameter(parameter.name, bounds, value))


def socket(target: str) -> Example:
    """Make an example of GET without an upgrade: PEP 3333 forbids hop-by-hop headers, so only ASGI can ask for one."""
    return Example(
        Request("GET", target), problem(problems.upgrade_required()), problem(problems.no_upgrade())
    )


def head_of(example: Example) -> Example:
    """Return the HEAD of a GET: the same status and headers, no body (RFC 9110, section 9.3.2)."""
    return Example(
        replace(example.request, method="HEAD"),
        replace(example.response, body=b"", breaks_off=False),
        example.from_wsgi and replace(example.from_wsgi, body=b"", breaks_off=False),
    )


def refusals(path: str, allowed: Iterable[str]) -> list[Example]:
    """Return a request with each method that the path doesn't take, and its 405."""
    methods = sorted({"GET", "POST", "PUT", "DELETE"} - {*allowed})
    return [
        Example(Request(method, path), problem(problems.method_not_allowed(method, allowed)))
        for method in methods
    ]


def _uploaded(body: bytes) -> Response:
    return whole(payloads.receipt(len(body), hashlib.sha256(body).hexdigest()), payloads.JSON)


_EVERY_BYTE = bytes(range(256))
_PADDED_STREAM = b"chunk 1 .......\nchunk 2 .......\nchunk 3 .......\n"
_TOO_LONG = "x" * 201

EXAMPLES: dict[str, tuple[Example, ...]] = {
    "hello": (
        get("/", whole(b"Hello from the bare interface!")),
        get("/?unknown=ignored", whole(b"Hello from the bare interface!")),
    ),
    "greet": (
        get("/hello?name=World", whole(b"Hello, World!")),
        get("/hello?name=Zo%C3%AB+%26+%e6%9d%8e", whole("Hello, Zoë & 李!".encode())),
        get("/hello?name=" + "%C3%A9" * 200, whole(f"Hello, {'é' * 200}!".encode())),
        get("/hello", refused(parameters.NAME, None)),
        get("/hello?name=", refused(parameters.NAME, "")),
        get("/hello?name=" + _TOO_LONG, refused(parameters.NAME, _TOO_LONG)),
        get("/hello?name=%FF", refused(parameters.NAME, "\udcff")),
        get("/hello?name=a&name=b", repeated(parameters.NAME, "a&b")),
    ),
    "json": (get("/json", whole(payloads.document(), payloads.JSON)),),
    "echo": (
        post("/echo", b"{}", whole(b"{}", "application/json"), "application/json"),
        post("/echo", _EVERY_BYTE * 1024, whole(_EVERY_BYTE * 1024, payloads.BYTES)),
        post("/echo", b"", whole(b"", payloads.BYTES)),
        post(
            "/echo",
            bytes(parameters.ECHO_LIMIT + 1),
            problem(problems.too_large(parameters.ECHO_LIMIT)),
        ),
    ),
    "inspect": (
        get(
            "/inspect?a=1&b=%20",
            holding(
                {
                    "request": {
                        "method": ...,
                        "path": "/inspect",
                        "query": "a=1&b=%20",
                        "headers": {
                            "host": ...,
                            "authorization": payloads.REDACTED,
                            "cookie": payloads.REDACTED,
                            "x-plain": "shown",
                        },
                        "client": {"host": HERE, "port": ...},
                        "http_version": "1.1",
                    },
                    "native": {},
                }
            ),
            authorization="Bearer hidden",
            cookie="id=hidden",
            x_plain="shown",
        ),
    ),
    "sleep": (
        get("/sleep?seconds=0.01", whole(b'{"slept_seconds":0.01}', payloads.JSON)),
        get("/sleep", whole(b'{"slept_seconds":0.1}', payloads.JSON)),
        get("/sleep?seconds=10.1", refused(parameters.SECONDS, "10.1")),
        get("/sleep?seconds=-1", refused(parameters.SECONDS, "-1")),
        get("/sleep?seconds=nan", refused(parameters.SECONDS, "nan")),
        get("/sleep?seconds=", refused(parameters.SECONDS, "")),
        get("/sleep?seconds=1&seconds=1", repeated(parameters.SECONDS, "1&1")),
    ),
    "sleep-blocking": (
        get("/sleep/blocking?seconds=0.01", whole(b'{"slept_seconds":0.01}', payloads.JSON)),
        get("/sleep/blocking", refused(parameters.SECONDS, None)),
    ),
    "sleep-offloaded": (
        get("/sleep/offloaded?seconds=0.01", whole(b'{"slept_seconds":0.01}', payloads.JSON)),
        get("/sleep/offloaded", refused(parameters.SECONDS, None)),
    ),
    "cpu": (
        get("/cpu?rounds=1", whole(b'{"rounds":1,"value":12345}', payloads.JSON)),
        get("/cpu?rounds=1000", whole(b'{"rounds":1000,"value":1268113592}', payloads.JSON)),
        get("/cpu?rounds=0", refused(parameters.ROUNDS, "0")),
        get("/cpu?rounds=1000001", refused(parameters.ROUNDS, "1000001")),
        get("/cpu?rounds=1.0", refused(parameters.ROUNDS, "1.0")),
        get("/cpu", refused(parameters.ROUNDS, None)),
    ),
    "stream": (
        get("/stream?chunks=3&interval=0.01&size=16", streamed(_PADDED_STREAM)),
        get("/stream?chunks=2&interval=0&size=1", streamed(b"\n\n")),
        get("/stream?chunks=0&interval=0&size=1", refused(parameters.CHUNKS, "0")),
        get("/stream?chunks=1&interval=5.01&size=1", refused(parameters.INTERVAL, "5.01")),
        get("/stream?chunks=1&interval=0&size=65537", refused(parameters.CHUNK_SIZE, "65537")),
        get("/stream?chunks=1&interval=0", refused(parameters.CHUNK_SIZE, None)),
    ),
    "events": (
        get(
            "/events?count=2&interval=0",
            streamed(
                b"id: 1\ndata: event 1\n\nid: 2\ndata: event 2\n\n",
                payloads.EVENTS,
                cache_control="no-store",
            ),
        ),
        get(
            "/events?count=1&interval=0",
            streamed(b"id: 42\ndata: event 42\n\n", payloads.EVENTS, cache_control="no-store"),
            last_event_id="41",
        ),
        get(
            "/events?count=1&interval=0",
            refused(parameters.LAST_EVENT_ID, "first"),
            last_event_id="first",
        ),
        get("/events?count=1&interval=5.01", refused(parameters.INTERVAL, "5.01")),
        get("/events?count=1001&interval=0", refused(parameters.COUNT, "1001")),
    ),
    "bytes": (
        get("/bytes?size=0", whole(b"", payloads.BYTES)),
        get("/bytes?size=65541", whole(_EVERY_BYTE * 256 + b"\0\1\2\3\4", payloads.BYTES)),
        get("/bytes?size=1073741825", refused(parameters.SIZE, "1073741825")),
        get("/bytes?size=-1", refused(parameters.SIZE, "-1")),
    ),
    "upload": (
        post("/upload", _EVERY_BYTE * 1024, _uploaded(_EVERY_BYTE * 1024)),
        post("/upload", b"", _uploaded(b"")),
    ),
    "background": (
        post(
            "/background?seconds=0",
            b"",
            whole(b'{"accepted_seconds":0.0}', payloads.JSON, 202),
        ),
        post("/background?seconds=11", b"", refused(parameters.SECONDS, "11")),
        get("/background", holding({"began": ..., "finished": ...})),
    ),
    "lifespan": (get("/lifespan", holding({"started_by": ..., "started_at": ...})),),
    "failure": (
        get("/failure?when=before", problem(problems.internal_error())),
        get(
            "/failure?when=during",
            replace(streamed(payloads.BEFORE_FAILURE), breaks_off=True),
        ),
        get("/failure?when=after", refused(parameters.WHEN, "after")),
    ),
    "websocket-echo": (socket("/ws/echo"),),
    "websocket-clock": (socket("/ws/clock?interval=0.1"), socket("/ws/clock")),
}

UNKNOWN_PATHS: tuple[Example, ...] = (
    get("/nowhere", problem(problems.unknown_path("/nowhere"))),
    get("/hello/", problem(problems.unknown_path("/hello/"))),
    get("/caf%C3%A9", problem(problems.unknown_path("/café"))),
    Example(Request("POST", "/nowhere"), problem(problems.unknown_path("/nowhere"))),
)
