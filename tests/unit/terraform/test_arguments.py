"""Which tenant, which old flags, how many words."""

from __future__ import annotations

import pytest
from cloud import tokens
from fakes import Listener

from wrapper.model.errors import UsageError
from wrapper.terraform import arguments, commands
from wrapper.terraform.commands import VERBS


@pytest.mark.parametrize(
    ("typed", "option", "tenant"),
    [
        ([], "", ""),
        (["-var", "tenant=acme"], "", "acme"),
        (["-var=tenant=acme", "-var", "a=b"], "", "acme"),
        ([], "acme", "acme"),
        (["-var", "tenant=acme"], "acme", "acme"),
        (["-var", "a=tenant=acme"], "", ""),
    ],
)
def test_which_tenant(typed: list[str], option: str, tenant: str) -> None:
    given = tokens(*typed)
    assert arguments.split_tenant(given, option) == (tenant, given)


@pytest.mark.parametrize(
    ("typed", "option", "message"),
    [
        (["-var", "tenant=a", "-var", "tenant=b"], "", "two tenants: a and b"),
        (["-var", "tenant=a"], "b", "two tenants: a and b"),
        (["-var", "tenant="], "", "-var tenant= names no tenant"),
        (["-var", "tenant"], "", "-var 'tenant' is not NAME=VALUE"),
    ],
)
def test_not_one_tenant(typed: list[str], option: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        arguments.split_tenant(tokens(*typed), option)
    assert error.value.message == message


@pytest.mark.parametrize(
    ("verb", "typed", "words", "said"),
    [
        ("destroy", ["-force", "-var", "a=b"], ["-auto-approve", "-var", "a=b"], 1),
        ("destroy", ["-auto-approve"], ["-auto-approve"], 0),
        ("apply", ["-force"], ["-force"], 0),
    ],
)
def test_a_flag_of_old_is_taken_with_a_word(verb: str, typed: list[str], words: list[str], said: int) -> None:
    console = Listener()
    assert commands.words(arguments.take_old_flags(VERBS[verb], tokens(*typed), console.info)) == words
    assert len(console.said) == said


@pytest.mark.parametrize(
    ("verb", "typed", "refused"),
    [
        ("plan", ["-var", "a=b"], ""),
        ("plan", ["stray"], "terraform plan takes no 'stray'"),
        ("apply", ["my.plan"], ""),
        ("apply", ["my.plan", "-json", "more"], "terraform apply takes no 'more'"),
        ("state", ["mv", "a", "b"], ""),
        ("import", ["a", "b"], ""),
        ("import", ["a", "b", "c"], "terraform import takes no 'c'"),
    ],
)
def test_words_that_a_verb_takes(verb: str, typed: list[str], refused: str) -> None:
    if refused:
        with pytest.raises(UsageError) as error:
            arguments.check_words(VERBS[verb], tokens(*typed))
        assert error.value.message == refused
    else:
        arguments.check_words(VERBS[verb], tokens(*typed))
