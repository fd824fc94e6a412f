# SPDX-License-Identifier: Apache-2.0
"""SCons's file of signatures, whose writing may fail: one message instead of SCons's traceback.

The module is SCons's `dbm_module`: it opens the same file in the same format.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import SCons.dblite

from ingot.base.console import say_error
from ingot.base.errors import os_error


class Signatures(SCons.dblite._Dblite):  # type: ignore[misc] # SCons has no types
    """SCons's signatures in memory, written to the file at the end of a build."""

    def sync(self) -> None:
        """Writes them. A full disk ends SCons with status 2; what was built is then compared by SCons once more."""
        try:
            super().sync()
        except OSError as error:
            self._needs_sync = False
            Path(self._tmp_name).unlink(missing_ok=True)
            say_error(os_error(OSError(error.errno or errno.EIO, error.strerror or str(error), self._file_name)))
            raise SystemExit(2) from None


def open(file: str, flag: str = "r", mode: int = 0o666) -> Any:
    """The signatures of that file, as SCons.dblite.open gives them."""
    return Signatures(file, flag, mode)
