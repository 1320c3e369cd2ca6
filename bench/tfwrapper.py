"""claranet-tfwrapper on the same tenants: conf/<account>_<environment>_<region>_<stack>.yml and a folder for each.

It looks for Terraform only where it would have downloaded it itself (below ~/.terraform.d/versions), so it gets a home of its
own with a link there to the one Terraform that all use; it then needs no network. ``legacy``: Terraform, not OpenTofu.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from loop import QUIET
from place import REGION, Place, info, run
from tenants import BACKEND, LOCK, SOURCE

PACKAGE = "claranet-tfwrapper==15.0.2"
GIVEN = "ORCHESTRATE_BENCH_TFWRAPPER"  # an environment that has it already
ACCOUNT, ENVIRONMENT = "bench", "test"
INIT = f"tfwrapper init -- {QUIET}"
PLAN = f"tfwrapper plan -- {QUIET} -detailed-exitcode"
# As it is meant: it plans to a file, asks, and applies that file. No person is there to answer.
APPLY = f"echo yes | tfwrapper apply -- {QUIET}"
_CONFIG = "terraform:\n  legacy: true\n  version: '{version}'\n  vars:\n    client_name: bench\n"


class TfWrapper:
    """A project of its layout below ``folder``, on states of its own."""

    def __init__(self, place: Place, folder: Path, tenants: Sequence[str]) -> None:
        self._place, self._folder, self._tenants = place, folder, list(tenants)
        self._root = place.root / "src" / SOURCE / "tenant"
        self._bin = _installed(place) / "bin"
        terraform = shutil.which("terraform") or "terraform"
        version = json.loads(run([terraform, "version", "-json"], place.folder, os.environ).stdout)["terraform_version"]
        link = folder / "home" / ".terraform.d" / "versions" / version.rpartition(".")[0] / version / "terraform"
        link.parent.mkdir(parents=True)
        link.symlink_to(terraform)
        folder.joinpath("conf").mkdir()
        for tenant in tenants:
            self._lay_out(tenant, version)

    def each(self, command: str, tenants: str = "*") -> None:
        """``tfwrapper foreach``: one after the other; it ends at the first that fails. ``tenants``: a glob."""
        environment = {k: v for k, v in self._place.terraform_environment.items() if k != "GOGC"}
        environment |= {"HOME": str(self._folder / "home"), "PATH": f"{self._bin}{os.pathsep}{environment['PATH']}"}
        argv = ["tfwrapper", "-a", ACCOUNT, "-e", ENVIRONMENT, "-r", REGION, "-s", tenants]
        run([str(self._bin / argv[0]), *argv[1:], "foreach", "-S", "--", command], self._folder, environment)

    def change(self, build: str) -> None:
        for tenant in self._tenants:
            values = {"stack": self._folder.name, "tenant": tenant, "greeting": "hello", "build": build}
            self._stack(tenant).joinpath("tenant.auto.tfvars.json").write_text(json.dumps(values))

    def _stack(self, tenant: str) -> Path:
        return self._folder / ACCOUNT / ENVIRONMENT / REGION / tenant

    def _lay_out(self, tenant: str, version: str) -> None:
        name = f"{ACCOUNT}_{ENVIRONMENT}_{REGION}_{tenant}.yml"
        self._folder.joinpath("conf", name).write_text(_CONFIG.format(version=version))
        self._stack(tenant).mkdir(parents=True)
        for file in ("main.tf", LOCK):
            shutil.copy(self._root / file, self._stack(tenant) / file)
        backend = f'  key = "{REGION}/{self._folder.name}/{tenant}.tfstate"\n  use_lockfile = true\n  encrypt = true\n'
        text = f'terraform {{\n  backend "s3" {{\n{BACKEND}{backend}  }}\n}}\n'
        self._stack(tenant).joinpath("state.tf").write_text(text)


def _installed(place: Place) -> Path:
    """A virtual environment with it, made from the package index, or one that is there already."""
    if given := os.environ.get(GIVEN):
        return Path(given)
    venv = place.folder / "tfwrapper"
    info(f"installing {PACKAGE} (once, half a minute)")
    pip = [
        str(venv / "bin" / "python"),
        "-I",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        PACKAGE,
    ]
    for argv in ([sys.executable, "-I", "-m", "venv", str(venv)], pip):
        subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    return venv
