"""The words of ASGI 3."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Headers = tuple[tuple[str, str], ...]
EncodedHeaders = tuple[tuple[bytes, bytes], ...]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]
