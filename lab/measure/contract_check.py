"""One request over a real socket, and whether a stack keeps the contract."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus

from contract.conformance import Answer, differences
from contract.examples import Example, Request
from lab.http_client import answer, exchange
from lab.http_client.connection import Connection
from lab.http_client.request import Headers, complete_headers
from lab.http_client.websocket import WebSocket
from lab.measure.site import Server
from lab.servers import HOST

ANSWER_WITHIN_S = 15.0
SENDS_A_BODY = {"PATCH", "POST", "PUT"}
PHRASES = {status.value: status.phrase for status in HTTPStatus}


def ask(port: int, request: Request, within_s: float = ANSWER_WITHIN_S, host: str = HOST) -> Answer:
    """Send a request on a connection of its own and return the answer; raises OSError without one.

    All of it must have come within so many seconds, to its end or to where it breaks off: else TimeoutError.
    """
    headers = sent_headers(request, f"{host}:{port}")
    with Connection(host, port, within_s) as connection:
        return checked(
            exchange.ask(connection, request.method, request.target, headers, request.body, within_s=within_s)
        )


def refusal(port: int, target: str, host: str = HOST) -> str | None:
    """Ask for a WebSocket; return what was answered instead, `None` when there is one."""
    websocket = WebSocket(target, host=host, port=port)
    try:
        with Connection(host, port, ANSWER_WITHIN_S) as connection:
            opening = exchange.open_websocket(connection, websocket, within_s=ANSWER_WITHIN_S)
        status = checked(opening).status
    except OSError as error:
        return f"no answer ({error or type(error).__name__})"
    if websocket.open:
        return None
    answer_line = f"{status} {PHRASES.get(status, '')}".rstrip()
    return f"{answer_line}, but {websocket.broken_handshake}" if websocket.broken_handshake else answer_line


def sent_headers(request: Request, authority: str) -> Headers:
    """Return all headers of a request: nothing may be encoded, and a body that could be there has its length."""
    needed = [("Host", authority), ("Accept-Encoding", "identity")]
    if request.body or request.method in SENDS_A_BODY:
        needed.append(("Content-Length", str(len(request.body))))
    return complete_headers(tuple(request.headers.items()), needed)


def checked(answer: answer.Answer) -> Answer:
    """Return an answer as the contract knows it; raises OSError where there is none, or it came too slowly."""
    if answer.ended == "silent":
        raise TimeoutError("timed out")
    if answer.nothing:
        raise ConnectionError(answer.why if answer.ended == "reset" else f"no HTTP answer: {answer.why}")
    return Answer(answer.status, tuple(answer.headers), answer.body, broke_off=not answer.whole)


def broken_promises(
    server: Server, examples: Iterable[Example], within_s: float = ANSWER_WITHIN_S
) -> Iterator[str]:
    """Yield each way in which a stack breaks the contract: the request, and what was wrong.

    After a request without an answer in time the others aren't tried: a server that hangs would take as long for each.
    """
    app = server.stack.app
    for example in examples:
        if example.hop_by_hop and app.bridged and app.interface == "wsgi":
            continue
        try:
            answer = ask(server.port, example.request, within_s, server.host)
        except TimeoutError:
            yield f"{example.request}: no answer within {within_s:g} s; the requests after it weren't tried"
            return
        except OSError as error:
            yield f"{example.request}: {error or type(error).__name__}"
            server.check_alive()
            continue
        for difference in differences(example, answer, app.speaks):
            yield f"{example.request}: {difference}"
