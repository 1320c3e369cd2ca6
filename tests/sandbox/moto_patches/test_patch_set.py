from __future__ import annotations

from typing import Any

from wrapper.sandbox import moto_patches
from wrapper.sandbox.moto_patches.patch_set import PatchSet, applied


class Parent:
    def greet(self) -> str:
        return "hello"


class Child(Parent):
    pass


def louder(patch_set: PatchSet) -> None:
    def around(original: Any, self: Child) -> str:
        return f"{original(self)}!"

    patch_set.wrap(Child, "greet", around)


def test_a_mend_holds_inside_its_block_only() -> None:
    with applied(louder):
        assert Child().greet() == "hello!"
    assert Child().greet() == "hello"


def test_undoing_leaves_no_trace_in_a_class_that_inherited() -> None:
    with applied(louder):
        assert "greet" in vars(Child)
    assert "greet" not in vars(Child)


def test_mends_of_one_method_are_taken_back_in_turn() -> None:
    with applied(louder, louder):
        assert Child().greet() == "hello!!"
    assert Child().greet() == "hello"


def test_every_mend_says_what_aws_and_what_moto_answers() -> None:
    for patch in moto_patches.ALL:
        said = patch.__doc__ or ""
        assert said.startswith("AWS ") and "https://docs.aws.amazon.com/" in said and "moto" in said, patch.__name__


def test_all_mends_can_be_applied_and_taken_back() -> None:
    moto_patches.apply_all().undo()
