"""What docs/generate writes: current in every file that holds it, and made as it says."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
Load = Callable[[str], ModuleType]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """Imports a module of docs/generate by name."""
    monkeypatch.syspath_prepend(str(ROOT / "docs/generate"))
    return importlib.import_module


def test_everything_generated_is_current(load: Load) -> None:
    generate = load("scale_tables"), load("module_reference").reference, load("marked").replaced
    tables, reference, replaced = generate
    stale = []
    for readme in sorted(ROOT.glob("modules/*/README.md")):
        text = readme.read_text()
        stale += [readme.parent.name] if replaced(text, "TERRAFORM", reference(readme.parent)) != text else []
    scale = (ROOT / "docs/scale.md").read_text()
    parts = {
        "QUOTAS": tables.quota_table,
        "LOAD BALANCER": tables.balancer_table,
        "RAISES": tables.raise_table,
        "RATES": tables.rate_table,
        "COSTS": tables.cost_table,
        "ASSUMPTIONS": tables.assumptions,
        "FLEET": load("fleet_figures").carry,
    }
    stale += [name for name, part in parts.items() if replaced(scale, name, part()) != scale]
    drawn = load("fleet_picture").picture(load("fleet_figures").load())
    stale += ["fleet-cost.svg"] if (ROOT / "docs/fleet-cost.svg").read_text() != drawn else []
    assert stale == [], "run: make docs"


def test_every_module_has_a_reference() -> None:
    for module in sorted((ROOT / "modules").iterdir()):
        assert "<!-- BEGIN TERRAFORM -->" in (module / "README.md").read_text(), module.name


@pytest.mark.parametrize("text", ["", "<!-- BEGIN X -->", "<!-- END X -->\n<!-- BEGIN X -->", "BEGIN X\nEND X"])
def test_without_its_markers_nothing_is_guessed(load: Load, text: str) -> None:
    with pytest.raises(ValueError, match="one pair of markers"):
        load("marked").replaced(text, "X", "new")


def test_what_stands_around_stays(load: Load) -> None:
    replaced = load("marked").replaced
    once = replaced("a\n<!-- BEGIN X -->\nold\n<!-- END X -->\nz <!-- END Y -->\n", "X", "\nnew\n\n")
    assert once == "a\n<!-- BEGIN X -->\n\nnew\n\n<!-- END X -->\nz <!-- END Y -->\n"
    assert replaced(once, "X", "new") == once


MODULE = """\
variable "late" {
  description = "Has a default."
  type        = string
  default     = null
}

variable "sizes" {
  description = <<-EOT
    Two lines:
    `a` and "b".
  EOT
  type = map(object({
    a = number # of things
    b = optional(object({
      c = string
    }), { c = "x" })
  }))
}

variable "shape" {
  description = "An object."
  type        = object({ a = optional(string) })
  default     = { a = "q\\"", "b c" = [1, true, null] }
}

output "url" {
  description = "Where it is."
  value       = "u"
}
"""


def test_a_reference(load: Load, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MODULE)
    assert load("module_reference").reference(tmp_path) == (
        "## Inputs\n\n"
        '### `sizes`\n\nTwo lines:\n`a` and "b".\n\n**required**. Its type:\n\n```hcl\n'
        'map(object({\n  a = number # of things\n  b = optional(object({\n    c = string\n  }), { c = "x" })\n}))\n```\n\n'
        "### `late`\n\nHas a default.\n\n`string`, default `null`\n\n"
        '### `shape`\n\nAn object.\n\n`object({ a = optional(string) })`, default `{ a = "q\\"", "b c" = [1, true, null] }`\n\n'
        "## Outputs\n\n- `url`: Where it is."
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ("a${b}", '"a$${b}"'),
        (1, "1"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        (None, "null"),
    ],
)
def test_a_default_is_written_as_hcl(load: Load, value: Any, text: str) -> None:
    assert load("module_reference").literal(value) == text


def test_what_to_raise_is_a_row_for_each_quota_and_a_table_for_each_size(load: Load) -> None:
    small, large = load("scale_tables").raise_table().split("For 10,000 tenants:")
    assert "| load balancers per region | 1,300 | - | - | - | - | - |" in small
    assert "services per cluster" not in small, "5,000 suffice"
    assert large.count("a second account") == large.count("a second stack") == 6
    assert max(len(cell) for line in (small + large).splitlines() for cell in line.split("|")) < 50


@pytest.mark.parametrize(("calls", "seconds"), [(0, 0), (20, 0), (21, 1), (1020, 1000)])
def test_a_bucket_lets_its_burst_through_at_once(load: Load, calls: int, seconds: int) -> None:
    assert load("rates").REGISTER.seconds(calls) == seconds


def test_the_slowest_rate_bounds_the_work(load: Load) -> None:
    rates = load("rates")
    seconds, bucket = rates.bound({rates.REGISTER: 1, rates.BALANCER: 1}, 110)
    assert (seconds, bucket) == (500, rates.BALANCER)
    assert (rates.shown(500), rates.shown(7200)) == ("8 min", "2.0 h")


def test_what_a_tenant_costs(load: Load) -> None:
    costs = load("costs")
    prices = costs.Prices(
        machine_hour=1,
        volume_month=7.3,
        spot=0.5,
        balancer=1,
        address=0,
        capacity_unit=0,
        fargate_cpu=1,
        fargate_memory=1,
    )
    tenant = costs.Tenant(tasks=1, cpu=1024, memory=1024, packed=1, units=0)
    assert costs.compute(prices, tenant) == pytest.approx(
        {"EC2 on-demand": 368.65, "EC2 spot": 186.15, "Fargate": 1460, "Fargate spot": 438}
    )
    assert costs.balancing(prices, tenant, "own") == 730
    assert costs.balancing(prices, tenant, "shared") == pytest.approx(730 / 90)
    assert costs.balancing(prices, tenant, "none") == 0
    narrow = costs.Tenant(tasks=1, cpu=1, memory=7680, packed=1)
    assert costs.compute(prices, narrow)["EC2 on-demand"] == pytest.approx(737.3), "the scarcer of the two counts"
