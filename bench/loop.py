"""What one would write without the tool: a shell loop over bare Terraform, a folder for each tenant, one after the other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from place import REGION, Place, run
from tenants import BACKEND, LOCK, SOURCE

QUIET = "-input=false -no-color"
# What it does for one tenant. The first is what the tool does: apply what was planned, and nothing else.
PLAN_AND_APPLY = f"terraform plan {QUIET} -out=plan && terraform apply {QUIET} plan"
APPLY = f"terraform apply {QUIET} -auto-approve"
PLAN = f"terraform plan {QUIET} -detailed-exitcode"
INIT = f"terraform init {QUIET}"


class Loop:
    """A folder for each tenant below ``folder``, on states of its own. The environment is the host engine's, without what
    the tool adds to it for speed: who writes a loop does not."""

    def __init__(self, place: Place, folder: Path, tenants: Sequence[str]) -> None:
        self.tenants = list(tenants)
        self._folder = folder
        self._root = place.root / "src" / SOURCE / "tenant"
        self._environment = {k: v for k, v in place.terraform_environment.items() if k != "GOGC"}
        for tenant in tenants:
            self._lay_out(tenant)

    def each(self, *commands: str, tenants: Sequence[str] | None = None) -> None:
        """One shell, one loop; it ends at the first command that fails."""
        names = " ".join(self.tenants if tenants is None else tenants)
        script = f"set -e\nfor tenant in {names}; do\n(cd $tenant && {' && '.join(commands)})\ndone\n"
        run(["sh", "-c", script], self._folder, self._environment)

    def change(self, build: str) -> None:
        for tenant in self.tenants:
            values = {"stack": self._folder.name, "tenant": tenant, "greeting": "hello", "build": build}
            self._folder.joinpath(tenant, "tenant.auto.tfvars.json").write_text(json.dumps(values))

    def forget_init(self) -> None:
        for tenant in self.tenants:
            shutil.rmtree(self._folder / tenant / ".terraform", ignore_errors=True)

    def _lay_out(self, tenant: str) -> None:
        folder = self._folder / tenant
        folder.mkdir(parents=True)
        for name in ("main.tf", LOCK):
            shutil.copy(self._root / name, folder / name)
        backend = f'  key = "{REGION}/{self._folder.name}/{tenant}.tfstate"\n  use_lockfile = true\n  encrypt = true\n'
        folder.joinpath("backend.tf").write_text(f'terraform {{\n  backend "s3" {{\n{BACKEND}{backend}  }}\n}}\n')
