"""Which of the caller's environment goes along to Terraform, and which is refused. Pure: gets a mapping."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ..model.errors import UsageError
from . import redaction
from .build_variables import is_build

_REFUSED = re.compile(r"TF_CLI_ARGS(_\w+)?|TF_WORKSPACE|TF_DATA_DIR")
_AWS = re.compile(
    r"AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|ROLE_ARN|ROLE_SESSION_NAME|"
    r"WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_\w+|CONTAINER_AUTHORIZATION_TOKEN\w*|EC2_METADATA_\w+|"
    r"ENDPOINT_URL\w*|STS_REGIONAL_ENDPOINTS|USE_FIPS_ENDPOINT|USE_DUALSTACK_ENDPOINT|MAX_ATTEMPTS|RETRY_MODE)"
)
_ALWAYS = re.compile(r"(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy|LANG|LC_ALL|TERM|GOGC|GOMEMLIMIT")
_LOGS = re.compile(r"TF_LOG(_\w+)?")  # with it Terraform and its providers write down what they send, secrets too
_HOST = (
    "PATH",
    "HOME",
    "USER",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
)
# What fetches a module from elsewhere, and nothing else, gets of the caller's.
_FETCH = re.compile(r"TF_TOKEN_.+|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy|GIT_CONFIG_(COUNT|(KEY|VALUE)_\d+)")
_FIXED = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
# Terraform and its providers are Go: most of a short run is reading a provider's schema, and a quarter of that is
# collecting garbage (bench/README.md). Go's own default is 100 (pkg.go.dev/runtime#hdr-Environment_Variables).
_COLLECT = {"GOGC": "400"}


def check(environ: Mapping[str, str], declared: Collection[str] = ()) -> None:
    """UsageError for a variable that would change, unseen, what Terraform does."""
    for name in sorted(environ):
        if _REFUSED.fullmatch(name):
            raise UsageError(
                f"{name} is set in the environment",
                hint=f"unset {name}: it would change what Terraform does behind the command line",
            )
        variable = name.removeprefix("TF_VAR_")
        if variable != name and variable in declared:
            raise UsageError(
                f"{name} is set in the environment",
                hint=f"values come from files and -var: unset {name} and give -var {variable}=..."
                + (", or a file of builds with --builds" if is_build(variable) else ""),
            )


def kept_back(environ: Mapping[str, str]) -> str:
    """A word on what would make Terraform write secrets into the output, and does not go along; "" where there is none."""
    names = sorted(name for name, value in environ.items() if value and _LOGS.fullmatch(name))
    if not names:
        return ""
    verb = "does" if len(names) == 1 else "do"
    return (
        f"{', '.join(names)} {verb} not go along to Terraform: its log holds the values and credentials that it sends"
    )


def shown(name: str, value: str) -> str:
    """A variable of a run as it may be shown. What a project lets pass is a credential, whatever its name."""
    ours = _ALWAYS.fullmatch(name) or _AWS.fullmatch(name) or name in _HOST or name.startswith(("TF_", "AWS_"))
    return redaction.variable(name, value) if ours or name in (*_FIXED, *_COLLECT) else "***"


def for_fetching(environ: Mapping[str, str]) -> dict[str, str]:
    """What of the caller's environment a container gets that fetches modules: tokens of registries, and what git asks for."""
    return {k: v for k, v in environ.items() if _FETCH.fullmatch(k)}


def for_terraform(
    environ: Mapping[str, str],
    identity: Mapping[str, str],
    region: str,
    *,
    host: bool,
    sandbox: bool,
    named: Collection[str] = (),
) -> dict[str, str]:
    """The allowlisted environment of a run. ``named``: what else the project lets pass. With the sandbox nothing of the
    caller's AWS goes along, and nothing that would open another provider's real account."""
    kept = _COLLECT | {k: v for k, v in environ.items() if _ALWAYS.fullmatch(k)}
    if not sandbox:
        kept |= {k: v for k, v in environ.items() if _AWS.fullmatch(k) or k in named}
    else:
        kept = {k: v for k, v in kept.items() if not k.lower().endswith("_proxy")}
    if host:
        kept |= {k: environ[k] for k in _HOST if k in environ and not (sandbox and k.startswith("AWS_"))}
    if host and sandbox:
        kept |= {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    if identity.get("AWS_ACCESS_KEY_ID"):
        kept.pop("AWS_PROFILE", None)
        kept.pop("AWS_SESSION_TOKEN", None)
    if region:
        kept["AWS_REGION"] = region
    return {**kept, **_FIXED, **identity}
