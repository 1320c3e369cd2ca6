"""The tool as it is installed: the wheel, in an empty home, with the checkout out of reach.

Needs the package index, as the environment of these tests did.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness import ROOT, Done

pytestmark = [pytest.mark.docker, pytest.mark.terraform, pytest.mark.sandbox, pytest.mark.long(160)]
# What a way to the package index and a closed machine need; everything else is left behind.
KEPT = re.compile(r"(?i).*(cert|ssl|proxy).*|pip_.*|uv_.*|docker_host|orchestrate_(mirror|base)")


@dataclass(frozen=True)
class Installed:
    """A home with nothing but the installed tool."""

    home: Path

    def run(self, *words: str, cwd: Path | None = None, timeout: float = 120) -> Done:
        return self.shell("orchestrate", *words, cwd=cwd, timeout=timeout)

    def shell(self, *argv: str, cwd: Path | None = None, timeout: float = 120) -> Done:
        """In a mount namespace of its own, where an empty folder hides the checkout."""
        hidden = f'mount -t tmpfs none "{ROOT}" && exec "$@"'
        command = ("unshare", "--mount", "sh", "-c", hidden, "sh", *argv)
        environment = {n: v for n, v in os.environ.items() if KEPT.fullmatch(n)}
        environment |= {"HOME": str(self.home), "PATH": f"{self.home}/.local/bin:{os.environ['PATH']}"}
        done = subprocess.run(
            command,
            cwd=cwd or self.home,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        return Done(argv, done.returncode, done.stdout, done.stderr)


@pytest.fixture
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `python -m build` makes it, by the locked hatchling."""
    folder = tmp_path_factory.mktemp("dist")
    argv = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture
def tool(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    home = tmp_path_factory.mktemp("home")
    unpacked = subprocess.run([sys.executable, "-m", "uv", "cache", "dir"], capture_output=True, text=True, check=True)
    environment = {n: v for n, v in os.environ.items() if KEPT.fullmatch(n)} | {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "UV_CACHE_DIR": unpacked.stdout.strip(),  # what the environment of these tests has, too, is unpacked there
    }
    python = getattr(sys, "_base_executable", sys.executable)  # the environment of these tests lies in the checkout
    argv = [sys.executable, "-m", "uv", "tool", "install", "--quiet", "--python", python, str(wheel)]
    done = subprocess.run(argv, cwd=home, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    yield Installed(home)
    shutil.rmtree(home, ignore_errors=True)


def check_content(wheel: Path) -> None:
    """Each file of the checkout that the tool works with, and no package of the folder's name."""
    with zipfile.ZipFile(wheel) as archive:
        held = {*archive.namelist()}
        metadata = next(archive.read(n).decode() for n in held if n.endswith("METADATA"))
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    context = "wrapper/engines/image/context/"
    files = ("Dockerfile", "requirements.txt", "requirements-haproxy.txt")
    parts = (*files, context, "config/", "demo/", "github/", "gitlab/", "jenkins/", "modules/", "src/")
    wanted = {f"orchestrate/parts/{path}" for path in listed if path.startswith(parts)}
    wanted |= {
        path.replace("wrapper/", "orchestrate/", 1)
        for path in listed
        if path.startswith("wrapper/") and not path.startswith(context)
    }
    assert {path for path in held if ".dist-info/" not in path} == wanted
    locked = re.findall(r"^([a-z0-9-]+==[^ ]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert {*re.findall(r"^Requires-Dist: (.+)$", metadata, re.MULTILINE)} == {*locked}


def check_outside(tool: Installed, image: str) -> None:
    """The checkout is out of reach; the image is the same."""
    assert not tool.shell("ls", str(ROOT)).out
    assert tool.run("image").last == image
    said = tool.run("stacks")
    assert (
        said.code,
        "  to do: go into one, name it with --root DIR, or make one: orchestrate new DIR\n" in said.err,
    ) == (66, True)
    assert "./orchestrate" not in tool.run("--help").all + tool.run("new", "--help").all
    assert tool.run("sandbox", "status").code == 1
    doctor = tool.run("doctor")
    assert doctor.code == 0 and re.search(r"^project +- +none in ", doctor.out, re.MULTILINE), doctor


def check_new_project(tool: Installed) -> None:
    made = tool.run("new", "shop", "--services", "web,api", "--region", "eu-west-1")
    assert made.code == 0, made
    assert made.last == "orchestrate --root shop --sandbox apply shop-test -var tenant=acme"
    folder = tool.home / "shop/config/eu-west-1"
    try:
        line = "orchestrate --sandbox apply shop-test -var tenant=acme | tail -1"
        done = tool.shell("sh", "-c", line, cwd=folder, timeout=900)
        assert done.out == "http://acme.test.example.com\n", done
        listed = tool.shell("../../orchestrate", "--sandbox", "tenants", "shop-test", cwd=folder)
        assert listed.code == 0 and re.search(r"^acme +deployed +http://acme", listed.out, re.MULTILINE), listed
        assert tool.run("upgrade", "--check", cwd=folder).code == 0
    finally:
        tool.run("sandbox", "stop", cwd=folder)


def test_the_installed_tool(wheel: Path, tool: Installed, image: str) -> None:
    """In one test: workers that run side by side would each build and install it."""
    check_content(wheel)
    check_outside(tool, image)
    check_new_project(tool)
