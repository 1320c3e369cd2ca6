"""Terraform text, character by character: what is code, what is inside a string, what is a comment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_COMMENT = re.compile(r"#[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)
_HEREDOC = re.compile(r"<<-?(\w+)\n")
_PLAIN = re.compile(r"\\.|\$\$\{|%%\{", re.DOTALL)  # in a string: what only looks like an end or a template


@dataclass
class Text:
    """``code``: the text with comments and strings' own characters as blanks, so that places stay; templates are code.
    ``comments``: (line, text). ``wrapped``: lines of strings that are one template and nothing else."""

    text: str
    comments: list[tuple[int, str]] = field(default_factory=list)
    wrapped: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._blank = list(self.text)
        self._at = 0
        self._code(end="")
        self.code = "".join(self._blank)

    @property
    def without_comments(self) -> str:
        lines = self.text.splitlines()
        for number, comment in self.comments:
            first = comment.splitlines()[0]
            lines[number - 1] = lines[number - 1].replace(first, "")
        return "\n".join(lines)

    def line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def _code(self, end: str) -> None:
        """Reads code up to an ``end`` brace that closes nothing in it."""
        depth = 0
        while self._at < len(self.text):
            one = self.text[self._at]
            if found := _COMMENT.match(self.text, self._at):
                self.comments.append((self.line(self._at), found.group()))
                self._skip(found.end())
            elif found := _HEREDOC.match(self.text, self._at):
                self._at = found.end()
                self._string(re.compile(rf"^[ \t]*{found.group(1)}\b", re.MULTILINE))
            elif one == '"':
                self._quoted()
            elif one == end and not depth:
                return
            else:
                depth += (one == "{") - (one == "}")
                self._at += 1

    def _quoted(self) -> None:
        start = self._at
        self._at += 1
        templates = self._string(re.compile('"'))
        inside = self.text[start + 1 : self._at - 1]
        if templates == [(start + 1, self._at - 1)] and inside.startswith("${"):
            self.wrapped.append(self.line(start))

    def _string(self, end: re.Pattern[str]) -> list[tuple[int, int]]:
        """Blanks a string up to its end; the places of its templates."""
        templates = []
        while self._at < len(self.text):
            if found := end.match(self.text, self._at):
                self._at = found.end()
                return templates
            if found := _PLAIN.match(self.text, self._at):
                self._skip(found.end())
            elif self.text[self._at : self._at + 2] in ("${", "%{"):
                start = self._at
                self._at += 2
                self._code(end="}")
                self._at += 1
                templates.append((start, self._at))
            else:
                self._skip(self._at + 1)
        return templates

    def _skip(self, to: int) -> None:
        for at in range(self._at, to):
            if self._blank[at] != "\n":
                self._blank[at] = " "
        self._at = to
