"""What a large fleet asks of the state bucket, counted where botocore sends it. A page of a listing has as many keys as there are
tenants, as it has with a thousand of them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pytest
from cloud import Cloud, tokens
from cloud_fleet import Onlooker
from project_on_disk import APP, REGION, Disk
from s3_in_memory import S3InMemory, tag_of

from wrapper.deploy.deployer import Deployer
from wrapper.fleet.change_detection import TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.stack import Layer
from wrapper.terraform.commands import APPLY

MANY = 200
PLACE = f"{REGION}/app-test"
BUILD = "service1-build"
NEW_FIELDS = ("files", "brought")
OUTPUTS = {n: {"value": v, "type": "string"} for n, v in {"cluster": "c-1", "secret": "s"}.items()}


@dataclass
class OnS3(Deployer):
    s3: Any = None

    @cached_property
    def store(self) -> Any:
        return self.s3.store()


class Large:
    """Tenants that all run 97, which a pipeline deployed while their files said 90; by now these say 97."""

    def __init__(self, disk: Disk) -> None:
        self.s3, self.disk = S3InMemory(page=MANY), disk
        disk.write(f"{APP}/variables.tfvars", f'size = 2\ndomain = "test.example.com"\n{BUILD} = "90"\n')
        for name in ("acme", "globex"):
            disk.remove(f"{APP}/tenants/{name}.tfvars")
        self.names = [f"t{n}" for n in range(MANY)]
        for name in self.names:
            disk.write(f"{APP}/tenants/{name}.tfvars", "")
        deployer = self.deployer()
        for name in ("", *self.names):
            self.put(
                name,
                "terraform.tfstate",
                {"version": 4, "serial": 1, "lineage": "l", "outputs": OUTPUTS, "resources": [{}]},
            )
        for names in ([""], self.names):
            self.record(deployer, names)
        disk.write(f"{APP}/variables.tfvars", f'size = 2\ndomain = "test.example.com"\n{BUILD} = "97"\n')

    def record(self, deployer: OnS3, names: list[str]) -> None:
        layers = [Layer(deployer.stack, name) for name in names]
        for one in deployer.resolver.prepare_all(APPLY, layers, tokens("-var", f"{BUILD}=97"), {}):
            assert not isinstance(one, Exception), one
            done = replace(one.record, at="2026-01-02T03:04:05Z", by="me", state={"tag": self.tag(one.layer.tenant)})
            self.put(one.layer.tenant, "orchestrate.json", done.as_data())

    def key(self, name: str, file: str) -> str:
        return f"{PLACE}/tenants/{name}/{file}" if name else f"{PLACE}/{file}"

    def put(self, name: str, file: str, data: Any) -> None:
        self.s3.objects[self.key(name, file)] = json.dumps(data, indent=2, sort_keys=True).encode()

    def tag(self, name: str) -> str:
        return tag_of(self.s3.objects[self.key(name, "terraform.tfstate")])

    def recorded(self, name: str) -> Any:
        return json.loads(self.s3.objects[self.key(name, "orchestrate.json")])

    def deployer(self) -> OnS3:
        one = Cloud(self.disk).deployer()
        fields = {
            n: getattr(one, n) for n in ("project", "stack", "identity", "engine", "context", "console", "signals")
        }
        return OnS3(**fields, s3=self.s3)

    def as_an_older_tool_left_it(self) -> None:
        """Its records know nothing of the files; it remembers each as it stands, under its own key."""
        kept = {}
        for name in self.names:
            data = {k: v for k, v in self.recorded(name).items() if k not in NEW_FIELDS}
            self.put(name, "orchestrate.json", data)
            kept[name] = {"tag": tag_of(self.s3.objects[self.key(name, "orchestrate.json")]), "record": data}
        self.s3.objects[f"{PLACE}/register.json"] = json.dumps({"version": 1, "tenants": kept}).encode()

    def sweep(self) -> Counter[str]:
        """The requests that a fleet makes which finds nothing to do."""
        self.s3.asked()
        one = Fleet(self.deployer(), Onlooker(), FleetPolicy(jobs=1))
        results = one.perform(APPLY, [], TenantFilter())
        assert ({r.result for r in results}, len(results)) == ({"unchanged"}, MANY + 1)
        return self.s3.asked()


@pytest.fixture
def large(example: Disk) -> Large:
    return Large(example)


def test_many_that_catch_up_and_many_that_need_not(large: Large) -> None:
    """The first sweep after an upgrade writes what the files say; it takes the records from what the older tool remembers."""
    large.as_an_older_tool_left_it()
    before = large.recorded("t7")
    first = large.sweep()
    assert first["PUT"] >= MANY and first.total() <= MANY + 10, first
    assert large.recorded("t7") == {**before, "files": {BUILD: {"said": "97", "where": f"{APP}/variables.tfvars:3"}}}
    assert large.sweep() == {"LIST": 3, "GET": 2}
