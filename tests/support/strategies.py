"""What several property tests draw from: names, values of variables, JSON."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True)
TEXT = st.text(st.characters(exclude_characters="\0"), max_size=20)
TRICKY = st.text(st.sampled_from("=-\"' \n\t\\$%{}é😀\udcffa;&|*"), max_size=12)
VALUE = TEXT | TRICKY
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda s: st.lists(s) | st.dictionaries(st.text(), s),
    max_leaves=12,
)
