"""The site of the documentation: it builds without a warning, and a link or an anchor that leads nowhere is one."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path

from sphinx.addnodes import toctree

ROOT = Path(__file__).resolve().parents[3]


def built(source: Path, folder: Path, builder: str = "html", *more: str) -> subprocess.CompletedProcess[str]:
    """As `make site` does. ``builder``: what is made of the pages; ``dummy`` reads and links them all, and writes none. ``more``:
    further words."""
    words = re.findall(r"-m (sphinx .*?) \. ", (ROOT / "Makefile").read_text().replace("$(run)", "-m"))[0].split()
    words[words.index("-b") + 1] = builder
    argv = [sys.executable, "-m", *words, *more, str(source), str(folder)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)


def test_every_page_and_each_of_its_links(tmp_path: Path) -> None:
    done = built(ROOT, tmp_path, "dummy", "-D", "smartquotes=0")  # round quotation marks take a seventh of it
    assert (done.returncode, done.stderr) == (0, "")
    read = tmp_path / ".doctrees"
    pages = {str(page.relative_to(read).with_suffix(".md")) for page in read.rglob("*.doctree")}
    assert {f"docs/{file.name}" for file in ROOT.glob("docs/*.md")} <= pages
    start = pickle.loads((read / "README.doctree").read_bytes())
    listed = {page for tree in start.findall(toctree) for _, page in tree["entries"]}
    assert {"docs/command-line", "modules/tenant-service/README"} <= listed


def test_what_leads_nowhere_fails(tmp_path: Path) -> None:
    bad = {"docs/absent.md": "[a]", "docs/here.md#absent": "[b]", "absent.txt": "[c]", "absent.svg": "![d]"}
    links = "\n\n".join(f"{text}({target})" for target, text in bad.items())
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/here.md").write_text("# Here\n\n## There\n\n[home](../README.md#home)\n")
    (tmp_path / "README.md").write_text(f"# Home\n\n[good](docs/here.md#there)\n\n{links}\n")
    done = built(tmp_path, tmp_path / "site")
    assert done.returncode == 1
    for target in bad:
        assert [line for line in done.stderr.splitlines() if target.rpartition("#")[2] in line], done.stderr
    assert "#there" not in done.stderr and "#home" not in done.stderr
    assert 'href="docs/here.html#there"' in (tmp_path / "site/index.html").read_text(), "the first page has two names"
    assert 'id="there"' in (tmp_path / "site/docs/here.html").read_text()
