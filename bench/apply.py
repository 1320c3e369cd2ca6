"""How often a tenant's apply starts the AWS provider, against plan and apply by hand. Counts, so no noise."""

from __future__ import annotations

from bare import Bare
from measure import Row
from place import REGION, STACK, TENANT, Failed, Place
from provider_starts import counted

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
    """One after the other: providers of two applies at once could not be told apart."""
    lay_out(place)
    return [_row("example's tenant, docker engine", place.first_apply, _by_hand(place, STACK, OTHER)), *_tiny(place)]


def _tiny(place: Place) -> list[Row]:
    place.verb("apply", TINY, REGION, engine="docker")
    counts = {engine: _ours(place, engine, tenant) for engine, tenant in (("docker", TENANT), ("host", "initech"))}
    bare = _by_hand(place, TINY, OTHER)
    return [_row(f"one-resource tenant, {engine} engine", count, bare) for engine, count in counts.items()]


def _ours(place: Place, engine: str, tenant: str) -> int:
    words = ("apply", TINY, REGION, "-var", f"tenant={tenant}")
    return counted(place.endpoint, lambda: place.verb(*words, engine=engine))


def _by_hand(place: Place, stack: str, tenant: str) -> int:
    bare = Bare(place, stack, tenant)
    bare.init()
    return counted(place.endpoint, bare.apply)


def _row(what: str, ours: int, bare: int) -> Row:
    if not (ours and bare):
        raise Failed(
            f"{what}: no start of a provider was seen: does the engine run here, and are its processes yours to read?"
        )
    return Row(f"provider starts, first apply, {what}", ours, "starts", 1.0, bare, ours / bare)
