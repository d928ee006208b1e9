"""Each app as seen through the other interface, by a2wsgi: as it comes, and guarded."""

from bridge.guarded import asgi_as_wsgi_guarded as asgi_as_wsgi_guarded
from bridge.guarded import wsgi_as_asgi_guarded as wsgi_as_asgi_guarded
from bridge.stock import asgi_as_wsgi as asgi_as_wsgi
from bridge.stock import seen_as_asgi as seen_as_asgi
from bridge.stock import seen_as_wsgi as seen_as_wsgi
from bridge.stock import wsgi_as_asgi as wsgi_as_asgi
