"""Tenants that end by themselves: which go, what spares one, and the proof."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cloud import Cloud
from cloud_fleet import FAILED, Onlooker
from project_on_disk import APP, REGION, Disk

from wrapper.aws.identity import Identity
from wrapper.aws.remaining_resources import NamedResource
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.errors import ConfigError, Stopped
from wrapper.model.report import LayerResult
from wrapper.model.stack import Layer, Stack
from wrapper.project.project import Project
from wrapper.project.stack_filter import StackFilter
from wrapper.reaper import expired
from wrapper.reaper.expired import EndingTenant
from wrapper.reaper.reaper import Reaper
from wrapper.run.signals import SignalHandler
from wrapper.state import layer_state, lifetime
from wrapper.state.lifetime import TenantEnd
from wrapper.state.store import LocalStore

AWS = Identity()
LOCK = f"{REGION}/app-test/tenants/acme/.terraform.tfstate.lock.info"


class Waiting(SignalHandler):
    """What happens while the reaper waits."""

    def __init__(self, meanwhile: Any = lambda: None) -> None:
        super().__init__(lambda _: None)
        self.meanwhile = meanwhile

    def pause(self, seconds: float) -> None:
        self.meanwhile()


class Bucket(LocalStore):
    """Its clock is two hours ahead of this machine's."""

    ahead = 7200.0

    def now(self) -> float:
        return time.time() + self.ahead


class Ends:
    """A stack with two tenants that are made. ``left``: what AWS still lists."""

    def __init__(self, disk: Disk) -> None:
        self.cloud = Cloud(disk, "app-test", REGION)
        self.store = Bucket(disk.root / ".orchestrate/states")
        self.left: list[list[str]] = []
        self.asked: list[tuple[str, str]] = []
        self.disk = disk
        for tenant in ("", "acme", "globex"):
            self.cloud.perform("apply", tenant)

    def layer(self, tenant: str = "acme") -> Layer:
        return Layer(self.cloud.deployer().stack, tenant)

    def ends(self, at: float, tenant: str = "acme") -> None:
        """In seconds from now, by the bucket's clock."""
        end = TenantEnd(self.store.now() + at, "ci")
        lifetime.change(self.store, self.layer(tenant), lambda now: replace(now, expires=end))

    def find(self) -> dict[str, EndingTenant]:
        project = Project(self.disk.root, self.disk.root / ".orchestrate")
        found = expired.find(StackFilter(REGION).stacks(project), lambda _: (AWS, self.store))
        return {f"{one.stack.name}/{one.name}": one for one in found}

    def reap(self, wait: float = 0.0, meanwhile: Any = lambda: None) -> dict[str, LayerResult]:
        found = [one for one in self.find().values() if one.stack.name == "app-test"]
        deployer = self.cloud.deployer(identity=AWS, signals=Waiting(meanwhile))
        deployer.store = self.store
        fleet = Fleet(deployer, Onlooker(), FleetPolicy(jobs=1))
        return {a.tenant: a for a in expired.reap(Reaper(fleet, wait, self.prove, settles=0.0), found)}

    def prove(self, stack: Stack, identity: Identity, named: set[NamedResource], tenant: str) -> list[str] | None:
        self.asked.append((stack.name, tenant))
        return self.left.pop(0) if self.left else []

    @property
    def states(self) -> list[str]:
        return sorted(k.removeprefix("app-test/") for k in self.cloud.keys if k.endswith("terraform.tfstate"))


@pytest.fixture
def ends(example: Disk) -> Ends:
    return Ends(example)


def test_by_the_buckets_clock_it_goes_with_a_proof_and_its_object(ends: Ends) -> None:
    ends.ends(-1)
    ends.ends(60, "globex")
    assert {name: one.overdue for name, one in ends.find().items()} == {"app-test/acme": True, "app-test/globex": False}
    found = ends.reap()
    assert (found["acme"].result, found["globex"].result) == ("succeeded", "excluded")
    assert found["acme"].reason == "nothing tagged Stack=app-test, Tenant=acme is left"
    assert found["globex"].reason.startswith("ends at ")
    assert ends.asked == [("app-test", "acme")]
    assert not [key for key in ends.cloud.keys if "tenants/acme" in key and "history" not in key]
    assert layer_state.load(ends.store, ends.layer("globex")) is not None


def test_what_is_left_is_a_failure(ends: Ends) -> None:
    ends.ends(-1)
    ends.left = [["arn:aws:ecs:x"]]
    found = ends.reap()["acme"]
    assert (found.result, found.exit_code) == ("failed", 1)
    assert found.error and "1 of its resources still exist: arn:aws:ecs:x" in found.error.message


def test_one_that_fails_keeps_its_end_and_stops_no_other(ends: Ends) -> None:
    ends.ends(-1)
    ends.ends(-1, "globex")
    ends.cloud.fails[ends.layer().label, "apply"] = FAILED
    found = ends.reap()
    assert (found["acme"].result, found["globex"].result) == ("failed", "succeeded")
    assert list(ends.find()) == ["app-test/acme"]


def test_a_stop_between_two_stacks_keeps_the_results_that_there_are(ends: Ends) -> None:
    first, second = (Stack(REGION, name, *ends.layer().stack[2:]) for name in ("one", "two"))
    tenants = [EndingTenant(stack, name, 0.0) for stack in (first, second) for name in ("acme", "globex")]
    opened: list[str] = []

    @contextmanager
    def opening(stack: Stack) -> Iterator[Reaper]:
        opened.append(stack.name)
        if len(opened) > 1:
            raise Stopped("stopped by SIGTERM")
        yield Reaper(Fleet(ends.cloud.deployer(identity=AWS), Onlooker(), FleetPolicy(jobs=1)), 0.0)

    found = [(a.stack, a.tenant, a.result) for a in expired.reap_all(tenants, opening)]
    assert opened == ["one", "two"]
    assert found == [
        *(("one", "acme", "excluded"), ("one", "globex", "excluded")),
        *(("two", "acme", "stopped"), ("two", "globex", "stopped")),
    ]


def test_a_protected_stack_stays(ends: Ends) -> None:
    ends.ends(-1)
    ends.disk.append(f"{APP}/stack.hcl", "protected = true\n")
    assert ends.find()["app-test/acme"].spared == "protected"
    assert ends.reap()["acme"].result == "excluded"


def test_a_tenant_without_a_state_loses_its_object_alone(ends: Ends) -> None:
    """Its first apply ended before Terraform made anything."""
    ends.ends(-1, "new")
    found = ends.reap()["new"]
    assert (found.result, found.reason) == ("unchanged", "it has no state; nothing was to be destroyed")
    assert (ends.find(), [key for key in ends.cloud.keys if "/new/" in key]) == ({}, [])


def test_one_whose_state_is_missing_is_refused_as_by_a_destroy(ends: Ends) -> None:
    ends.ends(-1)
    Path(ends.cloud.states, REGION, "app-test/tenants/acme/terraform.tfstate").unlink()
    found = ends.reap()["acme"]
    assert (found.result, found.exit_code) == ("failed", 65), found


def test_a_lock_of_another_is_waited_for_and_then_busy(ends: Ends) -> None:
    ends.ends(-1)
    ends.store.write(LOCK, b'{"ID": "1", "Who": "ci", "Operation": "apply", "Created": "now"}')
    assert ends.find()["app-test/acme"].locked
    found = ends.reap()["acme"]
    assert (found.exit_code, found.error and "is being made by ci" in found.error.message) == (75, True)
    assert ends.reap(60, lambda: ends.store.delete(LOCK))["acme"].result == "succeeded"


def test_an_apply_that_moves_the_end_meanwhile_keeps_it(ends: Ends) -> None:
    ends.ends(-1)
    ends.store.write(LOCK, b'{"ID": "1"}')

    def applied() -> None:
        ends.ends(3600)
        ends.store.delete(LOCK)

    found = ends.reap(60, applied)["acme"]
    assert (found.result, found.reason.startswith("ends at ")) == ("excluded", True)
    ends.ends(-1)
    ends.store.write(LOCK, b'{"ID": "1"}')

    def kept() -> None:
        lifetime.change(ends.store, ends.layer(), lambda now: replace(now, expires=None))
        ends.store.delete(LOCK)

    assert ends.reap(60, kept)["acme"].reason == "it has no end any more"


def test_a_damaged_object_is_the_error_of_its_tenant_alone(ends: Ends) -> None:
    ends.ends(-1, "globex")
    ends.store.write(layer_state.lifetime_key(ends.layer()), b"{")
    assert isinstance(ends.find()["app-test/acme"].error, ConfigError)
    found = ends.reap()
    assert (found["acme"].exit_code, found["globex"].result) == (65, "succeeded")


def test_one_of_a_newer_orchestrate_stays(ends: Ends) -> None:
    ends.store.write(layer_state.lifetime_key(ends.layer()), b'{"version": 2}')
    assert ends.reap()["acme"].exit_code == 65
    assert "tenants/acme/terraform.tfstate" in ends.states


def test_a_message_is_for_an_end_that_is_near_and_once(ends: Ends) -> None:
    ends.ends(3600)
    one = ends.find()["app-test/acme"]
    assert (one.is_near(7200), one.is_near(1800), one.overdue) == (True, False, False)
    expired.told(ends.store, one)
    assert not ends.find()["app-test/acme"].is_near(7200)
    ends.ends(1800)
    expired.told(ends.store, one)  # of the end that was
    assert ends.find()["app-test/acme"].is_near(7200)
