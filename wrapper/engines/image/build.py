"""The image: builds it when the daemon does not have it, and takes old ones away.

Two ways with one result (docs/image.md). Closed: Terraform, the provider mirror and a Debian base made by
debootstrap come from this host. Open: what is missing here is downloaded. The Dockerfile and its `install`
check every piece in both. Knows nothing of runs, stacks or Terraform's arguments; what a project asks for is an ImageRequest.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...model.errors import ConfigError, OrchestrateError, RefusedError, UnavailableError
from ...model.fingerprint import digest
from . import package_checks
from .debian_base import BASE, ProgressCallback, make_base, no_debootstrap
from .image_request import NOTHING, ImageRequest
from .inputs import NAME, Pins, Sources, context, host_arch, locate_sources, read_pins, tag, wanted

if TYPE_CHECKING:
    import docker

__all__ = ["Sources", "build", "exists", "locate_sources", "remove_old", "tag"]


LABEL = "orchestrate.image"
# Every layer of one build carries this label, so that what a failed build leaves is known to be ours.
BUILD = "orchestrate.build"
# Quarters of a second to wait for what a daemon that we left may still leave.
SHORT, LONG = 8, 80
_NO_PACKAGE = re.compile(r"(?:Unable to locate package|Couldn't find these debs:) *(\S+)")
NOISE = (" --->", "Removing intermediate container")


@dataclass
class BuildLog:
    """What a build says: told on, and remembered. `lack` is why it does not do without the network, `asked` what for."""

    progress: ProgressCallback
    lack: str = ""
    said: list[str] = field(default_factory=list)
    asked: ImageRequest = NOTHING

    def add(self, line: str) -> None:
        self.said.append(line)
        self.progress(line)


def exists(client: docker.DockerClient, name: str) -> bool:
    from docker.errors import ImageNotFound

    with translated():
        try:
            api: Any = client.api
            api.inspect_image(name)
        except ImageNotFound:
            return False
        return True


def build(
    root: Path,
    client: docker.DockerClient,
    progress: ProgressCallback,
    env: Mapping[str, str] | None = None,
    asked: ImageRequest = NOTHING,
) -> str:
    """The image's name; it is built first if the daemon does not have it."""
    name = tag(root, asked)
    if exists(client, name):
        return name
    with translated():
        check_parts(root, client, os.environ if env is None else env, asked)
        with one_at_a_time(root, progress):
            if not exists(client, name):
                build_missing(root, client, progress, os.environ if env is None else env, asked)
    return name


def check_parts(root: Path, client: docker.DockerClient, env: Mapping[str, str], asked: ImageRequest) -> None:
    """ConfigError for what cannot be had, before another build is waited for."""
    if asked != NOTHING:
        pins = read_pins(root, architecture(client), asked)
        package_checks.check_named_mirror(pins, asked, env)
        package_checks.check(pins, locate_sources(root, env, pins.arch, asked=asked), asked)


def architecture(client: docker.DockerClient) -> str:
    return str(client.version().get("Arch", "")) or host_arch()


def build_missing(
    root: Path, client: docker.DockerClient, progress: ProgressCallback, env: Mapping[str, str], asked: ImageRequest
) -> None:
    pins = read_pins(root, architecture(client), asked)
    sources = locate_sources(root, env, pins.arch, asked=asked)
    lack = lacking(client, pins, sources, env)
    base = env.get("ORCHESTRATE_BASE") or (pins.base if lack else local_base(client, pins, progress, asked))
    args = {"BUILD": secrets.token_hex(8), **dict(asked.arguments), "BASE": base}
    if releases := env.get("ORCHESTRATE_RELEASES") or asked.releases:
        args["RELEASES"] = releases
    if lack or env.get("ORCHESTRATE_BASE"):
        args["PACKAGES"] = " ".join(pins.packages)
    name = tag(root, asked)
    progress(f"building {name} " + (f"with the network: {lack}" if lack else "from this host's files"))
    log = BuildLog(progress, lack, asked=asked)
    try:
        with swept(client, args["BUILD"], log):
            image = run_build(client, context(root, pins, sources, asked), args, log)
            client.api.tag(image, NAME, name.partition(":")[2])
    except UnavailableError as error:
        raise package_checks.other_versions(pins, asked, sources, env) or error from None


def lacking(client: docker.DockerClient, pins: Pins, sources: Sources, env: Mapping[str, str]) -> str:
    """Why the closed way is barred, or nothing."""
    if not sources.terraform:
        return f"Terraform {pins.terraform} for linux_{pins.arch} with the pinned digest is not on PATH"
    if missing := tuple(p for p in pins.providers if not sources.mirror(p[0])):
        lacks = wanted(replace(pins, providers=missing))
        return f"no provider mirror on this host holds {lacks} (ORCHESTRATE_MIRROR can name one)"
    return "" if env.get("ORCHESTRATE_BASE") or exists(client, base_name(pins)) else no_debootstrap()


def base_name(pins: Pins) -> str:
    packages = f"-{digest(*pins.packages)[:8]}" if pins.packages else ""
    return f"{BASE}:{pins.suite}{packages}"


def local_base(
    client: docker.DockerClient, pins: Pins, progress: ProgressCallback, asked: ImageRequest = NOTHING
) -> str:
    """The base of the closed way: made once, then kept under its own name."""
    name = base_name(pins)
    if not exists(client, name):
        said: list[str] = []
        try:
            make_base(client.api, pins.suite, name, pins.packages, [f"LABEL {LABEL}=base"], heard(said, progress))
        except UnavailableError as error:
            raise no_package([*said, error.message], asked) or error from None
    return name


def heard(said: list[str], progress: ProgressCallback) -> ProgressCallback:
    def hear(line: str) -> None:
        said.append(line)
        progress(line)

    return hear


def no_package(said: Iterable[str], asked: ImageRequest) -> ConfigError | None:
    """Where apt or debootstrap knows no package of that name: which line asks for it."""
    found = next((m[1] for line in said if (m := _NO_PACKAGE.search(line))), "")
    if not found:
        return None
    return ConfigError(
        f"packages: Debian has no package {found}",
        where=asked.where.get("packages", ""),
        hint=f"write its name as `apt-cache policy NAME` on Debian knows it, or remove {found}",
    )


def run_build(client: docker.DockerClient, tar: Iterator[bytes], args: dict[str, str], log: BuildLog) -> str:
    """One build's image id. No cache, so that its layers are ours alone; no tag before it is whole."""
    api: Any = client.api
    image = ""
    options = {"nocache": True, "rm": True, "forcerm": True, "pull": False, "timeout": None}
    with hanging_up(api):
        for event in api.build(fileobj=tar, custom_context=True, decode=True, buildargs=args, **options):
            if "error" in event:
                raise failure(str(event["error"]), log)
            for line in lines(event):
                log.add(line)
            image = event.get("aux", {}).get("ID") or image
    if not image:
        raise UnavailableError("the build ended without an image", hint="is the Docker daemon still running?")
    return image


@contextmanager
def hanging_up(api: Any) -> Iterator[None]:
    """Ends the connection when we leave. An exception in flight holds it open, and the daemon would build on."""
    opened: list[Any] = []

    def remember(response: Any, **_: object) -> None:
        opened.append(response)

    api.hooks["response"].append(remember)
    try:
        yield
    finally:
        api.hooks["response"].remove(remember)
        for response in opened:
            response.close()


def lines(event: Mapping[str, Any]) -> list[str]:
    """What a person wants to read of one event: no download bars, no ids, none of the daemon's colours."""
    text = event.get("stream") or ("" if event.get("progressDetail") else event.get("status", ""))
    rows = (re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in str(text).splitlines())
    return [row for row in rows if row.strip() and not row.startswith(NOISE)]


def failure(error: str, log: BuildLog) -> OrchestrateError:
    """`install` speaks in lines that begin with our name; it exits 3 for a wrong digest, 4 for no network, 5 for a version
    that the registry does not have."""
    ours = [line.removeprefix(f"{NAME}: ") for line in log.said if line.startswith(f"{NAME}: ")]
    what = ours[-1] if ours else error
    if unknown := no_package(log.said, log.asked):
        return unknown
    if "non-zero code: 5" in error:
        rows = " ".join(log.said)
        names = [one for one in log.asked.locked if one.source.removeprefix("registry.terraform.io/") in rows]
        return package_checks.not_to_be_had(names[0], what) if names else no_release(what, log.asked)
    if "non-zero code: 3" in error:
        return RefusedError(f"the image was not built: {what}", hint="see docs/image.md")
    needs = "the network must reach the base image, the Debian mirror, the Terraform releases and the registry"
    hint = f"{needs}; or build from this host's files, which is barred because {log.lack}" if log.lack else ""
    return UnavailableError(f"the image cannot be built: {what}", hint=hint)


def no_release(what: str, asked: ImageRequest) -> ConfigError:
    hint = "is the version right? registries.releases and ORCHESTRATE_RELEASES name the site (docs/orchestrate-hcl.md)"
    return ConfigError(f"the image was not built: {what}", where=asked.where.get("terraform", ""), hint=hint)


@contextmanager
def swept(client: docker.DockerClient, build_id: str, log: BuildLog) -> Iterator[None]:
    """Takes away the nameless images that a build leaves: its first stage, or all of them when it failed."""
    try:
        yield
    except OrchestrateError:
        raise
    except BaseException:
        sweep_late(client, build_id, turns=LONG if log.said and " COPY " in log.said[-1] else SHORT)
        raise
    finally:
        sweep(client, build_id)


def sweep_late(client: docker.DockerClient, build_id: str, *, turns: int) -> None:
    """We left, and the daemon ends its step: a RUN at once, a COPY when it is done, and leaves one image more."""
    sweep(client, build_id)
    for _ in range(turns):
        time.sleep(0.25)
        if sweep(client, build_id) and turns == LONG:
            return


def sweep(client: docker.DockerClient, build_id: str) -> bool:
    """Whether there was one to take away."""
    found = client.api.images(all=True, filters={"label": f"{BUILD}={build_id}"})
    return any([remove(client, str(image["Id"])) for image in found if not named(image)])


def named(image: Mapping[str, Any]) -> list[str]:
    return [name for name in image.get("RepoTags") or [] if name != "<none>:<none>"]


@contextmanager
def one_at_a_time(root: Path, progress: ProgressCallback) -> Iterator[None]:
    """Two commands that miss the image build it once. The lock is on the Dockerfile: nothing stays behind."""
    with (root / "Dockerfile").open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another command that is building the image")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            progress("this file system has no locks; going on without")
        yield


def remove_old(client: docker.DockerClient, *keep: str) -> list[str]:
    """Removes our images but `keep`: older ones, the base, what killed builds left. One in use stays."""
    removed: list[str] = []
    with translated():
        for image in client.api.images(all=True, filters={"label": LABEL}):
            removed += [name for name in ours(image, keep) if remove(client, name)]
    return removed


def ours(image: Mapping[str, Any], keep: Sequence[str]) -> list[str]:
    """Its names that are ours to take away; the id of one that has no name."""
    names = [name for name in named(image) if name not in keep and name.partition(":")[0] in (NAME, BASE)]
    return names if named(image) else [str(image["Id"])]


def remove(client: docker.DockerClient, name: str) -> bool:
    """Removes it if nothing stands on it or runs from it (the daemon says no to the rest)."""
    from docker.errors import APIError

    with suppress(APIError):
        client.api.remove_image(name)
        return True
    return False


def discard(client: docker.DockerClient, name: str) -> None:
    """Removes it, whatever runs from it. One that is not there is no error."""
    from docker.errors import ImageNotFound

    with translated(), suppress(ImageNotFound):
        client.images.remove(name, force=True)


@contextmanager
def translated() -> Iterator[None]:
    """Docker's and the transport's exceptions, in our words."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (DockerException, RequestException, HTTPError) as error:
        hint = "is the Docker daemon running, and may this user reach it?"
        raise UnavailableError(f"Docker: {error}", hint=hint) from error
