"""The endpoints against PEP 3333. Its twin, file by file, is `asgi_app`."""

from wsgi_app.application import app as app
