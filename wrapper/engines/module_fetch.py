"""Fetches modules: ``terraform get`` of a root that calls them and nothing else, in a short container or on the host, where the
caller's keys and tokens are."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..model import duration
from ..model.errors import TimeoutExpired
from ..model.nouns import Mount
from ..terraform.module_sources import GitSource, ModuleCall
from . import host_program, short_container
from .fetch_failures import FetchFailure

_PLACE = "/fetch"
LIMIT = 900  # seconds that a fetch may take
_TOO_LATE = 124  # as timeout(1), which bounds it in a container
SaidCallback = Callable[[str], None]
FetchExecutor = Callable[[Sequence[str], Path, SaidCallback], int]
QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_SSH_COMMAND": "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=20",
    "GIT_HTTP_LOW_SPEED_LIMIT": "1",
    "GIT_HTTP_LOW_SPEED_TIME": "60",
    "CHECKPOINT_DISABLE": "1",
    "LC_ALL": "C",
}
_CHANGES_TERRAFORM = ("TF_CLI_ARGS", "TF_DATA_DIR", "TF_WORKSPACE", "TF_LOG")
_NAMED = re.compile(r'\bmodule[ .]"?(m\d+)\b')
_LOOK_UP = 'while [ $# -gt 0 ]; do git ls-remote --exit-code -- "$1" "$2" || exit $?; shift 2; done'


def in_container(
    client: Any, image: str, network: str, mounts: Sequence[Mount], environment: Mapping[str, str]
) -> FetchExecutor:
    def execute(argv: Sequence[str], folder: Path, said: SaidCallback) -> int:
        here = [Mount(folder, _PLACE, writable=True), *mounts]
        argv = ["timeout", str(LIMIT), *argv]
        around = {**QUIET, "TF_CLI_CONFIG_FILE": "/dev/null", **environment}
        return short_container.run(client, image, argv, _PLACE, here, around, said, network)

    return execute


def on_host(environ: Mapping[str, str]) -> FetchExecutor:
    environment = {k: v for k, v in environ.items() if not k.startswith(_CHANGES_TERRAFORM)}

    def execute(argv: Sequence[str], folder: Path, said: SaidCallback) -> int:
        pause = duration.bounded(
            time.sleep, LIMIT, lambda: TimeoutExpired(f"no answer within {LIMIT} s"), time.monotonic
        )
        try:
            return host_program.run(argv, folder, {**QUIET, **environment}, said, pause)
        except TimeoutExpired:
            return _TOO_LATE

    return execute


def fetch(execute: FetchExecutor, folder: Path, calls: Mapping[str, ModuleCall]) -> None:
    """Download these modules, by a name of each, into an empty folder. Raises what is wrong with the first that fails."""
    for name, call in calls.items():
        (folder / f"{name}.tf.json").write_text(json.dumps(_root(name, call)))
    said: list[str] = []
    code = execute(["terraform", "get", "-no-color"], folder, said.append)
    if code:
        raise _first(calls, " ".join(" ".join(said).replace("│", " ").split()), code).error()


def _first(calls: Mapping[str, ModuleCall], said: str, code: int) -> FetchFailure:
    """Terraform says an error for each module that it could not get."""
    errors = [text for text in said.split("Error: ")[1:] if _NAMED.search(text)] or [said]
    named = _NAMED.search(errors[0])
    return FetchFailure(calls.get(named[1] if named else "", next(iter(calls.values()))), errors[0], code)


def _root(name: str, call: ModuleCall) -> object:
    said = {"source": call.source, **({"version": call.version} if call.version else {})}
    return {"module": {name: {key: text.replace("${", "$${").replace("%{", "%%{") for key, text in said.items()}}}


def look_up(execute: FetchExecutor, folder: Path, asked: Mapping[GitSource, ModuleCall]) -> dict[GitSource, str]:
    """At which commit each branch is now. Raises what is wrong with the first that fails."""
    pairs = [word for s in asked for word in (s.url, f"refs/heads/{s.ref}" if s.ref else "HEAD")]
    said: list[str] = []
    code = execute(["sh", "-c", _LOOK_UP, "sh", *pairs], folder, said.append)
    found = [m[1] for line in said if (m := re.match(r"([0-9a-f]{40})\t", line))]
    if code:
        source, call = list(asked.items())[min(len(found), len(asked) - 1)]
        text = " ".join(" ".join(said).split())
        gone = f"couldn't find remote ref {source.ref}" if code == 2 else text
        raise FetchFailure(call, gone, code).error()
    return dict(zip(asked, found, strict=True))
