"""The endpoints: what each is called, where it answers, who answers it in both apps, and what it takes."""

from collections.abc import Mapping
from dataclasses import dataclass

from contract import parameters
from contract.parameters import Parameter


@dataclass(frozen=True)
class Endpoint:
    """One row of the contract.

    `handlers` names for each method the function that answers it, and its module: `basics.hello` is that in `wsgi_app`
    and in `asgi_app`. At a `websocket` it also answers those who ask for an upgrade.
    """

    name: str
    handlers: Mapping[str, str]
    path: str
    purpose: str
    parameters: tuple[Parameter, ...] = ()
    websocket: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that it takes, but for HEAD."""
        return tuple(self.handlers)

    @property
    def request(self) -> str:
        """The request line in short, with the names of the parameters."""
        query = "&".join(f"{p.name}=" for p in self.parameters)
        return f"{self.methods[0]} {self.path}{query and '?' + query}"


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("hello", {"GET": "basics.hello"}, "/", "a constant text"),
    Endpoint("greet", {"GET": "basics.greet"}, "/hello", "a greeting in UTF-8", (parameters.NAME,)),
    Endpoint("json", {"GET": "basics.json"}, "/json", "a fixed JSON document"),
    Endpoint("echo", {"POST": "bodies.echo"}, "/echo", "the body as it came, up to 16 MiB"),
    Endpoint("inspect", {"GET": "basics.inspect"}, "/inspect", "what the app was told: environ or scope"),
    Endpoint(
        "sleep",
        {"GET": "waiting.sleep"},
        "/sleep",
        "waits the way the interface waits",
        (parameters.SECONDS_OR_TENTH,),
    ),
    Endpoint(
        "sleep-blocking",
        {"GET": "waiting.sleep_blocking"},
        "/sleep/blocking",
        "time.sleep in both: the classic mistake",
        (parameters.SECONDS,),
    ),
    Endpoint(
        "sleep-offloaded",
        {"GET": "waiting.sleep_offloaded"},
        "/sleep/offloaded",
        "the mistake mended by a thread pool",
        (parameters.SECONDS,),
    ),
    Endpoint(
        "cpu", {"GET": "waiting.cpu"}, "/cpu", "pure-Python work that holds the GIL", (parameters.ROUNDS,)
    ),
    Endpoint(
        "stream",
        {"GET": "streaming.stream"},
        "/stream",
        "numbered chunks, each sent when it is made",
        (parameters.CHUNKS, parameters.INTERVAL, parameters.CHUNK_SIZE),
    ),
    Endpoint(
        "events",
        {"GET": "streaming.events"},
        "/events",
        "server-sent events, from Last-Event-ID + 1",
        (parameters.COUNT, parameters.INTERVAL),
    ),
    Endpoint(
        "bytes",
        {"GET": "streaming.bytes_"},
        "/bytes",
        "that many bytes in constant memory",
        (parameters.SIZE,),
    ),
    Endpoint("upload", {"POST": "bodies.upload"}, "/upload", "count and SHA-256 of the body, up to 1 GiB"),
    Endpoint(
        "background",
        {"POST": "waiting.background", "GET": "waiting.background_jobs"},
        "/background",
        "202 at once, the work goes on; GET counts",
        (parameters.SECONDS,),
    ),
    Endpoint("lifespan", {"GET": "basics.lifespan"}, "/lifespan", "when and how the app was started"),
    Endpoint(
        "failure",
        {"GET": "basics.failure"},
        "/failure",
        "raises, before or during the answer",
        (parameters.WHEN,),
    ),
    Endpoint(
        "websocket-echo",
        {"GET": "websocket.websocket_echo"},
        "/ws/echo",
        "a WebSocket: each message as it came; WSGI says why not",
        websocket=True,
    ),
    Endpoint(
        "websocket-clock",
        {"GET": "websocket.websocket_clock"},
        "/ws/clock",
        "a WebSocket: numbered ticks, pushed",
        (parameters.INTERVAL,),
        websocket=True,
    ),
)
