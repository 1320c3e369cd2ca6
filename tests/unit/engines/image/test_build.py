"""The image: its name, its sources, its build in both ways, and `hold`, its PID 1, on the real engine.

Not run here, for want of internet: pulling the official base, `terraform init` from the public registry.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import http.server
import io
import ipaddress
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import textwrap
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import thing_provider
from harness import wait_until

from wrapper.engines.held_stream import HeldStream
from wrapper.engines.image import build, debian_base, inputs
from wrapper.model.errors import ConfigError, NotFoundError, RefusedError, UnavailableError

ROOT = Path(__file__).resolve().parents[4]
PROVIDER = "registry.terraform.io/hashicorp/aws"


TEST = "orchestrate.test"  # the label of all that the build of a copy makes, so that tests may build side by side


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project of its own, whose image no other test builds."""
    root = tmp_path / "root"
    shutil.copytree(ROOT / "wrapper/engines/image/context", root / "wrapper/engines/image/context")
    text = (ROOT / "Dockerfile").read_text()
    label = f"LABEL {build.BUILD}=${{BUILD}}"
    assert label in text
    (root / "Dockerfile").write_text(text.replace(label, f'{label} {TEST}="{tmp_path}"'))
    return root


def edit(root: Path, arg: str, value: str) -> None:
    path = root / "Dockerfile"
    rows = [f"ARG {arg}={value}" if r.startswith(f"ARG {arg}=") else r for r in path.read_text().splitlines()]
    path.write_text("\n".join(rows) + "\n")


# --- its name ---


def test_the_tag_is_a_name_and_depends_on_the_inputs_alone(copy: Path) -> None:
    before = build.tag(copy)
    assert before.startswith("orchestrate:")
    assert len(before) == len("orchestrate:") + 12
    (copy / "wrapper/other.py").write_text("x")
    (copy / "wrapper/engines/image/context/folder").mkdir()
    os.utime(copy / "Dockerfile", (0, 0))
    assert build.tag(copy) == before


@pytest.mark.parametrize(
    "name", ["Dockerfile", *(f"wrapper/engines/image/context/{n}" for n in ("hold", "install", "new"))]
)
def test_the_tag_changes_with_every_input(copy: Path, name: str) -> None:
    before = build.tag(copy)
    with (copy / name).open("a") as file:
        file.write("#")
    assert build.tag(copy) != before


def test_the_tag_is_cheap_and_needs_no_docker() -> None:
    best = min(timed(lambda: build.tag(ROOT)) for _ in range(20))
    assert best < 0.002
    code = "import sys; from wrapper.engines.image.build import Path, tag; tag(Path()); print('docker' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout == "False\n"


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_a_missing_dockerfile_is_named(tmp_path: Path) -> None:
    (tmp_path / "wrapper/engines/image/context").mkdir(parents=True)
    with pytest.raises(NotFoundError, match="Dockerfile"):
        build.tag(tmp_path)


# --- what is pinned, and what the host has ---


def test_pins_come_from_the_dockerfile_and_the_lock_file() -> None:
    pins = inputs.read_pins(ROOT, "amd64")
    assert (pins.terraform, pins.suite, pins.providers) == ("1.11.4", "bookworm", ((PROVIDER, "5.100.0"),))
    assert len(pins.binary) == 64
    assert "@sha256:" in pins.base
    assert inputs.read_pins(ROOT, "arm64").binary == ""


def test_the_lock_file_serves_every_platform() -> None:
    lock = (ROOT / "wrapper/engines/image/context/.terraform.lock.hcl").read_text()
    assert (lock.count('"zh:'), lock.count('"h1:')) == (15, 2)


def test_terraform_is_known_by_its_digest(copy: Path, tmp_path: Path) -> None:
    wrong, right = tmp_path / "a", tmp_path / "b"
    for folder, text in ((wrong, "other"), (right, "this")):
        folder.mkdir()
        (folder / "terraform").write_text(text)
    env = {"PATH": f"{wrong}:{right}"}
    assert build.locate_sources(copy, env, "amd64", top=tmp_path).terraform is None
    edit(copy, "BINARY_AMD64", hashlib.sha256(b"this").hexdigest())
    assert build.locate_sources(copy, env, "amd64", top=tmp_path).terraform == right / "terraform"


def mirror(folder: Path, *, packed: bool = False) -> Path:
    place = folder / PROVIDER
    if packed:
        place.mkdir(parents=True)
        (place / "terraform-provider-aws_5.100.0_linux_amd64.zip").write_bytes(b"zip")
    else:
        (place / "5.100.0/linux_amd64").mkdir(parents=True)
        (place / "5.100.0/linux_amd64/terraform-provider-aws_v5.100.0_x5").write_bytes(b"provider")
    return folder


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("place", ["usr/local/share/terraform/plugins", "srv/any-name", "srv/.any-name"])
def test_a_mirror_is_found(tmp_path: Path, place: str, packed: bool) -> None:
    made = mirror(tmp_path / place, packed=packed)
    assert build.locate_sources(ROOT, {}, "amd64", top=tmp_path).mirror(PROVIDER) == made
    assert build.locate_sources(ROOT, {}, "arm64", top=tmp_path).mirror(PROVIDER) is None


@pytest.mark.parametrize("place", ["bin/any-name", "proc/1", "srv"])
def test_no_command_looks_for_a_mirror_where_none_is_put(tmp_path: Path, place: str) -> None:
    mirror(tmp_path / place)
    assert build.locate_sources(ROOT, {}, "amd64", top=tmp_path).mirror(PROVIDER) is None


def test_a_named_mirror_must_hold_the_provider(tmp_path: Path) -> None:
    env = {"ORCHESTRATE_MIRROR": str(tmp_path)}
    with pytest.raises(ConfigError, match=r"ORCHESTRATE_MIRROR=.*hashicorp/aws 5\.100\.0 for linux_amd64"):
        build.locate_sources(ROOT, env, "amd64", top=tmp_path)
    mirror(tmp_path)
    assert build.locate_sources(ROOT, env, "amd64", top=tmp_path).mirror(PROVIDER) == tmp_path


def test_the_context_holds_the_inputs_and_the_hosts_files(tmp_path: Path) -> None:
    made, terraform = mirror(tmp_path / "m"), tmp_path / "terraform"
    terraform.write_bytes(b"t" * 700)
    terraform.chmod(0o755)
    pins = inputs.read_pins(ROOT, "amd64")
    stream = io.BytesIO(b"".join(inputs.context(ROOT, pins, build.Sources(terraform, ((PROVIDER, made),)))))
    with tarfile.open(fileobj=stream) as tar:
        names = {m.name: m for m in tar.getmembers()}
    binary = names["wrapper/engines/image/context/root/usr/local/bin/terraform"]
    assert (binary.size, binary.mode) == (700, 0o755)
    plugins = "wrapper/engines/image/context/root/usr/local/share/terraform/plugins"
    assert f"{plugins}/{PROVIDER}/5.100.0/linux_amd64/terraform-provider-aws_v5.100.0_x5" in names
    assert {
        "Dockerfile",
        "wrapper/engines/image/context/hold",
        "wrapper/engines/image/context/.terraform.lock.hcl",
    } <= names.keys()
    assert len(stream.getvalue()) % 512 == 0


def test_failures_say_which_kind_they_are() -> None:
    said = ["orchestrate: Terraform 1.11.4 for amd64 is not the pinned one: sha256 is 1, must be 2"]
    refused = build.failure("The command '...' returned a non-zero code: 3", build.BuildLog(print, said=said))
    assert isinstance(refused, RefusedError)
    assert "is not the pinned one" in refused.message
    lost = build.failure("pull access denied", build.BuildLog(print, "debootstrap is not installed"))
    assert isinstance(lost, UnavailableError)
    assert "debootstrap is not installed" in lost.hint


def test_two_commands_build_one_after_the_other(copy: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with build.one_at_a_time(copy, order.append):
            order.append("second")

    with build.one_at_a_time(copy, order.append):
        thread = threading.Thread(target=second)
        thread.start()
        wait_until(lambda: bool(order))
        order.append("first")
    thread.join()
    assert order == ["waiting for another command that is building the image", "first", "second"]


class FakeApi:
    """Two of ours, the base, a nameless layer, and one of another project that carries our label."""

    def __init__(self) -> None:
        names = (["orchestrate:new"], ["orchestrate:old"], ["orchestrate-base:bookworm"], None, ["theirs:1"])
        self.all = [{"Id": f"sha256:{i}", "RepoTags": tags} for i, tags in enumerate(names)]
        self.removed: list[str] = []

    def images(self, **_: object) -> list[dict[str, Any]]:
        return self.all

    def remove_image(self, name: str) -> None:
        self.removed.append(name)


class FakeClient:
    def __init__(self) -> None:
        self.api = FakeApi()


def test_remove_old_takes_only_ours_and_keeps_the_present() -> None:
    client: Any = FakeClient()
    assert build.remove_old(client, "orchestrate:new") == client.api.removed
    assert client.api.removed == ["orchestrate:old", "orchestrate-base:bookworm", "sha256:3"]


class Images:
    """The images of an engine that answers the removal of one with an error."""

    def __init__(self, answer: Exception | None) -> None:
        self.images, self.answer = self, answer
        self.removed: list[tuple[str, bool]] = []

    def remove(self, name: str, *, force: bool) -> None:
        self.removed.append((name, force))
        if self.answer:
            raise self.answer


def test_an_image_that_is_not_there_is_discarded_already() -> None:
    errors = pytest.importorskip("docker.errors")
    for answer in (None, errors.ImageNotFound("no such image")):
        client: Any = Images(answer)
        build.discard(client, "orchestrate:new")
        assert client.removed == [("orchestrate:new", True)]
    with pytest.raises(UnavailableError, match="is being used"):
        refusing: Any = Images(errors.APIError("is being used by a running container"))
        build.discard(refusing, "orchestrate:new")


# --- the build, on the real engine ---


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    docker = pytest.importorskip("docker")
    try:
        found = docker.from_env()
        found.ping()
    except docker.errors.DockerException:
        pytest.skip("no Docker engine")
    yield found
    found.close()


@pytest.fixture(scope="module")
def built(client: Any) -> str:
    return build.build(ROOT, client, print)


@pytest.fixture(scope="module")
def base(client: Any) -> str:
    pins = inputs.read_pins(ROOT, "amd64")
    if debian_base.no_debootstrap() and not build.exists(client, build.base_name(pins)):
        pytest.skip(debian_base.no_debootstrap())
    return build.local_base(client, pins, print)


@pytest.fixture
def local(base: str) -> dict[str, str]:
    """The environment in which a build needs no base from a registry."""
    return {"ORCHESTRATE_BASE": base, "PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}


@pytest.fixture
def light(copy: Path, local: dict[str, str]) -> Path:
    """The copy with a small provider, for builds that are about something else than the 700 MB of AWS's."""
    made = thing_provider.mirror(copy.parent / "mirror", "1.0.0")
    (copy / inputs.FILES / ".terraform.lock.hcl").write_text(thing_provider.lock("1.0.0", made["1.0.0"]))
    local["ORCHESTRATE_MIRROR"] = str(copy.parent / "mirror")
    return copy


@pytest.fixture(scope="module")
def with_curl(client: Any, base: str) -> Iterator[str]:
    """The base with what `install` needs to download: one apt-get for several builds."""
    lines = f"FROM {base}\nRUN apt-get update -q && apt-get install -qy --no-install-recommends curl unzip\n"
    name = f"orchestrate.test/curl:{secrets.token_hex(4)}"
    client.images.build(fileobj=io.BytesIO(lines.encode()), tag=name, rm=True, forcerm=True)
    yield name
    client.images.remove(name)


@pytest.fixture
def nothing_left(client: Any, copy: Path) -> Iterator[None]:
    """No image and no container of the copy's build."""
    yield
    mine = {"label": f"{TEST}={copy.parent}"}
    assert client.api.images(all=True, filters=mine) == []
    assert client.api.containers(all=True, filters=mine) == []


@pytest.mark.docker
def test_a_built_image_is_not_built_again(client: Any, built: str) -> None:
    said: list[str] = []
    assert build.exists(client, built)
    assert build.build(ROOT, client, said.append) == built == build.tag(ROOT)
    assert said == []
    assert not build.exists(client, "orchestrate:none")


@pytest.mark.docker
def test_the_image_works_for_any_user_without_network(client: Any, built: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('terraform {\n required_providers {\n aws = { source = "hashicorp/aws" }\n }\n}\n'
                                      'provider "aws" { region = "x" }\n')  # fmt: skip
    tmp_path.chmod(0o777)
    script = """
        set -e; cp /usr/local/share/terraform/.terraform.lock.hcl .
        terraform init -input=false >&2; terraform validate >&2
        test -L .terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_*
        git --version >&2; test "$HOME" = /tmp; test -s /etc/ssl/certs/ca-certificates.crt
        stat -c %a /tmp; cmp .terraform.lock.hcl /usr/local/share/terraform/.terraform.lock.hcl && echo same"""
    shown = client.containers.run(
        built, ["sh", "-c", script], volumes={str(tmp_path): {"bind": "/run/w", "mode": "rw"}}, working_dir="/run/w",
        user="4711:4711", network_mode="none", read_only=True, tmpfs={"/tmp": "mode=1777"}, cap_drop=["ALL"],
        security_opt=["no-new-privileges"], pids_limit=256, remove=True,
    )  # fmt: skip
    assert shown.decode().split() == ["1777", "same"]
    assert client.images.get(built).attrs["Config"]["User"] == "65534:65534"


@pytest.mark.docker
@pytest.mark.usefixtures("nothing_left")
def test_a_tampered_binary_fails_the_build(client: Any, copy: Path, local: dict[str, str], tmp_path: Path) -> None:
    pins = inputs.read_pins(copy, "amd64")
    (tmp_path / "terraform").write_bytes(Path(shutil.which("terraform") or "").read_bytes() + b"!")
    (tmp_path / "terraform").chmod(0o755)
    tar = inputs.context(copy, pins, build.Sources(tmp_path / "terraform"))
    args = {"BASE": local["ORCHESTRATE_BASE"], "BUILD": "test-tampered"}
    log = build.BuildLog(print)
    with (
        pytest.raises(RefusedError, match="is not the pinned one: sha256 is"),
        build.swept(client, "test-tampered", log),
    ):
        build.run_build(client, tar, args, log)


@pytest.mark.docker
@pytest.mark.usefixtures("nothing_left")
def test_a_tampered_provider_fails_the_build(client: Any, copy: Path, local: dict[str, str], tmp_path: Path) -> None:
    local["ORCHESTRATE_MIRROR"] = str(mirror(tmp_path / "m"))
    with pytest.raises(RefusedError, match=r"provider is not the one in .*\.terraform\.lock\.hcl"):
        build.build(copy, client, print, local)
    assert not build.exists(client, build.tag(copy))


@pytest.fixture
def releases(tmp_path: Path, client: Any) -> Iterator[str]:
    """A stand-in for the releases site, as a company mirror would be one: the real binary, in a zip of ours."""
    site = tmp_path / "site"
    (site / "terraform/1.11.4").mkdir(parents=True)
    with zipfile.ZipFile(site / "terraform/1.11.4/terraform_1.11.4_linux_amd64.zip", "w") as file:
        file.write(shutil.which("terraform") or "", "terraform")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    subnet = client.networks.get("bridge").attrs["IPAM"]["Config"][0]["Subnet"]
    gateway = str(ipaddress.ip_network(subnet)[1])
    try:
        server = http.server.ThreadingHTTPServer((gateway, 0), handler)
    except OSError:
        pytest.skip("the engine's bridge is not on this host")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{gateway}:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.docker
@pytest.mark.usefixtures("nothing_left")
def test_the_open_way_takes_terraform_from_a_release_site(
    client: Any, light: Path, local: dict[str, str], releases: str, tmp_path: Path
) -> None:
    made = tmp_path / "site/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip"
    edit(light, "ZIP_AMD64", hashlib.sha256(made.read_bytes()).hexdigest())
    closed, opened = (
        built_once(client, light, local | env) for env in ({}, {"PATH": "", "ORCHESTRATE_RELEASES": releases})
    )
    assert ("from this host's files" in closed[0], "with the network: Terraform 1.11.4" in opened[0]) == (True, True)
    assert opened[1:] == closed[1:]
    assert opened[1].startswith(b"Terraform v1.11.4") and b"terraform-provider-thing_v1.0.0" in opened[2]


def built_once(client: Any, root: Path, env: dict[str, str]) -> tuple[str, bytes, bytes]:
    """What its build says, and what there is in it then."""
    said: list[str] = []
    name = build.build(root, client, said.append, env)
    try:
        return "\n".join(said), client.containers.run(name, remove=True), content(client, name)
    finally:
        client.images.remove(name)


def content(client: Any, name: str) -> bytes:
    """The digests of all that the two ways bring."""
    where = "/usr/local /etc/terraform.rc -type f"
    script = f"find {where} -exec sha256sum {{}} + | sort; find {where} -exec stat -c '%n %a %u' {{}} + | sort"
    return bytes(client.containers.run(name, ["sh", "-c", script], remove=True))


@pytest.mark.docker
@pytest.mark.usefixtures("nothing_left")
def test_the_open_way_refuses_another_zip(
    client: Any, light: Path, local: dict[str, str], releases: str, with_curl: str
) -> None:
    env = local | {"PATH": "", "ORCHESTRATE_RELEASES": releases, "ORCHESTRATE_BASE": with_curl}
    with pytest.raises(RefusedError, match=r"terraform_1\.11\.4_linux_amd64\.zip is not the pinned one"):
        build.build(light, client, print, env)


@pytest.mark.docker
@pytest.mark.usefixtures("nothing_left")
def test_a_site_that_does_not_answer_is_named(client: Any, light: Path, local: dict[str, str], with_curl: str) -> None:
    env = local | {"PATH": "", "ORCHESTRATE_RELEASES": "http://127.0.0.1:9", "ORCHESTRATE_BASE": with_curl}
    with pytest.raises(UnavailableError, match=r"cannot download http://127\.0\.0\.1:9/terraform") as caught:
        build.build(light, client, print, env)
    assert "Terraform 1.11.4 for linux_amd64" in caught.value.hint


@pytest.mark.docker
@pytest.mark.usefixtures("nothing_left")
def test_a_base_that_cannot_be_pulled_is_named(client: Any, light: Path, local: dict[str, str]) -> None:
    env = local | {"ORCHESTRATE_BASE": "127.0.0.1:9/debian:none"}
    with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:9"):
        build.build(light, client, print, env)


@pytest.mark.docker
@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(("at", "after"), [("building", 0.05), ("COPY wrapper", 0.05), ("RUN sh", 0.3)])
def test_an_interrupted_build_leaves_nothing(
    client: Any, light: Path, local: dict[str, str], at: str, after: float
) -> None:
    def interrupt(line: str) -> None:
        if at in line:
            signal.setitimer(signal.ITIMER_REAL, after)

    old = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            build.build(light, client, interrupt, local)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert not build.exists(client, build.tag(light))
    time.sleep(4 if "COPY" in at else 0)  # a daemon that we left too early would still leave its layer


# --- hold, on the real engine ---


class Held:
    """A container with `hold` in it, hardened as the engine does it."""

    def __init__(self, client: Any, name: str, folder: Path) -> None:
        self.client, self.api, self.image, self.folder = client, client.api, name, folder
        self.id = ""
        self.socket: Any = None

    def create(self, given: str = "abc", uid: int = 4711) -> Held:
        from docker.types import Mount

        (self.folder / ".nonce").write_text("abc\n")
        host = self.api.create_host_config(
            read_only=True, cap_drop=["ALL"], security_opt=["no-new-privileges"], pids_limit=256, network_mode="none",
            tmpfs={"/tmp": "mode=1777"}, mounts=[Mount("/run/w", str(self.folder), type="bind")],
        )  # fmt: skip
        self.id = self.api.create_container(
            self.image, ["hold", ".nonce", given], user=f"{uid}:{uid}", stdin_open=True, working_dir="/run/w",
            host_config=host, labels={"orchestrate.test": "hold"}, environment={"TF_DATA_DIR": ".data"},
        )["Id"]  # fmt: skip
        return self

    def start(self, given: str = "abc", uid: int = 4711) -> Held:
        self.create(given, uid)
        self.socket = self.api.attach_socket(self.id, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        self.api.start(self.id)
        return self

    def ready(self) -> Held:
        from docker.utils import socket as docker_socket

        module: Any = docker_socket
        assert next(iter(module.frames_iter(self.socket, tty=False))) == (1, b"ready\n")
        return self

    def run(self, *argv: str) -> str:
        started = self.api.exec_create(self.id, list(argv))["Id"]
        with contextlib.closing(HeldStream(self.api.exec_start(started, socket=True))) as stream:
            return b"".join(data for _, data in stream.frames()).decode()

    def background(self, script: str) -> None:
        """`script` as a process whose name is exactly `terraform`."""
        (self.folder / "terraform").write_text(f"#!/bin/sh\n{script}\n")
        (self.folder / "terraform").chmod(0o755)
        self.api.exec_start(self.api.exec_create(self.id, ["/run/w/terraform"])["Id"], detach=True)
        wait_until((self.folder / "began").exists)

    def leave(self) -> None:
        self.socket._sock.shutdown(socket.SHUT_RDWR)

    def term(self) -> None:
        with suppress(Exception):
            self.api.kill(self.id, "SIGTERM")

    def code(self) -> int:
        return int(self.api.wait(self.id, timeout=30)["StatusCode"])

    def remove(self) -> None:
        if self.socket:
            raw = self.socket._sock
            self.socket.close()
            raw.close()
        if self.id:
            self.api.remove_container(self.id, force=True)


@pytest.fixture
def held(client: Any, built: str, tmp_path: Path) -> Iterator[Held]:
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(0o777)
    container = Held(client, built, folder)
    yield container
    container.remove()


@pytest.mark.docker
@pytest.mark.parametrize("uid", [0, 4711, 65534])
def test_hold_ends_at_once_when_nothing_runs(held: Held, uid: int) -> None:
    held.start(uid=uid).ready()
    held.leave()
    assert held.code() == 0
    assert (held.folder / ".terraform.lock.hcl").read_text().count('"h1:') >= 2
    assert sorted(p.name for p in held.folder.iterdir()) == [".nonce", ".terraform.lock.hcl"]


@pytest.mark.docker
def test_hold_keeps_a_lock_file_that_is_there(held: Held) -> None:
    (held.folder / ".terraform.lock.hcl").write_text("mine")
    held.start().ready().leave()
    assert held.code() == 0
    assert (held.folder / ".terraform.lock.hcl").read_text() == "mine"


@pytest.mark.docker
def test_hold_refuses_another_file_system(held: Held) -> None:
    assert held.start(given="other").code() == 97
    assert b"the Docker daemon sees another file system" in held.api.logs(held.id)


@pytest.mark.docker
def test_hold_refuses_a_directory_it_cannot_write(held: Held) -> None:
    held.create()
    held.folder.chmod(0o555)
    held.api.start(held.id)
    assert held.code() == 98
    assert b"not writable for uid 4711" in held.api.logs(held.id)


@pytest.mark.docker
def test_hold_stops_terraform_exactly_once(held: Held) -> None:
    """Five signals of three kinds; and a provider, whose name only begins the same, gets none."""
    held.start().ready()
    provider = "trap 'echo provider >>terms' TERM; while [ ! -e done ]; do sleep 0.1; done"
    (held.folder / "terraform-provider-x").write_text(f"#!/bin/sh\n{provider}\n")
    (held.folder / "terraform-provider-x").chmod(0o755)
    held.api.exec_start(held.api.exec_create(held.id, ["/run/w/terraform-provider-x"])["Id"], detach=True)
    held.background("trap 'echo term >>terms' TERM; touch began; for i in 1 2 3 4 5 6; do sleep 0.25; done; touch done")
    for name in ("SIGTERM", "SIGTERM", "SIGINT", "SIGHUP", "SIGTERM"):
        held.api.kill(held.id, name)
        time.sleep(0.1)
    assert held.code() == 143
    assert (held.folder / "done").exists()
    assert (held.folder / "terms").read_text() == "term\n"


@pytest.mark.docker
def test_hold_stops_what_begins_at_that_moment(held: Held) -> None:
    """The caller asked whether it should stop, started the next step, and the signal came between the two."""
    held.start().ready()
    held.background("trap 'sleep 2; exit' TERM; touch began; while :; do sleep 0.1; done")
    held.term()
    (held.folder / "began").unlink()
    held.background("trap 'echo term >>terms; exit' TERM; touch began; while :; do sleep 0.1; done")
    assert held.code() == 143
    assert (held.folder / "terms").read_text() == "term\n"


@pytest.mark.docker
def test_hold_is_not_fooled_by_the_dead(held: Held) -> None:
    """A `terraform` that has ended but is not collected by its parent does not run."""
    held.start().ready()
    script = "if (!fork) { exec './terraform' } sleep 60;"
    (held.folder / "terraform").write_text("#!/bin/sh\nexit 0\n")
    (held.folder / "terraform").chmod(0o755)
    held.api.exec_start(held.api.exec_create(held.id, ["perl", "-e", script])["Id"], detach=True)
    wait_until(lambda: "(terraform) Z" in held.run("sh", "-c", "cat /proc/[0-9]*/stat"))
    held.leave()
    assert held.code() == 0


@pytest.mark.docker
def test_hold_collects_orphans(held: Held) -> None:
    held.start().ready().run("sh", "-c", "for i in 1 2 3; do (sleep 0.05 &); done")
    time.sleep(0.3)
    assert " Z " not in held.run("sh", "-c", "cat /proc/[0-9]*/stat")
    held.term()
    assert held.code() == 143


SLOW = """
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "touch began; sleep 2; head -c 2000000 /dev/zero | tr '\\\\0' x | fold"
  }
}
"""
CALLER = """
import sys, docker
api = docker.from_env().api
socket = api.attach_socket(sys.argv[1], params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
api.start(sys.argv[1])
for argv in (["init"], ["apply", "-auto-approve", "-no-color"]):
    started = api.exec_create(sys.argv[1], ["terraform", *argv])["Id"]
    for out, err in api.exec_start(started, stream=True, demux=True):
        print((out or err).decode(), flush=True)
"""


@pytest.fixture
def applying(held: Held) -> Iterator[subprocess.Popen[str]]:
    """A caller in the middle of `terraform apply`."""
    (held.folder / "main.tf").write_text(textwrap.dedent(SLOW))
    held.create()
    argv = [sys.executable, "-c", CALLER, held.id]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as context:
        try:
            wait_until((held.folder / "began").exists)
            yield context
        finally:
            context.kill()


@pytest.mark.docker
def test_hold_outlives_a_killed_caller(held: Held, applying: subprocess.Popen[str]) -> None:
    applying.kill()
    assert applying.wait() == -signal.SIGKILL
    assert held.api.inspect_container(held.id)["State"]["Running"]
    assert held.code() == 0
    state = json.loads((held.folder / "terraform.tfstate").read_text())
    assert [r["type"] for r in state["resources"]] == ["terraform_data"]
    assert "status" not in state["resources"][0]["instances"][0]


@pytest.mark.docker
def test_two_signals_are_one_graceful_stop_of_terraform(held: Held, applying: subprocess.Popen[str]) -> None:
    held.term()
    held.term()
    said, _ = applying.communicate(timeout=30)
    assert held.code() == 143
    assert "Interrupt received" in said
    assert "Two interrupts" not in said
    assert json.loads((held.folder / "terraform.tfstate").read_text())["resources"]
    assert not (held.folder / ".terraform.tfstate.lock.info").exists()
