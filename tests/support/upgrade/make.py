"""Makes what the version before leaves in a project: ``python tests/support/upgrade/make.py``, once a version.

It checks the release out into a worktree of git, runs it as a person and a pipeline run it on the project beside this
file, whose roots hold terraform_data only, and takes what it left: the objects of the bucket, the run directories, a
report, a journal, plan files, and what it said itself about all of that. What was made once is never made again.

Needs Docker, Terraform on PATH and the development environment.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

VERSION, COMMIT = "0.1.1", "6fb1cac"
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
KEPT = HERE / VERSION
PLACE = Path("/tmp/orchestrate-upgrade")  # neutral: what is kept names no folder of a person
PROJECT, TOOL = PLACE / "project", PLACE / "tool"
PRIVATE = PROJECT / ".orchestrate"
BUCKET, REGION = "orchestrate-upgrade-states", "ap-southeast-2"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": str(PLACE / "user"),
    "LANG": "C.UTF-8",
    "USER": "jenkins",
    "BUILD_TAG": "jenkins-deploy-41",
    "BUILD_USER_ID": "ann",
    "BUILD_URL": "https://jenkins.example.com/job/deploy/41/",
    "ORCHESTRATE_SANDBOX": "1",
}
HOST = {"ORCHESTRATE_ENGINE": "host"}
TEST, LIVE, NIGHT, FAILED, KILLED = (f"app-{n}" for n in ("test", "live", "night", "failed", "killed"))
LIVE_TOO = ("--confirm", f"{REGION}/{LIVE}")
SAID = {  # what the version itself says at the end
    **{f"tenants-{s}": ("tenants", s) for s in (TEST, LIVE, NIGHT, FAILED, KILLED)},
    **{f"affected-{s}": ("affected", s) for s in (TEST, NIGHT, FAILED, KILLED)},
    "affected-app-test-typed": ("affected", TEST, "-var", "service1-build=91", "-var", "api_key=secret"),
    "affected-app-live": ("affected", LIVE, "-var", "service1-build=91"),
    "builds-app-test": ("builds", TEST),
    "builds-app-live": ("builds", LIVE),
    "history-app-test-acme": ("history", TEST, "-var", "tenant=acme"),
    "history-app-live-acme": ("history", LIVE, "-var", "tenant=acme"),
    "keep-list": ("keep", "--list"),
    "reap": ("reap",),
}


def main() -> None:
    if KEPT.exists():
        sys.exit(f"{KEPT} is there: what a version left is made once, and never again")
    shutil.rmtree(PLACE, ignore_errors=True)
    with worktree():
        lay_out()
        try:
            act()
            keep()
        finally:
            tool("sandbox", "stop")
    shutil.rmtree(PLACE)


@contextlib.contextmanager
def worktree() -> Iterator[None]:
    """The version before, with an environment of its own: that of this checkout, where the lock is the same."""
    PLACE.mkdir()
    git(ROOT, "worktree", "add", "--detach", str(TOOL), COMMIT)
    try:
        lock = subprocess.run(["cksum"], input=(TOOL / "requirements.txt").read_bytes(), capture_output=True).stdout
        made = ROOT / ".orchestrate" / f"venv-{lock.split()[0].decode()}"
        if made.exists():
            (TOOL / ".orchestrate").mkdir()
            (TOOL / ".orchestrate" / made.name).symlink_to(made.resolve())
        yield
    finally:
        git(ROOT, "worktree", "remove", "--force", str(TOOL))


def lay_out() -> None:
    shutil.copytree(HERE / "project", PROJECT)
    (PLACE / "user").mkdir()
    (PROJECT / ".gitignore").write_text(".orchestrate/\n")
    git(PROJECT, "init", "--quiet")
    commit("Begin")


def commit(subject: str) -> None:
    """A commit whose name is the same wherever this runs."""
    git(PROJECT, "add", "-A")
    git(PROJECT, "commit", "--quiet", "-m", subject)


def git(folder: Path, *words: str) -> None:
    names = {f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in IDENTITY.items()}
    subprocess.run(["git", "-C", str(folder), *words], check=True, env={**os.environ, **names})


IDENTITY = {"NAME": "Ann", "EMAIL": "ann@example.com", "DATE": "2026-01-02T03:04:05Z"}


def act() -> None:
    """What people and pipelines did with it."""
    tool("apply", TEST, "--all-tenants")
    tool("apply", TEST, "-var", "tenant=globex", "-var", "service1-build=90", "-var", "api_key=secret")
    tool("apply", TEST, "-var", "tenant=globex", "-var", "service1-build=91", "-var", "api_key=secret", **HOST)
    tool("apply", LIVE, *LIVE_TOO, "--all-tenants", "-var", "service1-build=89")
    build("91")
    tool("apply", TEST, "-var", "tenant=acme")
    tool("promote", TEST, LIVE, *LIVE_TOO, "--all-tenants")
    build("92")
    tool("apply", TEST, "-var", "tenant=acme")
    tool("keep", TEST, "--until", "2099-12-31", "--time-zone", "Australia/Sydney", "--reason", "demo for the board")
    tool("apply", NIGHT, "--all-tenants", **HOST)
    tool("apply", FAILED, "--all-tenants", "--report", str(PLACE / "report.json"), codes=(1,), **HOST)
    killed()
    for name, engine in (("docker", {}), ("host", HOST)):
        words = ("-var", "tenant=globex", "-var", "service1-build=93", "-var", "api_key=secret")
        tool("plan", TEST, *words, f"-out={PLACE / f'globex-{name}.tfplan'}", **engine)


def build(number: str) -> None:
    """The file of acme names another build."""
    file = PROJECT / f"config/{REGION}/{TEST}/tenants/acme.tfvars"
    file.write_text(f'value = "of acme"\nservice1-build = "{number}"\n')
    commit(f"Build {number} for acme")


def killed() -> None:
    """A run over many whose second tenant takes its time: the tool is killed, its container goes on to its end."""
    running = subprocess.Popen(argv("apply", KILLED, "--all-tenants", "--jobs", "1"), env=ENVIRONMENT, cwd=PROJECT)
    wait_until(lambda: "held-2" in "".join(f.read_text() for f in PRIVATE.glob("logs/*/globex.log")))
    running.send_signal(signal.SIGKILL)
    running.wait()
    go_on = PRIVATE / f"runs/{REGION}/{KILLED}/globex/tree/src/app/tenant/go-on"
    go_on.touch()
    wait_until(lambda: not containers("status=running"))
    go_on.unlink()
    docker("rm", *containers())


def containers(*filters: str) -> list[str]:
    """Those of this project."""
    named = f"name=orchestrate.{hashlib.sha256(str(PROJECT).encode()).hexdigest()[:8]}."
    return docker("ps", "--all", "--quiet", *(f"--filter={f}" for f in (named, *filters))).split()


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout


def wait_until(there: Any) -> None:
    deadline = time.monotonic() + 120
    while not there():
        if time.monotonic() > deadline:
            sys.exit("that took too long")
        time.sleep(0.1)


def argv(*words: str) -> list[str]:
    return [str(TOOL / "orchestrate"), *words]


def tool(*words: str, codes: Sequence[int] = (0,), **environment: str) -> str:
    print("+", *words, flush=True)
    options: dict[str, Any] = {"cwd": PROJECT, "env": {**ENVIRONMENT, **environment}, "stdin": subprocess.DEVNULL}
    done = subprocess.run(argv(*words), capture_output=True, text=True, timeout=900, **options)
    if done.returncode not in codes:
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


# -- keeping what it left ----------------------------------------------------------------------------


def keep() -> None:
    """The project as it was at the end, what was left, and what the version says of it."""
    (KEPT / "said").mkdir(parents=True)
    for folder in ("config", "src", "modules"):
        shutil.copytree(PROJECT / folder, KEPT / "project" / folder)
    for name, words in SAID.items():
        (KEPT / f"said/{name}.json").write_text(tool(*words, "--json"))
    for name, data in bucket().items():
        write(KEPT / "bucket" / name, data)
    for folder in ("fleets", *(f"runs/{REGION}/{stack}" for stack in (TEST, FAILED, KILLED))):
        plain_files(PRIVATE / folder, KEPT / "private" / folder)
    for file in (*PLACE.glob("*.tfplan"), PLACE / "report.json", PRIVATE / "sandbox/server.json"):
        shutil.copy(file, KEPT / file.name)
    sums = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.relative_to(KEPT)}\n" for f in files(KEPT)]
    (KEPT / "SHA256SUMS").write_text("".join(sums))


def bucket() -> dict[str, bytes]:
    url = json.loads((PRIVATE / "sandbox/server.json").read_text())["url"]
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
    s3: Any = boto3.client("s3", endpoint_url=url, config=Config(s3={"addressing_style": "path"}), **keys)
    names = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    return {name: s3.get_object(Bucket=BUCKET, Key=name)["Body"].read() for name in names}


def plain_files(source: Path, target: Path) -> None:
    """Without symbolic links: they name the project's folder, and each run makes them again."""
    for file in files(source):
        if not file.is_symlink():
            write(target / file.relative_to(source), file.read_bytes())


def files(folder: Path) -> list[Path]:
    return sorted(f for f in folder.rglob("*") if f.is_file())


def write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


if __name__ == "__main__":
    main()
