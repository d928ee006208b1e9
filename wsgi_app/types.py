"""The words of PEP 3333."""

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse as StartResponse
from wsgiref.types import WSGIEnvironment

Environ = WSGIEnvironment
Headers = tuple[tuple[str, str], ...]

Handler = Callable[[Environ, StartResponse], Iterable[bytes]]
