"""The words of the pages: one word for one meaning (docs/architecture.md), plain English, links that lead somewhere.

An interface keeps its name in code style (`allotments.json`), and what was decided or released keeps its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path

import imports

ROOT = Path(__file__).resolve().parents[3]
MODULES = sorted(ROOT.glob("modules/*/README.md"))
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "bench/README.md",
    *sorted(ROOT.glob("docs/*.md")),
    *MODULES,
    *sorted(ROOT.glob("modules/*/UPGRADE.md")),
]
CODE = sorted((ROOT / "wrapper").rglob("*.py"))
LINKED = [*PAGES, ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/adr/*.md"))]

# What not to write -> what to write.
WORDS = {
    r"\b(?:un)?mend(?:s|ed|ing)?\b": "patch (of moto), fix",
    r"\ballot(?:s|ted|ment|ments|ting)?\b": "slot, assign",
    r"\bpac(?:e|es|ed|ing)\b": "rate limit",
    r"\bon paper\b": "dry run",
    r"\bto order\b": "fault injection",
    r"\bparted\b|\bparts (?:it|what)\b": "split, shard",
    r"\banew\b": "again, new",
    r"\b(?:whoever|whom|nobody|somebody|anybody|everybody)\b": "name the person or the thing",
    r"\b(?:the|a|its) stack'?s own layer\b|\bshared layer\b|\bown layer\b": "stack layer",
    r"\blayers? of values\b": "origin of a value",
    r"\bthe register\b": "index, list of tenants",
    r"\bthe night\b": "reap, the nightly job",
    r"\bwith a word\b|\bwithout another word\b": "say what the tool does",
}


def prose(text: str) -> list[tuple[int, str]]:
    """Lines with their number; without code, addresses and what is generated."""
    text = re.sub(
        r"<!-- BEGIN TERRAFORM -->.*?<!-- END TERRAFORM -->", lambda m: "\n" * m[0].count("\n"), text, flags=re.S
    )
    text = re.sub(r"^```.*?^```$", lambda m: "\n" * m[0].count("\n"), text, flags=re.S | re.M)
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if not line.startswith("    ")]
    return [(n, re.sub(r"`[^`]*`|\]\([^)]*\)", "` `", line)) for n, line in lines]


def found_in(lines: Iterable[tuple[int, str]], words: Mapping[str, str] = WORDS) -> list[str]:
    """What not to write, in lines with their number, and what to write."""
    return [
        f"{number}: {found[0]!r}: write: {better}"
        for number, line in lines
        for pattern, better in words.items()
        for found in re.finditer(pattern, line, re.IGNORECASE)
    ]


def forbidden(text: str) -> list[str]:
    return found_in(prose(text))


def found_in_each(files: Iterable[Path], found: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """Files in which something is found, each with all of it: one test, since thousands of them cost more than the reading."""
    return {str(file.relative_to(ROOT)): faults for file in files if (faults := found(file.read_text()))}


def test_a_page_keeps_to_the_words() -> None:
    assert found_in_each(PAGES, forbidden) == {}


def test_a_cell_is_no_paragraph() -> None:
    assert found_in_each(PAGES, paragraphs) == {}
    assert paragraphs("| a | It is. So it is |\n| b | it is; so it is |") == ["It is. So it is"]


def paragraphs(text: str) -> list[str]:
    """Cells that are more than a sentence."""
    rows = [line for _, line in prose(text) if line.startswith("| ")]
    cells = [cell.strip() for row in rows for cell in row.replace(r"\|", "/").split("|")]
    return [cell for cell in cells if re.search(r"[.;:] [A-Z][a-z]", cell) or len(cell) > 160]


def test_code_generated_parts_and_addresses_are_no_prose() -> None:
    hidden = "`pace`\n```\nanew\n```\n    mend\n[x](allot.md)\n<!-- BEGIN TERRAFORM -->\nwhom\n<!-- END TERRAFORM -->\n"
    assert forbidden(hidden) == []
    assert forbidden(hidden + "Whoever\n") == ["10: 'Whoever': write: name the person or the thing"]


# -- what the pages point at --------------------------------------------------------------------


def anchor(heading: str) -> str:
    """As GitHub makes it of a heading."""
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


@cache
def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)}


def test_links_lead_somewhere() -> None:
    assert {str(page.relative_to(ROOT)): links for page in LINKED if (links := dead_links(page))} == {}


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text(
        "# A b\n[1](#a-b) [2](#c) [3](b.md) [4](a.md#a-b) [5](https://x) [6](a.md#b)\n```\n[7](c.md)\n```\n"
    )
    assert dead_links(page) == ["#c", "b.md", "a.md#b"]


def dead_links(page: Path) -> list[str]:
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.S | re.M)
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, part = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if "://" not in link and (not target.exists() or (part and part not in anchors(target))):
            dead.append(link)
    return dead


def test_an_anchor_is_made_as_github_makes_it() -> None:
    assert anchor("errored.tfstate (74)") == "erroredtfstate-74"
    assert anchor("Damaged `allotments.json` (65)") == "damaged-allotmentsjson-65"


def test_paths_of_the_code_exist() -> None:
    assert found_in_each(PAGES, absent) == {}
    assert absent("wrapper/cli xwrapper/a tests/absent.py bench/<name>/x demo/absent<n>") == ["tests/absent.py"]


def absent(text: str) -> list[str]:
    named = re.findall(r"(?<![\w/])(?:wrapper|tests|jenkins|bench|demo)/[\w./-]*\w(?![\w/-]*<)", text)
    return [path for path in named if not (ROOT / path).exists()]


def test_the_packages_and_classes_of_the_architecture_exist() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    code = "\n".join(file.read_text() for file in (ROOT / "wrapper").rglob("*.py"))
    words = text.partition("## Words")[2].partition("## The path")[0]
    named = set(re.findall(r"`([A-Z]\w+)`", words))
    assert len(named) > 20
    assert [name for name in sorted(named) if not re.search(rf"^class {name}\b", code, re.MULTILINE)] == []
    rows = re.findall(r"^\| `([a-z_/]+)/` \|", text.partition("## Packages")[2].partition("## Words")[0], re.MULTILINE)
    assert [row.replace("/", ".") for row in rows] == [room for group in imports.ROOMS for room in group]


def test_the_chain_of_the_architecture_is_one_of_the_longest() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    (chain,) = re.findall(r"^    (\S+(?: > \S+)+)$", text, re.MULTILINE)
    graph, packages = imports.room_graph(), chain.split(" > ")
    assert all(lower in graph[upper] for upper, lower in pairwise(packages))
    assert len(packages) == len(imports.longest_chain(graph))
