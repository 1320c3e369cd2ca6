"""The proxy's process and ports."""

from __future__ import annotations

import os
from pathlib import Path

from wrapper.containers.load_balancer import PIDS, Proxy, choose_ports


def test_a_port_that_is_known_stays() -> None:
    found = choose_ports([443, 80], {80: 4711})
    assert found[80] == 4711 and 0 < found[443] < 65536 and list(found) == [80, 443]


def test_another_process_with_the_number_of_the_proxy_is_not_believed(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path, "haproxy")
    assert proxy.running() == 0
    (tmp_path / PIDS).write_text(f"{os.getpid()}\n")
    assert proxy.running() == 0
    proxy.end()
    assert not (tmp_path / PIDS).exists()
