"""What the keys of an environ and of a scope are, in a few words, and where the specs say so."""

from collections.abc import Mapping
from dataclasses import dataclass

from records.types import Interface

PEP = "PEP 3333"
CGI = "RFC 3875"
HTTP = "ASGI HTTP"
SOCKETS = "ASGI WebSocket"


@dataclass(frozen=True)
class Key:
    """What a key means, and its place in a spec; without one it is the server's or the bridge's own."""

    means: str
    section: str = "in no spec"


def key_of(interface: Interface, name: str) -> Key:
    """Return what is known of a key."""
    table = ENVIRON if interface == "wsgi" else SCOPE
    if name in table:
        return table[name]
    if interface == "wsgi" and name.startswith("HTTP_"):
        header = name.removeprefix("HTTP_").replace("_", "-").lower()
        return Key(f"the header {header}", f"{CGI}, 4.1.18")
    return OWN


OWN = Key("this server's own")

_VARIABLES = f"{PEP}, environ Variables"
_SCOPE = f"{HTTP}, Connection Scope"

ENVIRON: Mapping[str, Key] = {
    "REQUEST_METHOD": Key("GET, POST, ...", f"{_VARIABLES}; {CGI}, 4.1.12"),
    "SCRIPT_NAME": Key("where the app is mounted; empty at the root", f"{_VARIABLES}; {CGI}, 4.1.13"),
    "PATH_INFO": Key("the rest of the path, decoded, its bytes as latin-1", f"{_VARIABLES}; {CGI}, 4.1.5"),
    "QUERY_STRING": Key("what follows the ?, still encoded", f"{_VARIABLES}; {CGI}, 4.1.7"),
    "CONTENT_TYPE": Key("the header content-type, without HTTP_", f"{_VARIABLES}; {CGI}, 4.1.3"),
    "CONTENT_LENGTH": Key("the body's bytes, as text", f"{_VARIABLES}; {CGI}, 4.1.2"),
    "SERVER_NAME": Key("the server's host", f"{_VARIABLES}; {CGI}, 4.1.14"),
    "SERVER_PORT": Key("the server's port, as text", f"{_VARIABLES}; {CGI}, 4.1.15"),
    "SERVER_PROTOCOL": Key("the version of HTTP that the client spoke", f"{_VARIABLES}; {CGI}, 4.1.16"),
    "SERVER_SOFTWARE": Key("the server's name and version", f"{CGI}, 4.1.17"),
    "REMOTE_ADDR": Key("the client's address, or the proxy's", f"{CGI}, 4.1.8"),
    "REMOTE_HOST": Key("the client's name", f"{CGI}, 4.1.9"),
    "REMOTE_USER": Key("who the server found the client to be", f"{CGI}, 4.1.11"),
    "REMOTE_PORT": Key("the client's port, as text"),
    "wsgi.version": Key("the version of WSGI: (1, 0)", _VARIABLES),
    "wsgi.url_scheme": Key("http or https", _VARIABLES),
    "wsgi.input": Key(
        "the body, to be read; it blocks until bytes have come", f"{PEP}, Input and Error Streams"
    ),
    "wsgi.errors": Key("where the app may write its complaints", f"{PEP}, Input and Error Streams"),
    "wsgi.multithread": Key("other threads may call the app meanwhile", _VARIABLES),
    "wsgi.multiprocess": Key("other processes may call it meanwhile", _VARIABLES),
    "wsgi.run_once": Key("the process serves this request only", _VARIABLES),
    "wsgi.file_wrapper": Key(
        "wraps a file that the server may send its own way",
        f"{PEP}, Optional Platform-Specific File Handling",
    ),
    "wsgi.input_terminated": Key("the input ends by itself, also where the body is chunked"),
    "wsgi.early_hints": Key("gunicorn's way to send 103 Early Hints"),
    "gunicorn.socket": Key("gunicorn's socket to the client"),
    "RAW_URI": Key("gunicorn's copy of the path and query, as they came"),
    "REQUEST_URI": Key("the path and query as they came"),
    "asgi.scope": Key("a2wsgi's copy of the scope that it was called with"),
}

SCOPE: Mapping[str, Key] = {
    "type": Key("http, websocket or lifespan: what this call is about", "ASGI, Connection Scope"),
    "asgi": Key("the versions of ASGI and of this type's spec", "ASGI, Applications"),
    "http_version": Key("the version of HTTP that the client spoke", _SCOPE),
    "method": Key("GET, POST, ..., in capitals", _SCOPE),
    "scheme": Key("http or https, ws or wss", _SCOPE),
    "path": Key("the whole path, decoded as UTF-8", _SCOPE),
    "raw_path": Key("the path's bytes as they came; may be missing", _SCOPE),
    "query_string": Key("the bytes that follow the ?, still encoded", _SCOPE),
    "root_path": Key("where the app is mounted; empty at the root", _SCOPE),
    "headers": Key("pairs of bytes, names in lower case, in the order they came", _SCOPE),
    "client": Key("the client's address and port; may be missing", _SCOPE),
    "server": Key("the server's address and port; may be missing", _SCOPE),
    "state": Key("a copy of what the app stored at its start (lifespan)", "ASGI Lifespan, Lifespan State"),
    "extensions": Key("what this server can do beyond the spec", "ASGI, Extensions"),
    "subprotocols": Key("the subprotocols that the client offers", f"{SOCKETS}, Connection Scope"),
    "wsgi_environ": Key("a2wsgi's copy of the environ that it was called with"),
}
