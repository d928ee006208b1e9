"""The four apps, traced; a bridge has a witness on either side."""

import asgi_app as plain_asgi
import bridge
import wsgi_app as plain_wsgi
from tracing.asgi import TracedASGI
from tracing.wsgi import TracedWSGI

wsgi_app = TracedWSGI(plain_wsgi.app)
asgi_app = TracedASGI(plain_asgi.app)
wsgi_as_asgi = TracedASGI(bridge.seen_as_asgi(lambda: TracedWSGI(plain_wsgi.app, "bridge")), callee="bridge")
asgi_as_wsgi = TracedWSGI(bridge.seen_as_wsgi(lambda: TracedASGI(plain_asgi.app, "bridge")), callee="bridge")
