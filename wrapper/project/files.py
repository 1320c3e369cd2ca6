"""The project's files, read safely: UTF-8, inside the project, each parsed once, named as a person would.

Knows no convention about which file means what.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..model import naming
from ..model.errors import ConfigError, NotFoundError, RefusedError, UsageError
from ..terraform import hcl
from . import paths, streams
from .parse_cache import Parses

if TYPE_CHECKING:
    from ..terraform.variables import Source

Notice = Callable[[str], None]


class Files:
    """Reads files of one project. ``notice`` gets words for the user, each once."""

    def __init__(self, root: Path, cache: Path, notice: Notice) -> None:
        self.root = root
        self.parses = Parses(cache)
        self._notice = notice
        self._noticed: set[str] = set()
        self._below_root = os.path.join(root, "")
        self._inside: set[str] = set()

    def source(self, file: Path, *, mine: bool = False, tenant: bool = False) -> Source:
        """A file of values as one layer."""
        from ..terraform.variables import Source

        where = self.short(file)
        if file.name.endswith(".json"):
            from ..terraform import json_syntax

            return Source(where, json_syntax.parse_values(self.read(file), where), mine, tenant)
        parsed = self.parses.values(self.read(file), where)
        if parsed.quoted:
            self.info(f"{where}:{parsed.quoted[0]}: a quoted key; Terraform 0.12 and later write it without quotes")
        if parsed.escaped:
            self.info(
                f"{where}:{parsed.escaped[0]}: $${{ and %%{{ stay as they stand; Terraform would read ${{ and %{{"
            )
        return Source(where, parsed.values, mine, tenant, lines=parsed.lines)

    def caller_source(self, name: str, directory: Path, silence: float = streams.SILENCE) -> Source:
        """A -var-file: the caller's own, wherever it stands; JSON where its name says so, as Terraform has it. It may be a
        secret, so no result is kept. ``-`` is standard input."""
        from dataclasses import replace

        file = directory / name
        if not streams.is_stdin(name) and self.kind(file) not in (paths.PIPE, paths.DEVICE):
            return self._caller_values(self.text(file), self.short(file), json=name.endswith(".json"))
        where = "standard input" if streams.is_stdin(name) else self.short(file)
        data = streams.read(name if streams.is_stdin(name) else str(file), where, silence)
        return replace(self._streamed(_decoded(data, where), where), secret=True)

    def _streamed(self, text: str, where: str) -> Source:
        """What came through it has no name that says JSON; its first sign does. No error quotes it: it may be a secret."""
        if not text and where != os.devnull:
            hint = "did the program that writes to it fail? To give no values, leave -var-file out"
            raise ConfigError("nothing came through it", where=where, hint=hint)
        try:
            return self._caller_values(text, where, json=text.lstrip().startswith("{"))
        except ConfigError as error:
            hint = 'write NAME = "VALUE" lines, or a JSON object'
            raise ConfigError("these are no literal values", where=error.where, hint=hint) from None

    def _caller_values(self, text: str, where: str, *, json: bool) -> Source:
        from ..terraform.variables import Source

        if json:
            from ..terraform import json_syntax

            return Source(where, json_syntax.parse_values(text, where))
        parsed = hcl.parse_values(text, where)
        for line in parsed.templates:
            self.info(f"{where}:{line}: ${{ and %{{ are text here; Terraform would read them otherwise")
        return Source(where, parsed.values)

    def literals(self, file: Path) -> hcl.Located:
        """The values that a file of the project's holds."""
        return self.parses.values(self.read(file), self.short(file)).values

    def blocks(self, folder: Path) -> list[tuple[str, hcl.Block]]:
        """The blocks of every Terraform file in a folder, and what each file is called."""
        named = [(f, self.short(f)) for f in naming.sources_among(self.entries(folder))]
        return [(where, b) for f, where in named for b in self.parses.blocks(self.read(f), where)]

    def read(self, file: Path) -> str:
        """The text of a file that must lie in the project."""
        self.inside(file)
        return self.text(file)

    def text(self, file: Path) -> str:
        return _decoded(self.data(file), self.short(file))

    def data(self, file: Path) -> bytes:
        return paths.read(file, self.short(file))

    def has(self, file: Path) -> bool:
        """Whether there is this file. What stands there and is no plain file is an error, never absent."""
        return paths.is_file(file, self.short(file))

    def values(self, file: Path) -> bool:
        """Whether there is this file of values. The same in JSON is not one of the project's, which is told."""
        if self.has(other := file.with_name(f"{file.name}.json")):
            self.info(f"{self.short(other)} is not read: write its values to {file.name}")
        return self.has(file)

    def has_folder(self, folder: Path) -> bool:
        return paths.is_folder(folder, self.short(folder))

    def entries(self, folder: Path) -> list[Path]:
        """What stands in a folder, by name; nothing where there is no folder."""
        return paths.entries(folder, self.short(folder))

    def kind(self, path: Path) -> str:
        return paths.kind(path, self.short(path))

    def create(self, file: Path, text: str) -> None:
        """A new file of the project, whole or not at all. RefusedError when there is one."""
        self.inside(file.parent)
        partial = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            file.parent.mkdir(exist_ok=True)
            partial.write_text(text, "utf-8")
            os.link(partial, file)
        except FileExistsError:
            raise RefusedError(
                "it is there already", where=self.short(file), hint="edit it, or choose another name"
            ) from None
        except OSError as error:
            raise NotFoundError(f"cannot write it: {error.strerror}", where=self.short(file)) from None
        finally:
            partial.unlink(missing_ok=True)

    def inside(self, path: Path) -> None:
        """ConfigError for a path that leads, perhaps by a link, out of the project. What is no link is where its folder is."""
        folder, name = os.path.split(path)
        is_link = name == ".." or os.path.islink(path)
        if folder in self._inside and not is_link:
            return
        try:
            real = path.resolve()
        except (OSError, RuntimeError):  # a loop is a RuntimeError before Python 3.13
            raise ConfigError("a symbolic link that leads to itself", where=self.short(path)) from None
        if not naming.below(self.root, real):
            raise ConfigError(
                f"leads out of the project, to {real}",
                where=self.short(path),
                hint="put the file itself into the project",
            )
        if not is_link:
            self._inside.add(folder)

    def check_name(self, kind: str, name: str, where: str) -> None:
        """A name that a file or folder holds, not the command line."""
        try:
            naming.check_name(kind, name)
        except UsageError as error:
            raise ConfigError(error.message, where=where, hint=error.hint) from None

    def short(self, path: Path) -> str:
        """What a person calls it: its path below the root. Asked for with every reading, so no Path is made for it."""
        return str(path).removeprefix(self._below_root) if path != self.root else "."

    def info(self, text: str) -> None:
        if text not in self._noticed:
            self._noticed.add(text)
            self._notice(text)


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"not UTF-8 text (byte {error.start})", where=where) from None
