"""What an app notes of an experiment: JSON lines in the file that LAB_NOTES names, in order of time.

A file, because an app that hangs can still be read about. Times are seconds of the monotonic clock, which all
processes of a machine share.
"""

import os
import time
from urllib.parse import parse_qsl

import msgspec

from records.experiment import Note
from records.settings import NOTES_FILE

Query = dict[str, str]


def note(number: str, what: str, **facts: object) -> None:
    """Note what happened in an experiment of that number."""
    if path := os.environ.get(NOTES_FILE):
        line = msgspec.json.encode(Note(number, what, time.monotonic(), facts))
        with open(path, "ab") as file:  # noqa: PTH123 - opened for each line, by several threads
            file.write(line + b"\n")


def parse_query(query: str) -> Query:
    """Return the parameters of a query: `number` tells experiments apart."""
    return {"number": "", **dict(parse_qsl(query))}
