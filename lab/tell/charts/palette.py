"""How a stack looks in every chart: its colour, its shape and the dashes of its lines, all by rule from its fields.

The server gives the hue: servers that call WSGI have the warm half of the circle, those that call ASGI the cold one,
and the golden section keeps any number of them apart. A bridge turns the hue a little, and a guard pales it. What the
app speaks gives one of two lightnesses: both have a contrast of 3 and more on white and on #111 (WCAG 2.2, 1.4.11).
The first hues and the turn were searched for: the six default stacks stay clearly apart for protanopes, deuteranopes
and tritanopes, too.

Shapes go round by server; behind a bridge it is another one, and for a second app that would look the same. Triangles
are left free: they mark lower bounds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from lab.servers import SERVERS
from lab.stacks import BRIDGES
from lab.tell.charts.colour_space import vivid
from records.run import Run, StackRecord
from records.types import Interface

Dash = tuple[int, ...]


@dataclass(frozen=True)
class Look:
    """A colour, a Vega shape (a name or an SVG path) and the dashes of a line, `1, 0` for a solid one."""

    colour: str
    shape: str
    dash: Dash


Looks = Mapping[str, Look]
"""How stacks look, by name, in the order in which they are drawn."""


def looks(stacks: Iterable[StackRecord]) -> dict[str, Look]:
    """Return how these stacks look; servers and bridges that the lab doesn't have come after its own, in this order."""
    records = list(stacks)
    servers = {name: server.interface for name, server in SERVERS.items()}
    for record in records:
        servers.setdefault(record.server, record.interface)
    bridges = list(dict.fromkeys(["", *BRIDGES, *(record.bridge for record in records)]))
    alike = Counter[tuple[object, ...]]()
    by_name = {}
    for record in records:
        kind, bridge = (record.server, record.speaks, record.bridge), bridges.index(record.bridge)
        by_name[record.name] = Look(
            colour=_colour(record, servers, bridge),
            shape=_shape(list(servers).index(record.server), alike[kind], bridged=bridge > 0),
            dash=_dash(bridge),
        )
        alike[kind] += 1
    return by_name


def looks_in(run: Run) -> dict[str, Look]:
    """Return how the stacks of a run look, those included on which only experiments were made."""
    return looks([*run.stacks, *run.explored])


def _colour(record: StackRecord, servers: Mapping[str, Interface], bridge: int) -> str:
    half = servers[record.server]
    place = [name for name, interface in servers.items() if interface == half].index(record.server)
    hue = HALVES[half] + (FIRST_HUES[half] - HALVES[half] + place * GOLDEN * 180) % 180
    lightness = LIGHTNESS[record.speaks or record.interface]
    return vivid(lightness, hue + TURN, PALER ** (bridge - 1)) if bridge else vivid(lightness, hue)


def _shape(place: int, number: int, *, bridged: bool) -> str:
    """Return the shape of a stack whose server has that place, and which so many stacks before it would look like."""
    return SHAPES[(place + BEHIND_A_BRIDGE * bridged + ANOTHER_APP * number) % len(SHAPES)]


def _dash(bridge: int) -> Dash:
    """Return how lines are dashed: solid without a bridge, and behind each later kind with a dot more."""
    return ((1, 0), (6, 3))[bridge] if bridge <= 1 else (6, *(2, 1) * (bridge - 1), 2)


GOLDEN = (3 - sqrt(5)) / 2
HALVES: dict[Interface, float] = {"wsgi": 0, "asgi": 180}
FIRST_HUES: dict[Interface, float] = {"wsgi": 13, "asgi": 234}
TURN = 25
LIGHTNESS: dict[Interface, float] = {"wsgi": 61, "asgi": 42}
PALER = 0.6  # each later kind of bridge, of its chroma
GREY = "#808080"  # of a name that isn't a stack's

STAR = "M0,-1L0.25,-0.3L1,-0.3L0.4,0.15L0.6,0.85L0,0.4L-0.6,0.85L-0.4,0.15L-1,-0.3L-0.25,-0.3Z"
SALTIRE = (
    "M-0.9,-0.6L-0.6,-0.9L0,-0.3L0.6,-0.9L0.9,-0.6L0.3,0L0.9,0.6L0.6,0.9L0,0.3L-0.6,0.9L-0.9,0.6L-0.3,0Z"
)
PENTAGON = "M0,-1L0.95,-0.31L0.59,0.81L-0.59,0.81L-0.95,-0.31Z"
HOURGLASS = "M-0.8,-0.9L0.8,-0.9L-0.8,0.9L0.8,0.9Z"
BOW_TIE = "M-0.9,-0.8L0.9,0.8L0.9,-0.8L-0.9,0.8Z"
DOME = "M-1,0.5A1,1,0,0,1,1,0.5Z"
HEXAGON = "M-1,0L-0.5,-0.87L0.5,-0.87L1,0L0.5,0.87L-0.5,0.87Z"
TRAPEZE = "M-0.5,-0.7L0.5,-0.7L1,0.7L-1,0.7Z"
BASIN = "M-1,-0.5A1,1,0,0,0,1,-0.5Z"

SHAPES = (
    *("square", "diamond", "circle", "cross"),
    *(STAR, SALTIRE, PENTAGON, HOURGLASS, BOW_TIE, DOME, HEXAGON, TRAPEZE, BASIN),
)
BEHIND_A_BRIDGE, ANOTHER_APP = 3, 5  # shapes farther on
