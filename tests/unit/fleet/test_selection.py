"""Who takes part, and how a fleet is parted: everybody once, nobody twice, and the same part tomorrow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.fleet.selection import Shard, balance, choose, parse_patterns, parse_shard, parse_tags, tagged, waves
from wrapper.model.errors import NotFoundError, UsageError

NAMES = st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), unique=True, max_size=40)


@pytest.mark.parametrize(
    ("patterns", "chosen", "excluded"),
    [
        ((), "ant bee bug", {}),
        (("b*",), "bee bug", {}),
        (("b*", "!bug"), "bee", {"bug": "!bug"}),
        (("!bug", "b*"), "bee", {"bug": "!bug"}),
        (("!b*",), "ant", {"bee": "!b*", "bug": "!b*"}),
        (("ant", "b?e"), "ant bee", {}),
        (("[ab]*",), "ant bee bug", {}),
    ],
)
def test_who_is_chosen(patterns: tuple[str, ...], chosen: str, excluded: dict[str, str]) -> None:
    choice = choose(["bug", "ant", "bee"], patterns, "here")
    assert (" ".join(choice.chosen), choice.excluded) == (chosen, excluded)


@pytest.mark.parametrize(
    ("pattern", "hint"), [("bgu", "did you mean bug?"), ("!bgu", "did you mean bug?"), ("z*", "there is: ant, bug")]
)
def test_a_pattern_for_nobody(pattern: str, hint: str) -> None:
    with pytest.raises(NotFoundError) as error:
        choose(["bug", "ant"], ("ant", pattern), "here")
    assert (error.value.exit_code, error.value.hint) == (66, hint)


def test_patterns_as_typed() -> None:
    assert parse_patterns(["a*, b", "!c"]) == ("a*", "b", "!c")
    for text in ("", "a,,b", "!"):
        with pytest.raises(UsageError):
            parse_patterns([text])


@pytest.mark.parametrize("text", ["", "3", "0/8", "9/8", "1/0", "-1/8", "1/8x", "a/b", "1//8", "10000/10000"])
def test_no_part(text: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_shard(text)
    assert error.value.exit_code == 64


@given(NAMES, st.integers(1, 12))
def test_the_parts_are_a_partition(names: list[str], of: int) -> None:
    parts = [[n for n in names if n in parse_shard(f"{k}/{of}")] for k in range(1, of + 1)]
    assert sorted(n for part in parts for n in part) == sorted(names)


def test_a_tenant_stays_in_its_part() -> None:
    """Pinned: another version that parts otherwise would run a tenant twice, or never, while it is rolled out."""
    names = ("acme", "globex", "initech", "umbrella", "hooli")
    assert [next(k for k in range(1, 9) if n in Shard(k, 8)) for n in names] == PINNED


PINNED = [1, 8, 4, 1, 4]


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.floats(0, 100), max_size=40), st.integers(1, 9))
def test_parts_of_about_the_same_cost(costs: dict[str, float], parts: int) -> None:
    groups = balance(costs, parts)
    assert sorted(n for g in groups for n in g) == sorted(costs)
    totals = [sum(costs[n] for n in g) for g in groups]
    best_possible = max([sum(costs.values()) / parts, *costs.values()])
    assert max(totals) <= best_possible * (4 / 3 + 2 / 3) + 1e-6
    assert max(totals) - min(totals) <= max([0.0, *costs.values()]) + 1e-6


@given(NAMES, st.integers(0, 5), st.integers(0, 7))
def test_waves_are_everybody_in_order(names: list[str], canary: int, wave: int) -> None:
    parts = waves(names, canary, wave)
    assert [n for part in parts for n in part] == names
    assert all(parts)
    assert canary == 0 or not names or len(parts[0]) == min(canary, len(names))
    assert all(len(part) <= wave for part in parts[1 if canary else 0 :]) or wave == 0


TAGS = {"acme": ("gold", "eu"), "bee": ("silver",), "ant": ()}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [((), "acme ant bee"), (("gold",), "acme"), (("silver", "eu"), "acme bee")],
)
def test_a_tag_selects_those_that_have_it(wanted: tuple[str, ...], names: str) -> None:
    assert " ".join(sorted(tagged(TAGS, wanted, lambda name: TAGS[name], "here"))) == names


def test_a_tag_that_no_tenant_has() -> None:
    with pytest.raises(NotFoundError, match="no tenant with the tag 'glod'") as error:
        tagged(TAGS, ("gold", "glod"), lambda name: TAGS[name], "here")
    assert error.value.hint == "did you mean gold?"


def test_where_no_tenant_has_a_tag_the_file_is_named_that_gives_one() -> None:
    with pytest.raises(NotFoundError, match="no tenant has the tag 'gold', nor any other") as error:
        tagged(TAGS, ("gold",), lambda name: (), "here")
    assert 'tags = ["gold"]' in error.value.hint


def test_tags_as_typed() -> None:
    assert parse_tags(["gold, eu", "x"]) == ("gold", "eu", "x")
    for text in ("", "gold,"):
        with pytest.raises(UsageError, match="an empty tag"):
            parse_tags([text])
