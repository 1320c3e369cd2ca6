"""An upgrade on disk: what was not edited follows, the rest stays as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wrapper.model.errors import ConfigError, NewerError, NotFoundError
from wrapper.project import copied_parts, scaffold, upgrade
from wrapper.project.files import Files
from wrapper.project.scaffold import Choices

SHOP = Choices("shop", "eu-west-1", ("web",))


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """The parts of a tool: one module of three files."""
    for name in ("a", "b", "c"):
        (tmp_path / "tool/modules/m").mkdir(parents=True, exist_ok=True)
        (tmp_path / f"tool/modules/m/{name}.tf").write_text(f"# {name} of the first\n")
    return tmp_path / "tool"


@pytest.fixture
def files(tool: Path, tmp_path: Path) -> Files:
    """Of a project that was made by it."""
    parts = scaffold.copied(tool, SHOP)
    record = copied_parts.render(copied_parts.record_of("0.2.0", SHOP, parts)).encode()
    scaffold.lay(tmp_path / "shop", {**parts, copied_parts.RECORD: record})
    return Files(tmp_path / "shop", tmp_path / "cache", print)


def test_what_was_not_edited_follows_the_tool(tool: Path, files: Files) -> None:
    module = files.root / "modules/m"
    (tool / "modules/m/a.tf").write_text("# a of the second\n")
    (tool / "modules/m/b.tf").write_text("# b of the second\n")
    (tool / "modules/m/c.tf").unlink()
    (tool / "modules/m/sub").mkdir()
    (tool / "modules/m/sub/d.tf").write_text("# d\n")
    (module / "b.tf").write_text("# mine\n")
    found = upgrade.compare(files, tool, "0.3.0")
    assert {c.path: c.kind for c in found.changes} == {
        "modules/m/a.tf": "newer",
        "modules/m/b.tf": "edited",
        "modules/m/c.tf": "gone",
        "modules/m/sub/d.tf": "new",
    }
    upgrade.write(files, found, "0.3.0")
    texts = {str(f.relative_to(module)): f.read_text() for f in module.rglob("*") if f.is_file()}
    assert texts == {"a.tf": "# a of the second\n", "b.tf": "# mine\n", "sub/d.tf": "# d\n"}
    assert json.loads((files.root / copied_parts.RECORD).read_text())["tool"] == "0.3.0"
    assert [c.path for c in upgrade.compare(files, tool, "0.3.0").changes] == ["modules/m/b.tf"]
    assert upgrade.compare(files, tool, "0.3.0", ("modules/m/b.tf",)).changes == []


def test_nothing_is_lacking_and_nothing_is_written(tool: Path, files: Files) -> None:
    def written() -> dict[Path, tuple[bytes, int, int]]:
        found = (f for f in files.root.rglob("*") if f.is_file())
        return {f: (f.read_bytes(), f.stat().st_mtime_ns, f.stat().st_ino) for f in found}

    before = written()
    upgrade.write(files, upgrade.compare(files, tool, "0.2.0"), "0.2.0")
    assert written() == before, "nor the record: the project may be read-only"


def test_a_file_that_follows_keeps_its_mode(tool: Path, files: Files) -> None:
    file = files.root / "modules/m/a.tf"
    file.chmod(0o640)
    (tool / "modules/m/a.tf").write_text("# new\n")
    upgrade.write(files, upgrade.compare(files, tool, "0.2.0"), "0.2.0")
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_part_that_leads_out_of_the_project_is_refused(tool: Path, files: Files, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (files.root / "modules/m").rename(tmp_path / "elsewhere/m")
    (files.root / "modules/m").symlink_to(tmp_path / "elsewhere/m")
    with pytest.raises(ConfigError, match="leads out of the project"):
        upgrade.compare(files, tool, "0.2.0")


def test_a_project_without_a_record(tool: Path, files: Files) -> None:
    (files.root / copied_parts.RECORD).unlink()
    with pytest.raises(NotFoundError, match="no record"):
        upgrade.compare(files, tool, "0.2.0")


def test_parts_of_a_newer_tool(tool: Path, files: Files) -> None:
    with pytest.raises(NewerError):
        upgrade.compare(files, tool, "0.1.1")


def test_a_folder_that_cannot_be_written(tool: Path, files: Files) -> None:
    (tool / "modules/m/a.tf").unlink()
    (tool / "modules/m/a.tf").mkdir()
    (tool / "modules/m/a.tf/b.tf").write_text("# new\n")
    with pytest.raises(NotFoundError, match="cannot write it"):
        upgrade._put(files.root / "modules/m/b.tf/c.tf", b"x")
