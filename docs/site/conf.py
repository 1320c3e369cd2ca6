"""The documentation as a site, by Sphinx: the pages as they stand in the repository, each link and anchor checked (`make site`)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# The pages by what a reader looks for. A page that is in none of these is an error of the build.
GUIDES = (
    "installing",
    "projects",
    "adopting*",
    "builds",
    "promotion",
    "services",
    "moves",
    "night",
    "fleet",
    "day-two",
    "hooks",
    "upgrading",
)
PLATFORMS = ("jenkins", "jenkins-agents", "ci-platforms")
REFERENCE = (
    "command-line",
    "configuration",
    "orchestrate-hcl",
    "remote-modules",
    "state",
    "reports",
    "engines",
    "image",
    "sandbox",
    "rate-limits",
    "scale",
    "promise",
)
NAVIGATION = {
    "Guides": [f"docs/{name}" for name in GUIDES],
    "Pipelines": [f"docs/{name}" for name in PLATFORMS],
    "Reference": [f"docs/{name}" for name in REFERENCE],
    "Modules": ["modules/*/README", "modules/*/UPGRADE"],
    "The tool itself": [
        "docs/architecture",
        "docs/adr/README",
        "docs/adr/0*",
        "CONTRIBUTING",
        "bench/README",
        "CHANGELOG",
    ],
}

project = html_title = "orchestrate"
release = version = re.findall(r'__version__ = "(.*)"', (ROOT / "wrapper/__init__.py").read_text())[0]
root_doc = "README"
extensions = ["myst_parser"]
include_patterns = ["README.md", *(f"{page}.md" for pages in NAVIGATION.values() for page in pages), "docs/*.md"]
# Where no page is: Sphinx walks through all the rest once for each page.
exclude_patterns = [".*", "tests", "wrapper"]
myst_heading_anchors = 6
suppress_warnings = ["misc.highlighting_failure"]  # Pygments knows less of HCL than Terraform does
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False


def _with_navigation(_: Any, page: str, source: list[str]) -> None:
    """README.md is the first page; what of the site stands beside it is no text for a reader of the repository."""
    if page == root_doc:
        trees = (
            f"```{{toctree}}\n:hidden:\n:glob:\n:caption: {caption}\n\n" + "\n".join(pages) + "\n```\n"
            for caption, pages in NAVIGATION.items()
        )
        source[0] += "\n\n" + "\n".join(trees)


def _with_index(app: Any, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        shutil.copyfile(Path(app.outdir, f"{root_doc}.html"), Path(app.outdir, "index.html"))


def setup(app: Any) -> None:
    app.connect("source-read", _with_navigation)
    app.connect("build-finished", _with_index)
