"""Query parameters: pure parsing, with the limits of each in one place.

The query is decoded as application/x-www-form-urlencoded (WHATWG URL Standard, section 5.1): split at `&`,
`+` is a space, percent sequences are UTF-8 bytes. A parameter that is bad, missing, repeated or out of range is
a `Problem` with status 400. Parameters that an endpoint doesn't know are ignored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl

from contract.problems import bad_parameter, too_large

Query = Mapping[str, list[str]]

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,19}(\.[0-9]{1,19})?", re.ASCII)


def parse(query_string: bytes) -> Query:
    """Return the values of each name, in order. Bytes that aren't UTF-8 become lone surrogates."""
    pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    query: dict[str, list[str]] = {}
    for name, value in pairs:
        query.setdefault(_as_utf8(name), []).append(_as_utf8(value))
    return query


def _as_utf8(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Text:
    """A text of `low` to `high` characters (code points)."""

    name: str
    low: int
    high: int

    @property
    def bounds(self) -> str:
        """What the text may be, in words."""
        return f"{self.low} to {self.high} characters of UTF-8"

    def read(self, query: Query) -> str:
        """Return the text, or raise `Problem` (400)."""
        text = _only(query, self.name, self.bounds)
        if not self.low <= len(text) <= self.high or not _encodable(text):
            raise bad_parameter(self.name, self.bounds, text)
        return text


@dataclass(frozen=True)
class Integer:
    """A whole number from `low` to `high`, in `unit`."""

    name: str
    low: int
    high: int
    unit: str = ""

    @property
    def bounds(self) -> str:
        """What the number may be, in words."""
        return f"a whole number from {self.low} to {self.high}{self.unit and ' ' + self.unit}"

    def read(self, query: Query) -> int:
        """Return the number, or raise `Problem` (400)."""
        return self.parse(_only(query, self.name, self.bounds))

    def parse(self, text: str) -> int:
        """Return the number that `text` is, or raise `Problem` (400)."""
        if not _WHOLE.fullmatch(text) or not self.low <= int(text) <= self.high:
            raise bad_parameter(self.name, self.bounds, text)
        return int(text)


@dataclass(frozen=True)
class Seconds:
    """A decimal number of seconds from 0 to `high`; `default` stands in where it is missing."""

    name: str
    high: float
    default: float | None = None

    @property
    def bounds(self) -> str:
        """What the number may be, in words."""
        return f"a decimal number from 0 to {self.high:g} seconds"

    def read(self, query: Query) -> float:
        """Return the seconds, or raise `Problem` (400)."""
        if self.default is not None and self.name not in query:
            return self.default
        text = _only(query, self.name, self.bounds)
        if not _DECIMAL.fullmatch(text) or not Decimal(text) <= Decimal(self.high):
            raise bad_parameter(self.name, self.bounds, text)
        return float(text)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    name: str
    words: tuple[str, ...]

    @property
    def bounds(self) -> str:
        """What the word may be, in words."""
        return " or ".join(self.words)

    def read(self, query: Query) -> str:
        """Return the word, or raise `Problem` (400)."""
        word = _only(query, self.name, self.bounds)
        if word not in self.words:
            raise bad_parameter(self.name, self.bounds, word)
        return word


def content_length(text: str | None, limit: int) -> int | None:
    """Return the declared length of a body, `None` where none was declared.

    Raises `Problem`: 413 above `limit`, 400 for what isn't a length (RFC 9110, section 8.6).
    """
    if text is None:
        return None
    length = Integer("Content-Length", 0, 10**19).parse(text)
    if length > limit:
        raise too_large(limit)
    return length


Parameter = Text | Integer | Seconds | Choice


def _only(query: Query, name: str, bounds: str) -> str:
    values = query.get(name, [])
    if len(values) > 1:
        raise bad_parameter(name, f"given once, {bounds}", "&".join(values))
    if not values:
        raise bad_parameter(name, bounds, None)
    return values[0]


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


NAME = Text("name", 1, 200)
SECONDS = Seconds("seconds", 10)
SECONDS_OR_TENTH = Seconds("seconds", 10, default=0.1)
ROUNDS = Integer("rounds", 1, 1_000_000)
CHUNKS = Integer("chunks", 1, 1000)
COUNT = Integer("count", 1, 1000)
INTERVAL = Seconds("interval", 5)
CHUNK_SIZE = Integer("size", 1, 64 * KIB, "bytes")
SIZE = Integer("size", 0, GIB, "bytes")
WHEN = Choice("when", ("before", "during"))
LAST_EVENT_ID = Integer("Last-Event-ID", 0, 10**15)

ECHO_LIMIT = 16 * MIB
UPLOAD_LIMIT = GIB
