"""An answer as a whole, put together from the pieces that are received, without I/O."""

from dataclasses import dataclass, replace
from typing import Literal

import h11

from lab.http_client.answer_parser import AnswerParser, Ended, Head, is_final
from lab.http_client.piece import Piece
from lab.http_client.request import Headers

GivenUp = Literal["reset", "silent"]


@dataclass(frozen=True)
class Answer:
    """What a server answered: names of headers in lower case, the pieces of the body with their times.

    `ended` tells how: "whole", "closed" or "reset" before its end, "malformed" where it stopped being HTTP, "silent"
    where nothing more was received in time; `why` has the words of h11 or the system. `status` is 0 without a head.
    """

    status: int = 0
    status_line: str = ""
    headers: Headers = ()
    pieces: tuple[Piece, ...] = ()
    trailers: Headers = ()
    interim: tuple[int, ...] = ()
    ended: Ended | GivenUp = "silent"
    why: str = ""
    took_s: float = 0.0

    @property
    def body(self) -> bytes:
        """The body as far as it was received."""
        return b"".join(piece.data for piece in self.pieces)

    @property
    def whole(self) -> bool:
        """Whether its end was received."""
        return self.ended == "whole"

    @property
    def nothing(self) -> bool:
        """Whether there was no answer at all."""
        return not self.status

    def __str__(self) -> str:
        """Say what it was, in a few words."""
        if not self.nothing:
            return f"{self.status}{'' if self.whole else ', broken off'}"
        if self.ended == "malformed":
            return "an answer that isn't HTTP"
        if self.ended == "silent":
            return f"no answer within {self.took_s:.1f} s"
        return "no answer, but a closed connection"


class AnswerReader:
    """Puts an answer together from the pieces that are received."""

    def __init__(self, method: str = "GET") -> None:
        self.parser = AnswerParser(method)
        self._answer = Answer()
        self._pieces: list[Piece] = []

    def receive(self, piece: Piece) -> None:
        """Take what was received."""
        for event in self.parser.receive(piece.data):
            if isinstance(event, h11.Data):
                self._pieces.append(Piece(piece.at_s, bytes(event.data)))
            else:
                self._answer = _with(self._answer, event)

    def answer(self, ended: GivenUp = "silent", why: str = "") -> Answer:
        """Return the answer so far, with how it ended where its own bytes don't tell."""
        own = self.parser.ended
        return replace(
            self._answer,
            pieces=tuple(self._pieces),
            ended=own or ended,
            why=self.parser.why if own else why,
        )


def _with(answer: Answer, event: Head | h11.EndOfMessage) -> Answer:
    if isinstance(event, h11.EndOfMessage):
        return replace(answer, trailers=_decoded(event))
    if not is_final(event):
        return replace(answer, interim=(*answer.interim, event.status_code))
    version, reason = event.http_version.decode(), event.reason.decode("latin-1")
    line = f"HTTP/{version} {event.status_code} {reason}".rstrip()
    return replace(answer, status=event.status_code, status_line=line, headers=_decoded(event))


def _decoded(event: Head | h11.EndOfMessage) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers)
