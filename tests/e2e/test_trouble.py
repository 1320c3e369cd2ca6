"""What goes wrong around a run: no engine, no image, another file system, no bucket, no room, a state not saved."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from engine_params import on_host
from harness import BEGAN, REGION, ROOT, Aws, Project, slow, tiny

pytestmark = pytest.mark.sandbox


@dataclass
class Gateway:
    """Stands before the simulated AWS and refuses to write what it is told to."""

    server: ThreadingHTTPServer
    refused: list[str] = field(default_factory=list)  # endings of paths that may not be written

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def gateway(aws: Aws) -> Iterator[Gateway]:
    behind = urlsplit(aws.url).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = urlsplit(self.path).path
            if self.command == "PUT" and any(path.endswith(ending) for ending in made.refused):
                return self.send(
                    403, {}, b"<Error><Code>AccessDenied</Code><Message>denied for this test</Message></Error>"
                )
            connection = http.client.HTTPConnection(behind, timeout=30)
            try:
                connection.request(self.command, self.path, body, dict(self.headers))
                response = connection.getresponse()
                said = response.read()
                self.send(response.status, dict(response.getheaders()), said)
            finally:
                connection.close()

        def send(self, code: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(code)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            length = headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(body))
            self.send_header("Content-Length", length)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    made = Gateway(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
    made.server.daemon_threads = True
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_a_state_that_cannot_be_saved_is_kept_and_stands_in_the_way_until_it_is_pushed(
    project: Project, gateway: Gateway
) -> None:
    project.environment["AWS_ENDPOINT_URL"] = gateway.url
    project.run("apply", "tiny", "-var", "value=before")
    gateway.refused.append("terraform.tfstate")
    risky = project.run("apply", "tiny", "-var", "value=after", codes=(74,))
    file = project.work() / "errored.tfstate"
    assert str(file) in risky.err and "state tiny ap-southeast-2 push errored.tfstate" in risky.err
    assert "after" in file.read_text() and file.stat().st_uid == os.getuid()
    gateway.refused.clear()
    for verb in ("apply", "destroy", "refresh"):
        refused = project.run(verb, "tiny", codes=(74,))
        assert "push errored.tfstate" in refused.err and "+ terraform" not in refused.err
    project.run("output", "tiny")  # looking is no danger
    project.run("state", "tiny", REGION, "push", "errored.tfstate")
    assert not file.exists()
    assert project.state()["outputs"]["value"]["value"] == "after"
    assert "No changes." in project.run("plan", "tiny", "-var", "value=after", "-detailed-exitcode").out
    project.run("apply", "tiny", "-var", "value=next")
    project.assert_nothing_left()


@on_host
def test_a_push_that_failed_keeps_the_state(project: Project, gateway: Gateway) -> None:
    project.environment["AWS_ENDPOINT_URL"] = gateway.url
    project.run("apply", "tiny", "-var", "value=before")
    gateway.refused.append("terraform.tfstate")
    project.run("apply", "tiny", "-var", "value=after", codes=(74,))
    project.run("state", "tiny", "push", "errored.tfstate", codes=(1, 74))
    assert (project.work() / "errored.tfstate").exists()


@pytest.fixture
def small(tmp_path: Path, aws: Aws, engine: str, made: Callable[[Project], Project]) -> Iterator[Project]:
    """The tiny project with a home of 3 MB."""
    project = made(tiny(tmp_path, aws, engine))
    home = project.private
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(home)], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield project
    project.clean()
    subprocess.run(["umount", "-l", str(home)], check=True)


def test_a_full_disk_before_a_run_starts_nothing(small: Project) -> None:
    small.run("plan", "tiny")
    filler = os.open(small.private / "filler", os.O_WRONLY | os.O_CREAT)
    with pytest.raises(OSError):
        while os.write(filler, bytes(1 << 12)):
            pass
    os.close(filler)
    done = small.run("apply", "tiny", "-var", "tenant=acme", codes=(69, 74))
    assert "No space left" in done.err and "bug of ours" not in done.err and "ORCHESTRATE_HOME" in done.err
    assert small.containers() == [] and small.objects() == []


def test_without_an_engine_it_says_what_to_do(empty: Project, tmp_path: Path) -> None:
    project = with_tiny_stack(empty, tmp_path)
    for address in ("unix:///nonexistent.sock", "tcp://127.0.0.1:9"):
        done = project.run("plan", "tiny", codes=(69,), env={"DOCKER_HOST": address})
        assert "no Docker engine answers" in done.err and address in done.err
        assert "--engine host" in done.err and "to do:" in done.err
    assert not list(project.private.glob("runs/**/*.tf"))


def with_tiny_stack(project: Project, tmp_path: Path) -> Project:
    project.write(f"config/{REGION}/tiny/backend.tfvars", 'path = ".states"\n')
    project.write("src/tiny/main.tf", 'resource "terraform_data" "value" {\n}\n')
    return project


@pytest.mark.docker
def test_without_an_image_and_a_way_to_build_one(empty: Project, tmp_path: Path, image: str) -> None:
    """A tool whose image nobody has, on a machine that has nothing to make it of and no registry."""
    project = with_tiny_stack(empty, tmp_path)
    project.tool = tmp_path / "tool"
    project.tool.mkdir()
    shutil.copy(ROOT / "orchestrate", project.tool)
    shutil.copy(ROOT / "requirements.txt", project.tool)
    shutil.copytree(ROOT / "wrapper", project.tool / "wrapper", ignore=shutil.ignore_patterns("__pycache__"))
    (project.tool / "Dockerfile").write_text((ROOT / "Dockerfile").read_text() + f"# {tmp_path}\n")
    path = os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if not Path(p, "terraform").exists())
    around = {"PATH": path, "ORCHESTRATE_BASE": "127.0.0.1:9/nothing:none"}
    done = project.run("plan", "tiny", codes=(69,), env=around)
    assert "the image cannot be built" in done.err and "to do:" in done.err
    assert project.containers() == []


@pytest.fixture
def unshared(in_docker: Project) -> Project:
    if os.getuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a mount name space of one's own needs root")
    return in_docker


@pytest.mark.parametrize("hidden", ["sources", "home"])
def test_a_daemon_that_does_not_see_our_files(unshared: Project, hidden: str) -> None:
    """Both have a folder of that name. Ours is there for us alone; in the daemon's the files are others, or none."""
    unshared.run("plan", "tiny")
    folder = unshared.root if hidden == "sources" else unshared.private
    ours = folder.with_name("ours")
    shutil.copytree(folder, ours, symlinks=True)
    if hidden == "sources":
        shutil.rmtree(folder / "src")
    unshared.before = (
        "unshare",
        "--mount",
        "sh",
        "-c",
        'mount --bind "$1" "$2"; shift 2; exec "$@"',
        "sh",
        str(ours),
        str(folder),
    )
    done = unshared.run("plan", "tiny", "--root", str(unshared.root), codes=(69,), cwd=unshared.home)
    assert "does not see" in done.err and "--engine host" in done.err
    assert unshared.containers() == []


def test_a_daemon_that_dies_is_no_success(in_docker: Project) -> None:
    """Not by killing the daemon, which is everybody's: by taking away the container under the run."""
    running = in_docker.start("apply", "tiny", "-var", f"command={slow()}").wait_for(BEGAN)
    (name,) = in_docker.containers()
    subprocess.run(["docker", "kill", name], capture_output=True, check=True)
    done = running.end(100)
    assert done.code in (1, 69, 75), str(done)
    assert "Apply complete" not in done.out and "bug of ours" not in done.err
    assert in_docker.containers() == []
    # Its lock stays, as after any machine that dies; the next command names it.
    blocked = in_docker.run("apply", "tiny", codes=(75,))
    assert "force-unlock" in blocked.err


def test_a_container_stopped_by_somebody_else_saves_its_state(in_docker: Project) -> None:
    running = in_docker.start("apply", "tiny", "-var", "value=kept", "-var", f"command={slow()}").wait_for(BEGAN)
    (name,) = in_docker.containers()
    subprocess.run(["docker", "stop", name], capture_output=True, check=True, timeout=300)
    done = running.end(100)
    assert done.code in (1, 75), str(done)
    assert done.all.count("Interrupt received") == 1
    assert "terraform_data.value" in in_docker.addresses()
    in_docker.assert_nothing_left()


def test_a_name_that_a_dead_container_has_is_taken_again(in_docker: Project, image: str) -> None:
    name = f"{in_docker.prefix}{REGION}.tiny._stack"
    subprocess.run(["docker", "create", "--name", name, image, "true"], capture_output=True, check=True)
    in_docker.run("apply", "tiny")
    in_docker.assert_nothing_left()


@on_host
def test_a_reader_that_went_away_does_not_stop_a_run(project: Project) -> None:
    words = project.argv("apply", "tiny", "-var", "command=seq 1 5000; sleep 1; seq 1 5000")
    line = ("sh", "-c", '"$@" | head -c 1 >/dev/null', "sh", *words)
    began = time.monotonic()
    subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, **project.options())
    assert time.monotonic() - began > 1
    assert "terraform_data.command" in project.addresses()
    project.assert_nothing_left()
