"""Draws one-line faults from all functions of wrapper/: python tests/support/faults/draw.py > faults.json

The same seed and the same source give the same faults. Only the standard library.
"""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

from fault import Fault, faulty, functions
from operators import OPERATORS, Change, changes

PACKAGE = Path(__file__).resolve().parents[3] / "wrapper"
SEED, COUNT = 12, 30


def draw(package: Path, seed: int = SEED, count: int = COUNT) -> list[Fault]:
    """A function gives at most one fault; one in which nothing can be wrong gives its turn to the next."""
    chance = random.Random(seed)
    everything = sorted(_functions(package))
    order = chance.sample(everything, len(everything))
    could = (candidates((package / file).read_text(), file, function) for file, function in order)
    found = islice((_one_of(faults, chance) for faults in could if faults), count)
    return [replace(fault, id=f"f{number:02}") for number, fault in enumerate(found, 1)]


def _one_of(faults: list[Fault], chance: random.Random) -> Fault:
    operator = chance.choice(sorted({fault.operator for fault in faults}))
    return chance.choice([fault for fault in faults if fault.operator == operator])


def _functions(package: Path) -> Iterator[tuple[str, str]]:
    for path in package.rglob("*.py"):
        for name, _ in functions(ast.parse(path.read_text())):
            yield str(path.relative_to(package)), name


def candidates(source: str, file: str, function: str) -> list[Fault]:
    """What could be wrong in this function, each in a line that is there once."""
    nodes = [node for name, node in functions(ast.parse(source)) if name == function]
    found = [
        _fault(source, file, function, operator, change)
        for node in nodes
        for operator, of in OPERATORS.items()
        for change in changes(node, source, of)
    ]
    return [fault for fault in found if _is_fault(source, fault)]


def _fault(source: str, file: str, function: str, operator: str, change: Change) -> Fault:
    line = source.splitlines()[change.line - 1].encode()
    after = line[: change.start] + change.text.encode() + line[change.end :]
    return Fault("", module(file), function, operator, line.decode().strip(), after.decode().strip())


def module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__")


def _is_fault(source: str, fault: Fault) -> bool:
    """It compiles, and is another program."""
    try:
        return ast.dump(ast.parse(faulty(source, fault))) != ast.dump(ast.parse(source))
    except (SyntaxError, LookupError):
        return False


def head() -> str:
    """The commit that is drawn from: in a worktree of it the same are drawn again."""
    argv = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(argv, cwd=PACKAGE, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    rows = [asdict(fault) for fault in draw(PACKAGE)]
    json.dump({"seed": SEED, "source": head(), "faults": rows}, sys.stdout, indent=1, ensure_ascii=False)
    print()


if __name__ == "__main__":
    main()
