"""The moves of a tenant under load: python bench/moves.py [--good] [MOVE ...]

Each move of tests/support/moves in a sandbox with containers, first with an image that ends at once, which must be refused, then
with a good one: twenty requests a second to the tenant's name meanwhile, as bench/containers.py sends them. Applies are Terraform's
own, in the order of the tool. Needs what the tests need.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from containers import ROOT, Load, loaded, row

sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/support/moves")]

from container_world import ContainerWorld, start  # noqa: E402
from harness import make  # noqa: E402
from moves import Account, Tenant, Values, moves, provider, stack_in, tenant  # noqa: E402

REPOSITORY = "registry.example.com/web"
NAMES = (
    "bridge to awsvpc, own",
    "own to shared",
    "bridge to awsvpc, shared",
    "one shared to another",
    "machines to Fargate, shared",
    "capacity provider",
    "host name and alias change places",
)


def waiting(values: Values) -> Values:
    """Real containers take their time; and so long does the apply of a new service with a broken image."""
    return values | {"deployment": values.get("deployment", {}) | {"wait_minutes": 2}}


def moved(world: ContainerWorld, one: Tenant, words: str, values: Values, well: bool) -> str:
    """The load goes on for three seconds after the apply."""
    load = Load(world.port, f"/{one.name}-{'good' if well else 'broken'}", f"{one.name}.example.com")
    with loaded(load, world.containers, 1, long=False) as (load, beside, logs):
        began = time.monotonic()
        ended = one.apply(values)
        seconds = time.monotonic() - began
        time.sleep(3)
    wrong = "" if ended is well else f"  ENDED {'WELL' if ended else 'BADLY'}: {one.log[-1][-500:]}"
    return row(words, load, beside, logs, seconds) + wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("moves", nargs="*", metavar="MOVE", help=f"which: {'; '.join(NAMES)}")
    parser.add_argument("--good", action="store_true", help="with the good image alone")
    options = parser.parse_args()
    wanted = options.moves or NAMES
    with tempfile.TemporaryDirectory() as folder:
        project = make(Path(folder))
        try:
            world = start(project, REPOSITORY)
            bare = Account(world.status["url"])
            account = Account(bare.url, stack_in(bare))
            with provider(Path(folder), account) as served:
                print(
                    f"{'move':50} {'asked':>6} {'failed':>7} {'long failed':>11} {'in logs':>7} {'apply':>9}",
                    flush=True,
                )
                for number, name in enumerate(wanted):
                    before, after = (waiting(values) for values in moves(served)[name])
                    one = tenant(served, Path(folder), f"t{number}")
                    assert one.apply(before), one.log[-1] + project.run("sandbox", "status").err
                    if not options.good:
                        print(
                            moved(world, one, f"{name}, broken image", after | {"build": "broken"}, False), flush=True
                        )
                    print(moved(world, one, name, after, True), flush=True)
        finally:
            project.run("sandbox", "stop")
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
