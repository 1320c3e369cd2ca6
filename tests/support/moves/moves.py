"""Moves of one tenant, as the tool makes them: with what they start from, what they go to, and what a watched AWS saw.

``PYTHONPATH=tests/support:. python tests/support/moves/moves.py [NAME ...]`` makes every move (or those named) in all its
half-way states, three side by side, and prints a table: a move, and what went wrong at each step.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
from served_provider import installed, served
from terraform_in import REGION, ROOT, Terraform, actions

from wrapper.aws.ecs_service_status import ExpectedService, services_in_state
from wrapper.terraform import plan_stream, tainted

HERE = Path(__file__).parent
Values = dict[str, Any]
WATCHED = "from wrapper.sandbox import server; server.prepare(); import watched_aws; watched_aws.main()"
FARGATE = {"launch_type": "FARGATE", "network_mode": "awsvpc", "cpu": 256, "memory": 512}
AWSVPC = {"network_mode": "awsvpc"}
OTHER = {"capacity_providers": {"other": {"weight": 1}}}


@dataclass(frozen=True)
class Account:
    """The watched AWS, and what the stack layer gives out there."""

    url: str
    stack: Values = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return boto3.Session("test", "test", region_name=REGION).client(service, endpoint_url=self.url)

    @property
    def env(self) -> dict[str, str]:
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
        return keys | {"AWS_ENDPOINT_URL": self.url, "AWS_EC2_METADATA_DISABLED": "true"} | self.more

    def seen(self, **settings: Any) -> Values:
        with urllib.request.urlopen(self.url + "/_orchestrate/seen", json.dumps(settings).encode()) as answer:
            found: Values = json.load(answer)
            return found

    def shared(self, number: int = 1) -> Values:
        return {"load_balancer": {"mode": "shared", "shared": self.stack["balancers"][number]}}


@contextlib.contextmanager
def account(home: Path) -> Iterator[Account]:
    argv = [sys.executable, "-c", WATCHED, "--home", str(home), "--project", "moves"]
    seed = json.dumps({"zones": ["example.com"]})
    with (home / "log").open("w") as log:
        env = os.environ | {"PYTHONPATH": f"{ROOT}:{HERE}"}
        server = subprocess.Popen([*argv, "--seed", seed], env=env, stdout=log, stderr=log)
    try:
        while not (home / "server.json").exists():
            assert server.poll() is None, (home / "log").read_text()
            time.sleep(0.1)
        bare = Account(json.loads((home / "server.json").read_text())["url"])
        yield Account(bare.url, stack_in(bare))
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextlib.contextmanager
def provider(home: Path, aws: Account) -> Iterator[Account]:
    """The same account, and one process of the provider for every Terraform. Else each starts it three times."""
    folder = home / "provider"
    folder.mkdir()
    with served(installed(folder), aws.env) as environment:
        yield replace(aws, more=environment)


def stack_in(bare: Account) -> Values:
    """A cluster, a namespace and two shared load balancers, made without Terraform: nothing of them is looked at here."""
    ec2, ecs = bare.client("ec2"), bare.client("ecs")
    [vpc] = [each["VpcId"] for each in ec2.describe_vpcs()["Vpcs"]]
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]]
    group = ec2.create_security_group(GroupName="balancers", Description="balancers", VpcId=vpc)["GroupId"]
    for name in ("nodes", "other"):
        provider = {"autoScalingGroupArn": f"arn:aws:autoscaling:{REGION}:123456789012:autoScalingGroup:1:x/{name}"}
        ecs.create_capacity_provider(name=name, autoScalingGroupProvider=provider)
    providers = ["nodes", "other", "FARGATE", "FARGATE_SPOT"]
    cluster = ecs.create_cluster(clusterName="moves", capacityProviders=providers)["cluster"]["clusterArn"]
    place = {"name": "moves", "arn": cluster, "capacity_provider": "nodes", "vpc_id": vpc, "node_subnet_ids": subnets}
    ways_in = {"load_balancer_subnet_ids": subnets, "load_balancer_security_group_id": group}
    balancers = {number: balancer(bare, number, subnets, group) for number in (1, 2)}
    return {"cluster": place | ways_in, "balancers": balancers, "namespace": namespace(bare, vpc)}


def namespace(bare: Account, vpc: str) -> Values:
    """As the stack layer gives it out."""
    cloud_map, ec2 = bare.client("servicediscovery"), bare.client("ec2")
    cloud_map.create_private_dns_namespace(Name="moves.internal", Vpc=vpc)
    [made] = cloud_map.list_namespaces()["Namespaces"]
    groups = {
        f"{name}_security_group_id": ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("callers", "nodes")
    }
    return {"id": made["Id"], "name": made["Name"], **groups}


def balancer(bare: Account, number: int, subnets: list[str], group: str) -> Values:
    elb = bare.client("elbv2")
    [made] = elb.create_load_balancer(Name=f"shared-{number}", Subnets=subnets, SecurityGroups=[group])["LoadBalancers"]
    empty = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}]
    arn = made["LoadBalancerArn"]
    [listener] = elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=empty)["Listeners"]
    names = {"dns_name": made["DNSName"], "zone_id": made["CanonicalHostedZoneId"], "name": str(number)}
    return names | {
        "listener_arn": listener["ListenerArn"],
        "security_group_id": group,
        "arn_suffix": arn.split("loadbalancer/")[1],
    }


@dataclass
class Tenant:
    """One tenant's root, applied as the tool applies it. ``gate``: opens when services run; where there is one, the service that
    another makes way for is applied first, and nothing turns before it opens."""

    terraform: Terraform
    account: Account
    log: list[str] = field(default_factory=list)
    gate: Callable[[list[ExpectedService]], bool] | None = None

    @property
    def name(self) -> str:
        return self.terraform.folder.parents[2].name

    def wrong(self) -> list[str]:
        """What the watched AWS saw of it since the last look."""
        return list(dict.fromkeys(self.account.seen(name=self.name)["wrong"]))

    def apply(self, values: Values, *argv: str, finish: bool = True) -> bool:
        """Whether it ended well. A move to another target group on a shared load balancer has further priorities, and an apply
        after it."""
        self._untaint()
        moved = leaves_shared(values, self._plan(values, *argv))
        moving = self.further if moved else None
        if moved:
            self._plan(values, *argv, "-refresh=false", moving=moving)  # the first one has just looked
        if self.gate and not self._first_stage(self.gate, values, *argv, moving=moving):
            return False
        return self.apply_planned() and (not (moved and finish) or self.apply(values, *argv))

    def apply_planned(self) -> bool:
        ended = self.terraform.ended("apply", "-input=false", "-no-color", "plan", codes=(0, 1))
        self.log.append(ended.stdout + ended.stderr)
        return ended.returncode == 0

    def _first_stage(
        self, gate: Callable[[list[ExpectedService]], bool], values: Values, *argv: str, moving: Values | None
    ) -> bool:
        """The services that stay where another one goes, until ECS runs them; the plan that is left is the rest."""
        planned = json.loads(self.terraform.run("show", "-json", "plan")).get("resource_changes", [])
        staying = staying_services(planned)
        if not staying:
            return True
        targets = [f"-target={address}" for address in staying]
        if self._plan(values, *argv, *targets, moving=moving) and not self.apply_planned():
            return False
        if not gate(self._expected(staying)):
            return False
        self._plan(values, *argv, moving=moving)
        return True

    def _expected(self, addresses: Collection[str]) -> list[ExpectedService]:
        state = json.loads(self._state.read_text())
        found = [(r, i) for r in state["resources"] if r["type"] == "aws_ecs_service" for i in r["instances"]]
        names = {
            one["attributes"]["name"]
            for resource, one in found
            if f'{resource["module"]}.aws_ecs_service.{resource["name"]}["{one["index_key"]}"]' in addresses
        }
        return [one for one in services_in_state(state) if one.service in names]

    def changes(self, values: Values) -> bool:
        return self._plan(values) != ""

    @property
    def number(self) -> int:
        """One for each tenant of a load balancer, as the tool's slots are."""
        return int(self.name.removeprefix("t"))

    @property
    def further(self) -> Values:
        return {"turned": 2101 + self.number, "aside": {"instance": 3101 + self.number, "ip": 4101 + self.number}}

    def _complete(self, values: Values, moving: Values | None) -> Values:
        values = json.loads(json.dumps(values).replace("TENANT", self.name))
        way_in = dict(values.get("load_balancer", {}))
        if "shared" in way_in:
            way_in["shared"] = way_in["shared"] | {"priority": 101 + self.number, "moving": moving}
        given = {"tenant": self.name, **{name: self.account.stack[name] for name in ("cluster", "namespace")}}
        return values | given | {"load_balancer": way_in}

    def _plan(self, values: Values, *argv: str, moving: Values | None = None) -> str:
        """The plan in Terraform's words; "" where nothing would change."""
        (self.terraform.folder / "values.auto.tfvars.json").write_text(json.dumps(self._complete(values, moving)))
        options = ("-out=plan", "-detailed-exitcode", "-input=false", "-no-color")
        ended = self.terraform.ended("plan", *options, *argv, codes=(0, 2))
        return ended.stdout if ended.returncode else ""

    def upgraded(self) -> dict[str, list[str]]:
        """What a plan would change if version 0.1 had made what stands."""
        with self._as_of_version_0_1():
            return self.terraform.changes()

    def moved_by_hand(self) -> set[str]:
        """The resources of that state after the lines that docs/upgrading.md says to type."""
        with self._as_of_version_0_1():
            self._type(lines_to_type())
            return self.resources()

    @contextlib.contextmanager
    def _as_of_version_0_1(self) -> Iterator[None]:
        text = self._state.read_text()
        self._state.write_text(json.dumps(of_version_0_1(json.loads(text))))
        try:
            yield
        finally:
            self._state.write_text(text)

    def resources(self) -> set[str]:
        """The addresses in the state, without the keys of instances."""
        there = json.loads(self._state.read_text())["resources"]
        return {f"{one['module']}.{one['type']}.{one['name']}" for one in there if one["mode"] == "managed"}

    @property
    def _state(self) -> Path:
        return self.terraform.folder / "terraform.tfstate"

    def _type(self, lines: str) -> None:
        folder, env = self.terraform.folder, os.environ | self.terraform.env
        done = subprocess.run(["bash", "-ec", lines], cwd=folder, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr

    def would(self, values: Values) -> dict[str, str]:
        """What a plan does: address in the tenant root => actions."""
        self._plan(values)
        planned = json.loads(self.terraform.run("show", "-json", "plan"))["resource_changes"]
        return {a.removeprefix("module.tenant.module."): "/".join(does) for a, does in actions(planned).items()}

    def _untaint(self) -> None:
        for one in tainted.resources(json.loads(self._state.read_text())) if self._state.exists() else ():
            self.terraform.run("untaint", one.address)


def leaves_shared(values: Values, plan: str) -> bool:
    """Whether it is a move to another target group on a shared load balancer."""
    return values.get("load_balancer", {}).get("mode") == "shared" and plan_stream.leaves_target_group(plan)


def staying_services(planned: list[Values]) -> list[str]:
    """The ECS services that a plan keeps, makes or changes where another instance of theirs goes."""
    mine = [one for one in planned if one["type"] == "aws_ecs_service" and one["mode"] == "managed"]
    gone = {_resource(one["address"]) for one in mine if one["change"]["actions"] == ["delete"]}
    return [
        one["address"] for one in mine if _resource(one["address"]) in gone and one["change"]["actions"] != ["delete"]
    ]


def _resource(address: str) -> str:
    """Without the key of its instance."""
    return address.rpartition("[")[0]


def lines_to_type() -> str:
    """As on the page, for a root of which this one is a part."""
    page = (ROOT / "docs/upgrading.md").read_text().split("# Modules from git or a registry\n")[1].split("\n#")[0]
    lines = "\n".join(re.findall(r"^    (.+)$", page, re.MULTILINE))
    typed = "./orchestrate state STACK REGION -var tenant=T"
    assert lines.count(typed) == 3
    for module in ("service", "load_balancer"):
        lines = lines.replace(f"module.{module}", f"module.tenant.module.{module}")
    lines = lines.replace(r"module\.service", r"module\.tenant\.module\.service")
    return lines.replace(typed, "terraform state")


def of_version_0_1(state: Values) -> Values:
    """The same state under its old addresses: one service, and lists of one."""
    notes = [("terraform_data", name) for name in ("first", "named", "resolvers", "serving")]
    added = (*notes, ("aws_appautoscaling_target", "bounds"))
    kept = [one for one in state["resources"] if one["mode"] == "managed" and (one["type"], one["name"]) not in added]
    for one in kept:
        one["module"] = "module.tenant.module.service"
        for instance in (each for each in one["instances"] if each.get("index_key") == "first"):
            instance["index_key"] = 0
            if one["type"] == "aws_ecs_service":
                del instance["index_key"]
    return state | {"resources": kept}


def tenant(account: Account, home: Path, name: str) -> Tenant:
    folder = home / name
    for top in ("modules", "src"):
        shutil.copytree(ROOT / top, folder / top, ignore=shutil.ignore_patterns(".terraform*"))
    without_tags(folder / "src/appcluster/tenant/versions.tf")
    root = folder / "tests/support/moves"
    root.mkdir(parents=True)
    shutil.copy(HERE / "main.tf", root)
    made = Tenant(Terraform(root, account.env), account)
    made.terraform.run("init", "-input=false", "-no-color")
    return made


def without_tags(file: Path) -> None:
    """One process of the provider serves all tenants, and has one configuration: a tenant's own tags would be every tenant's."""
    text, count = re.subn(r"\n  default_tags \{\n.*?\n  \}\n", "", file.read_text(), flags=re.DOTALL)
    assert count == 1
    file.write_text(text)


def moves(account: Account) -> dict[str, tuple[Values, Values]]:
    """What a tenant is, and what it is to become. TENANT stands for its name."""
    shared, own = account.shared(), {"load_balancer": {"mode": "own"}}
    other = shared | {"task": AWSVPC}
    first, second = "TENANT.example.com", "TENANT.shop.example.com"
    found = {"namespace_id": account.stack["namespace"]["id"]}
    names = {"dns": {"aliases": [second], "discovery": found}}
    swapped = {"hostname": second, "aliases": [first], "discovery": found | {"name": "TENANT-2"}}
    probed = {"health_check": {"path": "/ready", "interval": 15}}
    return {
        "machines to Fargate, shared": (shared, shared | {"task": FARGATE}),
        "machines to Fargate, both awsvpc": (other, shared | {"task": FARGATE}),
        "bridge to awsvpc, shared": (shared, shared | {"task": AWSVPC}),
        "bridge to awsvpc, own": (own, own | {"task": AWSVPC}),
        "own to shared": (own, shared),
        "own, bridge to shared, Fargate": (own, shared | {"task": FARGATE}),
        "one shared to another": (shared, account.shared(2)),
        "capacity provider": (shared, shared | {"deployment": OTHER}),
        "port": (shared, shared | {"port": 9090}),
        "port, awsvpc": (other, other | {"port": 9090}),
        "health check": (shared, shared | probed),
        "host name and alias change places": (
            shared | {"dns": {"aliases": [second]}},
            shared | {"dns": {"hostname": second, "aliases": [first]}},
        ),
        "discovery": (shared, shared | {"dns": {"discovery": found}}),
        "discovery, bridge to awsvpc": (
            shared | {"dns": {"discovery": found}},
            other | {"dns": {"discovery": found | {"name": "TENANT-2"}}},
        ),
        "bounds": (shared, shared | {"scaling": {"min": 2, "max": 9}}),
        EACH_OTHER_ONE: (other | names, other | probed | {"deployment": OTHER, "port": 9090, "dns": swapped}),
    }


EACH_OTHER_ONE = "capacity provider, port, health check, names and discovery"
STEPS = {
    "made": "before",
    "broken": "broken",
    "back": "before",
    "broken again": "broken",
    "forward": "after",
    "back, not ended": "before",
    "forward from there": "after",
    "back again": "before",
    "forward, not ended": "after",
    "back from there": "before",
}


def walk(one: Tenant, before: Values, after: Values, steps: Collection[str] = STEPS) -> dict[str, str]:
    """Every half-way state of a move: each step => what went wrong, "" for nothing. A broken image must fail, and no plan of
    what stands may change anything."""
    values = {"before": before, "after": after, "broken": after | {"build": "2-broken"}}
    return {step: step_taken(one, step, values[STEPS[step]]) for step in steps}


def step_taken(one: Tenant, step: str, values: Values) -> str:
    well, whole = STEPS[step] != "broken", not step.endswith("not ended")
    ended = one.apply(values, finish=whole)
    wrong = [] if ended is well else [f"ended {'well' if ended else 'badly'}: {one.log[-1][-600:]}"]
    wrong += one.wrong()
    wrong += ["a plan changes what stands"] if well and whole and one.changes(values) else []
    return "; ".join(wrong)


def main(*names: str) -> None:
    with tempfile.TemporaryDirectory() as folder, account(Path(folder)) as aws, provider(Path(folder), aws) as served:
        aws.seen(lingers=3)
        wanted = {name: one for name, one in moves(aws).items() if name in names or not names}
        print(f"| move | {' | '.join(STEPS)} |\n|{'---|' * (len(STEPS) + 1)}", flush=True)

        def row(numbered: tuple[int, str]) -> None:
            number, name = numbered
            found = walk(tenant(served, Path(folder), f"t{number}"), *wanted[name])
            print(f"| {name} | {' | '.join(wrong or 'good' for wrong in found.values())} |", flush=True)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(row, enumerate(wanted)))


if __name__ == "__main__":
    main(*sys.argv[1:])
