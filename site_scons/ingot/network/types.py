# SPDX-License-Identifier: Apache-2.0
"""The description of a compiled network that every stage behind the compilers reads.

Three compilers end here (built-in, ST Edge AI, prebuilt); linker script, check, reports, app_config and images start
here and never ask which compiler it was. On disk it is `network_c_info.json` (ST's schema 2.0 plus a key "ingot" for
what that schema cannot say), read by ingot.network.c_info, written by ingot.network.c_info_writing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingot.base.file_names import file_name
from ingot.model.kinds_of_file import TFLITE
from ingot.network.detection import DetectionHead


@dataclass(frozen=True)
class NetworkPool:
    """A memory pool as the network uses it.

    base: address of the pool's first byte; None for a relative pool.
    used: bytes from the base to the highest byte used by any buffer. start: lowest offset used (0 mostly).
    rights: "ACC_READ" or "ACC_WRITE". fname: postfix of its initializer file.
    subpools: names of the pools a virtual pool spans; empty for a real one.
    """

    name: str
    fname: str
    base: int | None
    size: int
    used: int
    rights: str
    score: int = 0
    cacheable: bool = False
    relative: bool = False
    subpools: tuple[str, ...] = ()
    start: int = 0

    @property
    def virtual(self) -> bool:
        return bool(self.subpools)


@dataclass(frozen=True)
class NetworkBuffer:
    """A tensor in a pool, or a user-allocated input/output (pool == "").

    role: "input", "output", "activation", "state", "scratch" or "param".
    epochs: first and last epoch (inclusive) in which it must survive.
    dtype: NumPy name. scale, zero_point: per tensor or per channel; empty without quantization.
    """

    name: str
    pool: str
    offset: int
    size: int
    shape: tuple[int, ...]
    dtype: str
    role: str
    epochs: tuple[int, int]
    scale: tuple[float, ...] = ()
    zero_point: tuple[int, ...] = ()
    ring_rows: int = 0


@dataclass(frozen=True)
class NetworkLayer:
    """An operator of the source model, for the layer table."""

    index: int
    kind: str
    name: str
    shape: tuple[int, ...]
    params: int
    param_bytes: int
    macs: int
    inputs: tuple[str, ...]
    epoch: int = -1


@dataclass(frozen=True)
class Estimate:
    """Nanoseconds, estimated: npu, of a program of the NPU at least, with its start; cpu, of the CPU for its layers."""

    npu: int
    cpu: int

    @property
    def text(self) -> str:
        """Both figures in a few words."""
        return f"the NPU at least {in_us(self.npu)} us, the CPU {in_us(self.cpu)} us (estimated)"


def in_us(nanoseconds: int) -> str:
    """Microseconds with three digits or more."""
    return f"{nanoseconds / 1e3:,.0f}" if nanoseconds >= 99_950 else f"{nanoseconds / 1e3:.1f}"


@dataclass(frozen=True)
class NetworkEpoch:
    """One scheduling unit. kind: "EC" (NPU) or "SW" (CPU). why: why it is not EC, in a few words.

    estimate: of an epoch of the NPU that was compared with the CPU.

    reads, writes: positions in Network.buffers of what it reads and writes, without what lives only inside it; both
    empty where the compiler does not say.
    """

    number: int
    kind: str
    kernels: tuple[str, ...]
    macs: int
    layers: tuple[int, ...] = ()
    why: str = ""
    rings: tuple[str, ...] = ()
    reads: tuple[int, ...] = ()
    writes: tuple[int, ...] = ()
    estimate: Estimate | None = None


@dataclass(frozen=True)
class Initializer:
    """A raw file that must stand at `address` (pool base + start) before the first inference."""

    pool: str
    file: str
    address: int | None
    size: int
    crc32: int

    def __post_init__(self) -> None:
        file_name(self.file, f"the initializer of pool '{self.pool}'")


@dataclass(frozen=True)
class Network:
    """Everything the stages behind the compilers need to know.

    name: C name of the network (`network`). model: display name. compiler: "builtin", "stedgeai" or "prebuilt".
    stand_in: True when the model's weights are invented.
    peak, lower_bound: activation bytes of the plan, and what its schedule needs at least (0 when unknown).
    unfused_peak: activation bytes that the same program needs at least with nothing fused and nothing overlaid (0 when
    unknown).
    layout_id: 16 hex digits that tie network.c to its initializer ("" when the compiler has none).
    source_sha256: of network.c as it was generated ("" when another tool did).
    options: what the compiler was told, as words of its command line ("" where it does not say).
    kernels: C sources of firmware/kernels/ that network.c calls into.
    io_layout: of inputs and outputs whose file has channels first (ingot.model.asked.Part); "" for the usual.
    stack_arrays: kernel -> bytes of its arrays on the stack whose length follows from the shapes, of the largest call.
    beside, in_turn: names of the networks of the same firmware that were placed before it: those that may run at the
    same time, and those that never do, so that activations may overlap.
    detection: of a detector whose file goes on with an operator that the application computes.
    model_format: of the model's file, "tflite" or "onnx".
    """

    name: str
    model: str
    model_sha256: str
    compiler: str
    compiler_version: str
    pools: tuple[NetworkPool, ...]
    buffers: tuple[NetworkBuffer, ...]
    epochs: tuple[NetworkEpoch, ...]
    layers: tuple[NetworkLayer, ...]
    initializers: tuple[Initializer, ...]
    peak: int = 0
    lower_bound: int = 0
    unfused_peak: int = 0
    stand_in: bool = False
    layout_id: str = ""
    source_sha256: str = ""
    options: str = ""
    kernels: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    stack_arrays: tuple[tuple[str, int], ...] = ()
    beside: tuple[str, ...] = ()
    in_turn: tuple[str, ...] = ()
    io_layout: str = ""
    detection: DetectionHead | None = None
    model_format: str = TFLITE

    def __post_init__(self) -> None:
        for text in (self.name, *self.kernels):
            file_name(text, "a name of the network's description")

    @property
    def drives_npu(self) -> bool:
        """Whether it has layers for the NPU that Ingot's own runtime starts."""
        return self.compiler == "builtin" and any(epoch.kind == "EC" for epoch in self.epochs)

    @property
    def inputs(self) -> tuple[NetworkBuffer, ...]:
        return tuple(b for b in self.buffers if b.role == "input")

    @property
    def outputs(self) -> tuple[NetworkBuffer, ...]:
        return tuple(b for b in self.buffers if b.role == "output")

    def pool(self, name: str) -> NetworkPool:
        """The pool of that name. Raises KeyError."""
        for pool in self.pools:
            if pool.name == name:
                return pool
        raise KeyError(name)


def rows_of(name: str) -> str:
    """The name of the tensor whose rows are handed over as those of the input or output of that name."""
    return f"rows of {name}"
