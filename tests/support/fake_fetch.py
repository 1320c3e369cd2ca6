"""Plays ``terraform get`` and ``git ls-remote``: a repository whose branch is at a commit that a test sets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wrapper.engines.module_fetch import FetchExecutor, SaidCallback
from wrapper.terraform.commands import MODULES_FILE
from wrapper.terraform.module_sources import ModuleCall


@dataclass
class FakeFetch:
    """``asked``: the sources of each fetch, and a word for each look-up; ``fails``: what it says, and ends 1."""

    commit: str = "a" * 40
    version: str = "1.0.0"
    asked: list[list[str]] = field(default_factory=list)
    fails: str = ""

    def executor(self, calls: Iterable[ModuleCall]) -> FetchExecutor:
        return self.execute

    def execute(self, argv: Sequence[str], folder: Path, said: SaidCallback) -> int:
        if self.fails:
            said(self.fails)
            return 1
        if argv[0] == "sh":
            self.asked.append(["look up"])
            for _ in argv[4::2]:
                said(f"{self.commit}\tHEAD")
            return 0
        records = [{"Key": "", "Source": "", "Dir": "."}]
        for file in sorted(folder.glob("*.tf.json")):
            ((name, call),) = json.loads(file.read_text())["module"].items()
            records.append(self._fetched(folder, name, call))
        (folder / MODULES_FILE).write_text(json.dumps({"Modules": records}))
        self.asked.append([record["Source"] for record in records[1:]])
        return 0

    def _fetched(self, folder: Path, name: str, call: dict[str, str]) -> dict[str, str]:
        place = folder / ".terraform/modules" / name
        (place / ".git").mkdir(parents=True)
        (place / ".git/HEAD").write_text(self.commit)
        (place / ".git/packed-refs").write_text(f"{self.commit} refs/tags/v1\n{self.commit} refs/remotes/origin/main\n")
        (place / "main.tf").write_text(f'output "x" {{\n  value = "{self.commit}"\n}}\n')
        version = {"Version": self.version} if "version" in call else {}
        return {"Key": name, "Source": call["source"], **version, "Dir": f".terraform/modules/{name}"}
