"""The kinds of bridges, and a pair of apps across each of them: one row a kind."""

from collections.abc import Callable
from dataclasses import dataclass
from wsgiref.types import WSGIApplication

from asgi_app.types import Handler
from bridge import guarded_asgi, guarded_wsgi, stock


@dataclass(frozen=True)
class Kind:
    """What makes an ASGI app of a WSGI app, and a WSGI app of an ASGI app."""

    as_asgi: Callable[[WSGIApplication], Handler]
    as_wsgi: Callable[[Handler], WSGIApplication]


@dataclass(frozen=True)
class Apps:
    """Apps by the names under which servers find them in a package, apart by the interface that calls them."""

    wsgi: dict[str, WSGIApplication]
    asgi: dict[str, Handler]

    def by_name(self) -> dict[str, object]:
        """Return all of them."""
        return {**self.wsgi, **self.asgi}


def across(wsgi: WSGIApplication, asgi: Handler) -> Apps:
    """Return a pair of apps, each through the other interface: `asgi_as_wsgi`, `wsgi_as_asgi`, guarded..."""
    return Apps(
        wsgi={f"asgi_as_wsgi{ending}": kind.as_wsgi(asgi) for ending, kind in KINDS.items()},
        asgi={f"wsgi_as_asgi{ending}": kind.as_asgi(wsgi) for ending, kind in KINDS.items()},
    )


KINDS: dict[str, Kind] = {
    "": Kind(stock.as_asgi, stock.as_wsgi),
    "_guarded": Kind(guarded_wsgi.AsASGI, guarded_asgi.AsWSGI),
}
"""By how the names of their apps end; `lab/stacks.py` has the same endings, and the names of the stacks."""
