"""What the wire can carry: upgrades, versions, errors, and the corners of HTTP/1.1."""

from lab.capabilities.findings import Finding, no, partly, whether, yes
from lab.capabilities.served_experiment import ServedExperiment
from lab.http_client.answer import Answer
from lab.http_client.exchange import frames, open_websocket, read_answer
from lab.http_client.request import head
from lab.http_client.websocket import WebSocket

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
SETTINGS = 4
TYPE_AT = 3
SOON_S = 1.0
TRIES = 10
OK = 200


def speaks_websocket(served: ServedExperiment) -> Finding:
    """An upgrade (RFC 6455, section 4) and one text frame: is it accepted, does the echo come?"""
    websocket = WebSocket("/")
    with served.connected(SOON_S) as connection:
        answer = open_websocket(connection, websocket)
        if not websocket.open:
            return no(f"the upgrade was answered with {refused(answer, websocket)}")
        connection.send(websocket.say("hello"))
        echoed = any(frame.text == "hello" for frame in frames(connection, websocket))
    return whether(echoed, f"101, and the echo {'came' if echoed else 'did not come'}")


def refused(answer: Answer, websocket: WebSocket) -> str:
    """Say what was answered instead of a WebSocket."""
    line = answer.status_line or (str(answer) if answer.ended == "malformed" else "nothing")
    return f"{line}, but {websocket.broken_handshake}" if websocket.broken_handshake else line


def speaks_http2(served: ServedExperiment) -> Finding:
    """The preface with prior knowledge (RFC 9113, section 3.3): does a SETTINGS frame come back?"""
    with served.connected(SOON_S) as connection:
        connection.send(PREFACE)
        first = connection.first_bytes()
    if len(first) > TYPE_AT and first[TYPE_AT] == SETTINGS and not first.startswith(b"HTTP/"):
        return yes("SETTINGS came back over cleartext")
    return no(f"the preface was answered with {first[:12]!r}" if first else "the preface got no answer")


def continues_when_asked(served: ServedExperiment) -> Finding:
    """Expect: 100-continue to an app that refuses without reading: is the client asked for its body all the same?"""
    with served.connected(SOON_S) as connection:
        connection.send(head("POST", "/refuse", (("Content-Length", "100000"), ("Expect", "100-continue"))))
        answer = read_answer(connection, "POST")
    if 100 in answer.interim:  # noqa: PLR2004 - the status itself
        return no(f"100 was sent before the app had said anything, then {answer}")
    return whether(not answer.nothing, f"no 100, and {answer} without the body")


def error_before_is_clean(served: ServedExperiment) -> Finding:
    """An app that raises before its answer: is the client told, in order?"""
    answer = served.get("/fail?when=before")
    return whether(answer.status == 500 and answer.whole, f"the client got {answer}")  # noqa: PLR2004 - the status


def error_midway_is_visible(served: ServedExperiment) -> Finding:
    """An app that raises after its first chunk, ten times over: can the client tell that from an answer's end?"""
    answers = [served.get("/fail?when=during") for _ in range(TRIES)]
    clean = sum(answer.whole and answer.status == OK for answer in answers)
    if clean == TRIES:
        return no("the body ended cleanly, as if that had been all")
    if clean:
        return partly(f"in {clean} of {TRIES} tries the body ended cleanly, as if that had been all")
    if answers[0].nothing:
        return partly("the connection closed without any answer: the first chunk was lost with it")
    return yes(f"the client saw {answers[0]}")


def head_has_no_body(served: ServedExperiment) -> Finding:
    """An app that answers HEAD with a body: does the server send it (RFC 9110, section 9.3.2)?"""
    with served.connected(SOON_S / 2) as connection:
        connection.send(head("HEAD", "/"))
        received = connection.first_bytes() + connection.first_bytes()
    body = received.partition(b"\r\n\r\n")[2]
    return whether(not body, f"{len(body)} bytes behind the head" if body else "nothing behind the head")


def answers_half_closed(served: ServedExperiment) -> Finding:
    """A client that has sent all and says so: is it answered all the same?"""
    with served.connected(SOON_S) as connection:
        connection.send(head("GET", f"/wait?number={served.number()}&seconds=0.2"))
        connection.finish_sending()
        answer = read_answer(connection)
    return whether(answer.whole and answer.status == OK, f"the client got {answer}")
