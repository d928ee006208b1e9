"""The endpoints against ASGI 3. Its twin, file by file, is `wsgi_app`."""

from asgi_app.application import app as app
