"""One request over a real socket, and whether a stack keeps the contract."""

import http.client
from collections.abc import Iterator
from contextlib import closing, suppress
from http import HTTPStatus

from contract.conformance import Answer, differences
from contract.endpoints import all_examples
from contract.examples import Request, from_afar
from lab.measure.server_process import Serving
from lab.measure.target import Target
from lab.servers import HOST

ANSWER_WITHIN_S = 15.0
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",  # RFC 6455, section 1.3
}


def ask(port: int, request: Request, within_s: float = ANSWER_WITHIN_S, host: str = HOST) -> Answer:
    """Send a request on a connection of its own and return the answer; raises OSError without one."""
    with closing(http.client.HTTPConnection(host, port, timeout=within_s)) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):  # refused early: the answer is waiting
            connection.request(request.method, request.target, request.body or None, dict(request.headers))
        try:
            response = connection.getresponse()
        except http.client.HTTPException as error:
            raise ConnectionError(f"no HTTP answer: {error!r}") from error
        body, broke_off = _read(response)
        headers = tuple((name.lower(), value) for name, value in response.getheaders())
        return Answer(response.status, headers, body, broke_off)


def refusal(port: int, target: str, host: str = HOST) -> str | None:
    """Ask for a WebSocket; return what was answered instead, `None` when there is one."""
    try:
        status = ask(port, Request("GET", target, UPGRADE), host=host).status
    except OSError as error:
        return f"no answer ({error or type(error).__name__})"
    return None if status == HTTPStatus.SWITCHING_PROTOCOLS else f"{status} {HTTPStatus(status).phrase}"


def _read(response: http.client.HTTPResponse) -> tuple[bytes, bool]:
    try:
        return response.read(), False
    except http.client.IncompleteRead as broken:
        return broken.partial, True
    except ConnectionResetError:
        return b"", True


def broken_promises(serving: Serving | Target, within_s: float = ANSWER_WITHIN_S) -> Iterator[str]:
    """Yield each way in which a stack breaks the contract: the request, and what was wrong.

    After a request without an answer in time the others aren't tried: a server that hangs would take as long for each.
    """
    app = serving.stack.app
    examples = map(from_afar, all_examples()) if isinstance(serving, Target) else all_examples()
    for example in examples:
        if example.hop_by_hop and app.bridged and app.interface == "wsgi":
            continue
        try:
            answer = ask(serving.port, example.request, within_s, serving.host)
        except TimeoutError:
            yield f"{example.request}: no answer within {within_s:g} s; the requests after it weren't tried"
            return
        except OSError as error:
            yield f"{example.request}: {error or type(error).__name__}"
            serving.check_alive()
            continue
        for difference in differences(example, answer, app.speaks):
            yield f"{example.request}: {difference}"
