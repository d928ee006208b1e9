"""Bodies on their way: do they come and go piece by piece, and whom do slow ones hold up?"""

import hashlib
import time
from contextlib import ExitStack
from itertools import pairwise

from lab.capabilities.findings import Finding, in_ms, no, partly, whether, yes
from lab.capabilities.served_experiment import ServedExperiment
from lab.http_client.exchange import read_answer
from lab.http_client.request import chunked, head

PAUSE_S = 0.15
PIECE = b"p" * 5000
SOON_S = 1.0


def streams_responses(served: ServedExperiment) -> Finding:
    """Three chunks with pauses between them: do they come with those pauses?"""
    answer = served.get(f"/stream?number={served.number()}&chunks=3&interval={PAUSE_S}")
    gaps = [after - before for (before, _), (after, _) in pairwise(answer.pieces)]
    if not gaps:
        return no(f"the body came in one piece ({answer})")
    says = f"{len(answer.pieces)} pieces made {in_ms(PAUSE_S)} apart came up to {in_ms(max(gaps))} apart"
    return whether(max(gaps) > PAUSE_S / 2, says)


def reads_request_body(served: ServedExperiment) -> Finding:
    """A body in three pieces with pauses: does the app read the first before the last is sent?"""
    number = served.number()
    with served.connected() as connection:
        connection.send(head("POST", f"/body?number={number}", (("Content-Length", str(3 * len(PIECE))),)))
        for _ in range(3):
            last_at = connection.send(PIECE)
            time.sleep(PAUSE_S)
        answer = read_answer(connection, "POST")
    reads = [note for note in served.notes(number) if note.what == "read"]
    if not reads:
        return no(f"the app read nothing ({answer})")
    lead_s = last_at - reads[0].at
    if lead_s > PAUSE_S:
        return yes(f"the first read returned {in_ms(lead_s)} before the last piece was sent")
    return no("the first read returned when the last piece had been sent")


def takes_chunked_bodies(served: ServedExperiment) -> Finding:
    """A request body without a length (RFC 9112, section 7.1): does all of it arrive?"""
    pieces = (b"first " * 100, b"second " * 100)
    with served.connected() as connection:
        target = f"/body?number={served.number()}"
        connection.send(head("POST", target, (("Transfer-Encoding", "chunked"),)) + chunked(*pieces))
        answer = read_answer(connection, "POST")
    body = b"".join(pieces)
    expected = f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()
    count = answer.body.split(b" ")[0].decode(errors="replace") or "0"
    return whether(answer.body == expected, f"{count} of {len(body)} bytes arrived ({answer})")


def slow_bodies_hold_nobody(served: ServedExperiment) -> Finding:
    """As many half-sent bodies as there are slots, and some: is somebody else answered?"""
    count = served.slots + 2
    with ExitStack() as connections:
        for _ in range(count):
            connection = connections.enter_context(served.connected())
            connection.send(
                head("POST", f"/body?number={served.number()}", (("Content-Length", "1000"),)) + b"half"
            )
        time.sleep(PAUSE_S)
        answer = served.get("/", within_s=SOON_S)
    served.renew()
    outcome = f"is answered in {in_ms(answer.took_s)}" if answer.whole else f"gets {answer}"
    return whether(answer.whole, f"beside {count} half-sent bodies GET / {outcome}")


def pushes_events(served: ServedExperiment) -> Finding:
    """Events with pauses, from the one after Last-Event-ID on: do they come as made, and from there?"""
    answer = served.get(f"/events?interval={PAUSE_S}", ("Last-Event-ID", "41"))
    moments = [at for at, _ in answer.pieces]
    if not answer.body.startswith(b"id: 42\n"):
        return no(f"the answer began with {answer.body[:12]!r} ({answer})")
    spread_s = moments[-1] - moments[0]
    if spread_s < PAUSE_S:
        return partly(f"resumed at event 42, but all came at once ({answer})")
    return yes(f"resumed at event 42, {len(moments)} pieces over {in_ms(spread_s)}")


def sends_trailers(served: ServedExperiment) -> Finding:
    """Fields after the body (RFC 9110, section 6.5): can the app send them, and do they arrive?"""
    answer = served.get("/trailers", ("TE", "trailers"))
    if dict(answer.trailers).get("x-lab"):
        return yes("x-lab: trailed came behind the body")
    if answer.body.startswith(b"no way"):
        return no("the server offers the app no way to send them")
    return no(f"the app sent them, the client got none ({answer})")
