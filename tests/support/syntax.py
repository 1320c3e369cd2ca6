"""Syntax trees of Python, made once for the many tests that read the same files. They are not to be changed."""

from __future__ import annotations

import ast
from functools import cache

parse = cache(ast.parse)
