"""Which tasks a drill is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from said import Said

from wrapper.cli.sandbox_drills import chosen
from wrapper.model.errors import NotFoundError


def service(name: str, *tasks: tuple[str, str, bool]) -> dict[str, Any]:
    each = [{"id": i, "status": status, "targets": [{"port": 1}] if target else []} for i, status, target in tasks]
    return {"cluster": "app", "name": name, "tasks": each}


FOUND = {
    "services": [
        service("acme", ("1", "RUNNING", True), ("2", "PENDING", False)),
        service("acme_0a1b", ("5", "RUNNING", False)),
        service("acme-worker", ("3", "RUNNING", False)),
        service("acmeother", ("4", "RUNNING", True)),
    ]
}


def test_running_tasks_of_the_tenants_services() -> None:
    assert chosen(FOUND, "kill", "acme") == [("app/acme", "1"), ("app/acme_0a1b", "5"), ("app/acme-worker", "3")]
    assert chosen(FOUND, "sick", "acme") == [("app/acme", "1")]


def test_none_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="no task of the tenant 'nobody' runs"):
        chosen(FOUND, "fill", "nobody")
    with pytest.raises(NotFoundError, match="no task behind a load balancer"):
        chosen(FOUND, "sick", "acme-worker")


def test_a_kill_lasts_no_time(run_cli: Callable[..., Said]) -> None:
    said = run_cli("sandbox", "drill", "kill", "acme", "--seconds", "5")
    assert (said.code, said.out) == (64, "") and "a kill is over at once" in said.err
