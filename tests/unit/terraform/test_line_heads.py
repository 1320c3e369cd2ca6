"""Lines out of a stream that comes in pieces."""

from __future__ import annotations

import pytest

from wrapper.terraform.line_heads import LONGEST, LineHeads

LONG = b"x" * (LONGEST + 9)


@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
@pytest.mark.parametrize("text", [b"a\nbb\n\nccc", b"", b"\n\n", b"no end", b"a\n" + LONG + b"\nb\n"])
def test_pieces_of_any_size_make_the_same_lines(text: bytes, size: int) -> None:
    lines = LineHeads()
    found = [line for n in range(0, len(text), size) for line in lines.feed(text[n : n + size])]
    assert found == [line[:LONGEST] for line in text.split(b"\n")[:-1]]


def test_a_line_without_an_end_takes_no_more_memory() -> None:
    lines = LineHeads()
    for _ in range(3):
        assert lines.feed(LONG) == []
    assert lines.feed(b"\n") == [LONG[:LONGEST]]
