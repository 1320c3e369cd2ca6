"""Versions belong to the project: two roots with two versions of one provider, side by side from one image."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import thing_provider
from harness import ROOT, docker

pytestmark = [pytest.mark.docker, pytest.mark.terraform]
ROOTS = {"old": "~> 1.0.0", "new": "~> 1.1"}


def write(root: Path, name: str, constraint: str) -> None:
    (root / "config" / name).mkdir(parents=True)
    (root / "config" / name / "backend.tfvars").write_text('path = ".orchestrate/states"\n')
    (root / "src" / name).mkdir(parents=True)
    (root / "src" / name / "main.tf").write_text(thing_provider.root(constraint))


@pytest.mark.usefixtures("image")
def test_two_versions_from_one_image(tmp_path: Path) -> None:
    root, mirror = tmp_path / "project", tmp_path / "mirror"
    thing_provider.mirror(mirror, "1.0.0", "1.1.0")
    for name, constraint in ROOTS.items():
        write(root, name, constraint)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        around = os.environ | {"PYTHONPATH": str(ROOT), "ORCHESTRATE_MIRROR": str(mirror)}
        argv = [sys.executable, "-m", "wrapper", *words]
        return subprocess.run(argv, cwd=root, env=around, capture_output=True, text=True, timeout=600)

    (root / "src/new/.terraform.lock.hcl").write_text(thing_provider.lock("1.0.0", "h1:other"))
    refused = run("--dry-run", "plan", "new")
    command = re.search(r"\./orchestrate (providers lock --upgrade src/new) ;", refused.stderr)
    assert refused.returncode == 65 and command, refused.stderr
    for words, file in ((command[1].split(), "src/new"), (["providers", "lock"], "src/old")):
        locked = run("--engine", "host", *words)
        assert (locked.returncode, locked.stdout) == (0, f"{file}/.terraform.lock.hcl\n"), locked.stderr
    built = run("image")
    assert built.returncode == 0, built.stderr
    image = built.stdout.strip()
    try:
        with ThreadPoolExecutor() as pool:
            applied = dict(zip(ROOTS, pool.map(lambda name: run("apply", name), ROOTS), strict=True))
            planned = list(pool.map(lambda name: run("plan", name, "-detailed-exitcode"), ROOTS))
        assert [done.returncode for done in applied.values()] == [0, 0], applied
        assert 'made_by = "1.0.0"' in applied["old"].stdout and 'made_by = "1.1.0"' in applied["new"].stdout
        assert [done.returncode for done in planned] == [0, 0], planned
        assert not any("building" in done.stderr for done in (*applied.values(), *planned))
        write(root, "third", "2.0.0")
        third = run("apply", "third")
        assert third.returncode == 65 and "where: src/third/main.tf:4\n" in third.stderr
        assert "requires example.com/tests/thing 2.0.0; the image holds 1.0.0, 1.1.0" in third.stderr
    finally:
        docker("rmi", "-f", image)
