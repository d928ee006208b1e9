"""Two runs side by side, told."""

import re
from html.parser import HTMLParser

from lab.judge.differences import diff
from lab.tell.run import differences
from records.run import Run, Trial
from tests.lab import runs
from tests.lab.tell.run.test_terminal import printed


def run_of(value: float, **changes: str) -> Run:
    """Return a run of two repetitions in slow-io at 50 users."""
    run = runs.run(
        [
            Trial("uvicorn/asgi", "slow-io", 50, n, "ok", figures={"throughput_per_s": value, "errors": 0.0})
            for n in (1, 2)
        ]
    )
    run.environment = {**run.environment, **changes}
    return run


PAIR = diff(run_of(500.0), run_of(300.0, uvicorn="<b>2</b>"))


class Page(HTMLParser):
    """Reads which elements a page has, and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember an element."""
        self.elements.append((tag, dict(attrs)))


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_whether_runs_compare_is_told_first() -> None:
    """Before any figure stands whether they mean anything beside each other."""
    text = printed(differences.render(PAIR))
    assert text.startswith("These runs may be compared; what differs may be why: uvicorn was absent")
    assert text.index("versions: uvicorn was absent") < text.index("slow-io@50")


def test_a_row_has_both_values_ratio_interval_and_verdict() -> None:
    """The same figure stands side by side."""
    (table,) = differences.tables(differences.narrow_diff(PAIR, figures=["throughput_per_s"]))
    assert [cell.text for cell in table.rows[0]] == [
        "uvicorn/asgi",
        "throughput_per_s",
        "500 /s",
        "300 /s",
        "0.60",
        "0.60 to 0.60",
        "slower",
    ]


def test_values_have_their_intervals_where_there_is_room() -> None:
    """The page shows how sure each of both values is."""
    assert "500 /s (500 to 500)" in differences.page(PAIR)


def test_why_there_is_no_verdict_stands_below_the_table() -> None:
    """A letter leads to the reason."""
    pair = [runs.run([runs.trial("uvicorn/asgi", 50, memory_mib=value)]) for value in (20.0, 40.0)]
    (table,) = differences.tables(diff(*pair))
    assert (table.rows[0][-1].text, table.rows[0][-1].marks) == ("cannot", "a")
    assert table.notes == ("a cannot: single trials tell nothing of how much it varies",)


def test_figures_stacks_and_scenarios_are_chosen() -> None:
    """What isn't asked for isn't told, and what is none of it leaves nothing."""
    assert [d.figure for d in differences.narrow_diff(PAIR, figures=["errors"]).differences] == ["errors"]
    assert differences.narrow_diff(PAIR, stacks=["waitress/wsgi"]).differences == []
    assert differences.narrow_diff(PAIR, scenarios=["baseline"]).differences == []


def test_what_one_run_alone_has_is_told() -> None:
    """Places without a partner are named."""
    found = diff(run_of(1.0), runs.run())
    assert differences.one_sided(found) == ["only in A: slow-io@50 uvicorn/asgi"]


def test_markdown_holds_no_markup_of_others() -> None:
    """What a machine says stays text."""
    text = differences.markdown(PAIR)
    assert "| uvicorn | versions | absent | &lt;b&gt;2&lt;/b&gt; |" in text
    assert "<b>" not in text


def test_markdown_has_a_table_for_each_place() -> None:
    """Each row has as many cells as its head."""
    lines = differences.markdown(PAIR).splitlines()
    start = next(n for n, row in enumerate(lines) if row.startswith("| stack | figure"))
    assert {row.count(" |") for row in lines[start : start + 4]} == {7}


def test_page_needs_nothing_else() -> None:
    """The page loads nothing, runs nothing and says in which language it is."""
    page = Page(differences.page(PAIR))
    assert {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe"} == set()
    assert page.elements[0] == ("html", {"lang": "en"})
    assert "url(" not in differences.page(PAIR)


def test_page_shows_hostile_text() -> None:
    """Markup in what a machine says is shown, not obeyed."""
    text = differences.page(PAIR)
    assert "&lt;b&gt;2&lt;/b&gt;" in text
    assert "<b>" not in text


def test_tables_scroll_in_a_box_of_their_own() -> None:
    """On a narrow screen the page stays and the table moves; a keyboard reaches it, and it has a name."""
    page = Page(differences.page(PAIR))
    boxes = [attributes for _, attributes in page.elements if attributes.get("class") == "scroll"]
    names = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert len(boxes) == sum(tag == "table" for tag, _ in page.elements) == 2
    assert {(box["tabindex"], box["role"], box["aria-labelledby"] in names) for box in boxes} == {
        ("0", "region", True)
    }


def test_colours_can_be_read_in_light_and_dark() -> None:
    """Every colour of text has the contrast of WCAG AA on its page, in both schemes."""
    schemes = re.findall(r"--page: [^}]+", differences.page(PAIR))
    assert len(schemes) == 2
    for scheme in schemes:
        colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", scheme))
        texts = {
            name: contrast(colours[name], colours["page"]) for name in ("text", "quiet", "better", "worse")
        }
        assert min(texts.values()) >= 4.5, texts
        assert contrast(colours["text"], colours["head"]) >= 4.5


def test_runs_without_anything_in_common_say_so() -> None:
    """A page without tables isn't left empty."""
    assert "There is nothing that both runs have measured." in differences.page(diff(runs.run(), runs.run()))
