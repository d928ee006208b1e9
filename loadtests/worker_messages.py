"""Records as messages between a master and its workers: locust packs what is made of plain values."""

from typing import Any, TypeVar

import msgspec
from locust.runners import MasterRunner, WorkerRunner

Record = TypeVar("Record", bound=msgspec.Struct)


def send(
    runner: MasterRunner | WorkerRunner, kind: str, record: msgspec.Struct, client_id: str | None = None
) -> None:
    """Send a record as a message of that kind; a master sends it to one worker, or to all."""
    plain = msgspec.to_builtins(record)
    if client_id is None:
        runner.send_message(kind, plain)
    else:
        runner.send_message(kind, plain, client_id=client_id)


def decode_message(message: Any, kind: type[Record]) -> Record:
    """Return the record that a message carries; raises msgspec.ValidationError for another."""
    return msgspec.convert(message.data, type=kind)
