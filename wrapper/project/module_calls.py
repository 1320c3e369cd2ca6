"""The modules that a Terraform root calls, in the project's own files: those that stand here, and those that Terraform downloads.
What a downloaded module calls is Terraform's to find."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from ..model.stack import Layer
from ..terraform import module_sources
from ..terraform.hcl import Block
from ..terraform.module_sources import ModuleCall
from .files import Files


def calls(files: Files, layer: Layer) -> list[ModuleCall]:
    """Each call of the layer's root and of the modules that stand in the project, the caller before what it calls."""
    blocks = files.blocks(layer.source)
    beside = [] if layer.tenant else files.blocks(layer.stack.config)
    return list(_calls(files, layer.source, [*blocks, *beside], "", "", (layer.source,)))


def _calls(
    files: Files, root: Path, blocks: list[tuple[str, Block]], key: str, directory: str, above: tuple[Path, ...]
) -> Iterator[ModuleCall]:
    for where, block in blocks:
        source = block.body.get("source", (None, 0))[0] if block.kind == "module" and block.labels else None
        if not isinstance(source, str):
            continue
        version = block.body.get("version", ("", 0))[0]
        name = f"{key}.{block.labels[0]}" if key else block.labels[0]
        line = block.body["source"][1]
        found = ModuleCall(name, source, version if isinstance(version, str) else "", f"{where}:{line}")
        if not module_sources.is_local(source):
            yield found
        elif not source.startswith("/"):
            yield from _in_project(files, root, found._replace(directory=posixpath.join(directory, source)), above)


def _in_project(files: Files, root: Path, call: ModuleCall, above: tuple[Path, ...]) -> Iterator[ModuleCall]:
    place = posixpath.normpath(call.directory)
    folder = Path(posixpath.normpath(root / place))
    if folder in above or not folder.is_relative_to(files.root) or not folder.is_dir():
        return  # Terraform says what is wrong with it
    yield call._replace(source=module_sources.local(call.source), directory=place)
    yield from _calls(files, root, files.blocks(folder), call.key, place, (*above, folder))
