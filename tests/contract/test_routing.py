"""Which handler answers a request."""

from http import HTTPStatus

from contract import routing
from contract.endpoints import Endpoint

TABLE = {"/": {"GET": "hello"}, "/echo": {"POST": "echo"}, "/both": {"GET": "read", "POST": "write"}}


def test_routes_are_what_endpoints_name() -> None:
    """Each row names who answers it by path and method; what that is in an app the app says."""
    rows = [Endpoint("both", {"POST": "bodies.write", "GET": "bodies.read"}, "/both", "takes and gives")]
    assert routing.routes(rows, str.upper) == {
        "/both": {"POST": "BODIES.WRITE", "GET": "BODIES.READ", "HEAD": "BODIES.READ"}
    }


def test_head_is_answered_by_the_handler_of_get() -> None:
    """Routes get a HEAD wherever they have a GET, answered by the same handler, and nowhere else."""
    assert routing.with_head(TABLE) == {
        "/": {"GET": "hello", "HEAD": "hello"},
        "/echo": {"POST": "echo"},
        "/both": {"GET": "read", "POST": "write", "HEAD": "read"},
    }


def test_the_table_itself_is_left_alone() -> None:
    """Adding HEAD makes new routes and doesn't change those that were given."""
    given = {"/": {"GET": "hello"}, "/echo": {"POST": "echo"}}
    served = routing.with_head(given)
    served["/echo"]["PUT"] = "changed"
    assert given == {"/": {"GET": "hello"}, "/echo": {"POST": "echo"}}


def test_an_unknown_path_is_not_found() -> None:
    """A path that isn't in the table is 404, without `allow`."""
    problem = routing.refusal(TABLE, "/nowhere", "GET")
    assert problem.status is HTTPStatus.NOT_FOUND
    assert problem.headers == ()


def test_a_path_is_known_by_its_every_character() -> None:
    """A slash more makes another path."""
    assert routing.refusal(TABLE, "/echo/", "POST").status is HTTPStatus.NOT_FOUND


def test_another_method_of_a_known_path_is_not_allowed() -> None:
    """A known path asked with another method is 405 and says which methods it takes."""
    problem = routing.refusal(routing.with_head(TABLE), "/both", "PUT")
    assert problem.status is HTTPStatus.METHOD_NOT_ALLOWED
    assert problem.headers == (("allow", "GET, HEAD, POST"),)
