"""Who may use locust's web UI, asked as a WSGI app."""

from collections.abc import Iterable
from wsgiref.util import setup_testing_defaults

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.dashboard.same_origin import Environ, StartResponse, own_pages_only

OWN = "127.0.0.1:8089"
NAMES = {"127.0.0.1", "localhost"}
ALLOWED, FORBIDDEN = "200 OK", "403 Forbidden"


class Behind:
    """An app that lets every site read, as locust's does; `asked` counts who came through."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as locust does."""
        self.asked += 1
        start_response(
            "200 OK",
            [
                ("Access-Control-Allow-Origin", "*"),
                ("access-control-allow-headers", "*"),
                ("Content-Type", "text/plain"),
            ],
        )
        return [b"done"]


def answered(
    behind: Behind, method: str = "GET", host: str = OWN, origin: str | None = None, names: set[str] = NAMES
) -> tuple[str, dict[str, str]]:
    """Return the status and headers of an answer through the guard."""
    environ: Environ = {"REQUEST_METHOD": method, "HTTP_HOST": host}
    setup_testing_defaults(environ)
    if origin is not None:
        environ["HTTP_ORIGIN"] = origin
    said: list[tuple[str, dict[str, str]]] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> None:
        said.append((status, dict(headers)))

    list(own_pages_only(behind, names)(environ, start))
    (only,) = said
    return only


@pytest.mark.parametrize(
    ("method", "host", "origin", "status"),
    [
        ("GET", OWN, None, ALLOWED),
        ("GET", "localhost:8089", None, ALLOWED),
        ("POST", OWN, f"http://{OWN}", ALLOWED),
        ("POST", OWN, None, ALLOWED),
        ("POST", "localhost:9000", "http://localhost:9000", ALLOWED),
        ("POST", OWN, "http://evil.example", FORBIDDEN),
        ("POST", OWN, "http://127.0.0.1:8000", FORBIDDEN),
        ("POST", OWN, "http://localhost:8089", FORBIDDEN),
        ("POST", OWN, "null", FORBIDDEN),
        ("POST", OWN, "", FORBIDDEN),
        ("DELETE", OWN, "http://evil.example", FORBIDDEN),
        ("GET", "evil.example:8089", None, FORBIDDEN),
        ("GET", "", None, FORBIDDEN),
        ("GET", f"{OWN}@evil.example", None, FORBIDDEN),
        ("GET", f"{OWN}.evil.example", None, FORBIDDEN),
        ("GET", "localhost.evil.example:8089", None, FORBIDDEN),
        ("POST", "evil.example:8089", "http://evil.example:8089", FORBIDDEN),
    ],
)
def test_only_own_pages_come_through(method: str, host: str, origin: str | None, status: str) -> None:
    """A page of this address may do everything, any other may only read, and a foreign name nothing."""
    behind = Behind()
    assert answered(behind, method, host, origin)[0] == status
    assert behind.asked == (status == ALLOWED)


@given(origin=st.text(st.characters(codec="latin-1")))
def test_no_other_origin_changes_anything(origin: str) -> None:
    """Whatever an Origin says: unless it ends in this address nothing comes through."""
    behind = Behind()
    answered(behind, "POST", origin=origin)
    assert behind.asked == 0 or origin.partition("//")[2].startswith(OWN)


def test_elsewhere_any_name_will_do() -> None:
    """Bound to other addresses the names by which it is called aren't known."""
    assert answered(Behind(), host="lab.example:8089", names=set())[0] == ALLOWED


def test_no_site_is_let_in_to_read() -> None:
    """What the app says about other origins is taken out, and its own headers stay."""
    _, headers = answered(Behind())
    assert {name for name in headers if name.lower().startswith("access-control-")} == set()
    assert headers["Content-Type"] == "text/plain"


def test_no_site_shows_it_in_a_frame() -> None:
    """Clicks are made on the page itself."""
    assert answered(Behind())[1]["X-Frame-Options"] == "DENY"
