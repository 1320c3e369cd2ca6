"""What is known of each fault: which tests were run, and which one found it. Kept in a file after every selection."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """``tried``: the selections of tests that were run, in order; the last one has the test that found it, if any did."""

    id: str
    found: bool = False
    by: str = ""
    tried: tuple[str, ...] = ()


def measured(row: Row, selections: dict[str, list[str]], find: Callable[[list[str]], str]) -> Iterator[Row]:
    """The row after each selection that was not run yet, until the fault is found."""
    for name, tests in selections.items():
        if not row.found and name not in row.tried:
            by = find(tests)
            row = replace(row, found=bool(by), by=by, tried=(*row.tried, name))
            yield row


def lost(before: dict[str, Row], now: dict[str, Row]) -> list[Row]:
    """What was found before, and is not now or was not looked for."""
    return [row for row in before.values() if row.found and not now.get(row.id, Row(row.id)).found]


def read(path: Path) -> dict[str, Row]:
    rows = json.loads(path.read_text()) if path.exists() else []
    return {row["id"]: Row(**row | {"tried": tuple(row["tried"])}) for row in rows}


def write(path: Path, rows: dict[str, Row]) -> None:
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps([asdict(rows[id]) for id in sorted(rows)], indent=1) + "\n")
    new.replace(path)
