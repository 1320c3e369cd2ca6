"""What botocore and moto find out again and again, found out once: no answer changes, a start and each request take less."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any


@functools.cache
def share_descriptions() -> None:
    """botocore parses the description of a service, megabytes of JSON, once a session, and moto makes a session for each look.

    To be called before moto is imported: that takes a third less time then. Within a session botocore shares them too.
    """
    from botocore.loaders import JSONFileLoader, Loader

    shared = functools.cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda _, path: shared(path)  # type: ignore[method-assign, assignment]
    share_services(Loader)


def share_services(loader: Any) -> None:
    """A session also looks into each of some 400 folders, for the names of all services."""
    listed = loader.list_available_services
    found: dict[tuple[str, ...], list[str]] = {}

    def services(self: Any, type_name: str) -> list[str]:
        key = (*self.search_paths, type_name)
        if key not in found:
            found[key] = listed(self, type_name)
        return found[key]

    loader.list_available_services = services


@functools.cache
def share_lookups() -> None:
    """moto lists its own folder twice a request, and all members of a class: a quarter of the time of a short one.

    To be called after the patches, which may give a class another method.
    """
    from moto import backends
    from moto.core import responses
    from moto.core import serialize as serializing
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication as Dispatcher

    serialize: Any = serializing
    modules = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    remembers(responses, "method_names_from_class")
    remembers(responses, "camelcase_to_underscores")
    remembers(Dispatcher, "get_backend_for_host")
    remembers(serialize.xmltodict, "_validate_name")  # of a tag of XML
    share_errors()
    share_keys(serialize.XFormedAttributePicker)


def remembers(owner: Any, name: str) -> None:
    """The last few thousand answers of a function that always answers the same."""
    setattr(owner, name, functools.lru_cache(4096)(getattr(owner, name)))


def share_errors() -> None:
    """moto reads all errors of a service for each one that it answers."""
    from moto.core.errors import ErrorLookupFactory as Errors

    Errors._create_error_lut = staticmethod(functools.cache(Errors._create_error_lut))  # type: ignore[method-assign]


def share_keys(picker: Any) -> None:
    """Under which names moto looks for a member of an answer depends on its shape and on the class of what has it, no more."""
    possible = picker.get_possible_keys

    def keys(self: Any, context: Any) -> Iterable[str]:
        if context.shape is None:
            return tuple(possible(self, context))
        kept = vars(context.shape).setdefault("_possible_keys", {})
        kind = type(context.obj), context.key
        if kind not in kept:
            kept[kind] = tuple(dict.fromkeys(possible(self, context)))
        return kept[kind]  # type: ignore[no-any-return]

    picker.get_possible_keys = keys
