"""Pages in a browser: what they say and ask for, and what is wrong with them."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"], "resultTypes": ["violations"]}


class Opened:
    """A page with what it said and asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on(
            "console",
            lambda said: self.errors.append(said.text) if said.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Return what breaks WCAG 2 A and AA in a serious or critical way, each rule with some of the places."""
    found = Axe().run(page, options=OPTIONS)
    serious = [v for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
    return [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in serious]
