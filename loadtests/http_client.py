"""The HTTP client of a load: locust's, geventhttpclient, which here doesn't make slow answers of broken connections.

geventhttpclient sends a GET again on another connection where one breaks before its answer begins, and again, up to
as many times as connections are allowed: a server that resets half of them looks well. Here only a kept connection is
replaced so, for the server may have closed it just when the request went out (RFC 9112, section 9.3.1).
"""

from contextlib import suppress
from typing import Any
from weakref import WeakSet

import gevent.socket
from geventhttpclient.client import HTTPClient, HTTPClientPool
from geventhttpclient.header import HeadersDataType
from geventhttpclient.response import HTTPConnectionClosed, HTTPSocketPoolResponse
from geventhttpclient.url import URL

LONGEST_WAIT_S = 120  # for one answer: longer than any window, so that only the recorder gives up


class LoadClient(HTTPClient):
    """A client that sends requests without a body, for which a new connection that breaks is an error."""

    def __init__(self, host: str, port: int | None = None, **settings: Any) -> None:
        super().__init__(host, port, **settings)
        self._kept_lines = WeakSet[gevent.socket.socket]()

    def request(
        self, method: str, request_uri: str, body: object = b"", headers: HeadersDataType | None = None
    ) -> HTTPSocketPoolResponse:
        """Return an answer whose head has come; raises OSError or HTTPParseError where none does."""
        if body:
            raise ValueError("a body can't be sent again")
        request = self._build_request(method, request_uri, headers=headers)
        while True:
            line = self._connection_pool.get_socket()
            was_kept = line in self._kept_lines
            try:
                response = self._answer(line, method, request)
            except (ConnectionError, HTTPConnectionClosed):
                if not was_kept:
                    raise
            else:
                self._kept_lines.add(line)
                return response

    def _answer(self, line: gevent.socket.socket, method: str, request: str) -> HTTPSocketPoolResponse:
        pool = self._connection_pool
        try:
            with suppress(ConnectionError):  # what the server said before it closed can still be read
                line.sendall(request.encode("latin-1"))
        except BaseException:
            pool.release_socket(line)
            raise
        response = HTTPSocketPoolResponse(line, pool, block_size=self.block_size, method=method)
        response._sent_request = request  # noqa: SLF001 - locust's client reads it where the status is an error
        return response


class LoadClients(HTTPClientPool):
    """A client for each server that a user of locust's asks."""

    def get_client(self, url: str | URL) -> HTTPClient:
        """Return the client of a URL's host and port."""
        place = url if isinstance(url, URL) else URL(url)
        if (place.host, place.port) not in self.clients:
            self.clients[place.host, place.port] = LoadClient.from_url(place, **self.client_args)
        return self.clients[place.host, place.port]


def streaming_client(host: str) -> HTTPClient:
    """Return a client whose answers can be read line by line."""
    return LoadClient.from_url(host, network_timeout=LONGEST_WAIT_S, connection_timeout=LONGEST_WAIT_S)
