"""Where to listen."""

import socket

import pytest

from lab.addresses import address, asked_at, base_url, bound, is_own_address, seen_from_afar
from lab.errors import UsageError


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "localhost"])
def test_loopback_needs_no_warning(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What only this machine reaches is bound without a word."""
    assert bound(host, "it") == host
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7"])  # noqa: S104 - nothing is bound
def test_other_addresses_are_warned_of(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What others can reach is bound with one warning on stderr."""
    assert bound(host, "it") == host
    says = f"Warning: it will answer whoever can reach {host}: use it only in a network that you trust.\n"
    assert capsys.readouterr().err == says


@pytest.mark.parametrize("host", ["", "::1", "256.0.0.1", "10.0.0.1:80", "a b", "x" * 300])
def test_what_is_no_host_is_refused(host: str) -> None:
    """Neither a name nor an IPv4 address: wrong use."""
    with pytest.raises(UsageError, match="is no host to listen on"):
        bound(host, "it")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://10.0.0.2:8000", ("10.0.0.2", 8000)),
        ("http://server.lan:80/", ("server.lan", 80)),
    ],
)
def test_a_base_url_is_host_and_port(url: str, place: tuple[str, int]) -> None:
    """What is asked over plain HTTP is named by host and port."""
    assert address(url) == place


@pytest.mark.parametrize(
    "url",
    [
        "",
        "10.0.0.2:8000",
        "https://10.0.0.2:8000",
        "http://10.0.0.2",
        "http://:8000",
        "http://10.0.0.2:99999",
        "http://10.0.0.2:x",
        "http://10.0.0.2:8000/path",
        "http://user@10.0.0.2:8000",
        "http://[",
    ],
)
def test_any_other_url_is_refused(url: str) -> None:
    """Wrong use, with what a right one looks like."""
    with pytest.raises(UsageError, match="is no base URL: give one like http://"):
        address(url)


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - nothing is bound
        ("::", "::1"),
        ("10.0.0.2", "10.0.0.2"),
        ("localhost", "localhost"),
    ],
)
def test_what_listens_at_every_address_is_asked_on_loopback(host: str, asked: str) -> None:
    """Whichever way every address is written; any other host is asked as it is."""
    assert asked_at(host) == asked


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::"])  # noqa: S104 - nothing is bound
def test_what_listens_at_every_address_is_reached_by_the_machines_name(host: str) -> None:
    """Loopback would be the other machine's own."""
    assert seen_from_afar(host) == socket.gethostname()


def test_what_listens_at_one_address_is_reached_there() -> None:
    """Another machine knows it by that address."""
    assert seen_from_afar("10.0.0.2") == "10.0.0.2"


def test_own_addresses_are_known() -> None:
    """An address for documentation (RFC 5737) is nobody's."""
    assert is_own_address("127.0.0.1")
    assert not is_own_address("192.0.2.7")


def test_ipv6_stands_in_brackets() -> None:
    """Else its colons would be taken for the port's."""
    assert (base_url("::1", 80), base_url("10.0.0.2", 80)) == ("http://[::1]:80", "http://10.0.0.2:80")
