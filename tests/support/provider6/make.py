"""Writes schema.json: what the AWS provider 6 has of each resource and data source that modules/ and src/ use.

The provider's schema is published on npm as type bindings: CDKTF's have each name, and whether it can be set; Pulumi's
say which are deprecated. ``python tests/support/provider6/make.py`` fetches both with npm; the tests fetch nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CDKTF, PULUMI = "@cdktf/provider-aws@21.22.1", "@pulumi/aws@7.48.0"
NAMED = re.compile(r'^(resource|data) "(aws_\w+)"', re.MULTILINE)

INTERFACE = re.compile(r"^export interface (\w+)[^{\n]*\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
CLASS = re.compile(r"^export declare class (\w+) extends [\w.]+ \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
SETTABLE = re.compile(r"#(\w+) \w+#\w+\}(?:(?!readonly).)*?readonly \w+(\??): ([^;]+);", re.DOTALL)
GETTER = re.compile(r"^    get (\w+)\(\): ([^;]+);", re.MULTILINE)
DEPRECATED = re.compile(r"/\*\*(?:(?!\*/).)*?@deprecated ([^\n]*)(?:(?!\*/).)*\*/\s+(?:readonly )?(\w+)\??:", re.DOTALL)
NOT_ATTRIBUTES = {"fqn", "internal_value"}


def used() -> list[tuple[str, str]]:
    files = [file for top in ("modules", "src") for file in (ROOT / top).rglob("*.tf") if "/tests/" not in str(file)]
    return sorted({match for file in files for match in NAMED.findall(file.read_text())})


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


class Bindings:
    """One resource or data source in CDKTF's words."""

    def __init__(self, text: str) -> None:
        self._interfaces = dict(INTERFACE.findall(text))
        self._classes = dict(CLASS.findall(text))

    def of(self, name: str, config: str, reader: str) -> dict[str, Any]:
        """Name => "required", "optional", "computed", or what the block of that name has."""
        known: dict[str, Any] = {}
        for attribute, optional, kind in SETTABLE.findall(self._interfaces.get(config, "")):
            block = re.match(r"\w+", kind.replace("cdktf.IResolvable | ", ""))
            inner = block[0] if block and block[0] in self._interfaces else ""
            known[attribute] = (
                self.of(inner, inner, f"{inner}OutputReference") if inner else "optional" if optional else "required"
            )
        for getter, kind in GETTER.findall(self._classes.get(reader, "")):
            attribute = snake(getter)
            if attribute not in known and not getter.endswith("Input") and attribute not in NOT_ATTRIBUTES:
                inner = kind.removesuffix("List").removesuffix("OutputReference")
                known[attribute] = self.of(inner, inner, f"{inner}OutputReference") if kind != inner else "computed"
        return known


def bindings(package: Path) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    for kind, name in used():
        folder = package / "lib" / ("data-" * (kind == "data") + name.replace("_", "-"))
        if not folder.is_dir():
            folder = package / "lib" / ("data-" * (kind == "data") + name.removeprefix("aws_").replace("_", "-"))
        text = "\n".join(file.read_text() for file in sorted(folder.glob("*.d.ts")))
        (made,) = re.findall(
            r"^export declare class (\w+) extends cdktf\.Terraform(?:Resource|DataSource) ", text, re.M
        )
        yield (kind, name), Bindings(text).of(made, f"{made}Config", made)


def deprecated(package: Path, schema: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Resource or data source => attribute, or block.attribute => what the provider says of it."""
    files: dict[str, list[Path]] = {}
    for file in package.rglob("*.d.ts"):
        files.setdefault(snake(file.name.removesuffix(".d.ts")), []).append(file)
    blocks = nested_in((package / "types/input.d.ts").read_text())
    found: dict[str, dict[str, str]] = {}
    for kind, name in used():
        said = found[f"{kind} {name}"] = {}
        for file in _file(files, name.split("_")[1:], "get_" * (kind == "data")):
            text = file.read_text().split("export declare class", 1)[-1]
            said |= {snake(attribute): message.strip() for message, attribute in DEPRECATED.findall(text)}
            of_blocks = blocks.get(file.parent.name, {})
            made = file.name[0].upper() + file.name[1:].removesuffix(".d.ts")
            said |= dict(_in_blocks(schema[f"{kind} {name}"], made, "", of_blocks))
    return {used_type: said for used_type, said in found.items() if said}


def nested_in(text: str) -> dict[str, dict[str, dict[str, str]]]:
    """Namespace => interface of a block => attribute => what the provider says of it."""
    namespaces = re.findall(r"^export declare namespace (\w+) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    return {
        namespace: {
            name: {snake(attribute): message.strip() for message, attribute in DEPRECATED.findall(body)}
            for name, body in re.findall(r"^    interface (\w+) \{\n(.*?)^    \}", inside, re.MULTILINE | re.DOTALL)
        }
        for namespace, inside in namespaces
    }


def _in_blocks(known: dict[str, Any], made: str, path: str, of: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    for block, inner in known.items():
        if isinstance(inner, dict):
            name = made + "".join(word.capitalize() for word in block.split("_"))
            name = name if name in of else name.removesuffix("s")
            for attribute, message in of.get(name, {}).items():
                yield f"{path}{block}.{attribute}", message
            yield from _in_blocks(inner, name, f"{path}{block}.", of)


def _file(files: dict[str, list[Path]], words: list[str], prefix: str) -> list[Path]:
    """Pulumi puts aws_ecs_service into ecs/service: the longest name that is one file's alone, or in a folder of the rest."""
    for at in range(len(words)):
        here = files.get(prefix + "_".join(words[at:]), [])
        fitting = [
            file
            for file in here
            if file.parent.name in ("".join(words[:at]) or "ec2", FOLDERS.get("_".join(words), ""))
        ]
        if fitting or len(here) == 1:
            return fitting or here
    raise SystemExit(f"Pulumi's file of {'_'.join(words)} is not found: name its folder in FOLDERS")


FOLDERS: dict[str, str] = {}


def fetched(package: str, into: Path) -> Path:
    said = subprocess.run(["npm", "pack", "--silent", package], cwd=into, capture_output=True, text=True, check=True)
    with tarfile.open(into / said.stdout.strip()) as archive:
        folder = into / said.stdout.strip().removesuffix(".tgz")
        archive.extractall(
            folder, members=[m for m in archive if m.name.endswith((".d.ts", "package.json"))], filter="data"
        )
    return folder / "package"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cdktf, pulumi = (fetched(package, Path(folder)) for package in (CDKTF, PULUMI))
        version = json.loads((cdktf / "package.json").read_text())["cdktf"]["provider"]["version"]
        schema = {f"{kind} {name}": known for (kind, name), known in bindings(cdktf)}
        facts = {
            "provider": version,
            "from": [CDKTF, PULUMI],
            "schema": schema,
            "deprecated": deprecated(pulumi, schema),
        }
    (HERE / "schema.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.exit(main())
