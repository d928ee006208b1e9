"""The endpoints: what each is called, where it answers, what it takes, and examples of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from contract import parameters
from contract.examples import EXAMPLES, UNKNOWN_PATHS, Example, head_of, refusals
from contract.parameters import Parameter


@dataclass(frozen=True)
class Endpoint:
    """One row of the contract."""

    name: str
    methods: tuple[str, ...]
    path: str
    purpose: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def request(self) -> str:
        """The request line in short, with the names of the parameters."""
        query = "&".join(f"{p.name}=" for p in self.parameters)
        return f"{self.methods[0]} {self.path}{query and '?' + query}"

    @property
    def examples(self) -> tuple[Example, ...]:
        """Every example: those written down, the HEAD of each GET, each method refused."""
        written = EXAMPLES[self.name]
        heads = [head_of(example) for example in written if example.request.method == "GET"]
        allowed = {*self.methods, "HEAD"} if "GET" in self.methods else {*self.methods}
        return (*written, *heads, *refusals(self.path, allowed))


def all_examples() -> Iterator[Example]:
    """Yield every example of every endpoint, then paths that nobody serves."""
    for endpoint in ENDPOINTS:
        yield from endpoint.examples
    yield from UNKNOWN_PATHS


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("hello", ("GET",), "/", "a constant text"),
    Endpoint("greet", ("GET",), "/hello", "a greeting in UTF-8", (parameters.NAME,)),
    Endpoint("json", ("GET",), "/json", "a fixed JSON document"),
    Endpoint("echo", ("POST",), "/echo", "the body as it came, up to 16 MiB"),
    Endpoint("inspect", ("GET",), "/inspect", "what the app was told: environ or scope"),
    Endpoint(
        "sleep",
        ("GET",),
        "/sleep",
        "waits the way the interface waits",
        (parameters.SECONDS_OR_TENTH,),
    ),
    Endpoint(
        "sleep-blocking",
        ("GET",),
        "/sleep/blocking",
        "time.sleep in both: the classic mistake",
        (parameters.SECONDS,),
    ),
    Endpoint(
        "sleep-offloaded",
        ("GET",),
        "/sleep/offloaded",
        "the mistake mended by a thread pool",
        (parameters.SECONDS,),
    ),
    Endpoint("cpu", ("GET",), "/cpu", "pure-Python work that holds the GIL", (parameters.ROUNDS,)),
    Endpoint(
        "stream",
        ("GET",),
        "/stream",
        "numbered chunks, each sent when it is made",
        (parameters.CHUNKS, parameters.INTERVAL, parameters.CHUNK_SIZE),
    ),
    Endpoint(
        "events",
        ("GET",),
        "/events",
        "server-sent events, from Last-Event-ID + 1",
        (parameters.COUNT, parameters.INTERVAL),
    ),
    Endpoint("bytes", ("GET",), "/bytes", "that many bytes in constant memory", (parameters.SIZE,)),
    Endpoint("upload", ("POST",), "/upload", "count and SHA-256 of the body, up to 1 GiB"),
    Endpoint(
        "background",
        ("POST", "GET"),
        "/background",
        "202 at once, the work goes on; GET counts",
        (parameters.SECONDS,),
    ),
    Endpoint("lifespan", ("GET",), "/lifespan", "when and how the app was started"),
    Endpoint("failure", ("GET",), "/failure", "raises, before or during the answer", (parameters.WHEN,)),
    Endpoint(
        "websocket-echo", ("GET",), "/ws/echo", "a WebSocket: each message as it came; WSGI says why not"
    ),
    Endpoint(
        "websocket-clock",
        ("GET",),
        "/ws/clock",
        "a WebSocket: numbered ticks, pushed",
        (parameters.INTERVAL,),
    ),
)
