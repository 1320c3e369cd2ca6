"""The words after a command, understood once: stack, region, tenant, Terraform's arguments, and one layer or many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from project_on_disk import REGION, Disk

from wrapper.cli.invocation import Form, Invocation, form_of, named, parse, without_first
from wrapper.cli.options import Options
from wrapper.cli.session import CliSession
from wrapper.model.errors import NotFoundError, UsageError
from wrapper.terraform.commands import APPLY, DESTROY, PLAN, VERBS

Parse = Callable[..., Invocation]
LOOKS = Form("looks", PLAN, flags=())
PICKS = Form("picks", APPLY, picks_builds=True, declared=True)
TENANTS = Form("tenants-of", APPLY, many=True)


@pytest.fixture
def understood(example: Disk) -> Parse:
    def understood(form: Form, *words: str, environ: dict[str, str] | None = None, **typed: Any) -> Invocation:
        session = CliSession(Options().merged({"root": str(example.root), **typed}), environ=environ or {})
        return parse(session, form, words)

    return understood


@pytest.mark.parametrize(
    ("words", "layer", "rest"),
    [
        (["app-test"], f"{REGION}/app-test", []),
        (["app-test", REGION], f"{REGION}/app-test", []),
        (
            ["-json", "app-test", "-var", "tenant=acme", REGION],
            f"{REGION}/app-test/acme",
            ["-json", "-var", "tenant=acme"],
        ),
        (["app-test", "my.plan"], f"{REGION}/app-test", ["my.plan"]),
        (["app-test", REGION, "my.plan"], f"{REGION}/app-test", ["my.plan"]),
        (["global"], "global", []),
    ],
)
def test_words_of_a_verb(understood: Parse, words: list[str], layer: str, rest: list[str]) -> None:
    found = understood(form_of(APPLY), *words)
    assert (found.command, found.verb, found.layer.label) == ("apply", APPLY, layer)
    assert [w for t in found.tokens for w in t.words] == rest


def test_the_hint_at_a_word_too_many_is_of_that_command(understood: Parse) -> None:
    for form, hint in ((LOOKS, "see: ./orchestrate looks --help"), (form_of(PLAN), "TERRAFORM ARGUMENTS")):
        with pytest.raises(UsageError, match="takes no 'words'") as error:
            understood(form, "app-test", REGION, "words")
        assert hint in error.value.hint


def test_the_tenant_by_either_name(understood: Parse) -> None:
    typed, optional = (
        understood(form_of(PLAN), "app-test", "-var", "tenant=acme"),
        understood(form_of(PLAN), "app-test", tenant="acme"),
    )
    assert typed.tenant == optional.tenant == "acme"
    assert typed.others == optional.tokens == ()


@pytest.mark.parametrize(
    ("form", "typed", "many"),
    [
        (form_of(APPLY), {}, False),
        (form_of(APPLY), {"all_tenants": True}, True),
        (form_of(APPLY), {"tenants": ("a*",)}, True),
        (form_of(PLAN), {"failed_from": "r.json"}, True),
        (form_of(DESTROY), {}, True),
        (form_of(DESTROY), {"tenant": "acme"}, False),
        (TENANTS, {"force": True}, True),
        (LOOKS, {"tenants": ("a*",)}, False),
    ],
)
def test_one_layer_or_many(understood: Parse, form: Form, typed: dict[str, Any], many: bool) -> None:
    assert understood(form, "app-test", **typed).many is many


@pytest.mark.parametrize(
    ("form", "words", "typed", "message"),
    [
        (form_of(APPLY), [], {}, "apply needs a stack"),
        (form_of(APPLY), ["app-test", "", "x"], {}, "the region is empty"),
        (form_of(APPLY), ["app-test", "-var", "tenant=acme"], {"all_tenants": True}, "one tenant (acme) and --all-tenants"),
        (form_of(APPLY), ["app-test"], {"fail_fast": True}, "--fail-fast is for many tenants"),
        (form_of(APPLY), ["app-test", REGION, "a.plan", "b.plan"], {}, "terraform apply takes no 'b.plan'"),
        (form_of(APPLY), ["app-test", "--auto-approve"], {}, "no option --auto-approve"),
        (form_of(VERBS["state"]), ["app-test", "--builds=x"], {}, "state takes no --builds"),
        (form_of(APPLY), ["app-test", "-chdir=x"], {}, "-chdir is not passed on"),
        (LOOKS, ["app-test", REGION, "words"], {}, "looks takes no 'words'"),
        (LOOKS, ["app-test", "-target=x"], {}, "looks takes no -target=x"),
        (PICKS, ["app-test", "-var", "service1-build=9"], {}, "picks decides which builds it deploys, and "
         "takes no -var service1-build=9"),
        (TENANTS, ["app-test"], {"tenant": "acme"}, "tenants-of is for many tenants, not acme alone"),
    ],
)  # fmt: skip
def test_what_is_refused(understood: Parse, form: Form, words: list[str], typed: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        understood(form, *words, **typed)
    assert error.value.message == message


def test_the_environment_counts_where_terraform_runs(understood: Parse) -> None:
    with pytest.raises(UsageError, match="TF_WORKSPACE is set"):
        understood(form_of(PLAN), "app-test", environ={"TF_WORKSPACE": "x"})
    assert understood(LOOKS, "app-test", environ={"TF_WORKSPACE": "x"}).layer


def test_the_log_that_would_hold_secrets_is_kept_back_with_a_word(
    understood: Parse, capfd: pytest.CaptureFixture[str]
) -> None:
    understood(form_of(PLAN), "app-test", environ={"TF_LOG": "trace"})
    assert capfd.readouterr().err.startswith("TF_LOG does not go along to Terraform")
    understood(LOOKS, "app-test", environ={"TF_LOG": "trace"})
    assert capfd.readouterr().err == "", "Terraform is not started"


def test_a_tenant_whose_file_is_gone(understood: Parse) -> None:
    with pytest.raises(NotFoundError, match="no tenant 'gone'"):
        understood(PICKS, "app-live", REGION, tenant="gone")
    assert understood(LOOKS, "app-live", REGION, tenant="gone").tenant == "gone"


def test_builds_go_before_what_was_typed_but_not_where_the_command_picks_them(understood: Parse, example: Disk) -> None:
    file = example.write("b.env", "SERVICE1_BUILD=7\n")
    typed = understood(form_of(APPLY), "app-test", "-json", builds=(str(file),))
    assert [w for t in typed.tokens for w in t.words] == ["-var", "service1-build=7", "-json"]
    assert understood(PICKS, "app-test", "-json", builds=(str(file),)).tokens[0].flag == "json"


def test_names_that_click_found(example: Disk) -> None:
    session = CliSession(Options(root=str(example.root)), environ={})
    found = named(session, DESTROY, "app-live", REGION, "gone")
    assert (found.command, found.layer.label, found.tokens) == ("destroy", f"{REGION}/app-live/gone", ())


def test_the_first_of_two_stacks() -> None:
    assert without_first(["-json", "a", "-var", "x=1", "b"]) == ("a", ["-json", "-var", "x=1", "b"])
    assert without_first(["a", "-json"]) == ("", ["a", "-json"])
