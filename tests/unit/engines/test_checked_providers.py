"""A provider that init has checked is known by what the system says of its files."""

from __future__ import annotations

from pathlib import Path

from wrapper.engines import checked_providers


def test_the_lock_file_and_each_file_behind_a_link_count(tmp_path: Path) -> None:
    work, mirror, lock = tmp_path / "work", tmp_path / "mirror", tmp_path / "lock"
    (work / ".terraform/providers/registry/aws").mkdir(parents=True)
    mirror.mkdir()
    (work / ".terraform/providers/registry/aws/linux_amd64").symlink_to(mirror)
    lock.write_text("hashes")
    found = [checked_providers.digest(work, lock)]
    for file, text in (
        (mirror / "provider", "one"),
        (mirror / "LICENSE", "two"),
        (mirror / "provider", "longer"),
        (lock, "others"),
    ):
        file.write_text(text)
        found.append(checked_providers.digest(work, lock))
        assert checked_providers.digest(work, lock) == found[-1]
    assert len({*found}) == len(found)


def test_what_cannot_be_looked_at_is_not_checked(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert checked_providers.digest(tmp_path, lock) == ""
    lock.write_text("hashes")
    assert checked_providers.digest(tmp_path, lock) == "", "no init was here"
    (tmp_path / ".terraform/providers").mkdir(parents=True)
    assert checked_providers.digest(tmp_path, lock)
    (tmp_path / ".terraform/providers/gone").symlink_to("nowhere")
    assert checked_providers.digest(tmp_path, lock) == ""
