"""The moves of a tenant under load: python bench/moves.py [--good] [--image sick] [--unstaged] [MOVE ...]

Each move of tests/support/moves in a sandbox with containers: first with an image that ends at once (or has no health), which
must be refused, then with a good one. Meanwhile twenty requests a second ask the tenant's name, as bench/containers.py sends them.
Applies are Terraform's own, in the order of the tool. Needs what the tests need.
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

from wrapper.aws.ecs_rollout import RolloutWatch  # noqa: E402
from wrapper.aws.ecs_service_status import ExpectedService  # noqa: E402
from wrapper.model.errors import OrchestrateError  # noqa: E402

REPOSITORY = "registry.example.com/web"
SPEED = "10"  # of the sandbox's clock: health checks, draining, the circuit breaker; a request takes its own time
WIDTH = 70
LIMIT = 120.0  # seconds that ECS is waited for between the stages of an apply


def gate(account: Account) -> object:
    """Opens when ECS has completed the services' deployments: the product's own look."""

    class Named:
        def client(self, service: str, region: str) -> object:
            return account.client(service)

    watch = RolloutWatch(Named(), "", "gate", LIMIT, lambda _: None, time.sleep)  # type: ignore[arg-type]

    def opens(services: list[ExpectedService]) -> bool:
        try:
            watch.check(services)
            return True
        except OrchestrateError:
            return False

    return opens


def moved(world: ContainerWorld, one: Tenant, words: str, values: Values, build: str = "") -> str:
    """The load goes on for three seconds after the apply. ``build``: one that must be refused."""
    values, well = values | ({"build": build} if build else {}), not build
    load = Load(world.port, f"/{one.name}-{build or 'good'}", f"{one.name}.example.com")
    with loaded(load, world.containers, 1, long=False) as (load, beside, logs):
        began = time.monotonic()
        ended = one.apply(values)
        seconds = time.monotonic() - began
        time.sleep(3)
    wrong = "" if ended is well else f"  ENDED {'WELL' if ended else 'BADLY'}: {one.log[-1][-500:]}"
    name = f"{words}, {build or 'good'}"
    return row(f"{name:{WIDTH}}", load, beside, logs, seconds) + wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("moves", nargs="*", metavar="MOVE", help="which; a name that is none prints them")
    parser.add_argument("--good", action="store_true", help="with the good image alone")
    parser.add_argument("--image", choices=("broken", "sick"), default="broken", help="the one that must be refused")
    parser.add_argument("--unstaged", action="store_true", help="in one apply, as terraform used bare makes a move")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = make(Path(folder))
        try:
            world = start(project, REPOSITORY, "--speed", SPEED)
            bare = Account(world.status["url"])
            account = Account(bare.url, stack_in(bare))
            with provider(Path(folder), account) as served:
                known = moves(served)
                if unknown := set(options.moves) - known.keys():
                    parser.error(f"no such move: {', '.join(unknown)}; there are: {'; '.join(known)}")
                print(
                    f"{'move, image':{WIDTH}} {'asked':>6} {'failed':>7} {'long failed':>11} {'in logs':>7} {'apply':>9}",
                    flush=True,
                )
                for number, name in enumerate(options.moves or known):
                    before, after = known[name]
                    one = tenant(served, Path(folder), f"t{number}")
                    one.gate = None if options.unstaged else gate(served)
                    assert one.apply(before), one.log[-1] + project.run("sandbox", "status").err
                    if not options.good:
                        print(moved(world, one, name, after, options.image), flush=True)
                    print(moved(world, one, name, after), flush=True)
        finally:
            project.run("sandbox", "stop")
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
