"""Where to listen: on loopback, unless somebody asks for more and is warned."""

import ipaddress
import socket

from rich.console import Console

from lab.errors import UsageError
from lab.servers import EVERYWHERE


def bound(host: str, what: str) -> str:
    """Return a host to listen on, with a warning on stderr where other machines can reach it.

    Raises UsageError for one that is neither a name nor an IPv4 address.
    """
    if not is_loopback(host):
        warning = (
            f"Warning: {what} will answer whoever can reach {host}: use it only in a network that you trust."
        )
        Console(stderr=True).print(warning, style="yellow", markup=False, highlight=False, soft_wrap=True)
    return host


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches a host; raises UsageError for one that can't be listened on."""
    try:
        address = ipaddress.IPv4Address(socket.gethostbyname(host) if host else "")
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{host!r} is no host to listen on: give a name or an IPv4 address of this machine."
        ) from error
    return address.is_loopback


def seen_from_afar(host: str) -> str:
    """Return by which name another machine reaches what listens on a host."""
    return socket.gethostname() if host == EVERYWHERE else host
