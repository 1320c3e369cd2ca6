from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wrapper.sandbox.moto_patches import efs

Asked = Callable[..., tuple[Any, Any]]


def test_backups_are_switched(asked: Asked) -> None:
    def question(client: Any) -> Any:
        made = client("efs").create_file_system(CreationToken="home")["FileSystemId"]
        seen = []
        for status in ("ENABLED", "DISABLED"):
            client("efs").put_backup_policy(FileSystemId=made, BackupPolicy={"Status": status})
            seen.append(client("efs").describe_backup_policy(FileSystemId=made)["BackupPolicy"]["Status"])
        return seen

    unpatched, patched = asked(question, efs.backups_are_switched)
    assert isinstance(unpatched, Exception)
    assert patched == ["ENABLED", "DISABLED"]


def test_policies_are_deleted(asked: Asked) -> None:
    def question(client: Any) -> Any:
        made = client("efs").create_file_system(CreationToken="home")["FileSystemId"]
        client("efs").put_file_system_policy(FileSystemId=made, Policy="{}")
        client("efs").delete_file_system_policy(FileSystemId=made)
        try:
            client("efs").describe_file_system_policy(FileSystemId=made)
        except client("efs").exceptions.PolicyNotFound:
            return "gone"
        return "there"

    unpatched, patched = asked(question, efs.policies_are_deleted)
    assert isinstance(unpatched, Exception)
    assert patched == "gone"
