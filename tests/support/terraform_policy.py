"""What no scanner we know of finds: secrets in user data, in environment variables and in values; images that move.

Of any text of ours that Terraform reads: .tf, .tfvars, .hcl, .j2, and templates of user data (.tftpl, .sh).
Each rule yields ``line what is wrong``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from terraform_text import Text

_SECRET = r"(?:pass(?:word|wd|phrase)?|secret|token|api_?key|access_?key|private_?key|credentials?|auth(?:_data)?)"
_SECRET_NAME = re.compile(rf"(?i)(?:^|_){_SECRET}$")
_KEY = re.compile(r'(?:^|[{,\n])\s*"?([\w.-]+)"?\s*=(?![=>])')
_NAMED = re.compile(r'\bname\s*=\s*"([^"]+)"')
_LITERAL = re.compile(rf'(?im)(?:^|[{{,\s"])((?:\w*_)?{_SECRET})"?\s*[=:]\s*"([^"$%{{][^"]*)"')
_REFERENCE = re.compile(r"^(arn:|/|https?://|[\w-]+$)")  # where a secret is, or its name: not the secret
_SHAPES = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[bp]-\w+"
)
_LOGIN = re.compile(
    r"docker\s+login\b[^\n]*\s(?:-p|--password)[ =](?!-stdin)"
    r"|ECS_ENGINE_AUTH_DATA=['\"]?\{"
    r'|"auths?"\s*:\s*[{"]'
    r"|https?://[^\s/:@$]+:[^\s/@$]+@"
)
_IMAGE = re.compile(r'\bimage"?\s*[=:]\s*"((?:\$\{[^}]*\}|[^"])*)"')
_BUILD = re.compile(r'[-_]build"?\s*=\s*"(latest|)"')
_PINNED = re.compile(r":[\w\0][\w.\0-]*$|@sha256:([0-9a-f]{64}|\0)$")

Policy = Callable[[str], Iterator[str]]


def secret_in_environment(text: str) -> Iterator[str]:
    """A variable that is named like a secret belongs to ``secrets``, whatever its value: task definitions are
    readable by whoever may describe them, and stand in the state."""
    read = Text(text)
    for found in re.finditer(r"\benvironment\s*=\s*(?:merge\()?\s*[\[{]", read.code):
        start, end = found.end() - 1, _closing(read.code, found.end() - 1)
        inside = read.text[start:end]
        for name in (*_KEY.finditer(inside), *_NAMED.finditer(inside)):
            if _SECRET_NAME.search(name.group(1)):
                yield f"{read.line(start + name.start(1))} {name.group(1)} is a secret: give its ARN in secrets"


def secret_in_values(text: str) -> Iterator[str]:
    """A literal under a secret's name, or text that has the shape of a key."""
    bare = Text(text).without_comments
    for found in _LITERAL.finditer(bare):
        if not _REFERENCE.match(found.group(2)) or found.group(1).lower().endswith(("password", "passwd", "token")):
            yield f"{_line(bare, found)} {found.group(1)} holds a secret"
    for found in _SHAPES.finditer(bare):
        yield f"{_line(bare, found)} this is a key"


def secret_in_user_data(text: str) -> Iterator[str]:
    """A registry's login in what a machine is started with, which anybody on the machine can read."""
    for found in _LOGIN.finditer(text):
        yield f"{_line(text, found)} a login in clear: fetch it at boot from a secret"


def image_that_moves(text: str) -> Iterator[str]:
    """An image without a tag or digest, or with the tag latest: nobody can say what runs, or go back."""
    bare = Text(text).without_comments
    for found in _IMAGE.finditer(bare):
        image = re.sub(r"\$\{[^}]*\}|\{\{.*?\}\}", "\0", found.group(1))
        alone = image == "\0"  # one reference: its own place is checked
        if not alone and (not _PINNED.search(image) or image.endswith(":latest")):
            yield f"{_line(bare, found)} image {found.group(1)} has no tag that stays"
    for found in _BUILD.finditer(bare):
        yield f"{_line(bare, found)} a build is a number, never {found.group(1) or 'empty'}"


def _closing(code: str, start: int) -> int:
    depth = 0
    for at in range(start, len(code)):
        depth += (code[at] in "{[") - (code[at] in "}]")
        if not depth:
            return at
    return len(code)


def _line(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start(1) if found.lastindex else found.start()) + 1


POLICIES: tuple[Policy, ...] = (secret_in_environment, secret_in_values, secret_in_user_data, image_that_moves)
