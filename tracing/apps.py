"""Every form of the two apps, traced; a bridge has a witness on either side."""

from wsgiref.types import WSGIApplication

import asgi_app as plain_asgi
import wsgi_app as plain_wsgi
from asgi_app.types import Handler
from bridge.kinds import Apps, across
from tracing.asgi import TracedASGI
from tracing.wsgi import TracedWSGI


def traced_across(wsgi: WSGIApplication, asgi: Handler) -> Apps:
    """Return a pair of apps across every kind of bridge, with witnesses before and behind it."""
    crossed = across(TracedWSGI(wsgi, caller="bridge"), TracedASGI(asgi, caller="bridge"))
    return Apps(
        wsgi={name: TracedWSGI(app, callee="bridge") for name, app in crossed.wsgi.items()},
        asgi={name: TracedASGI(app, callee="bridge") for name, app in crossed.asgi.items()},
    )


wsgi_app = TracedWSGI(plain_wsgi.app)
asgi_app = TracedASGI(plain_asgi.app)
BRIDGED = traced_across(plain_wsgi.app, plain_asgi.app)
