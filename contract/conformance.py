"""Whether an answer is the one that an example demands: pure, for any client."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contract.examples import Example, Response

INTERFACE = "x-lab-interface"
OF_THE_SERVER = frozenset({"connection", "date", "keep-alive", "server", "transfer-encoding"})


@dataclass(frozen=True)
class Answer:
    """What came back: header names in lower case; `broke_off` when the body didn't end as it should."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    broke_off: bool = False


def differences(example: Example, answer: Answer, interface: str) -> Iterator[str]:
    """Yield each way in which an answer differs, in a few words; nothing when it conforms.

    `interface` is the one that the app behind the server speaks: `wsgi` or `asgi`.
    """
    expected = example.response_of(interface)
    if answer.status != expected.status:
        yield f"status {answer.status}, not {expected.status}"
        return
    yield from _in_headers(expected, answer, interface)
    if answer.broke_off != expected.breaks_off:
        yield "the body broke off" if answer.broke_off else "the body ended as if all were well"
    if expected.members is None or example.request.method == "HEAD":
        if answer.body != expected.body:
            yield f"body {_short(answer.body)}, not {_short(expected.body)}"
    else:
        yield from _missing(expected.members, _parsed(answer.body), "body")


def _in_headers(expected: Response, answer: Answer, interface: str) -> Iterator[str]:
    headers = sorted((n, v) for n, v in answer.headers if n not in OF_THE_SERVER)
    wanted = {n: v for n, v in expected.headers.items() if n not in OF_THE_SERVER} | {INTERFACE: interface}
    if expected.members is not None:
        lengths = [value for name, value in headers if name == "content-length"]
        wanted["content-length"] = str(len(answer.body)) if answer.body else "".join(lengths)
    if headers != sorted(wanted.items()):
        yield f"headers {headers}, not {sorted(wanted.items())}"


def _missing(wanted: object, actual: object, where: str) -> Iterator[str]:
    if wanted is ...:
        return
    if not isinstance(wanted, Mapping):
        if actual != wanted:
            yield f"{where} is {actual!r}, not {wanted!r}"
    elif not isinstance(actual, Mapping):
        yield f"{where} is {actual!r}, not an object"
    else:
        for name, value in wanted.items():
            if name not in actual:
                yield f"{where} has no {name}"
            else:
                yield from _missing(value, actual[name], f"{where}.{name}")


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _short(body: bytes) -> str:
    return repr(body) if len(body) <= 100 else f"{body[:60]!r}… ({len(body)} bytes)"  # noqa: PLR2004 - fits a line
