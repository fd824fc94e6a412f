# SPDX-License-Identifier: Apache-2.0
"""Imports of threads, one after the other.

Python locks each module by itself. When two threads import modules that import each other, each holds what the other
waits for; Python sees that and hands out a module that is not finished ("cannot import name ... from partially
initialized module"). NumPy has such modules. SCons runs steps in threads, and each step imports what it needs.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_LOCK = threading.RLock()
_locked: set[object] = set()


def import_one_at_a_time() -> None:
    """From here on, a thread of this process that imports waits for the one that does. May be called again."""
    with _LOCK:
        if builtins.__import__ not in _locked:
            builtins.__import__ = _in_turn(builtins.__import__)
        if importlib.import_module not in _locked:
            importlib.import_module = _in_turn(importlib.import_module)


def _in_turn(function: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(function)
    def locked(*arguments: P.args, **named: P.kwargs) -> R:
        with _LOCK:
            return function(*arguments, **named)

    _locked.add(locked)
    return locked
