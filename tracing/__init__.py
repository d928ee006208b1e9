"""The apps with a witness in front: every call and event between server and app is written down as it passes.

Any server can be started on them by hand: `uvicorn tracing:asgi_app` tells on stderr, `LAB_TRACE=FILE` in a file. They
are `tracing:wsgi_app`, `tracing:asgi_app`, and both across every kind of bridge, under the names that `bridge` has.
"""

from tracing.apps import BRIDGED
from tracing.apps import asgi_app as asgi_app
from tracing.apps import wsgi_app as wsgi_app
from tracing.asgi import TracedASGI as TracedASGI
from tracing.wsgi import TracedWSGI as TracedWSGI

globals().update(BRIDGED.by_name())
