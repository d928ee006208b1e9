"""Each app as seen through the other interface: by a2wsgi as it comes, and by the guarded bridge."""

from bridge.guarded_asgi import AsWSGI
from bridge.guarded_wsgi import AsASGI
from bridge.stock import seen_as_asgi, seen_as_wsgi
from experiments import asgi, wsgi

wsgi_as_asgi = seen_as_asgi(lambda: wsgi.app)
asgi_as_wsgi = seen_as_wsgi(lambda: asgi.app)
wsgi_as_asgi_guarded = AsASGI(wsgi.app)
asgi_as_wsgi_guarded = AsWSGI(asgi.app)
