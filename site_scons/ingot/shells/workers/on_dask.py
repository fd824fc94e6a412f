# SPDX-License-Identifier: Apache-2.0
"""Work on the workers of Dask's `distributed`: one task a piece of work, keyed by content.

Dask starts a task anew when its worker dies; a task that ends three workers counts as failed. Two clients that ask one
scheduler for the same content at the same time share one task.
"""

from __future__ import annotations

import functools
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.shells.workers.parcel import Delivery, Parcel, deliver, parcel_of, unpack
from ingot.shells.workers.work import Done, Say, Work

_REMEDY = "scheduler=local:2 starts two workers here; scheduler=tcp://host:8786 asks those of a running scheduler."
#: Seconds in which a scheduler has to answer, and have a worker.
_PATIENCE = 30
_one_at_a_time = threading.Lock()


def run_on_dask(works: Sequence[Work], build: str, scheduler: str, say: Say) -> list[Done]:
    """What became of each piece of work, in their order; their files are in `build` as after a build here.

    say: gets a line for each, as they end. Raises IngotError without `distributed`, or without a scheduler.
    """
    distributed = _distributed()
    parcels = [parcel_of(work, build) for work in works]
    found: dict[int, Done] = {}
    with _client(distributed, scheduler) as client:
        _require_ingot(client, scheduler)
        futures = {
            client.submit(build_parcel, parcel, key=f"ingot-{parcel.key}", pure=True): number
            for number, parcel in enumerate(parcels)
        }
        for future in distributed.as_completed(list(futures)):
            number = futures[future]
            found[number] = _done(future, works[number])
            say(f"{found[number].state} {works[number].name} ({len(found)} of {len(works)})")
            future.release()
    return [found[number] for number in range(len(works))]


def build_parcel(parcel: Parcel) -> Delivery:
    """The task: does the work of a parcel in this worker's folder. A worker with several threads does one at a time."""
    with _one_at_a_time:
        try:
            return deliver(parcel, _scratch())
        except IngotError as error:
            return Delivery("FAILED", f"ingot: {error}", {}, {})


@functools.cache
def _scratch() -> Path:
    """A folder of this process alone: a worker that comes after a dead one begins in an empty one."""
    from distributed import get_worker

    return Path(tempfile.mkdtemp(prefix="ingot-", dir=get_worker().local_directory))


def _done(future: Any, work: Work) -> Done:
    error = future.exception()
    if error is not None:
        return Done("FAILED", f"ingot: the task was given up: {error}", {})
    delivery: Delivery = future.result()
    unpack(delivery, work)
    return Done(delivery.state, delivery.log, delivery.facts)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        remedy = "Install it with `pip install 'path/to/ingot[dask]'`, or leave scheduler= out."
        raise IngotError("needs the package distributed", where="scheduler", remedy=remedy) from error
    return distributed


def _client(distributed: Any, scheduler: str) -> Any:
    """A client of the scheduler that `scheduler` names, or of workers started for it."""
    kind, _, rest = scheduler.partition(":")
    if kind == "local":
        if not rest.isdigit() or int(rest) < 1:
            raise IngotError(f"scheduler={scheduler} says no number of workers", remedy=_REMEDY)
        cluster = distributed.LocalCluster(
            n_workers=int(rest), threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", silence_logs=50
        )
        return _Owned(distributed.Client(cluster), cluster)
    if kind not in ("tcp", "tls", "ws", "wss"):
        raise IngotError(f"scheduler={scheduler} is not known", remedy=_REMEDY)
    try:
        client = distributed.Client(scheduler, timeout=_PATIENCE)
        client.wait_for_workers(1, timeout=_PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise IngotError(f"no scheduler with a worker answers at {scheduler}", remedy=_REMEDY) from error
    return client


def _require_ingot(client: Any, scheduler: str) -> None:
    """Raises IngotError for a machine that could not even read a task. What asks is part of Python."""
    ask = "__import__('importlib.util').util.find_spec('ingot') is not None"
    found = {"the scheduler": client.run_on_scheduler(eval, ask), **client.run(eval, ask)}
    for name, has in found.items():
        if not has:
            remedy = "Install the same Ingot where the scheduler and the workers run."
            raise IngotError(f"{name} has no Ingot", where=f"scheduler={scheduler}", remedy=remedy)


class _Owned:
    """A client whose cluster ends with it."""

    def __init__(self, client: Any, cluster: Any) -> None:
        self._client, self._cluster = client, cluster

    def __enter__(self) -> Any:
        return self._client

    def __exit__(self, *error: object) -> None:
        self._client.close()
        self._cluster.close()
