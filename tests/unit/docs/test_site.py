"""The site of the documentation: it builds without a warning, and a link or an anchor that leads nowhere is one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def built(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """As `make site` does."""
    words = re.findall(r"-m (sphinx .*?) \. ", (ROOT / "Makefile").read_text().replace("$(run)", "-m"))[0].split()
    argv = [sys.executable, "-m", *words, str(source), str(folder)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)


def test_every_page_and_each_of_its_links(tmp_path: Path) -> None:
    done = built(ROOT, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    pages = {str(page.relative_to(tmp_path).with_suffix(".md")) for page in tmp_path.rglob("*.html")}
    assert {f"docs/{file.name}" for file in ROOT.glob("docs/*.md")} <= pages
    start = (tmp_path / "index.html").read_text()
    assert "docs/command-line.html" in start and "modules/tenant-service/README.html" in start
    assert 'id="exit-codes"' in (tmp_path / "docs/command-line.html").read_text()


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
