"""What moto makes ready and is seldom asked for, made when it is asked for; and ids, drawn at once. Answers stay, a start and the
first request of a service take less.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Callable, Iterator
from typing import Any

OFFERINGS = "ec2/resources/instance_type_offerings/"


@functools.cache
def make_late() -> None:
    """To be called before moto's EC2 is imported."""
    from moto.utilities import utils
    from werkzeug.routing import Rule

    utils.load_resource = offerings_late(utils.load_resource)  # type: ignore[assignment]
    Rule._compile_builder = addresses_late(Rule._compile_builder)  # type: ignore[method-assign]
    policies_late()
    images_late()
    ids_at_once()


def offerings_late(load: Callable[[str], Any]) -> Callable[[str], Any]:
    """Which types of machines each Region offers: megabytes of JSON."""
    return lambda name: Offerings(load, name) if name.startswith(OFFERINGS) else load(name)


class Offerings(list[Any]):
    """Of one Region. moto goes through each once while it is imported, to note the kind of location."""

    def __init__(self, load: Callable[[str], Any], name: str) -> None:
        super().__init__()
        self._load, self._name, self._noted = load, name, False

    def __iter__(self) -> Iterator[Any]:
        if not self._noted:
            self._noted = True
            return iter(())
        if not self:
            kind = self._name.removeprefix(OFFERINGS).partition("/")[0]
            self.extend([each | {"LocationType": kind} for each in self._load(self._name)])
        return super().__iter__()


def addresses_late(compiled: Callable[..., Any]) -> Callable[..., Any]:
    """werkzeug compiles two functions for each path of a service, which make an address of it. moto only reads addresses."""

    def late(self: Any, append_unknown: bool = True) -> Callable[..., Any]:
        return lambda rule, **values: compiled(self, append_unknown)(rule, **values)

    return late


def policies_late() -> None:
    """A thousand policies that AWS manages, which moto makes for each partition before the first answer of any service."""
    from moto.iam import models

    backend: Any = models.IAMBackend
    made = backend._init_aws_policies

    def of_aws(self: Any) -> Any:
        if "_of_aws" not in vars(self):
            self._of_aws = made(self)
        return self._of_aws

    def managed(self: Any) -> Any:
        if "_managed" not in vars(self):
            self._managed = {policy.arn: policy for policy in self.aws_managed_policies}
        return self._managed

    backend._init_aws_policies = lambda _: []
    backend._init_managed_policies = lambda _: {}
    backend.aws_managed_policies = property(of_aws, lambda *_: None)
    backend.managed_policies = property(managed, lambda *_: None)


def images_late() -> None:
    """A thousand images of machines in each Region that is asked for anything, and in us-east-1."""
    from moto.ec2.models.amis import AmiBackend

    backend: Any = AmiBackend
    load = backend._load_amis

    def images(self: Any) -> Any:
        if "_images" not in vars(self):
            self._images = {}
            load(self)
        return self._images

    backend._load_amis = lambda _: None
    backend.amis = property(images, lambda *_: None)


def ids_at_once() -> None:
    """moto draws each character by itself, dozens for each answer."""
    from moto.ec2 import utils
    from moto.moto_api._internal import mock_random
    from moto.moto_api._internal.moto_random import MotoRandom

    def text(self: Any, length: int = 20, include_digits: bool = True, lower_case: bool = False) -> str:
        pool = string.ascii_letters + (string.digits if include_digits else "")
        drawn = "".join(self.choices(pool, k=length))
        return drawn.lower() if lower_case else drawn

    MotoRandom.get_random_string = text  # type: ignore[method-assign]
    utils.random_resource_id = lambda size=8: f"{mock_random.getrandbits(4 * size):0{size}x}"
