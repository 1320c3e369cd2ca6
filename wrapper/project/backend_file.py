"""Where a stack's states are: backend.tfvars, or the backend block of a Terraform file; read and checked. What Terraform does
not know, what belongs elsewhere and what the tool decides itself is refused, each with its line.

Source of the names: developer.hashicorp.com/terraform/language/backend/s3
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..model import naming
from ..model.errors import ConfigError
from ..model.stack import Backend
from ..terraform import hcl
from .files import Files

FILE = "backend.tfvars"
_DECIDED = ("backend", "key", "use_lockfile")  # read here, and not handed on
_LOCAL = ("path",)
_STATES = ".orchestrate/states"
# Terraform alone would follow these, and the tool, which reads and writes beside a state, would look at another place.
_ROLE = 'write role_arn = "..." in stack.hcl: the tool and Terraform assume it'
_ENDPOINT = "set AWS_ENDPOINT_URL_S3, or AWS_ENDPOINT_URL for every service, in the environment"
_METADATA = "set AWS_EC2_METADATA_SERVICE_ENDPOINT and AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE in the environment"
_PROXY = "set HTTPS_PROXY, HTTP_PROXY and NO_PROXY in the environment"
_AROUND = {
    "profile": "set AWS_PROFILE in the environment",
    **dict.fromkeys(("role_arn", "session_name", "external_id", "assume_role", "assume_role_policy"), _ROLE),
    **dict.fromkeys(("assume_role_policy_arns", "assume_role_duration_seconds", "assume_role_tags"), _ROLE),
    "assume_role_transitive_tag_keys": _ROLE,
    "assume_role_with_web_identity": "set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE in the environment",
    **dict.fromkeys(("endpoint", "endpoints"), _ENDPOINT),
    "sts_endpoint": "set AWS_ENDPOINT_URL_STS in the environment",
    "iam_endpoint": "set AWS_ENDPOINT_URL_IAM in the environment",
    "dynamodb_endpoint": "set AWS_ENDPOINT_URL_DYNAMODB in the environment",
    **dict.fromkeys(("ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint_mode"), _METADATA),
    "shared_config_files": "use ~/.aws/config; with the host engine also AWS_CONFIG_FILE",
    **dict.fromkeys(
        ("shared_credentials_file", "shared_credentials_files"),
        "use ~/.aws/credentials; with the host engine also AWS_SHARED_CREDENTIALS_FILE",
    ),
    "custom_ca_bundle": "use the host engine, and set AWS_CA_BUNDLE in the environment",
    "insecure": "with the host engine AWS_CA_BUNDLE can name your certificates",
    **dict.fromkeys(("http_proxy", "https_proxy", "no_proxy"), _PROXY),
    "use_fips_endpoint": "set AWS_USE_FIPS_ENDPOINT=true in the environment",
    "use_dualstack_endpoint": "set AWS_USE_DUALSTACK_ENDPOINT=true in the environment",
}
_S3 = (
    *("bucket", "region", "encrypt", "acl", "kms_key_id", "allowed_account_ids", "forbidden_account_ids"),
    *("dynamodb_table", "sts_region", "force_path_style", "use_path_style", "max_retries", "retry_mode"),
    *("skip_credentials_validation", "skip_metadata_api_check", "skip_region_validation"),
    *("skip_requesting_account_id", "skip_s3_checksum", *_AROUND),
)
_NOTHING: tuple[Any, ...] = (None, False, "", {}, [])
_NAMES = {"s3": _S3, "local": _LOCAL}
_CREDENTIALS = r"(?i).*(secret|passw|token|access_?key|private_?key|customer_key|credential).*"
_NO_CREDENTIALS = r"shared_credentials_files?|skip_credentials_validation|web_identity_token_file"
_WITH_LOGIN = r"(?is)[a-z][a-z0-9+.-]*://[^/@]*:[^/@]*@.*"
# docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; until 2018 us-east-1 took others, which are still there
_BUCKET = r"[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]|arn:[!-~]+"
_OLD_BUCKET = r"[A-Za-z0-9._-]{3,255}"


def load_backend(files: Files, folder: Path, source: Path) -> Backend:
    """backend.tfvars, or the backend block of a Terraform file beside the values or in the root."""
    file = folder / FILE
    if files.values(file):
        values = files.literals(file)
        return _checked(files, values, files.short(file), _kind(values), "")
    for where, backend in _blocks(files, folder, source):
        key = str(backend.body.get("key", ("", 0))[0])
        if backend.blocks:
            raise ConfigError(
                f"a block {backend.blocks[0].kind} in the backend",
                where=f"{where}:{backend.blocks[0].line}",
                hint=f"write {backend.blocks[0].kind} = {{ ... }}",
            )
        return _checked(files, backend.body, where, backend.labels[0], key)
    raise ConfigError(
        "the stack names no backend",
        where=files.short(folder),
        hint='write backend.tfvars with bucket = "..." and region = "..."',
    )


def _blocks(files: Files, folder: Path, source: Path) -> Iterator[tuple[str, hcl.Block]]:
    """The backend blocks that say something, and their files: those of override files first."""
    from ..terraform.commands import is_override

    found = (*files.blocks(folder), *files.blocks(source))
    for where, block in sorted(found, key=lambda one: not is_override(one[0])):
        if block.kind == "terraform":
            yield from ((where, b) for b in block.blocks if b.kind == "backend" and b.body)


def _kind(values: Mapping[str, tuple[Any, int]]) -> str:
    return str(values["backend"][0]) if "backend" in values else ("local" if "path" in values else "s3")


def _checked(files: Files, values: Mapping[str, tuple[Any, int]], where: str, kind: str, key: str) -> Backend:
    if kind not in _NAMES:
        raise ConfigError(f"backend {kind!r} is not supported", where=where, hint='use "s3" or "local"')
    for name, (value, line) in values.items():
        at = f"{where}:{line}"
        _check_no_credentials(name, value, at)
        if isinstance(value, hcl.Expression):
            raise ConfigError(f"{name} must be a literal value", where=at)
        _check_name(name, value, kind, at)
    config = {k: v for k, (v, _) in values.items() if k not in _DECIDED}
    if kind == "s3":
        _check_bucket(config, values, where)
    else:
        line = values["path"][1] if "path" in values else 0
        config["path"] = _local_path(files, config.get("path", _STATES), f"{where}:{line}" if line else where)
    return Backend(kind, config, where, key)


def _check_no_credentials(name: str, value: Any, at: str) -> None:
    """ConfigError for a credential, also one in an object or in the address of a proxy."""
    if isinstance(value, dict):
        for inner, one in value.items():
            _check_no_credentials(inner, one, at)
    secret = re.fullmatch(_CREDENTIALS, name) and not re.fullmatch(_NO_CREDENTIALS, name)
    if secret or (isinstance(value, str) and "://" in value and re.fullmatch(_WITH_LOGIN, value)):
        raise ConfigError(
            f"credentials ({name}) do not belong in a backend file",
            where=at,
            hint="remove the line, revoke that key, and use the environment, a profile or a role",
        )


def _check_name(name: str, value: Any, kind: str, at: str) -> None:
    if name == "key" and FILE in at:
        raise ConfigError("the state's key is derived and never written by hand", where=at, hint="remove the line")
    if name in ("workspace_key_prefix", "workspace_dir"):
        raise ConfigError("workspaces are not used: one state per stack and tenant", where=at, hint="remove the line")
    if name == "use_lockfile" and value is not True:
        raise ConfigError("use_lockfile is always true: a state has a lock", where=at, hint="remove the line")
    if kind == "s3" and name in _AROUND and value not in _NOTHING:
        raise ConfigError(
            f"{name} in a backend is followed by Terraform alone: the tool keeps records beside the states",
            where=at,
            hint=f"remove the line; {_AROUND[name]}",
        )
    if name not in (*_NAMES[kind], *_DECIDED):
        close = naming.nearest(name, _NAMES[kind])
        raise ConfigError(
            f"the backend {kind!r} has no {name!r}",
            where=at,
            hint=f"did you mean {close}?" if close else "remove the line",
        )


def _check_bucket(config: Mapping[str, Any], values: Mapping[str, tuple[Any, int]], where: str) -> None:
    for name in ("bucket", "region"):
        if not isinstance(config.get(name), str) or not config[name]:
            raise ConfigError(f"backend has no {name}", where=where, hint=f'write {name} = "..."')
    bucket = config["bucket"]
    fits = re.fullmatch(_BUCKET, bucket) and not _is_address(bucket)
    if not fits and not (config["region"] == "us-east-1" and re.fullmatch(_OLD_BUCKET, bucket)):
        raise ConfigError(
            f"{bucket[:80]!r} is not the name of a bucket",
            where=f"{where}:{values['bucket'][1]}",
            hint="3 to 63 lower-case letters, digits, '.' and '-', beginning and ending with a letter or digit",
        )


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.IPv4Address(text))
    except ValueError:
        return False


def _local_path(files: Files, given: Any, at: str) -> str:
    """The folder of a local backend: in the project, and not where a run reads."""
    read = [files.root / folder for folder in ("config", "src", "modules")]
    try:
        real = (files.root / given).resolve()
        fits = naming.below(files.root, real) and real != files.root and not any(naming.below(r, real) for r in read)
    except (TypeError, ValueError, OSError, RuntimeError):  # no text, a NUL, a link that leads to itself
        fits = False
    if not fits:
        raise ConfigError(
            f"path: {str(given)[:80]!r} is no folder for states",
            where=at,
            hint=f'name a folder in the project, outside config/, src/ and modules/: path = "{_STATES}"',
        )
    return str(real)
