"""``python -m wrapper`` is the command line; ``python -I wrapper/__main__.py`` too, as the executable starts it."""

import gc
import os
import sys

if not __package__:
    # The last place to look: no file beside the package hides a module of Python's or of a locked package.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "wrapper"

gc.set_threshold(50_000)  # nothing of what is imported is garbage, and looking for it costs time
try:
    from .cli.main import main
except ModuleNotFoundError as error:
    from .cli.launcher import end_without_packages

    sys.exit(end_without_packages(error))

if __name__ == "__main__":
    main()
