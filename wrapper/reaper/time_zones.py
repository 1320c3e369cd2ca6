"""Time zones by name, and this machine's. The only reader of the time zone database."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import UTC, tzinfo
from pathlib import Path

from ..model.errors import OrchestrateError, UnavailableError, UsageError
from ..model.naming import nearest

LOCALTIME = Path("/etc/localtime")


def zone(name: str) -> tzinfo:
    """The zone of that name, such as Australia/Sydney. UsageError with the nearest for one that does not exist."""
    if name == "UTC":
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise _unknown(name) from None


def local(environ: Mapping[str, str], localtime: Path = LOCALTIME) -> tuple[tzinfo, str]:
    """This machine's zone and its name: what TZ names, else what /etc/localtime is; UTC where neither says."""
    tz = environ.get("TZ", "").removeprefix(":")
    if tz:
        return zone(tz), tz
    name = str(localtime.resolve()).partition("zoneinfo/")[2]
    try:
        return (zoneinfo.ZoneInfo(name), name) if name else (UTC, "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return UTC, "UTC"


def _unknown(name: str) -> OrchestrateError:
    known = zoneinfo.available_timezones()
    if not known:
        return UnavailableError(
            f"cannot look up the time zone {name!r}: this machine has no time zone data",
            hint="install the package tzdata; or give the time with its offset: 2026-12-01T18:00+11:00",
        )
    short = {one.rpartition("/")[2]: one for one in sorted(known)}
    close = nearest(name, known) if "/" in name else short.get(nearest(name, short), "")
    hint = f"did you mean {close}?" if close else "use a name such as Australia/Sydney, or UTC"
    return UsageError(f"no time zone {name!r}", hint=hint)
