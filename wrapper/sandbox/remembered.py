"""What botocore and moto find out again and again, found out once: no answer changes, a start and each request take less."""

from __future__ import annotations

import functools


@functools.cache
def share_descriptions() -> None:
    """botocore parses the description of a service, megabytes of JSON, once a session, and moto makes a session for each look.

    To be called before moto is imported: that takes a third less time then. Within a session botocore shares them too.
    """
    from botocore.loaders import JSONFileLoader

    shared = functools.cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda _, path: shared(path)  # type: ignore[method-assign, assignment]


@functools.cache
def share_lookups() -> None:
    """moto lists its own folder twice a request, and all members of a class: a quarter of the time of a short one.

    To be called after the patches, which may give a class another method.
    """
    from moto import backends
    from moto.core import responses

    modules = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)  # type: ignore[attr-defined]
