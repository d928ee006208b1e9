"""The table of endpoints, and what its examples cover."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

import asgi_app.application
import wsgi_app.application
from contract.endpoints import ENDPOINTS, Endpoint
from contract.examples import EXAMPLES, Example, all_examples, examples_of, from_afar
from contract.parameters import SECONDS, SECONDS_OR_TENTH, Parameter, Seconds

ROUTES: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "wsgi": wsgi_app.application.ROUTES,
    "asgi": asgi_app.application.ROUTES,
}
DESIGNED = {  # what else than 200 an endpoint is there to answer
    "failure": {500, 200},
    "background": {202, 200},
    "websocket-echo": {426},
    "websocket-clock": {426},
}
DEMANDED = sorted(
    {
        p
        for endpoint in ENDPOINTS
        for p in endpoint.parameters
        if not isinstance(p, Seconds) or p.default is None
    },
    key=lambda parameter: (parameter.name, parameter.bounds),
)


def is_refusal_of(parameter: Parameter, example: Example) -> bool:
    """Tell whether an example shows that the parameter is refused."""
    if example.response.status != 400 or not example.response.body:
        return False
    problem = json.loads(example.response.body)
    return (problem["parameter"], problem["bounds"]) == (parameter.name, parameter.bounds)


def test_names_are_unique() -> None:
    """No two endpoints have the same name."""
    names = [endpoint.name for endpoint in ENDPOINTS]
    assert len(set(names)) == len(names)


def test_paths_are_unique() -> None:
    """No two endpoints answer at the same path."""
    paths = [endpoint.path for endpoint in ENDPOINTS]
    assert len(set(paths)) == len(paths)


def test_examples_belong_to_endpoints() -> None:
    """Every endpoint has its row of examples, and no row is left without an endpoint."""
    assert set(EXAMPLES) == {endpoint.name for endpoint in ENDPOINTS}


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_an_app_serves_exactly_the_contract(interface: str) -> None:
    """An app's routes are the paths and methods of the table, and HEAD wherever GET is."""
    served = {path: set(methods) for path, methods in ROUTES[interface].items()}
    assert served == {
        endpoint.path: {*endpoint.methods, *(["HEAD"] if "GET" in endpoint.methods else [])}
        for endpoint in ENDPOINTS
    }


def test_an_app_is_served_without_the_examples() -> None:
    """A server that is measured doesn't hold the megabytes of bodies that its app is tried with."""
    modules = ("contract.endpoints", "contract.examples")
    script = f"import sys, wsgi_app, asgi_app; print([name in sys.modules for name in {modules}])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[True, False]\n"


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_an_endpoint_has_an_example_of_its_work(endpoint: Endpoint) -> None:
    """Every endpoint shows each of its methods answered, or failing where failing is its work."""
    designed = DESIGNED.get(endpoint.name, {200})
    worked = [e for e in EXAMPLES[endpoint.name] if e.response.status in designed]
    assert {e.request.method for e in worked} == set(endpoint.methods)
    assert {e.response.status for e in worked} == designed


def test_only_the_failure_breaks_off() -> None:
    """The one answer that breaks off by design is that of the failure during the answer."""
    broken = [str(example.request) for example in all_examples() if example.response.breaks_off]
    assert broken == ["GET /failure?when=during"]


@pytest.mark.parametrize("parameter", DEMANDED, ids=lambda parameter: f"{parameter.name} {parameter.bounds}")
def test_a_demanded_parameter_has_an_example_of_being_refused(parameter: Parameter) -> None:
    """Every parameter without a default shows what it refuses, by its name and bounds."""
    assert any(is_refusal_of(parameter, example) for example in all_examples())


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_examples_are_sent_to_their_endpoint(endpoint: Endpoint) -> None:
    """Every example of an endpoint asks for the endpoint's path."""
    assert {example.request.target.partition("?")[0] for example in examples_of(endpoint)} == {endpoint.path}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_get_has_its_head(endpoint: Endpoint) -> None:
    """Each example of GET is followed up by the same request as HEAD, without a body."""
    gets = [e.request.target for e in EXAMPLES[endpoint.name] if e.request.method == "GET"]
    heads = [e for e in examples_of(endpoint) if e.request.method == "HEAD"]
    assert [head.request.target for head in heads] == gets
    assert {head.response.body for head in heads} <= {b""}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_other_method_is_refused(endpoint: Endpoint) -> None:
    """Each endpoint has an example of 405 for each common method that it doesn't take."""
    refused = {e.request.method for e in examples_of(endpoint) if e.response.status == 405}
    assert refused == {"GET", "POST", "PUT", "DELETE"} - set(endpoint.methods)


def test_the_request_line_names_the_parameters() -> None:
    """An endpoint's request in short is its first method, its path and its parameters' names."""
    shown = {endpoint.name: endpoint.request for endpoint in ENDPOINTS}
    assert shown["hello"] == "GET /"
    assert shown["stream"] == "GET /stream?chunks=&interval=&size="
    assert shown["background"] == "POST /background?seconds="


def test_a_default_changes_no_bounds() -> None:
    """Seconds with a default are refused in the same words as those without."""
    assert SECONDS_OR_TENTH.bounds == SECONDS.bounds


def test_paths_that_nobody_serves_have_examples() -> None:
    """The examples end with requests that are answered 404."""
    unknown = [example for example in all_examples() if example.response.status == 404]
    assert {example.request.method for example in unknown} == {"GET", "POST"}
    assert not {example.request.target for example in unknown} & {endpoint.path for endpoint in ENDPOINTS}


def test_from_afar_only_the_clients_address_is_unknown() -> None:
    """Another machine is seen by an address that nobody can know beforehand; all else stays as demanded."""
    afar = {str(example.request): (example, from_afar(example)) for example in all_examples()}
    changed = [request for request, (here, there) in afar.items() if here != there]
    assert [request.partition("?")[0] for request in changed] == ["GET /inspect", "HEAD /inspect"]
    members = afar[changed[0]][1].response.members
    assert members is not None
    assert isinstance(told := members["request"], dict)
    assert told["client"] == {"host": ..., "port": ...}
    assert (told["path"], told["headers"]["x-plain"]) == ("/inspect", "shown")
