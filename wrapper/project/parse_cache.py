"""The memory of what was parsed and rendered: content, or its digest -> result, in one SQLite file.

A lost or damaged file only costs time. Holds what the project's own files say, mode 0600. What is read at once anyway is not
kept; json and sqlite3 are imported where they are used, since a command that reads plain settings alone needs neither.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..terraform import hcl
from . import private_folder

if TYPE_CHECKING:
    from sqlite3 import Connection

_VERSION = "5"  # of the parse results; raise it when hcl's output changes
_SHORT = 1000  # characters: of most stack.hcl and backend.tfvars


class Parses:
    """Parses each text once, ever. Errors are not kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory: dict[str, Any] = {}
        self._blocks: dict[
            tuple[str, str], tuple[hcl.Block, ...]
        ] = {}  # a command asks for those of a root a dozen times
        self._fresh: dict[str, str] = {}
        self._batching = False
        self._database: Connection | None = None

    def values(self, text: str, where: str) -> hcl.Assignments:
        if (plain := hcl.plain_values(text)) is not None:
            return plain
        data = self._get("values", text)
        if data is None:
            parsed = hcl.parse_values(text, where)
            data = [
                {k: list(v) for k, v in parsed.values.items()},
                list(parsed.quoted),
                list(parsed.escaped),
                parsed.lines,
            ]
            self._put("values", text, data)
        values = {k: (v[0], v[1]) for k, v in data[0].items()}
        return hcl.Assignments(values, tuple(data[1]), escaped=tuple(data[2]), lines=data[3])

    def blocks(self, text: str, where: str) -> tuple[hcl.Block, ...]:
        kind, parse = "blocks", hcl.parse_blocks
        if where.endswith(".json"):
            from ..terraform import json_syntax

            kind, parse = "json blocks", json_syntax.parse_blocks
        if (kind, text) not in self._blocks:
            data = self._get(kind, text)
            if data is None:
                data = [_pack(b) for b in parse(text, where)]
                self._put(kind, text, data)
            self._blocks[kind, text] = tuple(_unpack(b) for b in data)
        return self._blocks[kind, text]

    def text(self, key: str) -> str | None:
        found = self._get("text", key)
        return None if found is None else str(found)

    def keep_text(self, key: str, text: str) -> None:
        self._put("text", key, text)

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """Keep new results until the end, and write them at once."""
        self._batching = True
        try:
            yield
        finally:
            self._batching = False
            self._flush()

    def _get(self, kind: str, text: str) -> Any:
        key = _key(kind, text)
        if key in self._memory:
            return self._memory[key]
        import json
        import sqlite3

        with contextlib.suppress(sqlite3.Error, OSError, ValueError):
            row = self._open().execute("select result from parse where key = ?", (key,)).fetchone()
            if row:
                return self._remember(kind, key, json.loads(row[0]))
        return None

    def _put(self, kind: str, text: str, data: Any) -> None:
        import json

        key = _key(kind, text)
        self._fresh[key] = json.dumps(data)
        self._remember(kind, key, data)
        if not self._batching:
            self._flush()

    def _remember(self, kind: str, key: str, data: Any) -> Any:
        """A command asks for what a file says a dozen times; for a rendered text once."""
        if kind != "text":
            self._memory[key] = data
        return data

    def _flush(self) -> None:
        fresh, self._fresh = self._fresh, {}
        if not fresh:
            return
        import sqlite3

        with contextlib.suppress(sqlite3.Error, OSError), self._open() as database:
            database.executemany("insert or replace into parse values (?, ?)", fresh.items())

    def _open(self) -> Connection:
        if self._database is None:
            import sqlite3

            private_folder.make(self._folder)
            file = self._folder / "parses.sqlite"
            os.close(private_folder.open_file(file, os.O_RDWR | os.O_CREAT))
            database = sqlite3.connect(file, timeout=2)
            database.execute("pragma synchronous = off")
            database.execute("create table if not exists parse (key text primary key, result text) without rowid")
            self._database = database
        return self._database


def _key(kind: str, text: str) -> str:
    """A short text is its own: so no command loads OpenSSL's digests that only looks at the settings of stacks."""
    key = f"{_VERSION}\0{kind}\0{text}"
    if len(text) <= _SHORT and key.isascii():
        return key
    import hashlib

    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _pack(block: hcl.Block) -> list[Any]:
    body = {k: [{"=": v.text}, n] if isinstance(v, hcl.Expression) else [[v], n] for k, (v, n) in block.body.items()}
    return [block.kind, list(block.labels), body, [_pack(b) for b in block.blocks], block.line]


def _unpack(data: list[Any]) -> hcl.Block:
    kind, labels, body, blocks, line = data
    values = {k: (hcl.Expression(v["="]) if isinstance(v, dict) else v[0], n) for k, (v, n) in body.items()}
    return hcl.Block(kind, tuple(labels), values, tuple(_unpack(b) for b in blocks), line)
