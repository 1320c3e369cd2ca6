"""A small project on disk, made of texts, and changed by a test in one line."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wrapper.model.stack import Layer
from wrapper.project.project import Project

CACHE = ".orchestrate/cache/parses.sqlite"
LOCAL = 'path = ".orchestrate/states"\n'
REGION = "ap-southeast-2"
APP = f"config/{REGION}/app-test"
LIVE = f"config/{REGION}/app-live"

OUTPUTS = {"cluster": "c-1", "secret": "s"}  # of a stack with tenants, as cloud.Cloud has them
FILES = {
    "config/common.tfvars": 'zone = "example.com"\n',
    f"config/{REGION}/common.tfvars": "",
    f"{APP}/backend.tfvars": LOCAL,
    f"{APP}/variables.tfvars": 'size = 2\ndomain = "test.example.com"\n',
    f"{APP}/stack.hcl": 'source    = "app"\nephemeral = true\nmerge     = "deep"\n',
    f"{APP}/tenant.tfvars.j2": 'hostname = "{{ tenant }}.{{ vars.domain }}"\n',
    f"{APP}/tenants/acme.tfvars": "# acme's own\nmemory = 256\n",
    f"{APP}/tenants/globex.tfvars": "",
    f"{LIVE}/backend.tfvars": LOCAL,
    f"{LIVE}/variables.tfvars": 'domain = "live.example.com"\n',
    f"{LIVE}/stack.hcl": 'source = "app"\nprotected = true\npromotes_from = "app-test"\nmerge = "deep"\n',
    f"{LIVE}/tenants/acme.tfvars": 'hostname = "acme.example.com"\n',
    "config/eu-west-1/app-live/backend.tfvars": LOCAL,
    "config/eu-west-1/app-live/stack.hcl": 'source = "app"\nprotected = true\n',
    "config/global/backend.tfvars": LOCAL,
    "config/global/variables.tfvars": 'zone = "example.org"\n',
    "src/app/variables.tf": """\
variable "region" { type = string }
variable "zone" { type = string }
variable "size" {
  type    = number
  default = 1
}
variable "labels" {
  type    = map(string)
  default = {}
}
""",
    "src/app/outputs.tf": 'output "cluster" { value = "c" }\noutput "secret" { value = "s" }\n',
    "src/app/tenant/variables.tf": """\
variable "tenant" { type = string }
variable "cluster" { type = string }
variable "domain" { type = string }
variable "hostname" { type = string }
variable "memory" {
  type    = number
  default = 128
}
variable "service1-build" {
  type    = string
  default = "1"
}
variable "text" {
  type    = string
  default = ""
}
variable "flag" {
  type    = bool
  default = false
}
variable "ports" {
  type    = map(object({ port = number, path = optional(string) }))
  default = {}
}
variable "api_key" {
  type      = string
  default   = ""
  sensitive = true
}
""",
    "src/app/tenant/main.tf": 'module "service" { source = "../../../modules/service" }\noutput "url" { value = "u" }\n',
    "src/global/main.tf": 'variable "zone" { type = string }\n',
    "modules/service/main.tf": 'output "x" { value = 1 }\n',
}


@dataclass
class Disk:
    """A folder that a test fills."""

    root: Path

    def write(self, path: str, text: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def append(self, path: str, text: str) -> Path:
        return self.write(path, (self.root / path).read_bytes() + text.encode())

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def unread(self) -> None:
        """As a project that was never read: without the cache that small_project brings along."""
        shutil.rmtree(self.root / ".orchestrate")

    def link(self, path: str, target: str | Path) -> None:
        link = self.root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)

    def left_behind(self) -> set[str]:
        """Files of the project that are not its own and not the cache of parse results."""
        files = {str(f.relative_to(self.root)) for f in self.root.rglob("*") if f.is_file() or f.is_symlink()}
        return {f for f in files if f.startswith(".orchestrate/") and not f.startswith(".orchestrate/cache/")}


def on_disk(root: Path, files: dict[str, str]) -> Disk:
    for folder in sorted({"config", "src", *map(os.path.dirname, files)}):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    for path, text in files.items():
        with open(os.path.join(root, path), "wb") as file:
            file.write(text.encode())
    return Disk(root)


def small_project(root: Path) -> Disk:
    disk = on_disk(root, FILES)
    cache = root / CACHE
    cache.parent.mkdir(parents=True, mode=0o700)
    try:
        os.link(parsed(), cache)
    except OSError:  # pytest --basetemp on another file system
        shutil.copy(parsed(), cache)
    return disk


def filled(disk: Disk, make: Callable[..., object], *words: str) -> Disk:
    """A small project as ``make(disk, *words)`` leaves it: made once in this process, and copied, since to apply the same tenants
    for each test took a tenth of the time. A file keeps its time: it is the tag of a state."""
    original, made = _made(make, *words)
    for path in made:
        (disk.root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(original / path, disk.root / path)
    return disk


@functools.cache
def _made(make: Callable[..., object], *words: str) -> tuple[Path, list[Path]]:
    """Such a project, and the files that a new one has not, or has otherwise."""
    disk = small_project(_folder() / "project")
    make(disk, *words)
    found = (f.relative_to(disk.root) for f in disk.root.rglob("*") if f.is_file() and f.name != Path(CACHE).name)
    return disk.root, [path for path in found if (disk.root / path).read_text() != FILES.get(str(path))]


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="orchestrate-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def parsed() -> Path:
    """One cache for all small projects of this process, which knows what one that was read knows: to parse and to render the
    same texts in each test took a third of the time of the tests that use them."""
    disk = on_disk(_folder(), FILES)
    project = Project(disk.root, disk.root / ".orchestrate")
    for region, name in project.places:
        stack = project.stack(name, region)
        tenants = ["", "acme", "globex"] if stack.tenant_source else [""]
        for outputs in ({}, OUTPUTS):
            list(project.values.of_all([Layer(stack, tenant) for tenant in tenants], outputs))
    return disk.root / CACHE
