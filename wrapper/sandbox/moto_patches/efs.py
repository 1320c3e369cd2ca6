"""Patches of EFS: automatic backups, and the end of a file system's policy."""

from __future__ import annotations

import json
from typing import Any

from moto.efs.models import EFSBackend
from moto.efs.responses import EFSResponse

from .patch_set import Patch, PatchSet


def backups_are_switched(patch_set: PatchSet) -> None:
    """AWS switches the automatic backups of a file system, and says from then on whether they are on.

    https://docs.aws.amazon.com/efs/latest/ug/API_PutBackupPolicy.html
    moto has no such call: a root with ``aws_efs_backup_policy`` cannot be applied.
    """

    def put(self: EFSResponse) -> tuple[str, dict[str, str]]:
        system = self.efs_backend.file_systems_by_id[self._get_param("FileSystemId")]
        policy = {"Status": str(self._get_param("BackupPolicy")["Status"])}
        vars(system)["switched"] = policy
        return json.dumps({"BackupPolicy": policy}), {"Content-Type": "application/json"}

    def describe(original: Any, self: EFSBackend, file_system_id: str) -> dict[str, str]:
        system = self.file_systems_by_id.get(file_system_id)
        policy: dict[str, str] = getattr(system, "switched", None) or original(self, file_system_id)
        return policy

    patch_set.replace(EFSResponse, "put_backup_policy", put)
    patch_set.wrap(EFSBackend, "describe_backup_policy", describe)


def policies_are_deleted(patch_set: PatchSet) -> None:
    """AWS deletes the policy of a file system.

    https://docs.aws.amazon.com/efs/latest/ug/API_DeleteFileSystemPolicy.html
    moto has no such call: a root with ``aws_efs_file_system_policy`` cannot be destroyed.
    """

    def delete(self: EFSResponse) -> tuple[str, dict[str, str | int]]:
        self.efs_backend.file_systems_by_id[self._get_param("FileSystemId")].file_system_policy = None
        return json.dumps({}), {"status": 200, "Content-Type": "application/json"}

    patch_set.replace(EFSResponse, "delete_file_system_policy", delete)


PATCHES: tuple[Patch, ...] = (backups_are_switched, policies_are_deleted)
