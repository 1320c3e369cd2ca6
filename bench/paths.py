"""One tenant with several services under load, by the product's own commands: python bench/paths.py [CASE ...]

The tenant acme of the example has an application, an interface below /api, and a worker. Twenty requests a second go to each of
the two paths, as bench/containers.py sends them, while one of the services gets another build, or a build that ends at once, and
while all of them move to Fargate. Needs what the tests need.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from containers import Load, loaded, row
from place import REGION, STACK, TENANT, Failed, Place

HOST = f"{TENANT}.test.example.com"
PATHS = {"service1": "/", "api": "/api/"}
SPEED = "10"
NO_GAP = "deployment = { min_healthy_percent = 100, wait_minutes = 2 }\n"  # the stack itself takes a gap for cheaper
FARGATE = """\
deployment = { min_healthy_percent = 100, wait_minutes = 2, placement = null }
size       = { cpu = 128, memory = 256, memory_reservation = 128 }
task       = { launch_type = "FARGATE", network_mode = "awsvpc", cpu = 512, memory = 1024, public_address = true }
"""


class Tenant:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.file = place.root / f"config/{REGION}/{STACK}/tenants/{TENANT}.tfvars"
        self.given = self.file.read_text()

    def is_to(self, settings: str) -> None:
        self.file.write_text(self.given + settings)

    def containers(self) -> list[str]:
        homes = [str(found.parent) for found in self.place.home.glob("*/sandbox/server.json")]
        argv = ["docker", "ps", "-q", "--filter", f"label=orchestrate.sandbox={homes[0]}"]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()

    def apply(self, *builds: str) -> None:
        words = [word for build in builds for word in ("-var", build)]
        self.place.verb("apply", STACK, REGION, "-var", f"tenant={TENANT}", *words, engine="host")

    def port(self) -> int:
        shown = json.loads(self.place.orchestrate("sandbox", "status", "--json").stdout)["containers"]
        return int(shown["ports"]["80"])

    def under_load(self, name: str, step: Callable[[], None]) -> None:
        port = self.port()
        with ExitStack() as stack:
            loads = {
                service: stack.enter_context(
                    loaded(Load(port, f"{path}{name.replace(' ', '-')}", HOST), self.containers, 200, long=False)
                )
                for service, path in PATHS.items()
            }
            began = time.monotonic()
            try:
                step()
                ended = "exit 0"
            except Failed as failed:
                ended = next((line for line in str(failed).splitlines() if line.startswith("error: ")), str(failed))
            seconds = time.monotonic() - began
            time.sleep(3)
        for service, (load, beside, logs) in loads.items():
            print(f"{row(f'{name}: {service}', load, beside, logs, seconds)}  {ended}", flush=True)

    def moves(self, build: str) -> None:
        self.is_to(FARGATE)
        self.apply(f"service1-build={build}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        one = Tenant(place)
        cases: dict[str, Callable[[], None]] = {
            "api gets build 2": lambda: one.apply("api-build=2"),
            "api gets broken": lambda: one.apply("api-build=broken"),
            "move with broken": lambda: one.moves("broken"),
            "move with sick": lambda: one.moves("sick"),
            "move with build 2": lambda: one.moves("2"),
        }
        parser.add_argument("cases", nargs="*", metavar="CASE", help="; ".join(cases))
        options = parser.parse_args()
        if unknown := set(options.cases) - cases.keys():
            parser.error(f"no such case: {', '.join(unknown)}")
        try:
            one.is_to(NO_GAP)
            place.orchestrate("sandbox", "start", "--containers", "--speed", SPEED)
            place.orchestrate("sandbox", "images")
            one.apply()
            print(
                f"{'case':34} {'asked':>6} {'failed':>7} {'long failed':>11} {'in logs':>7} {'command':>9}", flush=True
            )
            for name in options.cases or cases:
                one.under_load(name, cases[name])
        finally:
            place.stop_sandbox()
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
