# SPDX-License-Identifier: Apache-2.0
"""The kernels of firmware/kernels/, compiled for the machine Ingot runs on (portable C), callable from Python."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingot.base.errors import IngotError
from ingot.base.host_cc import build
from ingot.base.places import kernels_dir
from ingot.device.run.descriptor_layout import Layout, read_layouts

FLAGS = ("-std=c11", "-O2", "-g", "-fPIC", "-DINGOT_PORTABLE", "-Wall", "-fno-strict-aliasing")


class KernelLibrary:
    """All kernels that compile, as one shared library; descriptor layouts come from its debug information.

    A kernel whose file does not compile is reported when it is asked for, not before, so that one broken file does not
    stop work on the others.

    extra_flags: for compiling and linking. extra_sources: further C files; one that defines ingot_sanitizer_report()
    makes the reports of a sanitizer known to sanitizer_report().
    """

    def __init__(self, folder: Path, extra_flags: tuple[str, ...] = (), extra_sources: tuple[Path, ...] = ()) -> None:
        headers = sorted(folder.glob("*.h"))
        flags = [*FLAGS, *extra_flags]
        self._failures: list[str] = []
        objects = []
        for source in (*sorted(folder.glob("*.c")), *extra_sources):
            try:
                objects.append(build([source], [*flags, "-c"], ".o", headers, search=[folder]))
            except IngotError as error:
                self._failures.append(str(error))
        if not objects:
            raise IngotError("no kernel compiles for this machine", where=str(folder), remedy="\n".join(self._failures))
        self.path = build(objects, ["-shared", *extra_flags], ".so")
        self._library = ctypes.CDLL(str(self.path))
        self._layouts: Mapping[str, Layout] = read_layouts(self.path)
        self._report = getattr(self._library, "ingot_sanitizer_report", None)
        if self._report is not None:
            self._report.restype = ctypes.c_char_p

    def sanitizer_report(self) -> str:
        """What the kernels did since the last call that C does not define, as "file:line:column: what"; "" for nothing,
        and where the library has no sanitizer."""
        return "" if self._report is None else self._report().decode()

    def function(self, kernel: str) -> Any:
        """The C function ingot_<kernel>. Raises IngotError when no compiled file defines it."""
        try:
            function = getattr(self._library, f"ingot_{kernel}")
        except AttributeError:
            raise self._missing(f"no kernel ingot_{kernel}() is compiled for this machine") from None
        function.restype = None
        return function

    def layout(self, descriptor: str) -> Layout:
        """The layout of struct ingot_<descriptor>. Raises IngotError when no compiled file uses it."""
        layout = self._layouts.get(f"ingot_{descriptor}")
        if layout is None:
            raise self._missing(f"no kernel's debug information holds struct ingot_{descriptor}")
        return layout

    def _missing(self, what: str) -> IngotError:
        return IngotError(
            what, remedy="\n".join(["Files that do not compile:", *self._failures]) if self._failures else ""
        )


@functools.cache
def host_kernels() -> KernelLibrary:
    """The kernels of this checkout; compiled at the first call of a session, and only what changed since the last."""
    return KernelLibrary(kernels_dir())
