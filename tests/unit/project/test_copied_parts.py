"""What a project lacks of what it copied: each way that here, then and the tool can differ."""

from __future__ import annotations

import json

import pytest

from wrapper.model.errors import ConfigError, NewerError, UsageError
from wrapper.project import copied_parts
from wrapper.project.copied_parts import Copied
from wrapper.project.scaffold import Choices

SHOP = Choices("shop", "eu-west-1", ("web",), ("jenkins",))
A, B, C = b"a\n", b"b\n", b"c\n"


def copied(then: bytes | None) -> Copied:
    return copied_parts.record_of("0.2.0", SHOP, {} if then is None else {"modules/x.tf": then})


def kind(then: bytes | None, here: bytes | None, tool: bytes | None) -> str:
    changes = copied_parts.compared(
        copied(then), {"modules/x.tf": here}, {} if tool is None else {"modules/x.tf": tool}
    )
    return changes[0].kind if changes else ""


@pytest.mark.parametrize(
    ("then", "here", "tool", "wanted"),
    [
        (A, A, A, ""),
        (A, A, B, "newer"),
        (A, B, A, ""),  # edited here, and nothing is new
        (A, C, B, "edited"),
        (A, B, B, ""),  # taken over by hand
        (None, None, A, "new"),
        (None, B, A, "edited"),
        (A, None, A, ""),  # removed here, and nothing is new
        (A, None, B, "removed"),
        (A, A, None, "gone"),
        (A, B, None, "edited"),
        (A, None, None, ""),
    ],
)
def test_what_is_lacking(then: bytes | None, here: bytes | None, tool: bytes | None, wanted: str) -> None:
    assert kind(then, here, tool) == wanted


def test_what_is_left_to_a_person_is_shown_until_it_is_merged() -> None:
    tool = {"modules/x.tf": B, "modules/new.tf": C}
    here = {"modules/x.tf": C, "modules/new.tf": None}
    before = copied(A)
    changes = copied_parts.compared(before, here, tool)
    after = copied_parts.followed(before, changes, tool, "0.3.0")
    assert (after.tool, after.files["modules/new.tf"]) == ("0.3.0", copied_parts.digest(C))
    here["modules/new.tf"] = C
    assert [change.path for change in copied_parts.compared(after, here, tool)] == ["modules/x.tf"]
    merged = copied_parts.kept(after, ("modules/x.tf",), tool)
    assert copied_parts.compared(merged, here, tool) == []


def test_only_a_copied_part_can_be_merged() -> None:
    with pytest.raises(UsageError, match="no file that was copied"):
        copied_parts.kept(copied(A), ("src/x.tf",), {"modules/x.tf": B})


def test_the_difference_leads_to_what_the_tool_has() -> None:
    (newer,) = copied_parts.compared(copied(A), {"modules/x.tf": A}, {"modules/x.tf": B})
    assert [*copied_parts.diff(newer)] == ["--- a/modules/x.tf", "+++ b/modules/x.tf", "@@ -1 +1 @@", "-a", "+b"]
    (gone,) = copied_parts.compared(copied(A), {"modules/x.tf": A}, {})
    assert [*copied_parts.diff(gone)][1:] == ["+++ /dev/null", "@@ -1 +0,0 @@", "-a"]
    (binary,) = copied_parts.compared(copied(A), {"modules/x.tf": b"\xff"}, {"modules/x.tf": B})
    assert [*copied_parts.diff(binary)] == ["Binary files a/modules/x.tf and b/modules/x.tf differ"]


@pytest.mark.parametrize(
    ("theirs", "newer"), [("0.2.0", False), ("0.1.9", False), ("0.2.0.dev0", False), ("0.2.1", True), ("0.10.0", True)]
)
def test_an_older_tool_puts_nothing_back(theirs: str, newer: bool) -> None:
    one = Copied(theirs, SHOP)
    if not newer:
        return copied_parts.check_older(one, "0.2.0")
    with pytest.raises(NewerError, match=f"orchestrate {theirs} copied"):
        copied_parts.check_older(one, "0.2.0")


def test_the_record_is_read_as_it_was_written() -> None:
    assert copied_parts.parse(copied_parts.render(copied(A)), "x") == copied(A)


@pytest.mark.parametrize(
    "change",
    [
        {"services": "web"},
        {"services": []},
        {"pipelines": ["src"]},
        {"project": "../x"},
        {"files": {"../outside": "0"}},
        {"files": {"/etc/passwd": "0"}},
        {"files": {"README.md": "0"}},
        {"files": {"modules/x.tf": 1}},
        {"files": []},
        {"tool": None},
    ],
)
def test_a_damaged_record(change: dict[str, object]) -> None:
    data = json.loads(copied_parts.render(copied(A))) | change
    with pytest.raises(ConfigError, match="damaged"):
        copied_parts.parse(json.dumps(data), "x")
    with pytest.raises(ConfigError, match="damaged"):
        copied_parts.parse("{", "x")


def test_a_newer_record() -> None:
    data = json.loads(copied_parts.render(copied(A))) | {"version": 2}
    with pytest.raises(NewerError):
        copied_parts.parse(json.dumps(data), "x")
