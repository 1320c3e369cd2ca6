"""What two commands change at the same moment: each change is there at the end."""

from __future__ import annotations

from pathlib import Path

from wrapper.state import conditional
from wrapper.state.store import LocalStore

NUMBER = (lambda data: int(data or b"0")), (lambda number: b"%d" % number)


class Busy(LocalStore):
    """Another command adds a hundred before each of the first writes."""

    def __init__(self, folder: Path, others: int) -> None:
        super().__init__(folder)
        self.others = others

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        if self.others:
            self.others -= 1
            self.write(key, b"%d" % (int(self.read(key) or b"0") + 100))
        return super().write_if(key, data, tag)


def test_what_came_between_stays(tmp_path: Path) -> None:
    store, waited = Busy(tmp_path, others=3), list[int]()
    assert conditional.changed(store, "n", NUMBER, lambda n: n + 1, 4, waited.append) == 301
    assert (store.read("n"), waited) == (b"301", [0, 1, 2])


def test_no_more_than_so_many_tries(tmp_path: Path) -> None:
    store, waited = Busy(tmp_path, others=3), list[int]()
    assert conditional.changed(store, "n", NUMBER, lambda n: n + 1, 3, waited.append) is None
    assert (store.read("n"), waited) == (b"300", [0, 1, 2])


def test_what_is_so_already_is_not_written(tmp_path: Path) -> None:
    store = Busy(tmp_path, others=1)
    assert conditional.changed(store, "n", NUMBER, lambda n: n, 1) == 0
    assert (store.read("n"), store.others) == (None, 1)
