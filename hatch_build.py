"""What the package depends on, read while it is built: the versions that requirements.txt locks.

An installed tool has an environment of its own (pipx, uv tool), so exact versions disturb no other program.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class LockedDependencies(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        lock = Path(self.root, "requirements.txt").read_text()
        metadata["dependencies"] = [found.strip() for found in re.findall(r"^([a-z0-9][^\\\n]*)", lock, re.MULTILINE)]
