"""Messages there and back."""

from loadtests.scenarios.card import Column, Scenario
from loadtests.scenarios.flows import TRAFFIC, Flow, Level
from records.scenario import Chart, Headline

PACED, FLAT_OUT = "paced", "flat-out"


def _echoing(value: str, chunks: int, rate_per_s: int | None) -> Level:
    echo = Flow(
        TRAFFIC, "/ws/echo", users=50, rate_per_s=rate_per_s, behaviour="websocket", chunks=chunks, piece=64
    )
    return Level(value, (echo,), window_s=3)


CARD = Scenario(
    "websocket",
    "How fast do messages come back over 50 WebSockets, and how many a second?",
    "Where there are none (WSGI, bridges) the stack cannot. Elsewhere an echo costs less than a request: "
    "nothing is parsed but a frame. Flat out each socket has 100 messages under way, so that the server sets "
    "the pace and not the client.",
    "way of sending",
    (_echoing(PACED, 1, 1000), _echoing(FLAT_OUT, 100, None)),
    by_hand=PACED,
    columns=(
        Column("there and back p50", "corrected_ms_p50", PACED),
        Column("p99", "corrected_ms_p99", PACED),
        Column("CPU per message, {level}", "cpu_us_per_request", PACED),
        Column("messages, {level}", "messages_per_s", FLAT_OUT),
        Column("CPU per message, {level}", "cpu_us_per_message", FLAT_OUT),
        Column("memory, {level}", "memory_mib", FLAT_OUT),
    ),
    headline=Headline("messages_per_s", FLAT_OUT, "messages a second"),
    charts=(
        Chart("curves", "corrected", "a message there and back"),
        Chart("bars", "messages_per_s", "Messages a second"),
    ),
    why="A WebSocket has no request and no answer, only messages at any time from either side: an event loop "
    "waits for the next one as for anything else. A WSGI app is called once and answers once, so there is nothing "
    "to hand it, and a bridge between the two interfaces can't make it up.",
)
