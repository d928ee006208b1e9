"""How a stack looks in every chart: colour for the stack, shape for its server, dashes for a bridge.

The published palettes for colour-blind readers are made for one background. These colours have a contrast of 3 and
more on white and on #111 alike (WCAG 2.2, 1.4.11), and among those the six default stacks have the ones that stay
farthest apart for protanopes and deuteranopes. Triangles are left free: they mark lower bounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lab.stacks import APPS, COPY

Dash = tuple[int, ...]


@dataclass(frozen=True)
class Look:
    """A colour, a Vega shape (a name or an SVG path) and the dashes of a line, none of them for a solid one."""

    colour: str
    shape: str
    dash: Dash


def look_of(stack: str) -> Look:
    """Return how a stack looks; a copy has the colour of its original, an unknown stack is grey."""
    name = stack.removesuffix(COPY)
    server, _, app = name.partition("/")
    bridged = app in APPS and APPS[app].bridged
    dash = COPIED if stack.endswith(COPY) else BRIDGED if bridged else SOLID
    return Look(COLOURS.get(name, UNKNOWN), SHAPES.get(server, "circle"), dash)


def colour_of(stack: str) -> str:
    """Return the colour of a stack, as CSS writes it."""
    return look_of(stack).colour


SOLID: Dash = (1, 0)
BRIDGED: Dash = (6, 3)
COPIED: Dash = (2, 2)
UNKNOWN = "#808080"

COLOURS: Mapping[str, str] = {
    "gunicorn-sync/wsgi": "#C02632",
    "gunicorn-gthread/wsgi": "#C98000",
    "uvicorn/asgi": "#1E96F0",
    "gunicorn-asgi/asgi": "#6A2BFF",
    "uvicorn/wsgi-bridged": "#2F9E77",
    "gunicorn-gthread/asgi-bridged": "#B0329A",
    "gunicorn-sync/asgi-bridged": "#FA644B",
    "gunicorn-asgi/wsgi-bridged": "#AF19E1",
    "gunicorn-gevent/wsgi": "#C83200",
    "gunicorn-gevent/asgi-bridged": "#964B4B",
    "waitress/wsgi": "#646432",
    "waitress/asgi-bridged": "#96964B",
    "hypercorn/asgi": "#FA0064",
    "hypercorn/wsgi-bridged": "#FA19C8",
    "granian-wsgi/wsgi": "#967D96",
    "granian-wsgi/asgi-bridged": "#964B7D",
    "granian-asgi/asgi": "#0096C8",
    "granian-asgi/wsgi-bridged": "#327D64",
    "uvicorn-h11/asgi": "#1964E1",
    "uvicorn-h11/wsgi-bridged": "#AF00AF",
}

SHAPES: Mapping[str, str] = {
    "gunicorn-sync": "square",
    "gunicorn-gthread": "diamond",
    "uvicorn": "circle",
    "gunicorn-asgi": "cross",
    "gunicorn-gevent": "M0,-1L0.25,-0.3L1,-0.3L0.4,0.15L0.6,0.85L0,0.4L-0.6,0.85L-0.4,0.15L-1,-0.3L-0.25,-0.3Z",
    "waitress": "M-0.9,-0.6L-0.6,-0.9L0,-0.3L0.6,-0.9L0.9,-0.6L0.3,0L0.9,0.6L0.6,0.9L0,0.3L-0.6,0.9L-0.9,0.6L-0.3,0Z",
    "hypercorn": "M0,-1L0.95,-0.31L0.59,0.81L-0.59,0.81L-0.95,-0.31Z",
    "granian-wsgi": "M-0.8,-0.9L0.8,-0.9L-0.8,0.9L0.8,0.9Z",
    "granian-asgi": "M-0.9,-0.8L0.9,0.8L0.9,-0.8L-0.9,0.8Z",
    "uvicorn-h11": "M-1,0.5A1,1,0,0,1,1,0.5Z",
}
