"""What tflint's ruleset for the Terraform language asks, as functions of a folder's text.

The rules bear tflint's names (github.com/terraform-linters/tflint-ruleset-terraform).
Each yields findings, ``file:line what is wrong``; no finding is fine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from terraform_text import Text

from wrapper.terraform import hcl
from wrapper.terraform.variables import is_build

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True)
class Folder:
    """A module or a root: its .tf files' texts by name. ``module``: somebody calls it, so that it configures nothing."""

    files: Mapping[str, str]
    module: bool = True

    @cached_property
    def texts(self) -> dict[str, Text]:
        return {name: Text(text) for name, text in self.files.items()}

    @cached_property
    def blocks(self) -> list[tuple[str, hcl.Block]]:
        ours = {name: text for name, text in self.files.items() if name.endswith(".tf")}
        return [(name, block) for name, text in ours.items() for block in hcl.parse_blocks(text, name)]

    def of(self, *kinds: str) -> Iterator[tuple[str, hcl.Block]]:
        """(place, block) of these kinds."""
        return ((f"{name}:{block.line}", block) for name, block in self.blocks if block.kind in kinds)

    @cached_property
    def code(self) -> str:
        return "\n".join(text.code for text in self.texts.values())

    @cached_property
    def required_providers(self) -> dict[str, tuple[str, object]]:
        inner = [b for _, block in self.of("terraform") for b in block.blocks if b.kind == "required_providers"]
        return {name: (f"versions.tf:{line}", value) for b in inner for name, (value, line) in b.body.items()}


def read(folder: Path, *, module: bool) -> Folder:
    return Folder(
        {file.name: file.read_text() for file in sorted([*folder.glob("*.tf"), *folder.glob("*.tf.json")])}, module
    )


Rule = Callable[[Folder], Iterator[str]]


def comment_syntax(folder: Folder) -> Iterator[str]:
    for name, text in folder.texts.items():
        for line, comment in text.comments:
            if not comment.startswith("#"):
                yield f"{name}:{line} a comment begins with #"


def deprecated_interpolation(folder: Folder) -> Iterator[str]:
    for name, text in folder.texts.items():
        yield from (f"{name}:{line} an expression alone needs no quotes" for line in text.wrapped)


def deprecated_index(folder: Folder) -> Iterator[str]:
    for name, text in folder.texts.items():
        for found in re.finditer(r"(?<![\w.-])[A-Za-z_][\w.*\[\]-]*\.\d+\b", text.code):
            yield f"{name}:{text.line(found.start())} an index stands in brackets: {found.group()}"


def deprecated_lookup(folder: Folder) -> Iterator[str]:
    for name, text in folder.texts.items():
        for found in re.finditer(r"\blookup\(\s*[\w.-]+\s*,\s*[^,(){}]+\)", text.code):
            yield f"{name}:{text.line(found.start())} lookup() without a default is an index"


def empty_list_equality(folder: Folder) -> Iterator[str]:
    for name, text in folder.texts.items():
        for found in re.finditer(r"[=!]=\s*\[\s*\]|\[\s*\]\s*[=!]=", text.code):
            yield f"{name}:{text.line(found.start())} compare the length with zero: a set is never equal to []"


def unused_declarations(folder: Folder) -> Iterator[str]:
    for place, block in folder.of("variable"):
        if not _used(f"var.{block.labels[0]}", _without(folder, place)):
            yield f"{place} nothing uses var.{block.labels[0]}"
    for place, block in folder.of("locals"):
        for local in block.body:
            if not _used(f"local.{local}", folder.code):
                yield f"{place} nothing uses local.{local}"
    for place, block in folder.of("data"):
        if not _used(f"data.{'.'.join(block.labels)}", folder.code):
            yield f"{place} nothing uses data.{'.'.join(block.labels)}"


def _used(reference: str, code: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(reference)}(?![\w-])", code) is not None


def _without(folder: Folder, place: str) -> str:
    """The folder's code without the block at a place: a validation of its own is no use."""
    name, _, line = place.partition(":")
    lines = folder.texts[name].code.splitlines()
    closed = lines[int(line) - 1].rstrip().endswith("}")
    end = int(line) if closed else next((n + 1 for n in range(int(line), len(lines)) if lines[n].startswith("}")), 0)
    rest = "\n".join(lines[: int(line) - 1] + lines[end:])
    return "\n".join([rest, *(text.code for other, text in folder.texts.items() if other != name)])


def documented_variables(folder: Folder) -> Iterator[str]:
    yield from (f"{p} {b.labels[0]} has no description" for p, b in folder.of("variable") if not _described(b))


def documented_outputs(folder: Folder) -> Iterator[str]:
    yield from (f"{p} {b.labels[0]} has no description" for p, b in folder.of("output") if not _described(b))


def _described(block: hcl.Block) -> bool:
    return bool(str(block.body.get("description", ("", 0))[0]).strip())


def typed_variables(folder: Folder) -> Iterator[str]:
    for place, block in folder.of("variable"):
        kind = block.body.get("type", (None, 0))[0]
        if not isinstance(kind, hcl.Expression) or re.search(r"\bany\b", Text(kind.text).code):
            yield f"{place} {block.labels[0]} has no type, or any"


def module_pinned_source(folder: Folder) -> Iterator[str]:
    for place, block in folder.of("module"):
        source = block.body.get("source", ("", 0))[0]
        if not str(source).startswith(("./", "../")):
            yield f"{place} {block.labels[0]} comes from {source}: modules live in this project"


def naming_convention(folder: Folder) -> Iterator[str]:
    for place, block in folder.of("resource", "data", "module", "output", "variable"):
        name = block.labels[-1]
        if not NAME.fullmatch(name) and not (block.kind == "variable" and is_build(name)):
            yield f"{place} {block.kind} {name} is not written like_this"
    for place, block in folder.of("locals"):
        yield from (f"{place} local {name} is not written like_this" for name in block.body if not NAME.fullmatch(name))


def required_version(folder: Folder) -> Iterator[str]:
    if not any("required_version" in block.body for _, block in folder.of("terraform")):
        yield "versions.tf:1 says no required_version"


def required_providers(folder: Folder) -> Iterator[str]:
    for name, (place, value) in folder.required_providers.items():
        if not isinstance(value, dict) or not {"source", "version"} <= set(value):
            yield f"{place} provider {name} needs a source and a version"
    for name in sorted(_providers(folder) - set(folder.required_providers)):
        yield f"versions.tf:1 provider {name} is used and not required"


def unused_required_providers(folder: Folder) -> Iterator[str]:
    """Of a module; a root may fix the version of what its modules use."""
    if not folder.module:
        return
    for name, (place, _) in folder.required_providers.items():
        if name not in _providers(folder):
            yield f"{place} provider {name} is required and not used"


def _providers(folder: Folder) -> set[str]:
    named = {block.labels[0] for _, block in folder.of("provider")}
    return named | {b.labels[0].partition("_")[0] for _, b in folder.of("resource", "data")} - {"terraform"}


def standard_module_structure(folder: Folder) -> Iterator[str]:
    """Files are named for the thing here, so no main.tf; what a caller looks for stands where it is looked for."""
    for name in ("versions.tf", "variables.tf", "outputs.tf"):
        if name not in folder.files:
            yield f"{name}:1 is missing"
    for kind, home in (("variable", "variables"), ("output", "outputs")):
        for place, block in folder.of(kind):
            if not place.startswith(home):
                yield f"{place} {kind} {block.labels[0]} belongs to {home}.tf"


def workspace_remote(folder: Folder) -> Iterator[str]:
    for name, text in folder.texts.items():
        for found in re.finditer(r"\bterraform\.workspace\b", text.code):
            yield f"{name}:{text.line(found.start())} a stack is a folder; there are no workspaces"


def json_syntax(folder: Folder) -> Iterator[str]:
    yield from (f"{name}:1 is written for machines" for name in folder.files if name.endswith(".json"))


RULES: tuple[Rule, ...] = (
    *(comment_syntax, deprecated_interpolation, deprecated_index, deprecated_lookup, empty_list_equality),
    *(unused_declarations, documented_variables, documented_outputs, typed_variables, module_pinned_source),
    *(naming_convention, required_version, required_providers, unused_required_providers, standard_module_structure),
    *(workspace_remote, json_syntax),
)
