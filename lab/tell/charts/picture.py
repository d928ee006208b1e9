"""A chart as it is handed about: made by the one who draws, shown by those who tell."""

from dataclasses import dataclass

Spec = dict[str, object]


@dataclass(frozen=True)
class Picture:
    """A chart: `name` is safe in files and ids, `says` what to see in it, `spec` complete Vega-Lite without a theme."""

    name: str
    scenario: str
    title: str
    says: str
    spec: Spec
