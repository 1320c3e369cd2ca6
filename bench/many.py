"""A project with many tenants: the example's appcluster-test, a template and a file for each tenant."""

from __future__ import annotations

import shutil
from pathlib import Path

from place import REGION, STACK, copy_project

TEMPLATE = """\
{# What every tenant of this stack gets by its name. #}
hostname = "{{ tenant }}.{{ vars.domain }}"
environment = {
  TENANT    = "{{ tenant }}"
  STACK     = "{{ stack }}"
  LOG_LEVEL = "info"
{% if tenant.endswith("7") %}
  CANARY    = "yes"
{% endif %}
}
deployment         = { grace_seconds = 30, placement = "zone_binpack" }
log_retention_days = {{ vars.log_retention_days }}
"""
TENANT_FILE = """\
# Tenant number {number}.
service1-build = "{build}"
size           = {{ cpu = {cpu}, memory_reservation = 128 }}
scaling        = {{ min = 1, max = {maximum} }}
secrets        = {{ DB = "arn:aws:secretsmanager:ap-southeast-2:111111111111:secret:t{number}" }}
load_balancer  = {{ mode = "own", drain_seconds = 5, idle_seconds = 60 }}
"""


def write_project(root: Path, tenants: int) -> None:
    copy_project(root)
    stack = root / "config" / REGION / STACK
    stack.joinpath("tenant.tfvars.j2").write_text(TEMPLATE)
    shutil.rmtree(stack / "tenants", ignore_errors=True)
    stack.joinpath("tenants").mkdir()
    for number in range(tenants):
        text = TENANT_FILE.format(
            number=number, build=number % 97 + 1, cpu=64 + number % 5 * 32, maximum=number % 7 + 1
        )
        stack.joinpath("tenants", f"t{number:05d}.tfvars").write_text(text)
