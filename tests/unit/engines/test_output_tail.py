"""The end of what was said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrapper.engines.output_tail import LIMIT, Tail


@given(st.lists(st.integers(0, LIMIT), max_size=6))
def test_the_tail_is_the_last_of_all(sizes: list[int]) -> None:
    tail, whole = Tail(), b""
    for number, size in enumerate(sizes):
        data = bytes([97 + number]) * size
        tail.add(data)
        whole += data
    assert tail.text() == whole[-LIMIT:].decode()


def test_a_character_cut_in_two_is_no_error() -> None:
    tail = Tail()
    tail.add("é".encode()[1:])
    assert tail.text() == "\ufffd"
