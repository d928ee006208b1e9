"""Each app as seen through the other interface, by a2wsgi."""

from bridge.stock import asgi_as_wsgi as asgi_as_wsgi
from bridge.stock import seen_as_asgi as seen_as_asgi
from bridge.stock import seen_as_wsgi as seen_as_wsgi
from bridge.stock import wsgi_as_asgi as wsgi_as_asgi
