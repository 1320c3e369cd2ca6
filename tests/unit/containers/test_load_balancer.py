"""The proxy's process and ports."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from wrapper.containers.load_balancer import CONFIGURATION, PIDS, Proxy, choose_ports, taken
from wrapper.containers.runtime_api import HaproxyCommands
from wrapper.model.errors import UnavailableError


class Answering(HaproxyCommands):
    def work(self, command: str) -> str:
        return "Pid: 1\n" if (self.home / "haproxy.sock").exists() else ""


def test_a_port_that_is_known_stays() -> None:
    found = choose_ports([443, 80], {80: 4711})
    assert found[80] == 4711 and 0 < found[443] < 65536 and list(found) == [80, 443]


def test_a_port_at_which_another_process_listens_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert taken([port]) == {port}
    assert taken([port]) == set()


def test_another_process_with_the_number_of_the_proxy_is_not_believed(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, "haproxy")
    assert proxy.running() == 0
    (tmp_path / PIDS).write_text(f"{os.getpid()}\n")
    assert proxy.running() == 0
    proxy.end()
    assert not (tmp_path / PIDS).exists()


def test_it_ends_also_where_its_files_are_gone(tmp_path: Path) -> None:
    program = tmp_path / "haproxy"
    program.write_text("#!/bin/sh\n: >haproxy.sock\nsleep 60 & wait\n")
    program.chmod(0o755)
    proxy = Proxy(tmp_path, str(program), Answering(tmp_path))
    proxy.apply("frame", "text", {})
    pid = proxy.running()
    (tmp_path / PIDS).unlink()
    proxy.end()
    assert not Path(f"/proc/{pid}").exists()


def test_one_that_ends_at_once_is_an_error_at_once(tmp_path: Path) -> None:
    program = tmp_path / "haproxy"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(UnavailableError, match="HAProxy did not start"):
        Proxy(tmp_path, str(program), Answering(tmp_path)).apply("frame", "text", {})


def test_it_is_started_once_and_ends(tmp_path: Path) -> None:
    program = tmp_path / "haproxy"
    program.write_text("#!/bin/sh\necho started >>starts\n: >haproxy.sock\nsleep 60 & wait\n")
    program.chmod(0o755)
    proxy = Proxy(tmp_path, str(program), Answering(tmp_path))
    try:
        same = [proxy.apply("frame", "text", {}) for _ in range(2)]
        assert [*same, proxy.running() > 0] == [True, False, True]
        assert (tmp_path / "starts").read_text() == "started\n"
        assert (tmp_path / CONFIGURATION).read_text() == "text"
    finally:
        proxy.end()
    assert proxy.running() == 0 and not (tmp_path / CONFIGURATION).exists()
