"""botocore's descriptions of AWS's services, megabytes of JSON, each parsed once for all of moto.

Without this it is once a session, and moto makes a session for each look at a service. Nothing is known of moto here.
"""

from __future__ import annotations

import functools


@functools.cache
def share() -> None:
    """To be called before moto is imported: that takes a third less time then. Within a session botocore shares them too."""
    from botocore.loaders import JSONFileLoader

    shared = functools.cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda _, path: shared(path)  # type: ignore[method-assign, assignment]
