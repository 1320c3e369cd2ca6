"""Which of the caller's environment reaches Terraform, and which stops the command."""

from __future__ import annotations

import pytest

from wrapper.aws.identity import SANDBOX_ENVIRONMENT
from wrapper.model.errors import UsageError
from wrapper.terraform import environment

FIXED = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "GOGC": "400"}


@pytest.mark.parametrize("name", ["TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_WORKSPACE", "TF_DATA_DIR", "TF_VAR_size"])
def test_refused(name: str) -> None:
    with pytest.raises(UsageError) as error:
        environment.check({"PATH": "/bin", name: "x"}, ["size"])
    assert error.value.message == f"{name} is set in the environment"
    assert f"unset {name}" in error.value.hint


@pytest.mark.parametrize(
    "name", ["TF_VAR_other", "TF_LOG", "TF_CLI_CONFIG_FILE", "XTF_WORKSPACE", "TF_WORKSPACES", "size"]
)
def test_not_refused(name: str) -> None:
    environment.check({name: "x"}, ["size"])


@pytest.mark.parametrize(
    "name",
    [
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_SESSION_TOKEN",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_ENDPOINT_URL_S3",
        "AWS_EC2_METADATA_DISABLED",
        "HTTPS_PROXY",
        "no_proxy",
        "LANG",
    ],
)
def test_what_goes_along_as_it_is(name: str) -> None:
    kept = environment.for_terraform({name: "x"}, {}, "", host=False, sandbox=False)
    assert kept == {name: "x", **FIXED}


@pytest.mark.parametrize(
    "name",
    [
        "TF_LOG",
        "TF_LOG_PROVIDER",
        "TF_LOG_PATH",
        "GITHUB_TOKEN",
        "TF_VAR_size",
        "JENKINS_NODE_COOKIE",
        "LD_PRELOAD",
        "AWS_PAGER",
        "PATH",
        "HOME",
    ],
)
def test_what_stays(name: str) -> None:
    assert environment.for_terraform({name: "x"}, {}, "", host=False, sandbox=False) == FIXED


CALLER = {
    "PATH": "/bin",
    "HOME": "/h",
    "AWS_PROFILE": "mine",
    "AWS_SESSION_TOKEN": "old",
    "AWS_CONFIG_FILE": "/c",
    "HTTPS_PROXY": "p",
    "LANG": "C",
}


@pytest.mark.parametrize(
    ("identity", "region", "host", "sandbox", "expected"),
    [
        ({}, "", False, False, {"AWS_PROFILE": "mine", "AWS_SESSION_TOKEN": "old", "HTTPS_PROXY": "p", "LANG": "C"}),
        ({}, "r", True, False, {**CALLER, "AWS_REGION": "r"}),
        (
            {"AWS_ACCESS_KEY_ID": "role"},
            "r",
            False,
            False,
            {"AWS_ACCESS_KEY_ID": "role", "AWS_REGION": "r", "HTTPS_PROXY": "p", "LANG": "C"},
        ),
        (SANDBOX_ENVIRONMENT, "r", False, True, {**SANDBOX_ENVIRONMENT, "AWS_REGION": "r", "LANG": "C"}),
        (
            SANDBOX_ENVIRONMENT,
            "r",
            True,
            True,
            {
                **SANDBOX_ENVIRONMENT,
                "AWS_REGION": "r",
                "LANG": "C",
                "PATH": "/bin",
                "HOME": "/h",
                "AWS_CONFIG_FILE": "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            },
        ),
    ],
    ids=["docker", "host", "assumed role", "sandbox", "sandbox on the host"],
)
def test_environments(
    identity: dict[str, str], region: str, host: bool, sandbox: bool, expected: dict[str, str]
) -> None:
    assert environment.for_terraform(CALLER, identity, region, host=host, sandbox=sandbox) == {**expected, **FIXED}


def test_nothing_of_the_callers_aws_reaches_the_sandbox() -> None:
    caller = {f"AWS_{n}": "real" for n in ("ACCESS_KEY_ID", "PROFILE", "ROLE_ARN", "ENDPOINT_URL", "CA_BUNDLE")}
    kept = environment.for_terraform(caller, SANDBOX_ENVIRONMENT, "r", host=True, sandbox=True)
    assert "real" not in kept.values()


def test_the_caller_knows_better_how_much_memory_there_is() -> None:
    kept = environment.for_terraform({"GOGC": "50", "GOMEMLIMIT": "400MiB"}, {}, "", host=False, sandbox=False)
    assert (kept["GOGC"], kept["GOMEMLIMIT"]) == ("50", "400MiB")


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({}, ""),
        ({"TF_LOG": "", "XTF_LOG": "1"}, ""),
        (
            {"TF_LOG": "trace"},
            "TF_LOG does not go along to Terraform: its log holds the values and credentials that it sends",
        ),
        ({"TF_LOG_PATH": "/l", "TF_LOG": "1"}, "TF_LOG, TF_LOG_PATH do not go along"),
    ],
)
def test_what_would_write_secrets_into_the_output_is_named(environ: dict[str, str], word: str) -> None:
    said = environment.kept_back(environ)
    assert said.startswith(word) and bool(said) == bool(word)


def test_what_a_project_lets_pass_is_never_shown() -> None:
    assert environment.shown("ACME_LOGIN", "x") == "***"
    assert environment.shown("GITHUB_TOKEN", "x") == "***"
    for name in ("AWS_REGION", "TF_IN_AUTOMATION", "HOME", "LANG", "GOGC", "CHECKPOINT_DISABLE"):
        assert environment.shown(name, "x") == "x"


def test_a_name_of_the_project_passes_but_into_the_sandbox() -> None:
    around = {"ACME_LOGIN": "x", "ACME_OTHER": "y"}
    for sandbox in (False, True):
        found = environment.for_terraform(around, {}, "", host=False, sandbox=sandbox, named=("ACME_LOGIN", "UNSET"))
        assert {name for name in found if name.startswith(("ACME", "UNSET"))} == (set() if sandbox else {"ACME_LOGIN"})
