"""Stacks of many small tenants: a shared layer without a provider, tenants with one real AWS resource each."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from place import CHECKOUT, REGION, Place

SOURCE = "bench-fleet"
LOCK = ".terraform.lock.hcl"
SHARED = """
output "greeting" {
  value = "hello"
}

variable "images" {} # the example's common values
variable "registry_secret" {}
variable "zone" {}
"""
TENANT = """
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "stack" {
  type = string
}

variable "tenant" {
  type = string
}

variable "greeting" {
  type = string
}

variable "build" {
  type = string
}

resource "aws_ssm_parameter" "this" {
  name      = "/${var.stack}/${var.tenant}"
  type      = "String"
  value     = "${var.greeting} ${var.build}"
  overwrite = true # on a busy machine an answer comes late, and the provider asks once more
}
"""
BACKEND = 'bucket = "orchestrate-example-state"\nregion = "ap-southeast-2"\n'


def names(count: int) -> list[str]:
    return [f"t{number:05d}" for number in range(count)]


def lay_out(place: Place, stack: str, count: int, backend: str = BACKEND) -> list[str]:
    """A stack of so many tenants; all such stacks have one source. Returns the tenants' names."""
    source = place.root / "src" / SOURCE
    source.joinpath("tenant").mkdir(parents=True, exist_ok=True)
    source.joinpath("main.tf").write_text(SHARED)
    source.joinpath("tenant", "main.tf").write_text(TENANT)
    shutil.copy(CHECKOUT / "wrapper/engines/image/context" / LOCK, source / "tenant" / LOCK)
    config = _config(place, stack)
    config.joinpath("tenants").mkdir(parents=True)
    config.joinpath("backend.tfvars").write_text(backend)
    config.joinpath("stack.hcl").write_text(f'source = "{SOURCE}"\n')
    change(place, stack, names(count), "1")
    return names(count)


def change(place: Place, stack: str, tenants: Sequence[str], build: str) -> None:
    """Another build for these: their files are another, so are their inputs."""
    for tenant in tenants:
        _config(place, stack).joinpath("tenants", f"{tenant}.tfvars").write_text(f'build = "{build}"\n')


def _config(place: Place, stack: str) -> Path:
    return place.root / "config" / REGION / stack
