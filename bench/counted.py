"""orchestrate, and how often it asked AWS: python counted.py FILE ARGUMENTS. Terraform's own requests are not among them."""

from __future__ import annotations

import atexit
import itertools
import runpy
import sys
from pathlib import Path
from typing import Any


def main(file: str, *arguments: str) -> None:
    from botocore.httpsession import URLLib3Session

    send, count = URLLib3Session.send, itertools.count()

    def counted(session: Any, request: Any) -> Any:
        next(count)
        return send(session, request)

    URLLib3Session.send = counted
    atexit.register(lambda: Path(file).write_text(str(next(count))))
    sys.argv = ["orchestrate", *arguments]
    runpy.run_module("wrapper", run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
