"""How fast orchestrate is, as ratios against bare Terraform: python bench/run.py [plan|start|variables|apply ...].

See README.md beside this file. Only the standard library; any Python from 3.11 on.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import signal
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from measure import HEAD, Row, cells
from place import Failed, info, place

USUAL = ("start", "variables", "apply", "plan")
MEASURES = (*USUAL, "services", "fleet", "unchanged", "growth")


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, _stopped)
    began, loads, rows, points = time.time(), [_load()], [], []
    try:
        with place() as here:
            for name in dict.fromkeys(options.measures or USUAL):
                info(f"-- {name} (load {loads[-1]}, {time.time() - began:.0f} s)")
                rows += importlib.import_module(name).measure(here, options.pairs)
                loads.append(_load())
            points = here.points
    except Failed as failed:
        info(f"error: {failed}")
        return 1
    _print_table(rows)
    print(f"\n{time.time() - began:.0f} s, {os.cpu_count()} cores, load average {' -> '.join(loads)}")
    if options.json:
        _write_json(options.json, rows, loads, points)
    return int(any(row.verdict == "over" for row in rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run.py", description=f"How fast orchestrate is. By default: {', '.join(USUAL)}."
    )
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"which: {', '.join(MEASURES)}")
    parser.add_argument("--pairs", type=int, default=15, metavar="N", help="interleaved runs of each (default 15)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    options = parser.parse_args()
    unknown = set(options.measures) - set(MEASURES)
    if unknown:
        parser.error(f"no measure {', '.join(sorted(unknown))}; there is: {', '.join(MEASURES)}")
    return options


def _stopped(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


def _load() -> str:
    return f"{os.getloadavg()[0]:.2f}"


def _print_table(rows: list[Row]) -> None:
    table = [HEAD, *(cells(row) for row in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEAD))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _write_json(file: Path, rows: list[Row], loads: list[str], points: list[dict[str, float]]) -> None:
    data = {"version": 1, "cores": os.cpu_count(), "load_averages": loads, "points": points}
    data |= {"rows": [asdict(row) | {"verdict": row.verdict} for row in rows]}
    file.write_text(json.dumps(data, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
