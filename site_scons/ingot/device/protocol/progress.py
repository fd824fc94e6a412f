# SPDX-License-Identifier: Apache-2.0
"""How far a long conversation is, on a terminal; nothing where standard error is none."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

_STAGES = {"send": "sending inputs", "run": "epoch", "receive": "receiving outputs"}

#: Seconds between two reports of a firmware that computes.
SECONDS = 0.3
#: Instructions a second that the twin manages on a usual machine, to turn seconds into instructions.
TWIN_SPEED = 100_000_000


@contextlib.contextmanager
def shown(epochs: int) -> Iterator[Callable[[str, int, int], None]]:
    """A function for `Client.on_progress`. epochs: of the network."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("  {task.description:<17}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("connecting", total=None)

        def show(stage: str, done: int, total: int) -> None:
            bar.update(task, description=_STAGES[stage], completed=done, total=total or epochs)

        yield show


def interval(clock: int) -> int:
    """The cost after which a report is due. clock: the board's in Hz, 0 for the twin."""
    return int(SECONDS * (clock or TWIN_SPEED))
