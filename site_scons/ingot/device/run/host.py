# SPDX-License-Identifier: Apache-2.0
"""A generated network on the machine Ingot runs on: the same network.c and the portable kernels as a shared library.

    network = HostNetwork(Path("build/n6dk/movenet"))
    outputs = network.run([image])

The kernels and the runtime are compiled once and cached by content; a network costs one compilation, cached as well.
With `sanitize` it becomes a program of its own under the address and undefined-behaviour sanitizers.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingot.base.c_text import identifier
from ingot.base.errors import IngotError
from ingot.base.host_cc import build, digest
from ingot.base.places import cache_dir, firmware_dir, kernels_dir
from ingot.base.render import render
from ingot.compiler.emit.network_c import buffer_labels
from ingot.compiler.emit.pools import macro
from ingot.device.run.host_kernels import FLAGS
from ingot.device.run.host_memory import host_blocks
from ingot.device.run.host_npu import HostNpu
from ingot.network.c_info import read_c_info
from ingot.network.types import Network

RUNTIME_SOURCES = (
    "ll_aton_runtime.c",
    "ingot_initializer.c",
    "ingot_initializer_refused.c",
    "ingot_console.c",
    "ingot_stop.c",
)
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
QUICK = ("-O3",)
_DTYPES = {1: "float32", 6: "uint8", 7: "int8", 8: "uint16", 9: "int16", 10: "int32"}


class _Buffer(ctypes.Structure):
    """`host_buffer` of toolchain/templates/host_network.c.j2."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
        ("size", ctypes.c_uint32),
        ("epoch", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("ndims", ctypes.c_uint32),
        ("shape", ctypes.POINTER(ctypes.c_uint32)),
    )


class HostNetwork:
    """A compiled network from the folder that compile_model() filled.

    sanitize: run every inference in a process of its own under sanitizers; trace() is not available then.
    quick: compiled longer, for many inferences.
    Layers for the NPU run on its simulator, on this memory.
    fill: what the pools hold before the first inference.
    Raises IngotError when something does not compile or the network refuses its initializer.
    """

    def __init__(
        self, folder: Path, name: str = "network", *, sanitize: bool = False, quick: bool = False, fill: int = 0x5A
    ) -> None:
        self.network = read_c_info(folder / f"{name}_c_info.json")
        self._raw = folder / self.network.initializers[0].file
        self._sanitize = sanitize
        self._built = _build(self.network, folder, sanitize, quick)
        self._library: ctypes.CDLL | None = None
        self._npu: HostNpu | None = None
        if sanitize and self.network.drives_npu:
            raise IngotError("layers for the NPU do not run under sanitizers", where=name)
        if not sanitize:
            self._library = _load(self._built)
            self._library.host_fill(fill)
            if self.network.drives_npu:
                self._npu = HostNpu(self.network, self._library)
            self._install()

    def run(self, inputs: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        """One inference. Inputs and outputs have the shapes and types of the network's. State carries over."""
        _check(self.network, inputs)
        if self._library is None:
            return self.run_many([inputs])[0]
        self._set_inputs(inputs)
        self._library.host_run()
        self._check_npu()
        return [values for _, _, values in self._buffers(1)]

    def run_many(self, samples: Sequence[Sequence[npt.NDArray[Any]]]) -> list[list[npt.NDArray[Any]]]:
        """Inferences one after the other; under sanitizers, in one process."""
        if self._library is not None:
            return [self.run(inputs) for inputs in samples]
        for inputs in samples:
            _check(self.network, inputs)
        data = b"".join(np.ascontiguousarray(array).tobytes() for inputs in samples for array in inputs)
        answer = _run_program(self._built, self._raw, data)
        results, position = [], 0
        for _ in samples:
            outputs = []
            for port in self.network.outputs:
                values = np.frombuffer(answer, port.dtype, port.size // np.dtype(port.dtype).itemsize, position)
                outputs.append(values.reshape(port.shape).copy())
                position += port.size
            results.append(outputs)
        return results

    def trace(self, inputs: Sequence[npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
        """One inference; every tensor that is in memory as a whole after the epoch that made it, by name."""
        _check(self.network, inputs)
        if self._library is None:
            raise IngotError("tensors between epochs cannot be seen in a sanitized run")
        self._set_inputs(inputs)
        buffers = self.network.buffers
        labels = buffer_labels(buffer.role for buffer in buffers)
        names = {label: buffer.name for label, buffer in zip(labels, buffers, strict=True)}
        seen: dict[str, npt.NDArray[Any]] = {}
        epoch, more = 0, True
        while more:
            more = bool(self._library.host_step())
            self._check_npu()
            epoch += 1
            seen |= {names[label]: values for label, first, values in self._buffers(2) if first == epoch}
        return seen | {names[label]: values for label, _, values in self._buffers(1)}

    def inputs(self) -> list[npt.NDArray[Any]]:
        """What the memory of the inputs holds now. Not in a sanitized run."""
        return [values for _, _, values in self._buffers(0)]

    def reset(self) -> None:
        """State tensors back to their start, by the function that the generated code has for it."""
        if self._library is not None and any(buffer.role == "state" for buffer in self.network.buffers):
            getattr(self._library, f"ingot_reset_state_{identifier(self.network.name)}")()

    def _check_npu(self) -> None:
        if self._npu is not None:
            self._npu.check()

    def _install(self) -> None:
        assert self._library is not None
        data = self._raw.read_bytes()
        ctypes.memmove(self._library.host_initializer(), data, len(data))
        if not self._library.host_init():
            said = self._library.host_console().decode(errors="replace").strip()
            raise IngotError(said or "the network refuses its buffers", where=str(self._raw))

    def _set_inputs(self, inputs: Sequence[npt.NDArray[Any]]) -> None:
        for number, array in enumerate(inputs):
            buffer = self._buffer(0, number)
            data = np.ascontiguousarray(array)
            assert buffer is not None
            ctypes.memmove(buffer.address, data.ctypes.data, buffer.size)

    def _buffer(self, kind: int, number: int) -> _Buffer | None:
        assert self._library is not None
        buffer = _Buffer()
        return buffer if self._library.host_get_buffer(kind, number, ctypes.byref(buffer)) else None

    def _buffers(self, kind: int) -> list[tuple[str, int, npt.NDArray[Any]]]:
        """(name, epoch, copy of the values) of all buffers of a table."""
        result: list[tuple[str, int, npt.NDArray[Any]]] = []
        while (buffer := self._buffer(kind, len(result))) is not None:
            data = ctypes.string_at(buffer.address, buffer.size)
            shape = [buffer.shape[i] for i in range(buffer.ndims)]
            values = np.frombuffer(data, _DTYPES.get(buffer.type, "uint8")).copy()
            whole = values.reshape(shape) if values.size == int(np.prod(shape)) else values
            result.append((buffer.name.decode(), int(buffer.epoch), whole))
        return result


def _check(network: Network, inputs: Sequence[npt.NDArray[Any]]) -> None:
    if len(inputs) != len(network.inputs):
        raise IngotError(f"{len(inputs)} inputs given, the network has {len(network.inputs)}")
    for port, array in zip(network.inputs, inputs, strict=True):
        if array.dtype.name != port.dtype or array.nbytes != port.size:
            wanted = f"{port.dtype} {port.shape}"
            raise IngotError(f"input '{port.name}' is {array.dtype} {array.shape}, expected {wanted}")


def _build(network: Network, folder: Path, sanitize: bool, quick: bool) -> Path:
    """The shared library, or the program under sanitizers."""
    runtime = firmware_dir() / "runtime"
    npu = [firmware_dir() / "npu"] if network.drives_npu else []
    headers = [
        *kernels_dir().glob("*.h"),
        *runtime.glob("*.h"),
        *(name for folder in npu for name in folder.glob("*.h")),
    ]
    flags = [*FLAGS, *(SANITIZE if sanitize else ()), *(QUICK if quick else ()), *(["-DINGOT_NPU=1"] if npu else [])]
    search = [kernels_dir(), runtime, *npu]
    sources = [*(kernels_dir() / name for name in network.kernels), *(runtime / name for name in RUNTIME_SOURCES)]
    sources += [folder / "ingot_npu.c" for folder in npu]
    objects = [build([source], [*flags, "-c"], ".o", headers, search=search) for source in sources]
    text = _glue(network)
    glue = cache_dir() / "host" / f"{identifier(network.name)}-{digest([text])}.c"
    if not glue.exists():
        glue.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=glue.parent, delete=False) as file:
            file.write(text)
        shutil.move(file.name, glue)
    own = ["-O1", "-DLL_ATON_DBG_BUFFER_INFO_EXCLUDED=0", *(["-DINGOT_HOST_MAIN"] if sanitize else ["-shared"])]
    depends = [*headers, folder / f"{network.name}.c"]
    return build([glue], [*flags, *own], "" if sanitize else ".so", depends, objects, [folder, *search])


def _glue(network: Network) -> str:
    blocks, places = host_blocks(network)
    users = [
        {"label": f"user_{kind.lower()}_{number}", "kind": kind, "number": number, "size": port.size}
        for kind, ports in (("Input", network.inputs), ("Output", network.outputs))
        for number, port in enumerate(ports)
        if not port.pool
    ]
    initializer = network.initializers[0]
    return render(
        "host_network.c.j2",
        name=identifier(network.name),
        source=f"{network.name}.c",
        blocks=blocks,
        pools=[{"macro": macro(p.pool), "label": p.label, "offset": p.offset} for p in places],
        user_buffers=users,
        npu=network.drives_npu,
        initializer=macro(initializer.pool),
        initializer_size=initializer.size,
    )


def _load(path: Path) -> ctypes.CDLL:
    """The library, from a copy: two networks must not share the static memory of one loaded file."""
    with tempfile.NamedTemporaryFile(suffix=".so", delete=False) as file:
        private = Path(file.name)
    try:
        shutil.copyfile(path, private)
        library = ctypes.CDLL(str(private))
    finally:
        private.unlink()
    library.host_initializer.restype = ctypes.c_void_p
    library.host_console.restype = ctypes.c_char_p
    return library


def _run_program(program: Path, raw: Path, data: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        given, taken = Path(scratch) / "in", Path(scratch) / "out"
        given.write_bytes(data)
        done = subprocess.run([program, raw, given, taken], capture_output=True, text=True, check=False)
        if done.returncode:
            raise IngotError(f"the network fails on the host (status {done.returncode}):\n{done.stderr.strip()}")
        return taken.read_bytes()
