"""What the operating system refuses to every program, in our words: permissions, space, limits. Such an error is no bug
of ours, wherever it comes up. Pure."""

from __future__ import annotations

import errno

from .errors import OrchestrateError, UnavailableError

_REFUSALS = {
    getattr(errno, name)
    for name in (
        *("EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "ESTALE", "EMFILE", "ENFILE", "ENOMEM"),
        *("ELOOP", "ENAMETOOLONG", "ENOTDIR", "EISDIR"),
    )
}


def refused(error: OSError) -> OrchestrateError | None:
    """The error in our words, with its path; None for one that is no refusal."""
    if error.errno not in _REFUSALS:
        return None
    path = error.filename.decode("utf-8", "replace") if isinstance(error.filename, bytes) else error.filename
    return UnavailableError(
        f"cannot use it: {error.strerror}" if path else f"the system refused: {error.strerror}",
        where=str(path or ""),
        hint="check its owner, its permissions and the free space. For files of the tool, set ORCHESTRATE_HOME to a "
        "folder of yours",
    )
