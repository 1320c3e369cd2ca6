"""Builds that stay, as a model: what docs/builds.md says, written once more. It imports nothing of the product."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

UNKNOWN = "what the files said is not known"
DEFAULTS: dict[str, str | None] = {"service1-build": "1", "service2-build": None}
Numbers = dict[str, str | None]


@dataclass(frozen=True)
class Says:
    """What the files say of a build: a number or null; or nothing, so that the default counts."""

    number: str | None
    named: bool


@dataclass(frozen=True)
class Memory:
    """What is remembered of a build since the last good apply."""

    ran: str | None
    then: Says | str
    from_files: bool


@dataclass
class Layer:
    """``files``: what they name now; ``memory``: by build, {} before the first apply; ``kept``: as the last apply left it, in
    the history; ``runs``: what really runs; ``upstream``: the numbers that run in the stack before."""

    files: Numbers = field(default_factory=dict)
    defaults: Numbers = field(default_factory=lambda: dict(DEFAULTS))
    memory: dict[str, Memory] = field(default_factory=dict)
    kept: dict[str, Memory] = field(default_factory=dict)
    runs: Numbers = field(default_factory=dict)
    had: set[tuple[str, str]] = field(default_factory=set)
    upstream: set[str] = field(default_factory=set)

    def says(self, name: str) -> Says:
        return Says(self.files[name], True) if name in self.files else Says(self.defaults[name], False)

    def number(self, name: str, given: Numbers, *, files_first: bool = False) -> str | None:
        if name in given:
            return given[name]
        now, known = self.says(name), self.memory.get(name)
        if known is None or files_first:
            return now.number
        if known.then == UNKNOWN or known.then == now:
            return known.ran
        if now.named or known.from_files:
            return now.number
        return known.ran

    def outcome(self, given: Numbers, *, files_first: bool = False) -> Numbers:
        return {name: self.number(name, given, files_first=files_first) for name in DEFAULTS}

    def before(self, name: str) -> str | None:
        return self.memory[name].ran if name in self.memory else None

    def strange(self, numbers: Numbers) -> set[str]:
        """Builds that are new here, and run nowhere in the stack before."""
        return {
            n
            for n, number in numbers.items()
            if number is not None
            and number != self.before(n)
            and number not in self.upstream
            and (n, number) not in self.had
        }

    def applied(self, numbers: Numbers, given: Numbers) -> None:
        for name, number in numbers.items():
            known = self.memory.get(name)
            stays = known is not None and known.ran == number
            from_files = name not in given and (known.from_files if known and stays else True)
            self.memory[name] = Memory(number, self.says(name), from_files)
            if number is not None:
                self.had.add((name, number))
        self.kept, self.runs = dict(self.memory), dict(numbers)

    def caught_up(self) -> None:
        """A fleet skipped it."""
        self.memory = {n: replace(m, then=self.says(n)) for n, m in self.memory.items()}

    def older_tool(self) -> None:
        """It drops what the files said, and who gave a number."""
        for name, known in self.memory.items():
            if known.ran is None:
                self.memory = {n: m for n, m in self.memory.items() if n != name}
            elif not known.from_files:
                self.memory = {**self.memory, name: replace(known, then=UNKNOWN)}
            else:
                now = self.says(name)
                then = now if now.number == known.ran else Says(known.ran, True)
                self.memory = {**self.memory, name: replace(known, then=then)}
