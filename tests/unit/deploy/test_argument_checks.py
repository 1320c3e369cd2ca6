"""The caller's arguments against what the roots of a stack declare: whose each is, and whether it fits."""

from __future__ import annotations

import pytest
from cloud import Cloud, read, tokens
from project_on_disk import Disk

from wrapper.deploy.argument_checks import ArgumentChecks
from wrapper.deploy.prepared import NO_OVERRIDES, LayerOverrides
from wrapper.model.errors import OrchestrateError
from wrapper.model.stack import Layer
from wrapper.terraform.commands import APPLY, SHOW


@pytest.fixture
def checks(example: Disk) -> ArgumentChecks:
    return Cloud(example).deployer().resolver.checks


def test_a_value_goes_to_the_root_that_declares_it(checks: ArgumentChecks) -> None:
    typed = tokens("-var", "size=3", "-var", "memory=9", "-parallelism=2")
    own, acme = Layer(checks.stack), Layer(checks.stack, "acme")
    assert [*checks.root_request(APPLY, own, typed).caller_values] == ["size"]
    request = checks.root_request(APPLY, acme, typed)
    assert {n: (v.value, v.origin) for n, v in request.caller_values.items()} == {"memory": ("9", "-var memory")}
    assert [t.flag for t in request.request.tokens] == ["var", "parallelism"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-var", "memroy=9"], "declares no variable 'memroy'"),
        (["-var", "memory=many"], "memory"),
        (["-var-file=given.tfvars"], "given.tfvars:1: ap-southeast-2/app-test/acme declares"),
    ],
)
def test_what_does_not_fit_is_said_before_the_stack_is_made(
    checks: ArgumentChecks, words: list[str], message: str
) -> None:
    (checks.project.root / "given.tfvars").write_text("memroy = 9\n")
    with pytest.raises(OrchestrateError) as error:
        checks.check_ahead(APPLY, Layer(checks.stack, "acme"), read(checks.project, *words))
    assert message in str(error.value)


def test_a_variable_of_the_environment_that_a_root_declares(example: Disk) -> None:
    one = Cloud(example).deployer(environ={"TF_VAR_memory": "9"}).resolver.checks
    with pytest.raises(OrchestrateError, match="TF_VAR_memory is set"):
        one.root_request(APPLY, Layer(one.stack, "acme"), [])
    assert one.root_request(SHOW, Layer(one.stack, "acme"), []).caller_values == {}, "show takes no value"


def test_what_one_layer_is_given_alone_stands_last(checks: ArgumentChecks) -> None:
    acme = Layer(checks.stack, "acme")
    common = checks.root_request(APPLY, acme, tokens("-var", "memory=9"))
    assert checks.with_overrides(acme, common, NO_OVERRIDES) is common
    mine = checks.with_overrides(acme, common, LayerOverrides(tuple(tokens("-var", "memory=7", "-var", "size=3"))))
    assert mine.caller_values["memory"].value == "7"
    assert (mine.for_all, len(mine.overrides.tokens)) == (common.request.tokens, 1), "the other root's is left out"
