"""Names, keys, folders: what is a good one, and that two layers never share any."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import NAMES

from wrapper.model import naming
from wrapper.model.errors import UsageError

SPOTS = st.tuples(NAMES | st.just(""), NAMES, NAMES | st.just(""))  # region, stack, tenant


@pytest.mark.parametrize("name", ["a", "acme", "a-b", "a1", "ap-southeast-2", "a" * 31, "a--", "a-"])
def test_good_names(name: str) -> None:
    assert naming.check_name("tenant", name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A",
        "1a",
        "-a",
        "a" * 32,
        "a_b",
        "a.b",
        "a/b",
        "..",
        "../x",
        "a b",
        "a\n",
        "\na",
        "a\0",
        "é",
        "acme\u200b",
        "a=b",
    ],
)
def test_bad_names_are_shown_as_they_are(name: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"{name!r} is not the name of a tenant")) as error:
        naming.check_name("tenant", name)
    assert "1 to 31" in error.value.hint


@given(st.one_of(st.text(max_size=35), NAMES, NAMES.map(lambda n: n + "\n"), st.text("ab-1_A/", max_size=33)))
def test_check_name_accepts_exactly_the_rule(name: str) -> None:
    good = (
        1 <= len(name) <= 31
        and "a" <= name[0] <= "z"
        and all("a" <= c <= "z" or "0" <= c <= "9" or c == "-" for c in name)
    )
    try:
        assert naming.check_name("stack", name) == name
        assert good
    except UsageError:
        assert not good


@given(SPOTS, SPOTS)
def test_two_layers_share_nothing(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    home, root = Path("/h"), Path("/p")
    same = one == other
    assert (naming.state_key(*one) == naming.state_key(*other)) is same
    assert (naming.run_home(home, *one) == naming.run_home(home, *other)) is same
    assert (naming.container_name(root, *one) == naming.container_name(root, *other)) is same


@given(SPOTS, SPOTS)
def test_no_run_directory_lies_in_a_work_directory_of_another(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    first, second = (naming.run_home(Path("/h"), *spot) for spot in (one, other))
    assert first == second or first not in second.parents


@given(SPOTS)
def test_names_are_good_for_docker_and_below_home(spot: tuple[str, str, str]) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", naming.container_name(Path("/p"), *spot))
    assert Path("/h/runs") in naming.run_home(Path("/h"), *spot).parents


def test_two_projects_have_two_containers() -> None:
    assert naming.container_name(Path("/p"), "r", "s") != naming.container_name(Path("/q"), "r", "s")


@pytest.mark.parametrize(
    ("spot", "key"),
    [
        (("r", "s", ""), "r/s/terraform.tfstate"),
        (("r", "s", "t"), "r/s/tenants/t/terraform.tfstate"),
        (("", "s", ""), "s/terraform.tfstate"),
        (("", "s", "t"), "s/tenants/t/terraform.tfstate"),
    ],
)
def test_state_keys(spot: tuple[str, str, str], key: str) -> None:
    assert naming.state_key(*spot) == key
    assert key.startswith(naming.tenants_prefix(*spot[:2])) is bool(spot[2])


@pytest.mark.parametrize(
    ("key", "beside"),
    [
        ("r/s/terraform.tfstate", "r/s/o.json"),
        ("terraform.tfstate", "terraform.tfstate.o.json"),
        ("old/one.tfstate", "old/one.tfstate.o.json"),
        ("old/two.tfstate", "old/two.tfstate.o.json"),
    ],
)
def test_what_is_kept_beside_a_state(key: str, beside: str) -> None:
    assert naming.beside(key, "o.json") == beside


@pytest.mark.parametrize(
    ("word", "known", "close"),
    [
        ("acme", ["acmee", "zzz"], "acmee"),
        ("zzz", ["acme"], ""),
        ("a", [], ""),
        ("servce1-build", ["service1-build"], "service1-build"),
    ],
)
def test_the_nearest_word(word: str, known: list[str], close: str) -> None:
    assert naming.nearest(word, known) == close


@pytest.mark.parametrize(
    ("known", "hint"),
    [(["acme"], "did you mean acme?"), (["zz", "yy"], "there is: yy, zz"), ([], "there is: none yet")],
)
def test_an_unknown_name_says_what_there_is(known: list[str], hint: str) -> None:
    error = naming.unknown("tenant", "acne", known, "here")
    assert (error.message, error.where, error.hint) == ("no tenant 'acne'", "here", hint)


@pytest.mark.parametrize(
    ("root", "path", "is_below"),
    [("/p", "/p", True), ("/p", "/p/a/b", True), ("/p", "/pp/a", False), ("/p", "/", False), ("/", "/a", True)],
)
def test_below(root: str, path: str, is_below: bool) -> None:
    assert naming.below(Path(root), Path(path)) is is_below
