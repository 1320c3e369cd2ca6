"""Terraform in one folder, for the module tests."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGION = "ap-southeast-2"
QUICKLY = {
    "TF_IN_AUTOMATION": "1",
    "CHECKPOINT_DISABLE": "1",
    "GOGC": "400",
}  # memory for a third of the processor time


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
        return done

    def init(self) -> Terraform:
        self.run("init", "-backend=false", "-input=false", "-no-color")
        return self

    def apply(self, *argv: str) -> None:
        self.run("apply", "-auto-approve", "-input=false", "-no-color", *self.values, *argv)

    def destroy(self, *argv: str) -> None:
        self.run("destroy", "-auto-approve", "-input=false", "-no-color", *self.values, *argv)

    def changes(self, *argv: str) -> dict[str, list[str]]:
        """What a plan would do: address => actions, without what stays."""
        options = ("-out=plan", "-detailed-exitcode", "-input=false", "-no-color")
        if self.ended("plan", *options, *self.values, *argv, codes=(0, 2)).returncode == 0:
            return {}  # to show a plan without changes takes as long as one with them
        plan = json.loads(self.run("show", "-json", "plan"))
        actions = {change["address"]: change["change"]["actions"] for change in plan.get("resource_changes", [])}
        return {address: does for address, does in actions.items() if does not in (["no-op"], ["read"])}

    def outputs(self) -> dict[str, object]:
        return {name: output["value"] for name, output in json.loads(self.run("output", "-json")).items()}
