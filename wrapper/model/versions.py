"""The version that stands in everything this tool keeps. What a newer orchestrate wrote is not read, not even in part:
to write it back would erase what this one does not know. Pure.
"""

from __future__ import annotations

import json

from .errors import NewerError


def check_known(data: object, known: int, what: str, where: str, field: str = "version") -> None:
    """NewerError for an object of a version above ``known``, or of one that is no number. One without a version is of the
    first; what is no object has none."""
    found = data.get(field) if isinstance(data, dict) else None
    if found is None or (isinstance(found, int | float) and found <= known):
        return
    raise NewerError(
        f"{what} of version {json.dumps(found)[:40]} was written by a newer orchestrate; this one reads up to {known}",
        where=where,
        hint="run the orchestrate that wrote it, or a later one; nothing was read of it, and it was left as it is",
    )
