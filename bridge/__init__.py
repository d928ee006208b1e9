"""Each app as seen through the other interface, by a2wsgi: as it comes, and guarded.

Servers find them by name: `bridge:wsgi_as_asgi`, `bridge:asgi_as_wsgi`, `bridge:wsgi_as_asgi_guarded`,
`bridge:asgi_as_wsgi_guarded`, two for each row of `bridge.kinds.KINDS`.
"""

import asgi_app
import wsgi_app
from bridge.kinds import across

APPS = across(wsgi_app.app, asgi_app.app)

globals().update(APPS.by_name())
