"""Tokens of module registries in Terraform's CLI configuration: ``credentials "HOST" { token = "..." }``, and what
``terraform login`` writes (developer.hashicorp.com/terraform/cli/config/config-file#credentials). Pure."""

from __future__ import annotations

import json
import re

_BLOCK = re.compile(r'^\s*credentials\s+"([^"]+)"\s*\{[^}]*?\btoken\s*=\s*"([^"]+)"', re.MULTILINE | re.DOTALL)


def of_configuration(text: str) -> dict[str, str]:
    """By host."""
    return dict(_BLOCK.findall(text))


def of_login(text: str) -> dict[str, str]:
    """By host; nothing where it is no such file."""
    try:
        found = json.loads(text)["credentials"].items()
        return {host: row["token"] for host, row in found if isinstance(row.get("token"), str)}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def as_variables(tokens: dict[str, str]) -> dict[str, str]:
    """As Terraform takes them from the environment."""
    return {f"TF_TOKEN_{host.replace('-', '__').replace('.', '_')}": token for host, token in tokens.items()}
