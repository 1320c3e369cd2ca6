"""The guard itself: what it refuses, and that nobody can swallow it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest
from guard import Guard, Touched, forbidden, is_dropped, is_free

HOME = "/home/me"


@pytest.mark.parametrize(
    ("event", "args", "why"),
    [
        ("socket.connect", (None, "/var/run/docker.sock"), "the network: socket.connect '/var/run/docker.sock'"),
        ("socket.connect", (None, ("127.0.0.1", 80)), "the network: socket.connect ('127.0.0.1', 80)"),
        ("socket.sendto", (None, ("192.0.2.1", 53)), "the network: socket.sendto ('192.0.2.1', 53)"),
        ("socket.getaddrinfo", ("example.com", 443, 0, 0, 0), "the network: looked up 'example.com'"),
        ("subprocess.Popen", ("docker", ["docker", "ps"], None, None), "the real docker: docker docker ps"),
        ("subprocess.Popen", (b"/usr/bin/terraform", [b"x"], None, None), "the real terraform: /usr/bin/terraform x"),
        ("subprocess.Popen", ("/bin/sh", ["sh", "-c", "sudo terraform apply"], None, None), "the real terraform"),
        ("os.posix_spawn", ("/usr/bin/docker", ["docker"], {}), "the real docker"),
        ("os.exec", ("/usr/bin/dockerd", ["dockerd"], {}), "the real dockerd"),
        ("os.system", (b"docker ps",), "the real docker: docker ps"),
        ("open", ("/home/me/.aws/credentials", "r", 0), "the real home: /home/me/.aws/credentials"),
        ("open", (b"/home/me/.terraformrc", "r", 0), "the real home"),
        ("os.listdir", ("/home/me/.docker",), "the real home"),
        ("subprocess.Popen", ("git", ["git", "docker-compose"], None, None), ""),
        ("subprocess.Popen", (None, "true", None, None), ""),
        ("open", ("/home/me/project/.aws/x", "r", 0), ""),
        ("open", ("/home/meandyou/.aws/x", "r", 0), ""),
        ("open", (3, "r", 0), ""),
        ("os.fork", (), ""),
        ("socket.bind", (None, ("127.0.0.1", 0)), ""),
    ],
)
def test_what_is_forbidden(event: str, args: tuple[object, ...], why: str) -> None:
    said = forbidden(event, args, HOME)
    assert said.startswith(why) if why else said == ""


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("AWS_PROFILE", True),
        ("TF_CLI_ARGS", True),
        ("ORCHESTRATE_HOME", True),
        ("JENKINS_URL", True),
        ("HTTPS_PROXY", True),
        ("no_proxy", True),
        ("DOCKER_HOST", True),
        ("PATH", False),
        ("TFX", False),
    ],
)
def test_what_is_dropped(name: str, dropped: bool) -> None:
    assert is_dropped(name) is dropped


@pytest.mark.parametrize("markers", [["docker"], ["terraform"], ["parametrize", "sandbox"]])
def test_markers_free(markers: list[str]) -> None:
    assert is_free(markers)
    assert not is_free(["parametrize", "usefixtures"])


def _connect(address: object, family: int = socket.AF_INET) -> None:
    with socket.socket(family) as one:
        one.connect(address)


@pytest.mark.parametrize(
    "touch",
    [
        lambda: _connect(("127.0.0.1", 9)),
        lambda: _connect("/var/run/docker.sock", socket.AF_UNIX),
        lambda: socket.create_connection(("example.com", 80)),
        lambda: subprocess.run(["docker", "version"]),
        lambda: subprocess.run("terraform version", shell=True),
        lambda: os.system("docker version"),
    ],
    ids=["loopback", "docker's socket", "a name", "docker", "terraform", "system"],
)
def test_a_touch_is_loud_and_nothing_happens(guard: Guard, touch: object) -> None:
    with pytest.raises(Touched):
        touch()  # type: ignore[operator]
    assert guard.seen
    guard.seen.clear()


def test_no_ordinary_except_takes_it() -> None:
    assert not issubclass(Touched, Exception)


def test_a_swallowed_touch_fails_the_test_at_its_end() -> None:
    one = Guard()
    one.begin()

    def in_a_thread() -> None:
        try:
            one._hook("socket.connect", (None, "/var/run/docker.sock"))
        except BaseException:
            return

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    with pytest.raises(pytest.fail.Exception, match=r"touched the network.*docker\.sock"):
        one.end()
    assert not one.active


def test_the_home_is_empty_and_the_environment_bare() -> None:
    assert not list(Path.home().iterdir())
    left = {n for n in os.environ if is_dropped(n)}
    assert left == {"AWS_EC2_METADATA_DISABLED", "ORCHESTRATE_LOCK_TIMEOUT"}


@pytest.mark.parametrize("of", ["this test", "the test before"])
def test_what_a_test_does_to_a_signal_ends_with_it(of: str) -> None:
    assert signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN, of
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
