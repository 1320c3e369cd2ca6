"""Terraform run by hand: the same binary, mirror, root, backend, values and environment, a clean data directory."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from place import BACKEND, TENANT, Place, run

OPTIONS = ("-input=false", "-no-color")


class Bare:
    """A copy of the work directory that the tool keeps for TENANT, made to be ``tenant``'s."""

    def __init__(self, place: Place, stack: str, tenant: str) -> None:
        self._place = place
        source = place.work(stack, TENANT)
        self._folder = place.folder / f"bare-{stack}-{tenant}" / source.relative_to(source.parents[2])
        shutil.copytree(source.parents[2], self._folder.parents[2], symlinks=True)
        self._clean()
        (self._folder / "bare.auto.tfvars.json").write_text(json.dumps(place.values(stack, tenant)))
        backend = self._folder / BACKEND
        backend.write_text(backend.read_text().replace(f"/{TENANT}/", f"/{tenant}/"))

    def init(self) -> None:
        """As in a fresh checkout."""
        self._clean()
        self._terraform("init", *OPTIONS)

    def plan(self) -> None:
        """``plan`` of an initialised folder, which must see no change."""
        self._terraform("plan", *OPTIONS, "-detailed-exitcode")

    def init_and_plan(self) -> None:
        self.init()
        self.plan()

    def apply(self) -> None:
        """``plan`` of an initialised folder to a file, and ``apply`` of it."""
        self._terraform("plan", *OPTIONS, "-out=plan")
        self._terraform("apply", *OPTIONS, "plan")

    def _terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(["terraform", *arguments], self._folder, self._place.terraform_environment)

    def _clean(self) -> None:
        shutil.rmtree(Path(self._folder, ".terraform"), ignore_errors=True)
