"""The words of the code: comments, docstrings and names keep to those of docs/architecture.md."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from syntax import parse

from .test_words import CODE, ROOT, WORDS, found_in, found_in_each

REMARKS = WORDS | {
    r"\bTalk\b|\bvoices?\b": "console, output",
    r"\bStopper\b": "SignalHandler",
    r"\bthe book\b|\bthe night'?s?\b": "slot table, nightly destroy",
    r"\bplaces? on (?:a|the) shared\b|\bon paper\b": "slot, dry run",
}
# Names that were nobody's terms -> what they are called now.
NAMES = {
    "own": "stack_layer, overrides",
    "typed": "cli_vars",
    "argued": "file_vars",
    "survey": "resolver",
    "looks": "diff, detector",
    "errand": "request",
    "doors": "what each is",
    "placing": "slot_allocator",
    "allot": "assign",
    "give_back": "release",
    "pace": "rate_limit",
    "untold": "unreadable",
    "allowance": "quota_usage",
    "transients": "retryable_errors",
    "nevers": "non_retryable",
    "mend": "patch",
    "mends": "patches",
    "ledger": "patch_set",
    "stopper": "signals",
    "hearer": "output",
    "voice": "output",
    "job": "build_url",
    "whys": "diffs",
    "ours_known": "known",
    "one_options": "layer_options",
    "many_options": "fleet_options",
    "unwell": "record_failed_check",
    "answers": "results",
}
KEYS = {
    ("reaper/rules.py", "typed"),
    ("cli/commands/keep.py", "typed"),
    ("project/stack_settings.py", "pace"),
}  # outside


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Without expressions: most of what a module has."""
    yield node
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.expr):
            yield from statements(inner)


def remarks(code: str) -> Iterator[tuple[int, str]]:
    """Comments, and docstrings line by line, each with its number; without what stands in backticks."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    found = [
        n.body[0] for n in statements(parse(code)) if isinstance(n, documented) and n.body and ast.get_docstring(n)
    ]
    first = {node.lineno for node in found}
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and token.start[0] in first):
            for number, line in enumerate(token.string.splitlines(), token.start[0]):
                yield number, re.sub(r"`+[^`]*`+", "` `", line)


def forbidden(code: str) -> list[str]:
    return found_in(remarks(code), REMARKS)


def names(code: str) -> set[str]:
    """What is named here: variables, parameters, attributes, functions, classes, aliases."""
    found = set()
    for node in ast.walk(parse(code)):
        for field in ("id", "arg", "attr", "name", "asname"):
            if isinstance(name := getattr(node, field, None), str):
                found.add(name.strip("_").lower())
    return found


def test_comments_and_docstrings_keep_to_the_words() -> None:
    assert found_in_each(CODE, forbidden) == {}


def test_names_keep_to_the_words() -> None:
    texts = {str(file.relative_to(ROOT / "wrapper")): file.read_text() for file in CODE}
    words = {where: {word.strip("_").lower() for word in re.findall(r"\w+", code)} for where, code in texts.items()}
    named = {(where, name) for where in texts if words[where] & NAMES.keys() for name in names(texts[where])}
    assert {(where, name): NAMES[name] for where, name in named - KEYS if name in NAMES} == {}


def test_a_remark_and_a_name_are_found_wherever_they_stand() -> None:
    code = '''
"""Whoever reads
anew this."""
def f(own, *, typed=1):
    # the `night` and the night
    argued = "anew"
    return own.pace
'''
    assert [one.partition(":")[0] for one in forbidden(code)] == ["2", "3", "5", "5"]
    assert names(code) & NAMES.keys() == {"own", "typed", "argued", "pace"}


# Text of a resource keeps its words: another text would change what is deployed.
DEPLOYED = {"finds nobody who answers", "Nobody lives here."}
CONFIGURATIONS = sorted(
    file
    for folder in ("modules", "src")
    for file in ROOT.glob(f"{folder}/**/*.tf")
    if not {".terraform", "tests"} & set(file.relative_to(ROOT).parts)
)


def test_terraform_files_keep_to_the_words() -> None:
    assert len(CONFIGURATIONS) > 100
    assert found_in_each(CONFIGURATIONS, old_words) == {}


def old_words(text: str) -> list[str]:
    for words in DEPLOYED:
        text = text.replace(words, "")
    lines = re.sub(r"\ballotment\b(?=\.|\"|:| |\))", "", text).splitlines()
    return found_in(enumerate(lines, 1))
