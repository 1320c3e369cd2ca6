"""The recoveries of docs/state.md, its commands typed as they stand there, on both engines, to a plan that shows no change."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from engine_params import on_host
from harness import BEGAN, REGION, ROOT, Aws, Done, Project, held, tiny

pytestmark = pytest.mark.sandbox
EXPIRED = {"action": "s3:*", "code": "ExpiredToken", "message": "The provided token has expired.", "times": 0}
# The name of a request ends with the first word of its query: this is no lock, which has a longer path.
UNSAVED = {"action": "s3:PUT *terraform.tfstate?x-id", "code": "AccessDenied", "status": 403, "times": 0}
PAGE = (ROOT / "docs/state.md").read_text()


def documented(heading: str) -> list[str]:
    """The commands below a heading of the page, without their comments."""
    section = re.split(r"\n#+ ", PAGE.partition(f"# {heading}\n")[2])[0]
    found = [line.partition("    #")[0].strip() for line in section.splitlines() if line.startswith("    ")]
    assert found, f"no command below {heading!r}"
    return found


def follow(project: Project, heading: str, **known: str) -> list[Done]:
    """Type them. ``known``: what the words in capitals stand for. The last one is a plan, and shows no change."""
    known = {"BUCKET": project.bucket, "KEY": project.key(), "STACK": "tiny", "REGION": REGION, **known}
    done = []
    for line in documented(heading):
        line = line.replace("[-var tenant=T]", "")
        for word, value in known.items():
            line = re.sub(rf"\b{word.replace('_', '-')}\b", value.replace("\\", r"\\"), line)
        assert not re.search(r"\b[A-Z]{4,}\b", re.sub(r'".*?"', "", line)) or "s3" in line, line
        done.append(typed(project, shlex.split(line)))
    assert "No changes." in done[-1].out, str(done[-1])
    return done


def typed(project: Project, words: list[str]) -> Done:
    if words[0] == "./orchestrate":
        return project.run(*words[1:])
    if words[0] == "aws":
        return Done(tuple(words), 0, json.dumps(aws_command(project, words), default=str), "")
    subprocess.run(words, check=True)
    return Done(tuple(words), 0, "", "")


def aws_command(project: Project, words: list[str]) -> Any:
    """As the AWS CLI: ``aws s3api delete-object --version-id X`` is DeleteObject(VersionId="X")."""
    assert project.aws and words[1] == "s3api"
    pairs = zip(words[3::2], words[4::2], strict=True)
    arguments = {"".join(w.title() for w in n.removeprefix("--").split("-")): value for n, value in pairs}
    return getattr(project.aws.client("s3"), words[2].replace("-", "_"))(**arguments)


def has(project: Project, value: str, command: str = "") -> None:
    """What the stack's file says from now on; a plan without arguments sees no other value."""
    project.write(
        f"config/{REGION}/tiny/variables.tfvars", f"value = {json.dumps(value)}\ncommand = {json.dumps(command)}\n"
    )


@pytest.fixture
def applied(project: Project) -> Iterator[Project]:
    assert project.aws
    project.aws.client("s3").put_bucket_versioning(Bucket=project.bucket, VersioningConfiguration={"Status": "Enabled"})
    has(project, "before")
    project.run("apply", "tiny")
    yield project
    project.aws.faults()


def unsaved(project: Project, fault: Mapping[str, Any] = UNSAVED) -> Done:
    """An apply that cannot save its state, since the bucket refuses it from now on; afterwards it is well again."""
    assert project.aws
    has(project, "after", held())
    running = project.start("apply", "tiny").wait_for(BEGAN)
    project.aws.faults(fault)
    project.go_on()
    done = running.end(120)
    project.aws.faults()
    assert done.code == 74, str(done)
    return done


def test_credentials_ran_out(applied: Project) -> None:
    """Every request is refused from one moment on: that of the lock, too."""
    unsaved(applied, EXPIRED)
    locked = applied.run("state", "tiny", "push", "errored.tfstate", codes=(75,))
    printed = re.search(r"force-unlock tiny \S+ -force (\S+)", locked.err)
    assert printed
    follow(applied, "The lock remained too", LOCK_ID=printed[1])
    assert applied.locks() == [] and not (applied.work() / "errored.tfstate").exists()
    assert applied.state()["outputs"]["value"]["value"] == "after"


@on_host
def test_nothing_else_changes_the_layer_meanwhile_here_or_elsewhere(applied: Project, tmp_path: Path) -> None:
    done = unsaved(applied)
    assert "push errored.tfstate" in done.err
    other, before = applied.elsewhere(tmp_path), applied.state_bytes()
    for words in (
        ("state", "tiny", "rm", "terraform_data.value"),
        ("apply", "tiny"),
        ("taint", "tiny", "terraform_data.value"),
    ):
        assert "push errored.tfstate" in applied.run(*words, codes=(74,)).err
        assert "could not save its state" in other.run(*words, codes=(74,)).err
    assert applied.state_bytes() == before
    other.run("plan", "tiny")
    assert "no state waits here" in other.run("state", "tiny", "push", "errored.tfstate", codes=(66,)).err
    follow(applied, "errored.tfstate (74)")
    has(applied, "next")
    other.run("apply", "tiny")


def test_the_machine_is_gone(applied: Project, tmp_path: Path) -> None:
    unsaved(applied)
    has(applied, "after")
    other = applied.elsewhere(tmp_path)
    follow(other, "The run was on another machine", WHY="INC-1")
    assert "state lost: INC-1" in other.run("history", "tiny").out
    refused = applied.run("state", "tiny", "push", "errored.tfstate", codes=(74,))
    aside = re.search(r"mv (\S+) (\S+) ;", refused.err)
    assert aside and "was overtaken by another run" in refused.err
    follow(applied, "The file is damaged, or of another state", FILE=aside[1], ASIDE=aside[2])
    assert Path(aside[2]).read_text()


@on_host
@pytest.mark.parametrize(("text", "fault"), [("", "is empty"), ('{"version": 4, "ser', "is damaged (19 bytes)")])
def test_a_damaged_file_bars_every_change_until_it_is_put_aside(applied: Project, text: str, fault: str) -> None:
    file = applied.work() / "errored.tfstate"
    file.write_text(text)
    for words in (("apply", "tiny"), ("state", "tiny", "push", "errored.tfstate")):
        refused = applied.run(*words, codes=(74,))
        assert fault in refused.err and "+ terraform" not in refused.err
    aside = re.search(r"mv (\S+) (\S+) ;", refused.err)
    assert aside
    follow(applied, "The file is damaged, or of another state", FILE=aside[1], ASIDE=aside[2])
    applied.run("apply", "tiny")


def test_a_full_disk(tmp_path: Path, aws: Aws, engine: str, made: Callable[[Project], Project]) -> None:
    project = made(tiny(tmp_path, aws, engine))
    home = project.private
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(home)], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        has(project, "before")
        project.run("apply", "tiny")
        has(project, "precious", "dd if=/dev/zero of=filler bs=4096; true")
        aws.faults(UNSAVED)
        # With -json Terraform prints it on another stream, as one line.
        done = project.run("apply", "tiny", *(["-json"] if engine == "host" else []), codes=(74,))
        aws.faults()
        link = project.work() / "errored.tfstate"
        file = link.readlink()
        assert file.stat().st_mode & 0o777 == 0o600 and '"precious"' in file.read_text()
        assert str(file) in done.err and '"lineage"' not in done.all
        (project.work() / "filler").unlink()
        assert "push errored.tfstate" in project.run("apply", "tiny", codes=(74,)).err
        follow(project, "The disk was full too")
        assert project.state()["outputs"]["value"]["value"] == "precious" and not (link.is_symlink() or file.exists())
    finally:
        aws.faults()
        project.clean()
        subprocess.run(["umount", "-l", str(home)], check=True)


@on_host
def test_the_lock_of_a_run_that_goes_on_is_not_taken(project: Project) -> None:
    """The command was killed, its Terraform was not: it holds the run directory until it has saved its state."""
    assert project.aws
    running = project.start("apply", "tiny", "-var", "value=kept", "-var", f"command={held()}").wait_for(BEGAN)
    running.send(signal.SIGKILL).process.wait()
    lock = project.aws.client("s3").get_object(Bucket=project.bucket, Key=project.key() + ".tflock")["Body"].read()
    busy = project.run("force-unlock", "tiny", "-force", json.loads(lock)["ID"], codes=(75,))
    assert "is in use by" in busy.err and "+ terraform" not in busy.err
    project.go_on()
    project.a_minute_passes()
    done = project.run("apply", "tiny", "-var", "value=next", "-lock-timeout=60s")
    assert "1 changed" in done.out, "what the first one saved"


@pytest.mark.docker
def test_an_engine_that_goes_away_says_nothing_of_the_outcome(in_docker: Project, tmp_path: Path) -> None:
    with Through("/var/run/docker.sock", tmp_path / "docker.sock") as engine:
        around = {"DOCKER_HOST": f"unix://{engine.path}"}
        running = in_docker.start("apply", "tiny", "-var", "value=kept", "-var", f"command={held()}", env=around)
        running.wait_for(BEGAN)
        engine.cut()
        done = running.end(100)
    assert done.code == 75 and "the outcome is unknown" in done.err and "may go on" in done.err, str(done)
    (name,) = in_docker.containers()
    assert name in printed(r"docker ps -a --filter name=\S+", done.err)
    finishing = in_docker.run("plan", "tiny", codes=(75,))
    assert "terraform apply" in printed(r"docker top \S+", finishing.err)
    in_docker.go_on()
    plan = in_docker.run("plan", "tiny", "-var", "value=kept", "-lock-timeout=60s")
    assert "terraform_data.value" in in_docker.addresses() and "terraform_data.value will" not in plan.out


def printed(pattern: str, text: str) -> str:
    """What a command says that stands in a message."""
    command = re.search(pattern, text)
    assert command, text
    return subprocess.run(shlex.split(command[0]), capture_output=True, text=True, check=True).stdout


class Through:
    """A socket in front of another one, until it is cut."""

    def __init__(self, behind: str, path: Path) -> None:
        self.path = path
        self._behind = behind
        self._open: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(50)

    def __enter__(self) -> Through:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, there = self._listener.accept()[0], socket.socket(socket.AF_UNIX)
                there.connect(self._behind)
                self._open += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


def version(project: Project, marker: bool) -> str:
    assert project.aws
    said = project.aws.client("s3").list_object_versions(Bucket=project.bucket, Prefix=project.key())
    found = [v for v in said["DeleteMarkers" if marker else "Versions"] if v["Key"] == project.key()]
    return str(found[0 if marker else -1]["VersionId"])


def test_a_missing_and_a_damaged_state(applied: Project) -> None:
    assert applied.aws
    s3 = applied.aws.client("s3")
    s3.delete_object(Bucket=applied.bucket, Key=applied.key())
    refused = applied.run("apply", "tiny", codes=(65,))
    assert "is missing" in refused.err and "--state-lost" in refused.err
    follow(applied, "A missing state (65)", VERSION=version(applied, marker=True))
    s3.put_object(Bucket=applied.bucket, Key=applied.key(), Body=b"")
    assert "damaged" in applied.run("apply", "tiny", codes=(65,)).err
    follow(applied, "A damaged state (65)", VERSION=version(applied, marker=False))


@on_host
def test_a_missing_state_of_a_tenant_is_never_none(applied: Project) -> None:
    assert applied.aws
    applied.run("apply", "tiny", "-var", "tenant=acme")
    applied.aws.client("s3").delete_object(Bucket=applied.bucket, Key=applied.key("acme"))
    assert "state missing" in applied.run("tenants", "tiny", codes=(1,)).out
    for words in (
        ("plan", "tiny", "-var", "tenant=acme"),
        ("destroy", "tiny", "-var", "tenant=acme"),
        ("destroy", "tiny"),
    ):
        assert "is missing" in applied.run(*words, codes=(65, 1)).all
    assert applied.state()["resources"], "its stack stays"
    applied.run("destroy", "tiny", "-var", "tenant=acme", "--state-lost", "INC-1")
    assert "acme" not in applied.run("tenants", "tiny").out
