"""Errors as problem details objects."""

import json
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import problems
from contract.problems import Problem


def test_a_problem_is_a_problem_details_object() -> None:
    """A problem carries the members of RFC 9457, its status both as a number and in words."""
    assert json.loads(Problem(HTTPStatus.NOT_FOUND, "Nothing here.").document()) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "Nothing here.",
    }


def test_extension_members_follow_the_standard_ones() -> None:
    """A problem's own members stand beside those of the standard."""
    document = Problem(HTTPStatus.BAD_REQUEST, "No.", parameter="name", came=None).document()
    assert json.loads(document)["parameter"] == "name"
    assert json.loads(document)["came"] is None


def test_a_problem_says_its_detail_when_printed() -> None:
    """A problem that reaches a log reads as its detail."""
    assert str(Problem(HTTPStatus.BAD_REQUEST, "No such thing.")) == "No such thing."


@given(st.text(st.characters()))
def test_any_text_makes_a_document(text: str) -> None:
    """What came is quoted in valid UTF-8 JSON, lone surrogates from broken bytes included."""
    document = json.loads(problems.bad_parameter("name", "short", text).document())
    assert document["status"] == 400


def test_a_bad_parameter_names_itself_its_bounds_and_what_came() -> None:
    """A refused parameter is told in words for a person and in members for a program."""
    problem = problems.bad_parameter("rounds", "a whole number from 1 to 9", "ten")
    assert problem.status is HTTPStatus.BAD_REQUEST
    assert problem.detail == "rounds must be a whole number from 1 to 9; 'ten' came."
    assert problem.members == {
        "parameter": "rounds",
        "bounds": "a whole number from 1 to 9",
        "came": "ten",
    }


def test_a_missing_parameter_says_that_nothing_came() -> None:
    """A parameter that is missing isn't told apart by an empty value but by none."""
    problem = problems.bad_parameter("name", "1 to 9 characters", None)
    assert problem.detail == "name must be 1 to 9 characters; nothing came."
    assert problem.members["came"] is None


def test_what_came_is_repeated_up_to_a_hundred_characters() -> None:
    """A value of a hundred characters is repeated whole."""
    assert problems.bad_parameter("name", "short", "x" * 100).members["came"] == "x" * 100


def test_a_longer_value_is_cut_to_a_hundred_characters() -> None:
    """A value of more than a hundred characters is cut, and says so with an ellipsis."""
    assert problems.bad_parameter("name", "short", "x" * 101).members["came"] == "x" * 99 + "…"


def test_an_unknown_path_is_quoted_and_cut() -> None:
    """A path that nobody serves is 404 and repeated up to a hundred characters."""
    problem = problems.unknown_path("/" + "x" * 100)
    assert problem.status is HTTPStatus.NOT_FOUND
    assert problem.detail == f"Nothing is served at '/{'x' * 98}…'."


def test_a_refused_method_names_the_ones_that_are_served() -> None:
    """A method that a path doesn't take is 405 with the others in `Allow`, sorted."""
    problem = problems.method_not_allowed("PUT", ["POST", "GET", "HEAD"])
    assert problem.status is HTTPStatus.METHOD_NOT_ALLOWED
    assert problem.headers == (("allow", "GET, HEAD, POST"),)
    assert problem.detail == "PUT isn't served here, GET, HEAD, POST is."


def test_a_body_that_is_too_large_is_told_the_limit() -> None:
    """A body above its limit is 413 with the limit in bytes."""
    problem = problems.too_large(16)
    assert problem.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert problem.members == {"limit": 16}
    assert problem.detail == "The body may hold up to 16 bytes."


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (problems.broken_body(), HTTPStatus.BAD_REQUEST),
        (problems.internal_error(), HTTPStatus.INTERNAL_SERVER_ERROR),
    ],
    ids=["broken body", "internal error"],
)
def test_the_other_problems_have_a_status_and_nothing_more(problem: Problem, status: HTTPStatus) -> None:
    """A broken body blames the client, a failure the app, and neither tells anything else."""
    assert (problem.status, problem.members, problem.headers) == (status, {}, ())
