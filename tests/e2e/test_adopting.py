"""Each page on adopting, as it is typed: the layout that it is about is made and applied by Terraform alone, the code is copied as
the page says, its commands run, and nothing is left to do."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness import REGION, ROOT, Aws, Done, Project, make

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
OLD = "old-states"
NETWORK = 'resource "terraform_data" "vpc" {\n  input = "vpc-1"\n}\n\noutput "vpc_id" {\n  value = terraform_data.vpc.output\n}\n'
APP = 'variable "size" {\n  type    = number\n  default = 1\n}\n\nvariable "vpc_id" {\n  type = string\n}\n\n'
SERVICE = 'resource "terraform_data" "service" {\n  input = "%s in ${var.vpc_id}: ${var.size}"\n}\n'


@dataclass
class Sample:
    """Where the old code lies, and the project that takes its place."""

    project: Project
    aws: Aws

    @property
    def old(self) -> Path:
        return self.project.root

    def root(self, folder: str, text: str, key: str = "", workspace: str = "", **values: str | int) -> None:
        """A root of the old layout, applied by Terraform alone. Without a key its state is a file beside it."""
        (self.old / folder).mkdir(parents=True, exist_ok=True)
        (self.old / folder / "main.tf").write_text(text)
        place = (
            f'bucket = "{OLD}"\n key = "{key}"\n region = "{REGION}"\n use_path_style = true\n use_lockfile = true\n'
        )
        if key:
            (self.old / folder / "backend.tf").write_text(f'terraform {{\n backend "s3" {{\n {place} }}\n}}\n')
        self.terraform(folder, "init", "-input=false")
        if workspace:
            self.terraform(folder, "workspace", "new", workspace)
        given = [f"-var={name}={value}" for name, value in values.items()]
        self.terraform(folder, "apply", "-auto-approve", "-input=false", *given)

    def terraform(self, folder: str, *words: str) -> None:
        environment = {**self.project.environment, "CHECKPOINT_DISABLE": "1"}
        done = subprocess.run(
            ["terraform", *words], cwd=self.old / folder, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def stack(self, name: str, source: str = "", **values: str | int) -> None:
        place = f"config/{REGION}/{name}"
        self.project.write(f"{place}/backend.tfvars", f'bucket = "{self.project.bucket}"\nregion = "{REGION}"\n')
        self.project.write(f"{place}/variables.tfvars", "".join(f"{n} = {json.dumps(v)}\n" for n, v in values.items()))
        if source:
            self.project.write(f"{place}/stack.hcl", f'source = "{source}"\n')

    def tenant(self, stack: str, name: str, **values: int) -> None:
        text = "".join(f"{n} = {v}\n" for n, v in values.items())
        self.project.write(f"config/{REGION}/{stack}/tenants/{name}.tfvars", text)

    def follow(self, page: str) -> list[Done]:
        """Each command that the page shows. No plan sees a change."""
        lines = re.findall(r"^    \./orchestrate (.*)$", (ROOT / "docs" / page).read_text(), re.MULTILINE)
        done = [self.project.run(*shlex.split(line)) for line in lines]
        plans = [one for one in done if one.argv[0] == "plan"]
        assert plans and all("No changes." in one.out for one in plans)
        assert [one for one in done if "0 added, 0 changed" not in one.out and one.argv[0] == "apply"] == []
        return done

    def check_old(self, *keys: str) -> None:
        """The old states are as they were, and no lock is left."""
        found = self.aws.client("s3").list_objects_v2(Bucket=OLD).get("Contents", ())
        assert sorted(item["Key"] for item in found) == sorted(keys)


@pytest.fixture
def sample(tmp_path: Path, aws: Aws, made: Callable[[Project], Project]) -> Sample:
    project = made(make(tmp_path, aws, {"ORCHESTRATE_ENGINE": "host"}))
    project.bucket = f"states-{tmp_path.name.replace('_', '-')}"[:60].rstrip("-")
    s3 = aws.client("s3")
    known = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for bucket in {OLD, project.bucket} - known:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for item in s3.list_objects_v2(Bucket=OLD).get("Contents", ()):
        s3.delete_object(Bucket=OLD, Key=item["Key"])
    return Sample(project, aws)


def test_plain_roots(sample: Sample) -> None:
    sample.root("live/network", NETWORK, "network.tfstate")
    sample.root("live/customers/acme", APP + SERVICE % "acme", "customers/acme.tfstate", vpc_id="vpc-1", size=2)
    sample.root("live/customers/globex", APP + SERVICE % "globex", vpc_id="vpc-1")
    sample.stack("shop")
    sample.tenant("shop", "acme", size=2)
    sample.project.write("src/shop/main.tf", NETWORK)
    sample.project.write(
        "src/shop/tenant/main.tf", APP + 'variable "tenant" {\n  type = string\n}\n' + SERVICE % "${var.tenant}"
    )
    sample.follow("adopting-plain-roots.md")
    sample.check_old("network.tfstate", "customers/acme.tfstate")


def test_workspaces(sample: Sample) -> None:
    text = APP + SERVICE % "${terraform.workspace}"
    sample.root("app", text, "app.tfstate", "acme", vpc_id="vpc-1", size=3)
    sample.root("app", text, "app.tfstate", "globex", vpc_id="vpc-1")
    sample.stack("shop")
    sample.tenant("shop", "acme", size=3)
    sample.project.write("src/shop/main.tf", 'output "vpc_id" {\n  value = "vpc-1"\n}\n')
    sample.project.write(
        "src/shop/tenant/main.tf", APP + 'variable "tenant" {\n  type = string\n}\n' + SERVICE % "${var.tenant}"
    )
    sample.follow("adopting-workspaces.md")
    sample.check_old("env:/acme/app.tfstate", "env:/globex/app.tfstate")


def test_tfwrapper(sample: Sample) -> None:
    text = 'variable "environment" {\n  type = string\n}\n\n' + NETWORK.replace(
        '"vpc-1"', '"vpc of ${var.environment}"'
    )
    keys = []
    for environment in ("test", "live"):
        folder = f"main/{environment}/{REGION}/shop"
        sample.project.write(f"conf/main_{environment}_{REGION}_shop.yml", "terraform:\n  vars: {}\n")
        keys.append(f"{folder}/terraform.state")
        sample.root(folder, text, keys[-1], environment=environment)
        sample.stack(f"shop-{environment}", "shop", environment=environment)
    sample.project.write("src/shop/main.tf", text)
    sample.follow("adopting-tfwrapper.md")
    sample.check_old(*keys)


def test_terragrunt(sample: Sample) -> None:
    """Terragrunt copies a module into its cache, beside the backend that it generates, and applies that as a root."""
    sample.root("live/network/.terragrunt-cache/x", NETWORK, "network/terraform.tfstate")
    sample.root(
        "live/acme/app/.terragrunt-cache/x", APP + SERVICE % "app", "acme/app/terraform.tfstate", vpc_id="vpc-1", size=5
    )
    sample.stack("shop")
    sample.tenant("shop", "acme", size=5)
    sample.project.write("src/shop/main.tf", NETWORK)
    sample.project.write("src/shop/tenant/main.tf", APP + SERVICE % "app")
    sample.follow("adopting-terragrunt.md")
    sample.check_old("network/terraform.tfstate", "acme/app/terraform.tfstate")


def test_what_adopt_refuses(sample: Sample) -> None:
    """A run that holds the lock, an object that is not there, and a state that belongs to another layer."""
    sample.root("live/network", NETWORK, "network.tfstate")
    sample.root("live/other", NETWORK, "other.tfstate")
    sample.stack("shop")
    sample.project.write("src/shop/main.tf", NETWORK)
    s3 = sample.aws.client("s3")
    s3.put_object(Bucket=OLD, Key="network.tfstate.tflock", Body=b"{}")
    said = sample.project.run("adopt", "shop", "--from", f"s3://{OLD}/network.tfstate", codes=(75,))
    assert "a run of Terraform holds its lock" in said.err
    s3.delete_object(Bucket=OLD, Key="network.tfstate.tflock")
    for place, says in ((f"{OLD}/none.tfstate", "no such object"), ("no-such-bucket-here/x", "no bucket")):
        said = sample.project.run("adopt", "shop", "--from", f"s3://{place}", codes=(66,))
        assert says in said.err
    sample.project.run("adopt", "shop", "--from", f"s3://{OLD}/network.tfstate", "--dry-run")
    assert sample.project.objects() == []
    sample.project.run("adopt", "shop", "--from", f"s3://{OLD}/network.tfstate")
    again = sample.project.run("adopt", "shop", "--from", f"s3://{OLD}/network.tfstate")
    assert "has this state already" in again.err
    said = sample.project.run("adopt", "shop", "--from", f"s3://{OLD}/other.tfstate", codes=(77,))
    assert "is another state's" in said.err
    assert sample.project.objects() == [f"{REGION}/shop/terraform.tfstate"]
