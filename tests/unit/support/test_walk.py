"""How much of the house one apply meets. The numbers are limits with little air: a change that needs more says why."""

from __future__ import annotations

from pathlib import Path

from walk import apply_of_a_tenant


def test_a_tenants_apply_meets_few_modules(tmp_path: Path) -> None:
    walk = apply_of_a_tenant(tmp_path / "project")
    assert {"cli.invocation", "deploy.deployer", "run.plan_run", "run.runner"} <= walk.modules, "it is seen"
    assert len(walk.modules) <= 76
    assert walk.calls.total() <= 1350
    assert len({module for module, _ in walk.carriers["tokens"]}) <= 10
