"""A project as an earlier version left it (tests/support/upgrade), laid out for the tests of an upgrade: at another place,
its objects in a bucket of the tests' own simulated AWS."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import REGION, Aws, Done, Project, make

KEPT = Path(__file__).parent / "upgrade"
VERSIONS = sorted(folder.name for folder in KEPT.iterdir() if (folder / "SHA256SUMS").is_file())
BUCKET = "orchestrate-upgrade-states"
WAS_AT = b"/tmp/orchestrate-upgrade/project"


@dataclass
class LeftBehind:
    """The project, and what the version before said of it."""

    project: Project
    files: Path
    _reports: int = 0

    def said(self, name: str) -> Any:
        return json.loads((self.files / f"said/{name}.json").read_text())

    def asked(self, *words: str) -> Any:
        return json.loads(self.project.run(*words, "--json").out)

    def many(self, *words: str) -> tuple[Done, dict[str, str]]:
        """A command over many, and how each layer ended, the stack's own as "-"."""
        self._reports += 1
        report = self.project.home.parent / f"report-{self._reports}.json"
        done = self.project.run(*words, "--report", str(report))
        found = json.loads(report.read_text())["results"]
        return done, {one["tenant"] or "-": one["result"] for one in found}

    def object(self, name: str) -> Any:
        return json.loads(self._s3.get_object(Bucket=BUCKET, Key=f"{REGION}/{name}")["Body"].read())

    @property
    def names(self) -> list[str]:
        return [key.removeprefix(f"{REGION}/") for key in self.project.objects()]

    @property
    def _s3(self) -> Any:
        assert self.project.aws
        return self.project.aws.client("s3")

    def fill_bucket(self) -> None:
        """As it was when that version had ended, whatever stands there now."""
        if BUCKET not in [b["Name"] for b in self._s3.list_buckets()["Buckets"]]:
            place = {"LocationConstraint": REGION}
            self._s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        found = self._s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())
        there, wanted = {one["Key"]: one["ETag"] for one in found}, dict(kept_files(self.files / "bucket"))
        for key in there.keys() - wanted.keys():
            self._s3.delete_object(Bucket=BUCKET, Key=key)
        for key, data in wanted.items():
            if there.get(key) != f'"{hashlib.md5(data).hexdigest()}"':  # what S3 tags a plain object with
                self._s3.put_object(Bucket=BUCKET, Key=key, Body=data)


def lay_out(folder: Path, aws: Aws, version: str) -> LeftBehind:
    left = LeftBehind(make(folder, aws), KEPT / version)
    left.project.bucket = BUCKET
    for name, target in (("project", left.project.root), ("private", left.project.private)):
        for path, data in kept_files(left.files / name):
            file = target / path
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.write_bytes(data.replace(WAS_AT, bytes(left.project.root)))
    left.fill_bucket()
    return left


def kept_files(folder: Path) -> list[tuple[str, bytes]]:
    return [(str(f.relative_to(folder)), f.read_bytes()) for f in sorted(folder.rglob("*")) if f.is_file()]
