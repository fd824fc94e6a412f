# SPDX-License-Identifier: Apache-2.0
"""A sign of life on a terminal while something takes long. Files, pipes and CI servers get none."""

from __future__ import annotations

import contextlib
import itertools
import sys
import threading
import time
from collections.abc import Iterable, Iterator

from ingot.base.console import say

#: Seconds after which a line says what is under way.
MOMENTS = (2, 10, 30)
#: Seconds between the lines after these.
EACH = 60


@contextlib.contextmanager
def under_way(what: str, moments: Iterable[float] = MOMENTS, *, wanted: bool = True) -> Iterator[None]:
    """Says `what` and for how long it has run, at some moments (seconds) and then every minute, until it is done.

    wanted: without it nothing is said, as where standard error is no terminal.
    """
    if not wanted or not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(what, tuple(moments), done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(what: str, moments: tuple[float, ...], done: threading.Event) -> None:
    started = time.monotonic()
    last = moments[-1] if moments else 0
    for moment in itertools.chain(moments, itertools.count(last + EACH, EACH)):
        if done.wait(max(0.0, started + moment - time.monotonic())):
            return
        say(f"{what} … {moment:g} s")
