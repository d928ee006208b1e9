"""The words of PEP 3333."""

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse as StartResponse
from wsgiref.types import WSGIEnvironment

Environ = WSGIEnvironment
Handler = Callable[[Environ, StartResponse], Iterable[bytes]]
