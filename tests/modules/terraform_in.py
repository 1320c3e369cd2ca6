"""Terraform in one folder, for the module tests."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGION = "ap-southeast-2"


@dataclass
class Terraform:
    """Terraform in one folder; its answers are text, its failures are test failures that show what it said."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()

    def run(self, *argv: str, codes: tuple[int, ...] = (0,), stdin: str = "") -> str:
        env = os.environ | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"} | self.env
        done = subprocess.run(
            ["terraform", *argv], cwd=self.folder, env=env, input=stdin, capture_output=True, text=True, timeout=600
        )
        assert done.returncode in codes, f"terraform {' '.join(argv)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def init(self) -> Terraform:
        self.run("init", "-backend=false", "-input=false", "-no-color")
        return self

    def apply(self, *argv: str) -> None:
        self.run("apply", "-auto-approve", "-input=false", "-no-color", *self.values, *argv)

    def destroy(self, *argv: str) -> None:
        self.run("destroy", "-auto-approve", "-input=false", "-no-color", *self.values, *argv)

    def changes(self, *argv: str) -> dict[str, list[str]]:
        """What a plan would do: address => actions, without what stays."""
        self.run("plan", "-out=plan", "-input=false", "-no-color", *self.values, *argv)
        plan = json.loads(self.run("show", "-json", "plan"))
        actions = {change["address"]: change["change"]["actions"] for change in plan.get("resource_changes", [])}
        return {address: does for address, does in actions.items() if does not in (["no-op"], ["read"])}

    def outputs(self) -> dict[str, object]:
        return {name: output["value"] for name, output in json.loads(self.run("output", "-json")).items()}
