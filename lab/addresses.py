"""Where to listen, on loopback unless somebody asks for more and is warned, and where to ask what listens there."""

import ipaddress
import socket
from urllib.parse import urlsplit

from rich.console import Console

from lab.errors import UsageError
from lab.servers import HOST


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


def asked_at(host: str) -> str:
    """Return where on this machine to ask what listens on a host."""
    return EVERY_ADDRESS.get(host, host)


def seen_from_afar(host: str) -> str:
    """Return by which name another machine reaches what listens on a host."""
    return socket.gethostname() if host in EVERY_ADDRESS else host


def is_own_address(host: str) -> bool:
    """Tell whether a host is an address of this machine."""
    with socket.socket() as listener:
        try:
            listener.bind((host, 0))
        except OSError:
            return False
        return True


def authority(host: str, port: int) -> str:
    """Return host and port as a URL and a Host have them: IPv6 in brackets (RFC 3986, section 3.2.2)."""
    return f"{f'[{host}]' if ':' in host else host}:{port}"


def base_url(host: str, port: int) -> str:
    """Return the URL of what listens there."""
    return f"http://{authority(host, port)}"


def address(url: str) -> tuple[str, int]:
    """Return host and port of a base URL such as http://10.0.0.2:8000; raises UsageError for any other."""
    try:
        place = urlsplit(url)
        host, port = place.hostname, place.port
    except ValueError:
        host, port = None, None
    if host is None or url.removesuffix("/") != f"http://{host}:{port}":
        raise UsageError(
            f"{url!r} is no base URL: give one like http://10.0.0.2:8000, with a port and no path."
        )
    return host, int(port or 0)


EVERY_ADDRESS = {"": HOST, "0.0.0.0": HOST, "::": "::1"}  # noqa: S104 - told, not bound
"""The hosts that mean every address of a machine, and where on it each can be asked."""
