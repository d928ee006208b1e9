"""How a stack looks in every chart: its colour and shape, and dashed lines for a bridge.

The published palettes for colour-blind readers are made for one background. These colours have a contrast of 3 and
more on white and on #111 alike (WCAG 2.2, 1.4.11), and among those the six default stacks have the ones that stay
farthest apart for protanopes and deuteranopes. Triangles are left free: they mark lower bounds. A guarded bridge has
the shape of the stock one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lab.stacks import APPS, COPY, App

Dash = tuple[int, ...]


@dataclass(frozen=True)
class Look:
    """A colour, a Vega shape (a name or an SVG path) and the dashes of a line, none of them for a solid one."""

    colour: str
    shape: str
    dash: Dash


def look_of(stack: str) -> Look:
    """Return how a stack looks; a copy looks like its original but for the dashes, an unknown stack is grey."""
    name = stack.removesuffix(COPY)
    app = APPS.get(name.partition("/")[2])
    dash = COPIED if stack.endswith(COPY) else dash_of(app) if app else SOLID
    return Look(*LOOKS.get(name, UNKNOWN), dash)


def dash_of(app: App) -> Dash:
    """Return how a line of any stack with that app is dashed."""
    if app.guarded:
        return GUARDED
    return BRIDGED if app.bridged else SOLID


def colour_of(stack: str) -> str:
    """Return the colour of a stack, as CSS writes it."""
    return look_of(stack).colour


SOLID: Dash = (1, 0)
BRIDGED: Dash = (6, 3)
GUARDED: Dash = (6, 2, 1, 2)
COPIED: Dash = (2, 2)

SQUARE = "square"
DIAMOND = "diamond"
CIRCLE = "circle"
CROSS = "cross"
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

UNKNOWN = ("#808080", CIRCLE)

LOOKS: Mapping[str, tuple[str, str]] = {
    "gunicorn-sync/wsgi": ("#C02632", SQUARE),
    "gunicorn-gthread/wsgi": ("#C98000", DIAMOND),
    "uvicorn/asgi": ("#1E96F0", CIRCLE),
    "gunicorn-asgi/asgi": ("#6A2BFF", CROSS),
    "uvicorn/wsgi-bridged": ("#2F9E77", SALTIRE),
    "uvicorn/wsgi-guarded": ("#4B874B", SALTIRE),
    "gunicorn-gthread/asgi-bridged": ("#B0329A", STAR),
    "gunicorn-gthread/asgi-guarded": ("#E12DA5", STAR),
    "gunicorn-sync/asgi-bridged": ("#FA644B", CROSS),
    "gunicorn-sync/asgi-guarded": ("#F0693C", CROSS),
    "gunicorn-asgi/wsgi-bridged": ("#AF19E1", PENTAGON),
    "gunicorn-asgi/wsgi-guarded": ("#C300F0", PENTAGON),
    "gunicorn-gevent/wsgi": ("#C83200", STAR),
    "gunicorn-gevent/asgi-bridged": ("#964B4B", HOURGLASS),
    "gunicorn-gevent/asgi-guarded": ("#A54B5A", HOURGLASS),
    "waitress/wsgi": ("#646432", SALTIRE),
    "waitress/asgi-bridged": ("#96964B", BOW_TIE),
    "waitress/asgi-guarded": ("#87874B", BOW_TIE),
    "hypercorn/asgi": ("#FA0064", PENTAGON),
    "hypercorn/wsgi-bridged": ("#FA19C8", DOME),
    "hypercorn/wsgi-guarded": ("#F000D2", DOME),
    "granian-wsgi/wsgi": ("#967D96", HOURGLASS),
    "granian-wsgi/asgi-bridged": ("#964B7D", SQUARE),
    "granian-wsgi/asgi-guarded": ("#965A96", SQUARE),
    "granian-asgi/asgi": ("#0096C8", BOW_TIE),
    "granian-asgi/wsgi-bridged": ("#327D64", DIAMOND),
    "granian-asgi/wsgi-guarded": ("#4B8778", DIAMOND),
    "uvicorn-h11/asgi": ("#1964E1", DOME),
    "uvicorn-h11/wsgi-bridged": ("#AF00AF", CIRCLE),
    "gunicorn-gthread-h2/wsgi": ("#AF6432", HEXAGON),
    "gunicorn-gthread-h2/asgi-bridged": ("#4B7D19", TRAPEZE),
    "gunicorn-asgi-h2/asgi": ("#9664FA", TRAPEZE),
    "gunicorn-asgi-h2/wsgi-bridged": ("#AF7DE1", BASIN),
    "uvicorn-h2/asgi": ("#009600", BASIN),
    "uvicorn-h2/wsgi-bridged": ("#FA1996", HEXAGON),
    "gunicorn-gthread-h2/asgi-guarded": ("#5A7D00", TRAPEZE),
    "gunicorn-asgi-h2/wsgi-guarded": ("#A078D2", BASIN),
    "uvicorn-h2/wsgi-guarded": ("#FA3278", HEXAGON),
    "uvicorn-h11/wsgi-guarded": ("#B400C3", CIRCLE),
}
