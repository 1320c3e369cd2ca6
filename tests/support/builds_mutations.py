"""Says which ways of breaking the rule of builds the state machine finds: python tests/support/builds_mutations.py [NAME...]

Each is one line of the product, changed in a copy. It ends 1 if one is not found within 500 runs of the machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "faults"))

from suite import copy

MACHINE = "tests/unit/deploy/test_builds_machine.py"
RULE, CHOICES, TURN = "deploy/build_rule.py", "deploy/build_choices.py", "deploy/turn.py"
MUTATIONS = {
    "T3: a rollback records what the files said then": (
        "deploy/prepared.py",
        "files={n: one.now.as_data() for n, one in self.choices.items()},",
        "files={n: ((one.ran.then if one.given and one.ran else None) or one.now).as_data() "
        "for n, one in self.choices.items()},",
    ),
    "T4: a skipped layer takes note of nothing": (
        "fleet/fleet.py",
        "if not behind or not verb.applies or self.deployer.dry:",
        "if True:",
    ),
    "T5: the record is not read at the layer's turn": (
        TURN,
        "if not prepared.choices or not prepared.verb.on_state or self.dry:",
        "if True:",
    ),
    "T6: a try is not noted": ("deploy/recorder.py", "return replace(now, trying=note)", "return now"),
    "T9: numbers that stay are checked too": (
        "deploy/build_guard.py",
        "if c.number is not None and c.number != c.before}",
        "if c.number is not None}",
    ),
    "T11: a failed try counts as what runs": (
        "state/record.py",
        'return replace(self, failed={"at": at, "by": by, "error": error, **more}, trying={})',
        'tried = {**self.builds, **(more.get("builds") or {})}\n'
        '        return replace(self, failed={"at": at, "by": by, "error": error}, builds=tried, trying={})',
    ),
    "T13: a lost record is an order to deploy the files' numbers": (
        TURN,
        "if unknown and alone and not self.from_files:",
        "if False:",
    ),
    "T14: an older tool makes a given build the files' own": (
        "deploy/prepared.py",
        "cli_vars={**{n: b for n, b in self.builds.items() if n in brought}, **self.cli_vars},",
        "cli_vars=self.cli_vars,",
    ),
    "T15: 90 is not the text": (
        CHOICES,
        "return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None",
        "return value if isinstance(value, str | int | float) else None",
    ),
    "row 9: a deleted line takes a given build along": (RULE, "if not ran.by_files:", "if False:"),
    "row 10: a deleted line leaves its own build": (RULE, "if not ran.by_files:", "if True:"),
    "the 412: a record is written whatever stands there": (
        "state/conditional.py",
        "store.write_if(key, render(after), tag)",
        "(store.write(key, render(after)) or True)",
    ),
}


def main(names: list[str]) -> int:
    missed = [name for name in MUTATIONS if (not names or name.split(":")[0] in names) and not _found(name)]
    return 1 if missed else 0


def _found(name: str) -> bool:
    module, before, after = MUTATIONS[name]
    with copy() as folder:
        file = folder / "wrapper" / module
        text = file.read_text()
        assert text.count(before) == 1, f"{module} has this line {text.count(before)} times: {before}"
        file.write_text(text.replace(before, after))
        began = time.monotonic()
        argv = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", MACHINE]
        environ = {**os.environ, "BUILDS_EXAMPLES": "500", "BUILDS_FIRST": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, env=environ)
    found = done.returncode == 1
    words = next((line[2:].strip() for line in done.stdout.splitlines() if line.startswith("E  ")), "")
    print(f"{name} | {'found' if found else 'NOT FOUND'} | {time.monotonic() - began:.0f} s | {words[:90]}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
