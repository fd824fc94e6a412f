# SPDX-License-Identifier: Apache-2.0
"""Programs that must not outlive this process: an emulator that waits for requests would wait for ever."""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # prctl(2)


@functools.cache
def _prctl() -> Callable[..., int] | None:
    return ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def ends_with_parent() -> Callable[[], None] | None:
    """`preexec_fn` of a program that gets SIGKILL when this process ends, however that ends.

    Linux has that (prctl(2)): None elsewhere. The kernel watches the thread that starts the program: that thread has to
    wait for the program's end.
    """
    prctl = _prctl()
    if prctl is None:
        return None
    parent = os.getpid()

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:  # it ended before that
            os.kill(os.getpid(), signal.SIGKILL)

    return bind
