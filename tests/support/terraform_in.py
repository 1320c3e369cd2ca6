"""Terraform in one folder, for tests."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wrapper.model.naming import LOCK_FILE
from wrapper.terraform.commands import without_checksums

ROOT = Path(__file__).resolve().parents[2]
REGION = "ap-southeast-2"
QUICKLY = {
    "TF_IN_AUTOMATION": "1",
    "CHECKPOINT_DISABLE": "1",
    "GOGC": "400",
}  # memory for a third of the processor time


def mocks_of(module: str) -> str:
    """For a file of tests: the provider that the tests of this module of ours have, which answers without AWS."""
    return f'mock_provider "aws" {{\n  source = "{ROOT}/modules/{module}/tests/mocks"\n}}\n'


@dataclass
class Terraform:
    """Terraform in one folder; its answers are text, its failures are test failures that show what it said."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()

    def run(self, *argv: str, codes: tuple[int, ...] = (0,), stdin: str = "") -> str:
        return self.ended(*argv, codes=codes, stdin=stdin).stdout

    def ended(self, *argv: str, codes: tuple[int, ...], stdin: str = "") -> subprocess.CompletedProcess[str]:
        env = os.environ | QUICKLY | self.env
        done = subprocess.run(
            ["terraform", *argv], cwd=self.folder, env=env, input=stdin, capture_output=True, text=True, timeout=600
        )
        assert done.returncode in codes, f"terraform {' '.join(argv)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        if argv[0] == "init":
            self._seal()
        return done

    def _seal(self) -> None:
        """What init has checked no command hashes again: a sixth of a plan."""
        lock = self.folder / LOCK_FILE
        if lock.exists():
            lock.write_text(without_checksums(lock.read_text()))

    def init(self) -> Terraform:
        self.run("init", "-backend=false", "-input=false", "-no-color")
        return self

    def apply(self, *argv: str) -> None:
        self.run("apply", "-auto-approve", "-input=false", "-no-color", *self.values, *argv)

    def apply_planned(self, *argv: str) -> None:
        """What ``changes`` or ``planned`` has just shown, without planning it again."""
        self.run("apply", "-input=false", "-no-color", *argv, "plan")

    def destroy(self, *argv: str) -> None:
        self.run("destroy", "-auto-approve", "-input=false", "-no-color", *self.values, *argv)

    def changes(self, *argv: str) -> dict[str, list[str]]:
        """What a plan would do: address => actions, without what stays."""
        return actions(self.planned(*argv))

    def planned(self, *argv: str) -> list[dict[str, Any]]:
        """Every resource as a plan has it, in the form of Terraform's JSON; none when nothing would change."""
        options = ("-out=plan", "-detailed-exitcode", "-input=false", "-no-color")
        if self.ended("plan", *options, *self.values, *argv, codes=(0, 2)).returncode == 0:
            return []  # to show a plan without changes takes as long as one with them
        resources: list[dict[str, Any]] = json.loads(self.run("show", "-json", "plan")).get("resource_changes", [])
        return resources

    def outputs(self) -> dict[str, object]:
        return {name: output["value"] for name, output in json.loads(self.run("output", "-json")).items()}


def actions(planned: list[dict[str, Any]]) -> dict[str, list[str]]:
    found = {resource["address"]: resource["change"]["actions"] for resource in planned}
    return {address: does for address, does in found.items() if does not in (["no-op"], ["read"])}
