"""Several versions of one provider for one image: ``terraform init`` takes one version of each, so it runs once for each
round, the first with the first version of each provider. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from .image_request import Locked

_HEADER = (
    '# This file is maintained automatically by "terraform init".\n# Manual edits may be lost in future updates.\n'
)
_PLUGINS = "/out/root/usr/local/share/terraform/plugins"


def files(providers: Iterable[Locked], here: Collection[str], registry: str = "") -> dict[str, bytes]:
    """The files of each round, by path below the context. ``here``: the providers that the context brings along;
    ``registry``: a network mirror that has the others."""
    found: dict[str, bytes] = {}
    for number, chosen in enumerate(rounds(providers)):
        folder = f"rounds/{number}"
        found[f"{folder}/versions.tf"] = _requirements(chosen).encode()
        found[f"{folder}/.terraform.lock.hcl"] = "\n".join([_HEADER, *map(_lock, chosen)]).encode()
        found[f"{folder}/build.rc"] = _configuration([p.source for p in chosen], here, registry).encode()
    return found


def rounds(providers: Iterable[Locked]) -> list[list[Locked]]:
    """Each provider's versions, one a round. What several lock files say of one version is one."""
    merged: dict[str, dict[str, set[str]]] = {}
    for one in providers:
        merged.setdefault(one.source, {}).setdefault(one.version, set()).update(one.hashes)
    most = max((len(versions) for versions in merged.values()), default=1)
    found: list[list[Locked]] = [[] for _ in range(most)]
    for source, versions in sorted(merged.items()):
        for number, version in enumerate(sorted(versions, key=_order)):
            found[number].append(Locked(source, version, tuple(sorted(versions[version]))))
    return found


def _order(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"[.-]", version)]


def _requirements(providers: Sequence[Locked]) -> str:
    rows = (f'    p{n} = {{ source = "{p.source}", version = "{p.version}" }}\n' for n, p in enumerate(providers))
    return f"terraform {{\n  required_providers {{\n{''.join(rows)}  }}\n}}\n"


def _lock(provider: Locked) -> str:
    hashes = "".join(f'    "{h}",\n' for h in provider.hashes)
    version = f'  version     = "{provider.version}"\n  constraints = "{provider.version}"\n'
    return f'provider "{provider.source}" {{\n{version}  hashes = [\n{hashes}  ]\n}}\n'


def _configuration(sources: Sequence[str], here: Collection[str], registry: str) -> str:
    local = ", ".join(f'"{s}"' for s in sources if s in here)
    mirror = f'  filesystem_mirror {{\n    path    = "{_PLUGINS}"\n    include = [{local}]\n  }}\n' if local else ""
    network = f'  network_mirror {{\n    url     = "{registry}"\n' if registry else "  direct {\n"
    return f"disable_checkpoint = true\nprovider_installation {{\n{mirror}{network}    exclude = [{local}]\n  }}\n}}\n"
