"""What ``affected`` shows of an input that changed."""

from __future__ import annotations

import pytest

from wrapper.cli.commands.affected import old_to_new

AWS = "registry.terraform.io/hashicorp/aws"
NOW = f"terraform 1.11.4 aa, {AWS} 5.100.0 bb"


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ([("variable size", "0123456789abcdef", None)], "01234567->none"),
        ([("versions", NOW, f"terraform 1.12.0 cc, {AWS} 5.100.0 bb")], "terraform 1.11.4 aa -> terraform 1.12.0 cc"),
        ([("versions", NOW, f"{NOW}, other 1 dd")], "none -> other 1 dd"),
        ([("versions", None, "terraform 99.0.0")], "none -> terraform 99.0.0"),
        ([("a", "1", "2"), ("b", "3", "4"), ("c", "5", "6"), ("d", "7", "8")], "1->2, 3->4, 5->6 ..."),
        ([], ""),
    ],
)
def test_old_and_new(changed: list[tuple[str, str | None, str | None]], shown: str) -> None:
    assert old_to_new([{"input": name, "old": old, "new": new} for name, old, new in changed]) == shown
