"""Where to listen."""

import pytest

from lab.addresses import address, bound
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
