"""A container definition of ECS, as the engine is asked for it: what is safe, and what is left out."""

from __future__ import annotations

from typing import Any

import docker
import pytest

from wrapper.containers.engine import (
    MEMORY,
    as_found,
    check_ports,
    connect,
    described,
    health_check,
    options,
    ordered,
    pulled,
)
from wrapper.model.errors import UnavailableError

WEB: dict[str, Any] = {
    **{"name": "web", "image": "web:1", "environment": {"A": "b"}, "missing": [], "memoryReservation": 128, "cpu": 64},
    "portMappings": [{"containerPort": 8080, "hostPort": 0, "protocol": "tcp"}],
    "mountPoints": [{"containerPath": "/data", "sourceVolume": "data"}],
    "privileged": True,
    "linuxParameters": {"initProcessEnabled": True, "capabilities": {"add": ["SYS_ADMIN"]}},
}
TASK = {"network": "bridge", "memory": 0, "containers": [WEB]}


def test_ports_are_bound_to_loopback_alone() -> None:
    assert options(WEB, TASK)["ports"] == {"8080/tcp": ("127.0.0.1", None)}


def test_nothing_that_is_unsafe_is_asked_for() -> None:
    asked = options(WEB, TASK)
    assert {"privileged", "volumes", "mounts", "cap_add", "network"} & asked.keys() == set()
    assert asked["security_opt"] == ["no-new-privileges"]
    assert (asked["pids_limit"], asked["log_config"]["config"]) == (512, {"max-size": "5m", "max-file": "1"})


@pytest.mark.parametrize(("wanted", "bytes_"), [(128, 128 << 20), (4096, MEMORY), (0, MEMORY)])
def test_memory_has_a_cap(wanted: int, bytes_: int) -> None:
    assert options({**WEB, "memoryReservation": wanted}, TASK)["mem_limit"] == bytes_


@pytest.mark.parametrize(
    ("container", "task", "wanted"), [(64, 256, 64 * 256), (0, 256, 256 * 256), (0, 0, 512), (4096, 0, 262_144)]
)
def test_shares_go_by_what_is_reserved(container: int, task: int, wanted: int) -> None:
    assert options({**WEB, "cpu": container}, {**TASK, "cpu": task})["cpu_shares"] == wanted


def test_containers_of_awsvpc_share_one_network_that_has_all_ports() -> None:
    side = {**WEB, "name": "side", "portMappings": [{"containerPort": 9090}]}
    task = {"network": "awsvpc", "memory": 0, "containers": [WEB, side]}
    assert set(options(WEB, task)["ports"]) == {"8080/tcp", "9090/tcp"}
    joined = options(side, task, shared="c1")
    assert (joined["network_mode"], "ports" in joined) == ("container:c1", False)


def test_seconds_become_nanoseconds() -> None:
    asked = health_check({"command": ["CMD", "true"], "interval": 5, "startPeriod": 2})
    assert asked == {
        **{"test": ["CMD", "true"], "retries": 3, "interval": 5_000_000_000, "timeout": 5_000_000_000},
        "start_period": 2_000_000_000,
    }
    assert health_check(None) == {"test": ["NONE"]}


def test_each_container_comes_after_those_that_it_waits_for() -> None:
    def needs(name: str, *others: str) -> dict[str, Any]:
        return {"name": name, "dependsOn": [{"containerName": o, "condition": "START"} for o in others]}

    assert [c["name"] for c in ordered([needs("a", "b"), needs("b", "c"), needs("c")])] == ["c", "b", "a"]


def test_what_the_engine_shows() -> None:
    shown = {
        "Id": "c1",
        "State": {"Running": True, "ExitCode": 0, "Health": {"Status": "starting"}},
        "NetworkSettings": {
            "Ports": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "4711"}], "9090/tcp": None},
            "IPAddress": "172.17.0.2",
        },
        "Config": {"Labels": None},
    }
    assert (as_found(shown).ports, as_found(shown).health) == ({8080: 4711}, "starting")
    one = described(shown, {**WEB, "essential": False, "healthCheck": {"command": []}})
    assert (one.status, one.essential, one.checked, one.address) == ("RUNNING", False, True, "172.17.0.2")


class Probe:
    """A container that the engine does not start; the client that makes it."""

    def __init__(self) -> None:
        self.containers, self.done = self, []

    def create(self, image: str, command: list[str], **asked: Any) -> Probe:
        self.done.append((image, asked["ports"]))
        return self

    def start(self) -> None:
        raise docker.errors.APIError("", explanation="driver failed programming external connectivity")

    def remove(self, force: bool) -> None:
        self.done.append("removed")


def test_an_engine_that_binds_no_port_is_told_and_left_as_it_was() -> None:
    probe = Probe()
    with pytest.raises(UnavailableError, match="binds no port of this machine: driver failed") as caught:
        check_ports(probe, "base")
    assert caught.value.hint == "the sandbox without containers needs none"
    assert probe.done == [("base", {"8080/tcp": ("127.0.0.1", None)}), "removed"]


def test_an_engine_of_another_machine_has_no_port_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://engine.example.com:2375")
    with pytest.raises(UnavailableError, match="on another machine"):
        connect()


class Images:
    """Of an engine; what was pulled."""

    def __init__(self, error: str = "") -> None:
        self.images, self.asked, self._error = self, [""][:0], error

    def pull(self, repository: str, tag: str) -> None:
        self.asked += [repository, tag]
        if self._error:
            raise docker.errors.NotFound(self._error, explanation=self._error)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("web", ["web", "latest"]),
        ("web:2", ["web", "2"]),
        ("127.0.0.1:5000/shop/web", ["127.0.0.1:5000/shop/web", "latest"]),
        ("127.0.0.1:5000/shop/web:2", ["127.0.0.1:5000/shop/web", "2"]),
        ("127.0.0.1:5000/web@sha256:0a1b", ["127.0.0.1:5000/web", "sha256:0a1b"]),
    ],
)
def test_an_image_is_pulled_by_its_tag_or_its_digest(name: str, asked: list[str]) -> None:
    client = Images()
    assert pulled(client, name) == name and client.asked == asked


def test_one_that_is_not_there_is_one_clear_message() -> None:
    with pytest.raises(UnavailableError, match="the image web:9 cannot be pulled: manifest unknown") as told:
        pulled(Images("manifest unknown"), "web:9")
    assert told.value.hint and "docker login" in told.value.hint
