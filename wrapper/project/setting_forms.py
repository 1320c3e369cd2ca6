"""The form of each setting of orchestrate.hcl: what was written -> the value, or ConfigError with the line. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..model.errors import ConfigError
from ..terraform.binary import read_name

VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?")
_NAME = re.compile(r"[A-Za-z_]\w*")
_TASK = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_FOLDER = re.compile(r"[A-Za-z0-9_][\w.-]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DIGESTS = ("zip_amd64", "zip_arm64", "binary_amd64", "binary_arm64")
_REGISTRIES = ("releases", "providers")
_TAKEN = ("config", "src", "modules")
# Names that do not pass by this file, and why.
_OTHERWISE = {
    r"AWS_\w*": "AWS's variables pass by themselves, or not at all: docs/engines.md, 'Credentials'",
    r"TF_\w*": "Terraform's variables are the tool's own; a value comes from config/ or -var, a secret from --var-env",
    r"PATH|HOME|USER|LD_\w*|GO\w*|DOCKER_\w*|ORCHESTRATE_\w*": "it would change what runs; the tool sets what is needed",
}
Digests = dict[str, dict[str, str]]


def version(value: Any, where: str) -> str:
    if isinstance(value, str) and VERSION.fullmatch(value):
        return value
    raise ConfigError(f"terraform: {value!r} is no version", where=where, hint='for example: terraform = "1.11.4"')


def names(value: Any, where: str) -> tuple[str, ...]:
    found = _listed(
        "environment", value, where, _NAME, "names of variables", '["GITHUB_TOKEN", "CLOUDFLARE_API_TOKEN"]'
    )
    for name in found:
        if reason := next((why for pattern, why in _OTHERWISE.items() if re.fullmatch(pattern, name)), ""):
            raise ConfigError(f"environment: {name} does not pass by this file", where=where, hint=reason)
    return found


def tasks(setting: str, value: Any, where: str) -> tuple[str, ...]:
    """Of stack.hcl: what runs before or after a deploy."""
    return _listed(setting, value, where, _TASK, "names of tasks, as the output run_task has them", '["migrate"]')


def packages(value: Any, where: str) -> tuple[str, ...]:
    return _listed("packages", value, where, _PACKAGE, "names of Debian's packages", '["awscli", "jq"]')


def paths(value: Any, where: str) -> tuple[str, ...]:
    return _listed(
        "certificates", value, where, re.compile(r"[^/\s].*"), "files of the project", '["certificates/ca.pem"]'
    )


def folders(value: Any, where: str) -> tuple[str, ...]:
    found = _listed("folders", value, where, _FOLDER, "folders beside src/", '["templates", "lambda"]')
    for name in found:
        if name in _TAKEN:
            hint = "src/ and modules/ are there in each run, and config/ never is: its values are variables"
            raise ConfigError(f"folders: {name}/ is no further folder", where=where, hint=hint)
    return found


def truth(value: Any, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise ConfigError(
        f"containers: {value!r} is neither true nor false", where=where, hint="for example: containers = true"
    )


def registries(value: Any, where: str) -> dict[str, str]:
    hint = 'for example: registries = { releases = "https://example.com/hashicorp", providers = "https://example.com/providers/" }'
    if not isinstance(value, dict) or any(
        name not in _REGISTRIES or not isinstance(url, str) or not re.fullmatch(r"https?://\S+", url)
        for name, url in value.items()
    ):
        raise ConfigError("registries: give a map of URLs", where=where, hint=hint)
    if not value.get("providers", "https://").startswith("https://"):
        raise ConfigError("registries: Terraform asks a mirror of providers by https alone", where=where, hint=hint)
    return value


def digests(value: Any, where: str) -> Digests:
    """By version of Terraform."""
    right = isinstance(value, dict) and all(
        VERSION.fullmatch(str(name)) and isinstance(row, dict) and _is_row(row) for name, row in value.items()
    )
    if right:
        return {str(name): dict(row) for name, row in value.items()}
    hint = 'for example: terraform_digests = { "1.12.2" = { zip_amd64 = "SHA-256 of the zip, 64 signs" } }; names: '
    raise ConfigError(
        "terraform_digests: give a map of versions, each with its SHA-256", where=where, hint=hint + ", ".join(_DIGESTS)
    )


def _is_row(row: Mapping[str, Any]) -> bool:
    return bool(row) and all(name in _DIGESTS and _DIGEST.fullmatch(str(text)) for name, text in row.items())


def options(value: Any, where: str) -> dict[str, Any]:
    if isinstance(value, dict) and all(isinstance(one, str | int | bool) and one != "" for one in value.values()):
        return value
    raise ConfigError("options: give a map", where=where, hint='for example: options = { engine = "host", jobs = 4 }')


def _listed(setting: str, value: Any, where: str, form: re.Pattern[str], what: str, example: str) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(name, str) and form.fullmatch(name) for name in value):
        return tuple(dict.fromkeys(value))
    raise ConfigError(f"{setting}: give a list of {what}", where=where, hint=f"for example: {setting} = {example}")


READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "terraform": version,
    "terraform_digests": digests,
    "registries": registries,
    "packages": packages,
    "certificates": paths,
    "environment": names,
    "folders": folders,
    "options": options,
    "containers": truth,
    "binary": read_name,
}
