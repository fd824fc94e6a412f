# SPDX-License-Identifier: Apache-2.0
"""Several pairs of child processes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None: ...


Asked = TypeVar("Asked", bound=Closable)
Item = TypeVar("Item")
Result = TypeVar("Result")


def answers(
    make: Callable[[], Asked], ask: Callable[[Asked, Item], Result], items: Iterable[Item], jobs: int
) -> Iterator[Result]:
    """ask(one that `make` made, item) of every item, in their order; of each of the `jobs` made, one at a time."""
    free: Queue[Asked] = Queue()
    everyone = [make() for _ in range(jobs)]
    for asked in everyone:
        free.put(asked)

    def one(item: Item) -> Result:
        asked = free.get()
        try:
            return ask(asked, item)
        finally:
            free.put(asked)

    try:
        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(one, items)
    finally:
        for asked in everyone:
            asked.close()
