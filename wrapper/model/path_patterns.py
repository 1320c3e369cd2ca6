"""Patterns of paths as a rule of a load balancer has them: ``*`` stands for any text, ``?`` for one character. Pure.

(docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html#path-conditions)
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

EVERY_PATH = "/*"
_MANY = 5  # stars that are tried one by one; a rule has at most five


def is_every_path(pattern: str) -> bool:
    """Whether a pattern fits each path there is: ``/*``, ``*``, ``/**``."""
    return contains(pattern, EVERY_PATH)


@lru_cache(maxsize=4096)
def contains(wide: str, narrow: str) -> bool:
    """Whether each path that ``narrow`` fits also fits ``wide``. Tried with each star of ``narrow`` as nothing, and as more than
    ``wide`` could match but by a star of its own, of characters that stand in no pattern."""
    parts, longest = narrow.replace("?", "\1").split("*"), "\1" * (len(wide) + 1)
    fills = itertools.product(("", longest), repeat=min(len(parts) - 1, _MANY))
    form = _expression(wide)
    return all(form.fullmatch(_filled(parts, fill)) for fill in fills)


def _filled(parts: list[str], fill: tuple[str, ...]) -> str:
    return "".join(part + more for part, more in itertools.zip_longest(parts, fill, fillvalue=""))


def _expression(pattern: str) -> re.Pattern[str]:
    forms = {"*": ".*", "?": "."}
    return re.compile("".join(forms.get(c, re.escape(c)) for c in re.sub(r"\*+", "*", pattern)), re.DOTALL)
