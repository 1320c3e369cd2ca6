"""A state that Terraform prints is taken out of what it says, however it comes; nothing else is held back."""

from __future__ import annotations

import json

import pytest

from wrapper.terraform.state_dump import StateDump

STATE = (
    json.dumps({"version": 4, "serial": 2, "lineage": "l", "outputs": {"p": {"value": "se}\ncret"}}}, indent=2) + "\n"
)
LINE = json.dumps(
    {"@level": "info", "@message": "Emergency state dump", "state": json.loads(STATE)}, separators=(",", ":")
)


def fed(text: str, size: int) -> tuple[str, bytes]:
    dump, data = StateDump(), text.encode()
    passed = b"".join(dump.feed(data[n : n + size]) for n in range(0, len(data), size)) + dump.end()
    return passed.decode(), dump.found


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("said", [STATE, LINE + "\n"])
def test_a_state_is_kept_apart(said: str, size: int) -> None:
    passed, found = fed(f"before\n{said}after", size)
    assert passed == "before\nafter" and json.loads(found) == json.loads(STATE)


@pytest.mark.parametrize(
    "text", ["", "{", "{\n", '{\n  "a": 1\n}\n', "a {\n  x", '{"@level":"info"}\n', 'x{\n  "version": 4,']
)
def test_anything_else_passes(text: str) -> None:
    assert fed(text, 3) == (text, b"")


def test_what_is_no_state_passes_at_once() -> None:
    dump = StateDump()
    assert dump.feed(b"half a li") == b"half a li" and dump.feed(b"ne {") == b"ne {"


def test_of_a_state_that_is_cut_off_nothing_passes() -> None:
    passed, found = fed("before\n" + STATE[:60], 10)
    assert passed == "before\n" and found == STATE[:60].encode()
