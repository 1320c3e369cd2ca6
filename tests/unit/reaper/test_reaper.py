"""The night on stacks without Terraform: who goes, in which order, what a failure stops and what not, and the proof."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cloud import Cloud
from cloud_fleet import FAILED, Onlooker
from project_on_disk import APP, REGION, Disk

from wrapper.aws.identity import Identity
from wrapper.aws.remaining_resources import NamedResource
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.errors import BusyError, NotFoundError, RefusedError
from wrapper.model.nouns import Run, Step
from wrapper.model.report import LayerResult
from wrapper.model.stack import Layer, Stack
from wrapper.project.project import Project
from wrapper.project.stack_filter import StackFilter
from wrapper.reaper import holds, reaper
from wrapper.reaper.reaper import Reaper
from wrapper.reaper.rules import Hold, ReapCandidate
from wrapper.run.signals import SignalHandler
from wrapper.state import layer_state
from wrapper.state.history import HistoryEntry
from wrapper.state.store import LocalStore

OTHER = f"config/{REGION}/app-beta"
HOUR = 3600.0
AWS = Identity()


class Nights:
    """A project with two ephemeral stacks that are made, and nights over it. ``left``: what AWS still lists."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        for name in ("backend.tfvars", "variables.tfvars", "stack.hcl", "tenant.tfvars.j2", "tenants/acme.tfvars"):
            disk.write(f"{OTHER}/{name}", (disk.root / APP / name).read_bytes())
        self.clouds = {name: Cloud(disk, name) for name in ("app-beta", "app-test")}
        self.left: list[list[str]] = []
        self.asked: list[tuple[str, set[NamedResource]]] = []
        self.said: list[str] = []
        self.signals = SignalHandler(self.said.append)
        self.store = LocalStore(disk.root / ".orchestrate/states")
        for cloud in self.clouds.values():
            for tenant in ("", "acme", "globex"):
                self.make(cloud, tenant)

    def make(self, cloud: Cloud, tenant: str = "", at: float = 0.0) -> Layer:
        layer = Layer(cloud.deployer().stack, tenant)
        cloud.write(layer)
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at or time.time() - 24 * HOUR))
        layer_state.change_record(
            self.store, layer, lambda _: replace(layer_state.load_record(self.store, layer), at=moment)
        )
        return layer

    def find(self, *globs: str, region: str = "") -> dict[str, ReapCandidate]:
        project = Project(self.disk.root, self.disk.root / ".orchestrate")
        found = reaper.find(StackFilter(region, globs).stacks(project), lambda _: (AWS, self.store))
        return {f.name: f for f in found}

    def reap(self, *globs: str, older_than: float = 0.0, wait: float = 0.0) -> dict[str, LayerResult]:
        """The answers by region-less label, in the order in which they were given."""
        self.asked.clear()

        @contextlib.contextmanager
        def opened(stack: Stack) -> Iterator[Reaper]:
            cloud = self.clouds[stack.name]
            cloud.engine.steps.clear()
            self.signals.check()
            deployer = cloud.deployer(identity=AWS, signals=self.signals)
            yield Reaper(Fleet(deployer, Onlooker(), FleetPolicy(jobs=1)), wait, self.prove, settles=0.0)

        candidates = self.find(*globs).values()
        results = reaper.reap_all(candidates, lambda f: f.spared(time.time(), older_than), opened, self.said.append)
        return {a.label.removeprefix(f"{REGION}/"): a for a in results}

    def prove(self, stack: Stack, identity: Identity, named: set[NamedResource], tenant: str) -> list[str] | None:
        assert identity is AWS and not tenant
        self.asked.append((stack.name, named))
        return self.left.pop(0) if self.left else []

    def states(self) -> list[str]:
        return sorted(k.removeprefix(f"{REGION}/") for k in self.store.listing("") if k.endswith(".tfstate"))

    def destroyed(self, name: str) -> list[str]:
        return [label.removeprefix(f"{REGION}/") for label, verb in self.clouds[name].engine.done if verb == "apply"]


@pytest.fixture
def nights(example: Disk) -> Nights:
    return Nights(example)


def ended(results: dict[str, LayerResult]) -> dict[str, tuple[str, int]]:
    return {label: (a.result, a.exit_code) for label, a in results.items()}


# -- who is found -----------------------------------------------------------------------------------


def test_every_ephemeral_stack_is_found_as_it_stands(nights: Nights) -> None:
    found = nights.find()
    assert list(found) == ["app-beta", "app-test"]
    test = found["app-test"]
    assert (test.deployed, test.tenants, test.busy, test.hold) == (("", "acme", "globex"), ("acme", "globex"), (), None)
    assert test.last is not None and abs(time.time() - 24 * HOUR - test.last) < 60


@pytest.mark.parametrize(
    ("globs", "names"), [(("app-b*",), ["app-beta"]), (("*",), ["app-beta", "app-test"]), (("app-live",), [])]
)
def test_globs_and_regions_narrow_it(nights: Nights, globs: tuple[str, ...], names: list[str]) -> None:
    assert list(nights.find(*globs)) == names
    assert list(nights.find(*globs, region=REGION)) == names
    with pytest.raises(NotFoundError, match="no stack matches 'tset'"):
        nights.find("tset")
    with pytest.raises(NotFoundError, match="no region 'eu-west-2'"):
        nights.find(region="eu-west-2")


def test_the_age_is_that_of_the_youngest_layer(nights: Nights) -> None:
    now = time.time()
    nights.make(nights.clouds["app-test"], "acme", at=now - HOUR)
    assert abs((nights.find()["app-test"].last or 0) - (now - HOUR)) < 2
    # Without a record: the age of the state's object; an empty state has none.
    layer = Layer(nights.clouds["app-test"].deployer().stack, "globex")
    nights.store.delete(layer_state.record_key(layer))
    file = nights.disk.root / ".orchestrate/states" / reaper.state_key(layer)
    os.utime(file, (now - 60, now - 60))
    assert abs((nights.find()["app-test"].last or 0) - (now - 60)) < 2
    nights.clouds["app-test"].write(layer, gone=True)
    assert abs((nights.find()["app-test"].last or 0) - (now - HOUR)) < 2


def test_one_that_cannot_be_looked_at_is_a_finding_with_its_error(nights: Nights) -> None:
    nights.disk.write(f"{APP}/stack.hcl", "ephemeral = 1\n")
    nights.store.write(f"{REGION}/app-beta/keep.json", b"{")
    found = nights.find()
    assert "ephemeral must be a bool" in str(found["app-test"].error)
    assert "until when" in str(found["app-beta"].error)
    assert ended(nights.reap()) == {"app-beta": ("failed", 65), "app-test": ("failed", 65)}
    assert len(nights.states()) == 6


# -- the night --------------------------------------------------------------------------------------


def test_tenants_go_first_then_the_stack_and_then_it_is_proved(nights: Nights) -> None:
    results = nights.reap()
    everybody = [f"{s}{t}" for s in ("app-beta", "app-test") for t in ("/acme", "/globex", "")]
    assert ended(results) == {label: ("succeeded", 0) for label in everybody}
    assert nights.destroyed("app-test") == ["app-test/acme", "app-test/globex", "app-test"]
    assert results["app-test"].reason == "nothing tagged Stack=app-test is left"
    assert [name for name, _ in nights.asked] == ["app-beta", "app-test"]
    assert nights.states() == []


def test_one_that_fails_stops_no_other_and_keeps_its_stack(nights: Nights) -> None:
    nights.clouds["app-beta"].fails[f"{REGION}/app-beta/acme", "apply"] = FAILED
    results = nights.reap()
    assert ended(results) == {
        "app-beta/acme": ("failed", 1),
        "app-beta/globex": ("succeeded", 0),
        "app-beta": ("stopped", 1),
        **{f"app-test{t}": ("succeeded", 0) for t in ("/acme", "/globex", "")},
    }
    assert nights.states() == ["app-beta/tenants/acme/terraform.tfstate", "app-beta/terraform.tfstate"]
    # The next night finishes it.
    nights.clouds["app-beta"].fails.clear()
    assert ended(nights.reap("app-beta")) == {"app-beta/acme": ("succeeded", 0), "app-beta": ("succeeded", 0)}
    assert nights.states() == []


def test_what_is_protected_or_kept_or_young_stays(nights: Nights) -> None:
    nights.disk.append(f"{APP}/stack.hcl", "protected = true\n")
    nights.make(nights.clouds["app-beta"], "acme", at=time.time() - HOUR)
    results = nights.reap(older_than=2 * HOUR)
    assert ended(results) == {"app-beta": ("excluded", 0), "app-test": ("excluded", 0)}
    assert results["app-test"].reason == "protected"
    assert results["app-beta"].reason.startswith("last applied 1 h ago")
    keep(nights, "app-beta", time.time() + HOUR)
    assert nights.reap("app-beta")["app-beta"].reason == "kept until 2026-12-01 UTC (a demo)"
    assert len(nights.states()) == 6
    assert f"{REGION}/app-beta: stays: kept until 2026-12-01 UTC (a demo)" in nights.said


def test_when_its_time_is_over_it_goes_and_the_keep_with_it(nights: Nights) -> None:
    keep(nights, "app-beta", time.time() - 1)
    assert nights.reap("app-beta")["app-beta"].result == "succeeded"
    assert not [k for k in nights.store.listing(f"{REGION}/app-beta/")]


def test_one_that_is_kept_after_the_night_began_stays(nights: Nights) -> None:
    def keep_it(run: Run, step: Step) -> Any:
        keep(nights, "app-test", time.time() + HOUR)
        return nights.clouds["app-beta"].behave(run, step)

    nights.clouds["app-beta"].engine.behaviour = keep_it
    assert ended(nights.reap())["app-test"] == ("excluded", 0)
    assert len(nights.states()) == 3


def test_a_protected_stack_is_refused_even_when_the_night_asks(nights: Nights) -> None:
    """Whoever comes past the rules meets the room that every destroy goes through."""
    nights.disk.append(f"{APP}/stack.hcl", "protected = true\n")
    deployer = nights.clouds["app-test"].deployer(identity=AWS)
    results = Reaper(Fleet(deployer, Onlooker()), 0.0, nights.prove).reap()
    assert [(a.result, a.exit_code) for a in results] == [("failed", RefusedError.exit_code)]
    assert len(nights.states()) == 6


def keep(nights: Nights, name: str, until: float) -> None:
    hold = Hold(until, "2026-12-01", "UTC", "a demo", "me", "2026-11-01T00:00:00Z")
    holds.write(nights.store, nights.clouds[name].deployer().stack, hold)


# -- the proof --------------------------------------------------------------------------------------


def test_what_is_left_is_a_failure_that_names_it(nights: Nights) -> None:
    nights.left = [["arn:one", "aws_iam_role two"]]
    results = nights.reap()
    assert ended(results)["app-beta"] == ("failed", 1)
    assert (
        results["app-beta"].error
        and "2 of its resources still exist: arn:one, aws_iam_role two" in results["app-beta"].error.message
    )
    assert ended(results)["app-test"] == ("succeeded", 0)
    # Its states are gone; the listing is made again all the same.
    nights.left = [["arn:one"]]
    assert ended(nights.reap("app-beta")) == {"app-beta": ("failed", 1)}
    assert ended(nights.reap("app-beta")) == {"app-beta": ("unchanged", 0)}


def test_a_listing_that_fails_proves_nothing(nights: Nights) -> None:
    def refused(*_: Any) -> list[str]:
        raise RefusedError("no right to look")

    nights.prove = refused  # type: ignore[method-assign]
    assert ended(nights.reap("app-beta"))["app-beta"] == ("failed", 77)


def test_a_stack_without_aws_is_not_asked_for(nights: Nights) -> None:
    nights.prove = reaper.prove  # type: ignore[method-assign]
    assert "AWS was not asked" in nights.reap("app-beta")["app-beta"].reason


def test_names_that_no_tag_finds_are_taken_out_of_the_states_before_they_go(nights: Nights) -> None:
    cloud = nights.clouds["app-beta"]
    role = {"type": "aws_iam_role", "mode": "managed", "instances": [{"attributes": {"name": "beta-acme"}}]}
    layer = Layer(cloud.deployer().stack, "acme")
    cloud.put(layer, json.dumps({"version": 4, "resources": [role]}))
    nights.reap("app-beta")
    assert nights.asked == [("app-beta", {NamedResource("aws_iam_role", (("name", "beta-acme"),))})]


# -- interrupted, and busy --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cut",
    [
        "an empty state that stayed",
        "only empty states that stayed",
        "a stack without tenants",
        "tenants whose stack is gone",
        "half a destroy",
    ],
)
def test_a_night_that_was_cut_off_is_finished_by_the_next(nights: Nights, cut: str) -> None:
    cloud = nights.clouds["app-beta"]
    layers = {t: Layer(cloud.deployer().stack, t) for t in ("", "acme", "globex")}
    if cut == "an empty state that stayed":
        cloud.write(layers["acme"], gone=True)
    elif cut == "only empty states that stayed":
        for layer in layers.values():
            cloud.write(layer, gone=True)
    elif cut == "a stack without tenants":
        for tenant in ("acme", "globex"):
            cloud.write(layers[tenant], gone=True)
            layer_state.forget(nights.store, layers[tenant], HistoryEntry())
    elif cut == "tenants whose stack is gone":
        for layer in layers.values():
            cloud.write(layer, gone=True)
        layer_state.forget(nights.store, layers[""], HistoryEntry())
    else:
        nights.store.delete(layer_state.record_key(layers["acme"]))
    results = nights.reap("app-beta")
    assert {a.exit_code for a in results.values()} == {0}, ended(results)
    assert not [k for k in nights.states() if k.startswith("app-beta")]


def lock(nights: Nights, tenant: str) -> str:
    """As Terraform's local backend leaves one, without a state beside it."""
    key = f"{REGION}/app-beta/tenants/{tenant}/.terraform.tfstate.lock.info"
    who = {"ID": "1", "Who": "someone@host", "Operation": "apply", "Created": "today"}
    nights.store.write(key, json.dumps(who).encode())
    return key


def test_who_is_being_made_is_waited_for_and_then_named(nights: Nights) -> None:
    lock(nights, "acme")
    nights.store.delete(f"{REGION}/app-beta/tenants/acme/terraform.tfstate")
    results = nights.reap("app-beta", wait=0.1)
    assert ended(results) == {
        "app-beta/globex": ("succeeded", 0),
        "app-beta/acme": ("failed", BusyError.exit_code),
        "app-beta": ("stopped", BusyError.exit_code),
    }
    error = results["app-beta/acme"].error
    assert error and "is being made by someone@host (apply, since today)" in error.message
    assert "app-beta/terraform.tfstate" in nights.states()


def test_a_tenant_that_is_made_meanwhile_goes_too(nights: Nights) -> None:
    cloud = nights.clouds["app-beta"]
    came: list[str] = []

    def come(run: Run, step: Step) -> Any:
        if run.layer.tenant == "globex" and not came:
            came.append("initech")
            nights.make(cloud, "initech")
        return cloud.behave(run, step)

    cloud.engine.behaviour = come
    results = nights.reap("app-beta")
    assert {a.exit_code for a in results.values()} == {0}
    assert nights.destroyed("app-beta") == [f"app-beta{t}" for t in ("/acme", "/globex", "/initech", "")]


def test_a_tenant_that_comes_back_again_and_again_keeps_its_stack(nights: Nights) -> None:
    cloud = nights.clouds["app-beta"]

    def again(run: Run, step: Step) -> Any:
        if step.argv[1] == "apply":
            nights.make(cloud, "globex" if run.layer.tenant == "acme" else "acme")
        return cloud.behave(run, step)

    cloud.engine.behaviour = again
    results = nights.reap("app-beta")
    assert results["app-beta/acme"].exit_code == results["app-beta"].exit_code == BusyError.exit_code
    assert "app-beta/terraform.tfstate" in nights.states()
    assert len(nights.destroyed("app-beta")) <= 2 * reaper.ROUNDS


def test_locked_by_terraform_is_75_and_the_next_stack_follows(nights: Nights) -> None:
    locked = replace(
        FAILED, stderr="Error: Error acquiring the state lock\n\nLock Info:\n  ID: 1\n  Who: someone@host\n"
    )
    nights.clouds["app-beta"].fails[f"{REGION}/app-beta/acme", "plan"] = locked
    results = nights.reap(wait=600)
    assert ended(results)["app-beta/acme"] == ("failed", 75)
    assert ended(results)["app-test"] == ("succeeded", 0)
    plans = [argv for label, argv in nights.clouds["app-beta"].engine.steps if argv[1] == "plan"]
    assert all("-lock-timeout=600s" in argv for argv in plans)
    assert {run.lock_timeout for run in nights.clouds["app-beta"].engine.runs} == {600.0}


def test_a_stop_in_the_middle_starts_no_other_stack_and_names_all(nights: Nights) -> None:
    cloud = nights.clouds["app-beta"]

    def stop(run: Run, step: Step) -> Any:
        nights.signals.signum = signal.SIGTERM
        return cloud.behave(run, step)

    cloud.engine.behaviour = stop
    results = nights.reap()
    assert ended(results) == {
        label: ("stopped", 143) for label in ("app-beta/acme", "app-beta/globex", "app-beta", "app-test")
    }
    assert len(nights.states()) == 6
    nights.signals.signum, cloud.engine.behaviour = 0, cloud.behave
    assert {a.exit_code for a in nights.reap().values()} == {0}
    assert nights.states() == []


@pytest.mark.parametrize(("tags", "proved"), [({}, False), (None, False), ({"Stack": "app-test"}, True)])
def test_resources_without_the_tag_prove_nothing(nights: Nights, tags: dict[str, str] | None, proved: bool) -> None:
    queue = {
        "mode": "managed",
        "type": "aws_sqs_queue",
        "name": "jobs",
        "instances": [{"attributes": {"tags_all": tags}}],
    }
    key = f"{REGION}/app-test/tenants/acme/terraform.tfstate"
    state = json.loads(nights.store.read(key) or b"")
    nights.store.write(key, json.dumps({**state, "resources": [queue]}).encode())
    result = nights.reap("app-test")["app-test"]
    wanted = "nothing tagged Stack=app-test is left"
    if not proved:
        wanted = (
            "that nothing is left cannot be proved: 1 of its resources had no tag Stack=app-test (aws_sqs_queue.jobs)"
        )
    assert (result.result, result.reason) == ("succeeded", wanted)
