"""Which Docker engine the caller's environment names, and whether it can be talked to. Pure: gets a mapping."""

from __future__ import annotations

from collections.abc import Mapping

from ..model.errors import UnavailableError
from ..terraform import redaction

USUAL = "unix:///var/run/docker.sock"


def shown(environ: Mapping[str, str]) -> str:
    """The engine as its address says, without what may be a password."""
    return redaction.without_password(environ.get("DOCKER_HOST") or USUAL)


def check(environ: Mapping[str, str]) -> None:
    """UnavailableError for a way that docker-py does not go: through TLS it waits for ever for the output of a container
    (docker.utils.socket.read polls a connection whose data is decrypted already), and ssh needs packages that are not here."""
    if way := _other_way(environ):
        raise UnavailableError(
            f"a Docker engine behind {way} is not used",
            where=shown(environ),
            hint="use --engine host, or let DOCKER_HOST name a socket that leads to that engine (unix://...); "
            "see docs/engines.md",
        )


def _other_way(environ: Mapping[str, str]) -> str:
    """As docker-py decides (docker.utils.kwargs_from_env)."""
    host = environ.get("DOCKER_HOST", "").strip()
    scheme = host.partition("://")[0] if "://" in host else "tcp"
    secured = environ.get("DOCKER_TLS_VERIFY") or environ.get("DOCKER_CERT_PATH")
    if host and (scheme == "https" or (scheme == "tcp" and secured)):
        return "TLS"
    return scheme if scheme == "ssh" else ""
