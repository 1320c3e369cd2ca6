"""How often a tenant's apply starts the AWS provider, against plan and apply by hand. Counts, so no noise."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from bare import Bare
from measure import Row
from place import COUNTED, REGION, STACK, TENANT, Place, starts

TINY = "bench-tiny"
OTHER = "globex"
FILES = {
    f"config/{REGION}/{TINY}/backend.tfvars": 'bucket = "orchestrate-example-state"\nregion = "ap-southeast-2"\n',
    f"src/{TINY}/main.tf": """
output "greeting" {
  value = "hello"
}

variable "images" {} # the example's common values
variable "registry_secret" {}
variable "zone" {}
""",
    f"src/{TINY}/tenant/main.tf": """
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "tenant" {
  type = string
}

variable "greeting" {
  type = string
}

resource "aws_ssm_parameter" "this" {
  name  = "/bench/${var.tenant}"
  type  = "String"
  value = var.greeting
}
""",
}


def lay_out(place: Place) -> None:
    """The tiny stack: a shared layer without a provider, a tenant layer with one resource."""
    for name, text in FILES.items():
        file = place.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def measure(place: Place, _pairs: int) -> list[Row]:
    """The example's two tenants go up side by side, one of them by hand; meanwhile the tiny ones."""
    lay_out(place)
    assert place.shared
    with ThreadPoolExecutor() as pool:
        by_hand = pool.submit(_by_hand, place, STACK, OTHER)
        ours = pool.submit(lambda: place.deployed)
        rows = _tiny(place)
        return [_row("example's tenant, docker engine", ours.result(), by_hand.result()), *rows]


def _tiny(place: Place) -> list[Row]:
    place.verb("apply", TINY, REGION, engine="docker")
    counts = {
        engine: starts(place.verb("apply", TINY, REGION, "-var", f"tenant={tenant}", engine=engine, **COUNTED))
        for engine, tenant in (("docker", TENANT), ("host", "initech"))
    }
    bare = _by_hand(place, TINY, OTHER)
    return [_row(f"one-resource tenant, {engine} engine", count, bare) for engine, count in counts.items()]


def _by_hand(place: Place, stack: str, tenant: str) -> int:
    return sum(starts(said) for said in Bare(place, stack, tenant).apply())


def _row(what: str, ours: int, bare: int) -> Row:
    return Row(f"provider starts, first apply, {what}", ours, "starts", 1.0, bare, ours / bare)
