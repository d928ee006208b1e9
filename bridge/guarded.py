"""a2wsgi with a guard around it: the two apps, each through the other interface."""

import asgi_app
import wsgi_app
from bridge.guarded_asgi import AsWSGI
from bridge.guarded_wsgi import AsASGI

wsgi_as_asgi_guarded = AsASGI(wsgi_app.app)
asgi_as_wsgi_guarded = AsWSGI(asgi_app.app)
