"""A promotion under load: python bench/promotion.py [--requests 2000]

The product's own commands on the example, in a sandbox with containers: build 1 of the tenant acme runs in staging and in live,
build 2 comes to staging, and `promote` takes it to live while live gets twenty requests a second by HTTPS, as bench/containers.py
sends them. Then an apply of a build that ends at once must be rolled back, and must not be noticed. Needs what the tests need.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from containers import Load, loaded, row
from place import REGION, Failed, Place

FROM, TO, TENANT, HOST = "appcluster-staging", "appcluster-live", "acme", "acme.example.com"


class Promotion:
    def __init__(self, place: Place, requests: int) -> None:
        self.place, self.requests = place, requests

    def containers(self) -> list[str]:
        homes = [str(found.parent) for found in self.place.home.glob("*/sandbox/server.json")]
        argv = ["docker", "ps", "-q", "--filter", f"label=orchestrate.sandbox={homes[0]}"]
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()

    def apply(self, stack: str, build: str) -> None:
        words = (
            "-var",
            f"tenant={TENANT}",
            "-var",
            f"service1-build={build}",
            "--confirm",
            f"{REGION}/{stack}/{TENANT}",
        )
        self.place.verb("apply", stack, REGION, *words, "--unpromoted", "for the bench", engine="host")

    def promote(self) -> None:
        words = (FROM, TO, REGION, "-var", f"tenant={TENANT}", "--confirm", f"{REGION}/{TO}/{TENANT}")
        self.place.verb("promote", *words, engine="host")

    def load(self, path: str) -> Load:
        shown = json.loads(self.place.orchestrate("sandbox", "status", "--json").stdout)["containers"]
        return Load(int(shown["ports"]["443"]), path, HOST, shown["ca"])

    def under_load(self, name: str, step: object, requests: int) -> str:
        with loaded(self.load(f"/{requests}"), self.containers, requests, long=False) as (load, beside, logs):
            began = time.monotonic()
            try:
                step()  # type: ignore[operator]
                ended = "exit 0"
            except Failed as failed:
                ended = str(failed).splitlines()[0]
            seconds = time.monotonic() - began
        return f"{row(name, load, beside, logs, seconds)}  {ended}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        one = Promotion(place, options.requests)
        try:
            place.orchestrate("sandbox", "start", "--containers")
            place.orchestrate("sandbox", "images")
            for stack, build in ((FROM, "1"), (TO, "1"), (FROM, "2")):
                print(f"applying build {build} to {stack}", file=sys.stderr, flush=True)
                one.apply(stack, build)
            print(
                f"{'case':34} {'asked':>6} {'failed':>7} {'long failed':>11} {'in logs':>7} {'command':>9}", flush=True
            )
            print(one.under_load("promote staging -> live", one.promote, options.requests), flush=True)
            broken = lambda: one.apply(TO, "broken")  # noqa: E731
            print(one.under_load("apply of a broken build", broken, options.requests // 4), flush=True)
        finally:
            place.stop_sandbox()
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
