# SPDX-License-Identifier: Apache-2.0
"""The steps of one region in the order of execution: the last calls ask for rows, what they need is made before them.

It follows from windows and grains alone; whose memory a tensor takes over changes nothing in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingot.compiler.schedule.reads import Reads

RawStep = tuple[int, int, int]
"""Call (position in the region), first row, rows; counted in the direction of the region."""


class Demand:
    """One region that asks for its rows, from the last calls to the first."""

    def __init__(
        self,
        reads: Sequence[Sequence[Reads]],
        made_by: Mapping[int, int],
        rows: Sequence[int],
        folds: Sequence[int],
        grains: Sequence[int],
    ) -> None:
        """For each call: how it reads its inputs; the rows in which it runs; see Call.folds; rows made at a time.

        made_by: tensor -> the call of the region that makes it.
        """
        self._rows, self._grains, self._folds = rows, grains, folds
        self._done = [0] * len(rows)
        self._needs = [[(made_by[r.tensor], self._upto(made_by, r)) for r in rs if r.tensor in made_by] for rs in reads]
        self._steps: list[RawStep] = []

    def _upto(self, made_by: Mapping[int, int], reads: Reads) -> list[int]:
        """The steps of the tensor's maker, in rows, that must be done: all of them where it folds."""
        folds = self._folds[made_by[reads.tensor]]
        return [folds * bool(rows) for rows in reads.upto] if folds else reads.upto

    def steps(self, complete: Sequence[int]) -> list[RawStep]:
        """All steps. complete: the calls of which every row is wanted, read or not."""
        rows, done = self._rows, self._done
        fed = {k for needs in self._needs for k, _ in needs}
        sinks = [k for k in range(len(rows)) if k not in fed]
        if len(sinks) == 1:
            self._produce(sinks[0], rows[sinks[0]])
        else:
            pending = list(sinks)
            while pending:
                k = min(pending, key=lambda s: (done[s] / rows[s], s))
                self._produce(k, min(done[k] + self._grains[k], rows[k]))
                pending = [s for s in pending if done[s] < rows[s]]
        for k in complete:
            self._produce(k, rows[k])
        return self._steps

    def _produce(self, k: int, upto: int) -> None:
        """Makes rows of call k until at least `upto` are there, and before them what they need."""
        done, needs, total = self._done, self._needs[k], self._rows[k]
        grain = min(self._grains[k], total)
        y = done[k]
        while y < upto:
            n = grain if y + grain <= total else total - y
            for d, rows_needed in needs:
                need = rows_needed[y + n - 1]
                if done[d] < need:
                    self._produce(d, min(need, self._rows[d]))
            self._steps.append((k, y, n))
            y += n
            done[k] = y
