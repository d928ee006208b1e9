"""The life of an ASGI app whose server speaks WSGI and has no word for it (ASGI lifespan specification)."""

import asyncio
import atexit
import logging
import threading
from typing import Any

from asgi_app.types import Handler, Message

log = logging.getLogger(__name__)

SHUTDOWN_WITHIN_S = 10.0


class StartupFailed(Exception):
    """The app said lifespan.startup.failed: this worker can answer nothing."""


class Lifespan:
    """An event loop in a thread of its own, with an app's lifespan on it; `state` is for each request to copy.

    An app that raises on the lifespan scope doesn't speak it and is served without. One whose startup fails isn't
    served: `check` raises StartupFailed from then on. Shutdown comes when the process exits in order.
    """

    def __init__(self, app: Handler) -> None:
        self.loop = asyncio.new_event_loop()
        self.state: dict[str, Any] = {}
        self._app = app
        self._failure: str | None = None

    def begin(self) -> None:
        """Start the loop and return when startup is over, well or badly; shutdown is due at exit."""
        threading.Thread(target=self.loop.run_forever, name="bridge-loop", daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._start(), self.loop).result()
        atexit.register(self.end)

    def check(self) -> None:
        """Raise StartupFailed when startup failed."""
        if self._failure is not None:
            raise StartupFailed(f"the app's lifespan startup failed: {self._failure or 'it gave no reason'}")

    def end(self) -> None:
        """Tell the app of the shutdown, and wait for it no longer than SHUTDOWN_WITHIN_S."""
        try:
            asyncio.run_coroutine_threadsafe(self._stop(), self.loop).result(SHUTDOWN_WITHIN_S)
        except TimeoutError:
            log.error("the app's lifespan shutdown took longer than %g s", SHUTDOWN_WITHIN_S)  # noqa: TRY400

    async def _start(self) -> None:
        self._events: asyncio.Queue[Message] = asyncio.Queue()
        self._answered = asyncio.Event()
        self._events.put_nowait({"type": "lifespan.startup"})
        self._life = asyncio.create_task(self._live())
        await self._answered.wait()

    async def _live(self) -> None:
        asgi = {"version": "3.0", "spec_version": "2.0"}
        try:
            await self._app(
                {"type": "lifespan", "asgi": asgi, "state": self.state}, self._events.get, self._send
            )
        except Exception as error:
            if self._answered.is_set():
                log.exception("the app's lifespan failed")
            else:
                log.info("the app has no lifespan: %r", error)
        finally:
            self._answered.set()

    async def _send(self, message: Message) -> None:
        if message["type"] == "lifespan.startup.failed":
            self._failure = message.get("message", "")
        elif message["type"] == "lifespan.shutdown.failed":
            log.error("the app's lifespan shutdown failed: %s", message.get("message", ""))
        self._answered.set()

    async def _stop(self) -> None:
        self._events.put_nowait({"type": "lifespan.shutdown"})
        await asyncio.wait([self._life])
