"""Writes what is generated in our Markdown: ``python docs/generate``. With --check it only says what is not current."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import fleet_figures  # noqa: E402
import fleet_picture  # noqa: E402
import scale_tables  # noqa: E402
from marked import replaced  # noqa: E402
from module_reference import reference  # noqa: E402


def generated(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Each file that holds generated parts, and its text as it should be."""
    for readme in sorted(root.glob("modules/*/README.md")):
        yield readme, replaced(readme.read_text(), "TERRAFORM", reference(readme.parent))
    scale = root / "docs/scale.md"
    text = scale.read_text()
    for name, content in SCALE.items():
        text = replaced(text, name, content())
    yield scale, text
    yield root / "docs/fleet-cost.svg", fleet_picture.picture(fleet_figures.load())


SCALE = {
    "QUOTAS": scale_tables.quota_table,
    "LOAD BALANCER": scale_tables.balancer_table,
    "RAISES": scale_tables.raise_table,
    "RATES": scale_tables.rate_table,
    "COSTS": scale_tables.cost_table,
    "ASSUMPTIONS": scale_tables.assumptions,
    "FLEET": fleet_figures.carry,
}


def main(arguments: list[str]) -> int:
    stale = [(file, text) for file, text in generated() if not file.is_file() or file.read_text() != text]
    for file, text in stale:
        print(f"{'not current' if '--check' in arguments else 'written'}: {file.relative_to(ROOT)}")
        if "--check" not in arguments:
            file.write_text(text)
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
