"""How stacks look."""

from itertools import combinations

import msgspec
import numpy as np
import pytest

from lab.measure.new_run import stack_record
from lab.servers import SERVERS, Settings
from lab.stacks import DEFAULT_STACKS, all_stacks
from lab.tell.charts.palette import SHAPES, Look, looks, looks_in
from records.run import StackRecord
from tests.lab import runs
from tests.lab.tell.charts.sights import SIGHTS, ciede2000, contrast, lab

CLEARLY_APART = 20.0  # CIE 1976: 2.3 is just noticeable
APART_AS_SEEN = 13.5  # CIEDE2000, where 1 is just noticeable
STACKS = [stack_record(stack, Settings()) for stack in all_stacks()]
LOOKS = looks(STACKS)
DEFAULT = [LOOKS[name] for name in DEFAULT_STACKS]


def unknown(server: str, app: str = "asgi") -> StackRecord:
    """Return a stack on a server that the lab doesn't have."""
    return runs.stack(f"{server}/{app}")


@pytest.mark.parametrize("sight", SIGHTS)
def test_default_stacks_are_clearly_apart(sight: str) -> None:
    """Any two of the six default stacks differ plainly, for colour-blind readers too."""
    seen = [lab(look.colour, SIGHTS[sight]) for look in DEFAULT]
    distances = [float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)]
    assert min(distances) > CLEARLY_APART
    assert min(ciede2000(a, b) for a, b in combinations(seen, 2)) > APART_AS_SEEN


@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_colours_stand_out_on_light_and_dark(ground: str) -> None:
    """Each colour has the contrast on white and on near-black that graphics need."""
    weak = {name for name, look in LOOKS.items() if contrast(look.colour, ground) < 3}
    assert weak == set()


@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_any_number_of_servers_stands_out(ground: str) -> None:
    """The contrast comes from the rule: no server is too many for it."""
    many = looks(
        unknown(f"server-{number}", app) for number in range(100) for app in ("wsgi", "asgi-bridged")
    )
    assert min(contrast(look.colour, ground) for look in many.values()) >= 3


def test_every_stack_has_its_own_colour() -> None:
    """Of the stacks that there can be no two have one colour."""
    assert set(LOOKS) == {stack.name for stack in all_stacks()}
    assert len({look.colour for look in LOOKS.values()}) == len(STACKS)


def test_every_stack_looks_like_no_other() -> None:
    """Colour, shape and dashes together are there once, with many servers that nobody knows as well."""
    more = [unknown(f"server-{number}", app) for number in range(40) for app in ("wsgi", "asgi-bridged")]
    every = looks([*STACKS, *more])
    assert len(set(every.values())) == len(STACKS) + len(more)


def test_colour_is_never_alone() -> None:
    """Without any colour shape and dashes still tell as many servers apart as there are shapes."""
    servers = list(SERVERS)[: len(SHAPES)]
    some = [LOOKS[stack.name] for stack in STACKS if stack.server in servers]
    assert len({(look.shape, look.dash) for look in some}) == len(some)


def test_default_stacks_differ_in_shape() -> None:
    """Shape alone tells the default ones apart."""
    assert len({look.shape for look in DEFAULT}) == len(DEFAULT_STACKS)


def test_shapes_leave_triangles_to_lower_bounds() -> None:
    """No stack is drawn as what marks a bound."""
    assert not [shape for shape in SHAPES if "triangle" in shape]


def test_servers_of_one_interface_share_a_half_of_the_circle() -> None:
    """Whoever calls WSGI is warm, whoever calls ASGI is cold."""
    natives = [stack for stack in STACKS if not stack.bridge]
    hues = {stack.server: hue_of(LOOKS[stack.name]) for stack in natives}
    assert {name: int(hue // 180) for name, hue in hues.items()} == {
        name: int(server.interface == "asgi") for name, server in SERVERS.items()
    }


def hue_of(look: Look) -> float:
    """Return the hue of a look in degrees."""
    _, a, b = lab(look.colour, SIGHTS["normal"])
    return float(np.degrees(np.arctan2(b, a))) % 360


def test_what_the_app_speaks_is_the_lightness() -> None:
    """All stacks of WSGI apps are as light as each other, and lighter than all of ASGI apps."""
    light = {
        speaks: {
            round(float(lab(LOOKS[each.name].colour, SIGHTS["normal"])[0]))
            for each in STACKS
            if each.speaks == speaks
        }
        for speaks in ("wsgi", "asgi")
    }
    assert light == {"wsgi": {61}, "asgi": {42}}


def test_a_bridge_is_seen_in_the_dashes() -> None:
    """A line is solid without a bridge; a guarded one has dashes and dots, and the shape of the stock one."""
    native, stock, guarded = (LOOKS[f"uvicorn/{app}"] for app in ("asgi", "wsgi-bridged", "wsgi-guarded"))
    assert (native.dash, stock.dash, guarded.dash) == ((1, 0), (6, 3), (6, 2, 1, 2))
    assert native.shape != stock.shape == guarded.shape


def test_kinds_of_bridges_that_nobody_knows_differ() -> None:
    """However many kinds there are, each has dashes and a colour of its own."""
    stock = runs.stack("uvicorn/wsgi-bridged")
    kinds = ("bridged", "guarded", "other", "another")
    every = looks(msgspec.structs.replace(stock, name=kind, bridge=kind) for kind in kinds).values()
    assert len({look.dash for look in every}) == len({look.colour for look in every}) == len(kinds)
    assert [sum(look.dash) for look in every] == sorted(sum(look.dash) for look in every)


def test_a_known_server_looks_the_same_in_every_run() -> None:
    """Which other stacks took part changes nothing, nor does their order."""
    few = looks([unknown("mod_python"), *reversed(STACKS[:6])])
    assert {name: few[name] for name in DEFAULT_STACKS} == {name: LOOKS[name] for name in DEFAULT_STACKS}


def test_another_app_on_the_same_server_has_another_shape() -> None:
    """The server's colour, and a shape that tells the two apart."""
    lab_s, theirs = looks([unknown("uvicorn"), unknown("uvicorn", "shop")]).values()
    assert (theirs.colour, theirs.dash) == (lab_s.colour, lab_s.dash)
    assert theirs.shape != lab_s.shape


def test_stacks_that_were_only_explored_look_like_the_measured() -> None:
    """A run's experiments may be on stacks that it didn't measure."""
    run = runs.run()
    run.explored = [runs.stack("hypercorn/asgi")]
    assert looks_in(run)["hypercorn/asgi"] == LOOKS["hypercorn/asgi"]
    assert list(looks_in(run)) == [stack.name for stack in (*run.stacks, *run.explored)]
