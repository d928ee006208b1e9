"""The words that records share."""

from typing import Literal

Interface = Literal["wsgi", "asgi"]
LevelValue = int | str
