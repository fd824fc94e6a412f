# SPDX-License-Identifier: Apache-2.0
"""A program of the NPU as a call: its inputs are whole before it runs, and its outputs when it has run."""

from __future__ import annotations

import numpy as np

from ingot.compiler.kernels.program import Call, Param
from ingot.compiler.kernels.registry import Site, lowers
from ingot.compiler.offload import KIND, Job


@lowers(KIND, data=None)
def lower_npu(site: Site) -> Call:
    """The parameters are zeros until the program is bound to its addresses."""
    job: Job = site.op.attrs["job"]
    names = ("weights", "blob")
    params = tuple(Param(name, np.zeros(size, np.uint8)) for name, size in zip(names, job.params, strict=True) if size)
    inputs, outputs = (tuple(range(len(ids))) for ids in (site.op.inputs, site.op.outputs))
    windows = (None,) * len(inputs)
    fields = {"number": job.number}
    return Call(KIND, KIND, inputs, outputs, fields, params, windows=windows, scratch=job.scratch, alone=True)
