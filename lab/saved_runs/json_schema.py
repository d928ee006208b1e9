"""What results.json looks like, as a JSON Schema made from the records, and whether a run fits it.

docs/results.schema.json is a copy for other programs (`make schema`).
"""

import json
from functools import cache
from inspect import cleandoc

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from lab.errors import LabError
from lab.saved_runs.folder import RESULTS
from records.run import Run


def schema() -> dict[str, object]:
    """Return the JSON Schema of results.json; its descriptions are the docstrings of the records."""
    of_records = msgspec.json.schema(Run)
    for record in of_records["$defs"].values():
        record["description"] = cleandoc(record["description"])  # which Python does from 3.13 on
    dialect = {"$schema": Draft202012Validator.META_SCHEMA["$id"], "title": RESULTS}
    return {**dialect, **of_records}


def text() -> str:
    """Return the schema as it stands in docs/."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def check(run: Run) -> None:
    """Raise LabError, saying where, when a run as it is written doesn't fit the schema."""
    mismatch = best_match(_validator().iter_errors(msgspec.json.decode(msgspec.json.encode(run))))
    if mismatch is not None:
        where = "/".join(str(part) for part in mismatch.absolute_path) or "its top"
        raise LabError(f"{RESULTS} of {run.run.id} doesn't fit its schema at {where}: {mismatch.message}.")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())
