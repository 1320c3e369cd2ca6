"""Version constraints, compared with what Terraform 1.11 answers for each."""

from __future__ import annotations

import pytest

from wrapper.terraform.version_constraints import satisfying

VERSIONS = ["1.0.0", "1.0.9", "1.1.0", "1.10.2", "2.0.0", "2.1.0-beta1"]


@pytest.mark.parametrize(
    ("constraint", "allowed"),
    [
        ("", VERSIONS),
        ("1.0.0", ["1.0.0"]),
        ("= 1.0", ["1.0.0"]),
        ("!= 1.0.0", ["1.0.9", "1.1.0", "1.10.2", "2.0.0"]),
        ("~> 1.0", ["1.0.0", "1.0.9", "1.1.0", "1.10.2"]),
        ("~> 1.0.0", ["1.0.0", "1.0.9"]),
        ("~> 2", ["2.0.0"]),
        (">= 1.1, < 2", ["1.1.0", "1.10.2"]),
        (">1.1.0,<=2.0.0", ["1.10.2", "2.0.0"]),
        ("2.1.0-beta1", ["2.1.0-beta1"]),
        (">= 2.1.0-beta1", VERSIONS),
        ("3.0", []),
        ("whatever", VERSIONS),
    ],
)
def test_what_a_constraint_allows(constraint: str, allowed: list[str]) -> None:
    assert satisfying(VERSIONS, constraint) == allowed
