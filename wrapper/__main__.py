"""``python -m wrapper`` is the command line; ``python -I -S wrapper/__main__.py`` too, as the executable starts it."""

import gc
import os
import sys


def _add_packages() -> None:
    """What Python's site would do, which looks for code to run at each start: the place of the locked packages, here alone."""
    environment = os.path.dirname(os.path.dirname(sys.executable))
    packages = os.path.join(environment, "lib", "python{}.{}".format(*sys.version_info), "site-packages")
    if os.path.isdir(packages):
        sys.path.append(packages)
    else:
        import site

        site.main()


if not __package__:
    if sys.flags.no_site:
        _add_packages()
    # The last place to look: no file beside the package hides a module of Python's or of a locked package.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "wrapper"

gc.set_threshold(200_000)  # nothing of what is imported is garbage, and looking for it costs time
try:
    from .cli.main import main
except ModuleNotFoundError as error:
    from .cli.launcher import end_without_packages

    sys.exit(end_without_packages(error))

if __name__ == "__main__":
    main()
