"""Apps to experiment on: what they are called with and when they learn what, they note down.

Twins like wsgi_app and asgi_app, but written to ask questions of a server: each does what a bare interface allows
and nothing that helps. `lab capabilities` serves them and reads the notes. They are `experiments:wsgi_app`,
`experiments:asgi_app`, and both across every kind of bridge, under the names that `bridge` has.
"""

from bridge.kinds import across
from experiments.asgi import app as asgi_app
from experiments.wsgi import app as wsgi_app

BRIDGED = across(wsgi_app, asgi_app)

globals().update(BRIDGED.by_name())
