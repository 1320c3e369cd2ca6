"""A verb of Terraform as a command: its options follow from what it is."""

from __future__ import annotations

import pytest

from wrapper.cli.terraform_verb import command_of
from wrapper.model.errors import UsageError
from wrapper.terraform.commands import VERBS


def options(name: str) -> set[str | None]:
    return {parameter.name for parameter in command_of(name).params}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_options_follow_from_the_fields_of_the_verb(verb: object) -> None:
    one = VERBS[verb.name]  # type: ignore[attr-defined]
    found = options(one.name)
    assert {"root", "dry_run", "tenant", "report", "words"} <= found
    assert ("confirm" in found) is one.guarded
    assert ("all_tenants" in found) is not (one.interactive or one.deletes)
    assert ("resume" in found) is (one.journaled and not one.interactive)
    assert ("builds" in found) is one.compares
    assert ("allow_delete" in found) is ("smoke" in found) is one.applies


def test_no_verb() -> None:
    with pytest.raises(UsageError, match="terraform workspace is not run here"):
        command_of("workspace")
