"""Fleets on a cloud of ours, for tests: who looks on remembers, and one call is one command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloud import Cloud, tokens
from fakes import Listener
from project_on_disk import REGION, Disk

from wrapper.fleet.change_detection import TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.nouns import Outcome
from wrapper.model.report import LayerResult
from wrapper.model.stack import Layer
from wrapper.terraform.commands import VERBS

STACK = f"{REGION}/app-test"
FAILED = Outcome(1, ok=False, tail="Error: no")


class Onlooker:
    """A Watcher that remembers."""

    def __init__(self) -> None:
        self.began_with: list[tuple[list[str], int]] = []
        self.results: list[LayerResult] = []
        self.said: list[str] = []
        self.talks: dict[str, Hearer] = {}

    def began(self, names: Sequence[str], jobs: int) -> None:
        self.began_with.append((list(names), jobs))

    def console(self, layer: Layer) -> Hearer:
        return self.talks.setdefault(layer.label, Hearer())

    def log(self, layer: Layer) -> str:
        return f"/logs/{layer.tenant}.log"

    def ended(self, layer_result: LayerResult) -> None:
        self.results.append(layer_result)

    def info(self, text: str) -> None:
        self.said.append(text)


class Hearer(Listener):
    closed = 0

    def close(self) -> None:
        self.closed += 1


class Many:
    """A cloud, and fleets on it."""

    def __init__(self, disk: Disk, stack: str = "app-test", region: str = "") -> None:
        self.cloud = Cloud(disk, stack, region)
        self.progress = Onlooker()
        self.noted: list[LayerResult] = []

    def run(
        self,
        verb: str,
        *arguments: str,
        tenant_filter: TenantFilter = TenantFilter(),
        policy: FleetPolicy = FleetPolicy(jobs=1),
        **changes: Any,
    ) -> list[tuple[str, str, int]]:
        """(name, result, exit code) in order of ending; everything before it is forgotten."""
        self.progress, self.noted = Onlooker(), []
        self.cloud.engine.steps.clear()
        many = Fleet(self.cloud.deployer(**changes), self.progress, policy, self.noted.append)
        self.results = {a.tenant: a for a in many.perform(VERBS[verb], tokens(*arguments), tenant_filter)}
        assert self.noted == self.progress.results
        assert sorted(a.tenant for a in self.noted) == sorted(self.results.keys() - tenant_filter.done.keys())
        return [(a.tenant or "-", a.result, a.exit_code) for a in self.progress.results]

    @property
    def applied(self) -> list[str]:
        return [label.removeprefix(STACK) or "-" for label, verb in self.cloud.engine.done if verb == "apply"]

    def fail(self, name: str, verb: str = "apply", outcome: Outcome = FAILED) -> None:
        self.cloud.fails[f"{STACK}/{name}".rstrip("/"), verb] = outcome
