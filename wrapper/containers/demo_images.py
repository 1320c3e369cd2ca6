"""A demo application as an image of each repository's name, for those that this machine's engine lacks. Nothing is pulled."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from .engine import built, image_labels

BUILDS = ("1", "2", "broken", "sick", "slow")
LABEL = "orchestrate.demo"
_APPLICATION = Path(__file__).with_name("application.pl")
_DOCKERFILE = """\
FROM {base}
COPY application.pl /application.pl
ENV ORCHESTRATE_SERVICE={service} ORCHESTRATE_BUILD={build}
LABEL orchestrate.image=demo {label}={build}
USER 65534:65534
WORKDIR /
ENTRYPOINT []
EXPOSE 8080
CMD ["perl", "/application.pl"]
"""


def make(
    client: Any, base: str, repositories: dict[str, str], info: Callable[[str], None], builds: Iterable[str] = BUILDS
) -> list[str]:
    """The images, by name. An image of that name that is not this demo application stays as it is, and is said."""
    names = []
    for service, repository in sorted(repositories.items()):
        for build in builds:
            name = f"{repository}:{build}"
            labels = image_labels(client, name)
            if labels is not None and LABEL not in labels:
                info(f"sandbox: {name} is there, and stays as it is")
            else:
                built(client, context(base, service, build), name)
            names.append(name)
    return names


def context(base: str, service: str, build: str) -> bytes:
    """What is built: a Dockerfile and the application, as a tar archive."""
    text = _DOCKERFILE.format(base=base, service=service, build=build, label=LABEL)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in (("Dockerfile", text.encode()), (_APPLICATION.name, _APPLICATION.read_bytes())):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
