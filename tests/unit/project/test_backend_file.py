"""Where a stack's states are: what Terraform's backend does not know, and what does not belong there, is refused with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wrapper.model.errors import ConfigError
from wrapper.model.stack import Backend
from wrapper.project.backend_file import _AROUND, load_backend
from wrapper.project.files import Files
from wrapper.terraform.environment import for_terraform

S3 = 'bucket = "abc"\nregion = "ap-southeast-2"\n'


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "p").mkdir()
    return Files(tmp_path / "p", tmp_path / "cache", print)


def load(files: Files, text: str, name: str = "backend.tfvars") -> Backend:
    (files.root / name).write_text(text)
    return load_backend(files, files.root, files.root)


def test_a_bucket_or_a_folder(files: Files) -> None:
    found = load(files, S3 + "use_lockfile = true\n")
    assert (found.kind, found.where) == ("s3", "backend.tfvars")
    assert found.config == {"bucket": "abc", "region": "ap-southeast-2"}
    assert load(files, 'path = "states"\n').config == {"path": str(files.root / "states")}
    assert load(files, 'backend = "local"\n').config == {"path": str(files.root / ".orchestrate/states")}


def test_what_the_backend_of_terraform_takes(files: Files) -> None:
    more = """\
kms_key_id               = "alias/states"
encrypt                  = true
dynamodb_table           = "locks"
use_path_style           = true
insecure                 = false
profile                  = ""
"""
    assert set(load(files, S3 + more).config) >= {"kms_key_id", "dynamodb_table", "use_path_style"}


@pytest.mark.parametrize("name", _AROUND)
def test_what_terraform_alone_would_follow(files: Files, name: str) -> None:
    """The tool's own reading of the bucket would be that of another profile, role or endpoint."""
    line = f'{name} = {{ s3 = "x" }}' if name in ("endpoints", "assume_role") else f'{name} = "x"'
    with pytest.raises(ConfigError, match=f"{name} in a backend is followed by Terraform alone") as error:
        load(files, f"{S3}{line}\n")
    assert (error.value.where, error.value.hint) == ("backend.tfvars:3", f"remove the line; {_AROUND[name]}")


@pytest.mark.parametrize("name", _AROUND)
def test_the_environment_that_a_hint_names_reaches_terraform(name: str) -> None:
    for variable in re.findall(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+", _AROUND[name]):
        assert variable in for_terraform({variable: "x"}, {}, "", host="host engine" in _AROUND[name], sandbox=False)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        *(
            (f'{name} = "x"', f"credentials ({name}) do not belong in a backend file")
            for name in ("access_key", "secret_key", "token", "password", "Secret_Key", "sse_customer_key", "api_token")
        ),
        (
            'assume_role_with_web_identity = { web_identity_token = "x" }',
            "credentials (web_identity_token) do not belong in a backend file",
        ),
        ('http_proxy = "http://me:word@proxy:3128"', "credentials (http_proxy) do not belong in a backend file"),
        ('endpoints = { s3 = "https://a:b@s3" }', "credentials (s3) do not belong in a backend file"),
        ('key = "k"', "the state's key is derived and never written by hand"),
        ('workspace_key_prefix = "w"', "workspaces are not used: one state per stack and tenant"),
        ("use_lockfile = false", "use_lockfile is always true: a state has a lock"),
        ('use_lockfile = "false"', "use_lockfile is always true: a state has a lock"),
        ('kms_key = "k"', "the backend 's3' has no 'kms_key'"),
        ("colour = 1", "the backend 's3' has no 'colour'"),
    ],
)
def test_what_is_refused_with_its_line(files: Files, line: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(files, f"{S3}{line}\n")
    assert (error.value.message, error.value.where) == (message, "backend.tfvars:3")
    assert error.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('bucket = "abc"', "backend has no region"),
        ('region = "r"', "backend has no bucket"),
        ('bucket = ""\nregion = "r"', "backend has no bucket"),
        ('backend = "http"', "backend 'http' is not supported"),
        ('path = "states"\nbucket = "abc"', "the backend 'local' has no 'bucket'"),
    ],
)
def test_what_is_missing_or_not_supported(files: Files, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(files, text)
    assert error.value.message == message


GOOD = [
    "abc",
    "my.states-1",
    "1" * 63,
    "arn:aws:s3:ap-southeast-2:111111111111:accesspoint/states",
    "name-abc123-s3alias",
]
BAD = ["s", "ab", "a" * 64, "Abc", "a_b", "-ab", "ab-", ".ab", "a..b", "192.168.0.1", "a b", "a/b", "abc\n", "äbc"]


@pytest.mark.parametrize("name", GOOD)
def test_a_bucket_that_aws_takes(files: Files, name: str) -> None:
    assert load(files, f'bucket = "{name}"\nregion = "ap-southeast-2"\n').bucket == name


@pytest.mark.parametrize("name", BAD)
def test_a_bucket_that_aws_refuses(files: Files, name: str) -> None:
    """docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    text = name.replace("\n", "\\n")
    with pytest.raises(ConfigError, match="is not the name of a bucket") as error:
        load(files, f'region = "ap-southeast-2"\nbucket = "{text}"\n')
    assert error.value.where == "backend.tfvars:2"


def test_an_old_bucket_of_us_east_1(files: Files) -> None:
    assert load(files, 'bucket = "My_States"\nregion = "us-east-1"\n').bucket == "My_States"


@pytest.mark.parametrize(
    "path", ["/etc", "../states", ".", "config/states", "src", "modules/x", "out/states", "loop/x", "a\\u0000b"]
)
def test_a_folder_of_states_is_in_the_project(files: Files, path: str) -> None:
    (files.root / "out").symlink_to(files.root.parent)
    (files.root / "loop").symlink_to("loop")
    with pytest.raises(ConfigError, match="is no folder for states") as error:
        load(files, f'path = "{path}"\n')
    assert error.value.where == "backend.tfvars:1"


def test_a_path_is_a_text(files: Files) -> None:
    with pytest.raises(ConfigError, match="is no folder for states"):
        load(files, "path = 1\n")


def test_a_block_in_a_terraform_file(files: Files) -> None:
    block = 'terraform {\n  backend "s3" {\n    bucket = "abc"\n    region = "r"\n    key = "k"\n%s  }\n}\n'
    assert load(files, block % "", "tf-config.tf").key == "k"
    with pytest.raises(ConfigError, match="use_lockfile is always true") as error:
        load(files, block % "    use_lockfile = false\n", "tf-config.tf")
    assert error.value.where == "tf-config.tf:6"
    with pytest.raises(ConfigError, match="a block assume_role in the backend") as error:
        load(files, block % '    assume_role {\n      role_arn = "x"\n    }\n', "tf-config.tf")
    assert error.value.where == "tf-config.tf:6"
