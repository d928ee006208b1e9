"""Apps to experiment on: what they are called with and when they learn what, they note down.

Twins like wsgi_app and asgi_app, but written to ask questions of a server: each does what a bare interface allows
and nothing that helps. `lab capabilities` serves them and reads the notes.
"""

from experiments.asgi import app as asgi_app
from experiments.bridges import asgi_as_wsgi as asgi_as_wsgi
from experiments.bridges import asgi_as_wsgi_guarded as asgi_as_wsgi_guarded
from experiments.bridges import wsgi_as_asgi as wsgi_as_asgi
from experiments.bridges import wsgi_as_asgi_guarded as wsgi_as_asgi_guarded
from experiments.wsgi import app as wsgi_app

__all__ = [
    "asgi_app",
    "asgi_as_wsgi",
    "asgi_as_wsgi_guarded",
    "wsgi_app",
    "wsgi_as_asgi",
    "wsgi_as_asgi_guarded",
]
