"""Says which of the faults the tests find: python tests/support/faults/run.py --out FILE [--only f01,f02] [-- TESTS]

For each fault first the tests of the module's name, then all that need neither engine nor Terraform; with TESTS (arguments
of pytest) those alone. FILE keeps what was run: the next call goes on where this one stopped, and runs nothing twice.
With --against baseline.json it says also what was found there and not in FILE, and ends 1 if there is any. What only a real
engine or Terraform finds needs its tests named.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from fault import Fault, apply, load
from rows import Row, lost, measured, read, write
from suite import BARE, copy, first_failing, near


def main() -> int:
    options = _options()
    rows, faults = read(options.out), chosen(options.only)
    _measure(faults, options.tests, rows, options.out)
    before = read(options.against) if options.against else {}
    gone = lost({fault.id: before[fault.id] for fault in faults if fault.id in before}, rows)
    print("".join(f"{row.id} was found by {row.by}\n" for row in gone), end="")
    return 1 if gone else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", metavar="IDS")
    parser.add_argument("--against", type=Path)
    parser.add_argument("tests", nargs="*")
    return parser.parse_args()


def chosen(only: str) -> list[Fault]:
    faults = load()
    if unknown := sorted(set(filter(None, only.split(","))) - {fault.id for fault in faults}):
        sys.exit(f"no fault {', '.join(unknown)} in faults.json")
    return [fault for fault in faults if not only or fault.id in only.split(",")]


def _measure(faults: list[Fault], tests: list[str], rows: dict[str, Row], out: Path) -> None:
    with copy() as clean:
        for fault in faults:
            for row in _found(fault, rows.get(fault.id, Row(fault.id)), tests, clean):
                rows[fault.id] = row
                write(out, rows)
                print(f"{row.id} {fault.module} {fault.function}: {row.by or 'not found'}", flush=True)


def _found(fault: Fault, row: Row, tests: list[str], clean: Path) -> Iterator[Row]:
    def find(selection: list[str]) -> str:
        with copy() as faulty:
            apply(fault, faulty / "wrapper")
            return first_failing(faulty, clean, selection)

    return measured(row, selections(fault, tests), find)


def selections(fault: Fault, tests: list[str]) -> dict[str, list[str]]:
    """By the name under which each is kept."""
    if tests:
        return {shlex.join(tests): tests}
    files = near(fault.module)
    return ({f"bare of {' '.join(files)}": [*BARE, *files]} if files else {}) | {"bare": BARE}


if __name__ == "__main__":
    sys.exit(main())
