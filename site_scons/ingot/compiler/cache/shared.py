# SPDX-License-Identifier: Apache-2.0
"""A store of compiled networks that several machines share: any place that fsspec knows, such as s3://bucket/folder.

It stands behind this machine's own store: what is there is taken over once. Entries have the form of that store, and
their checksum is compared before they count. A shared store that cannot be reached costs a compilation, not a build.
"""

from __future__ import annotations

import functools
import os
import uuid
from collections.abc import Mapping
from typing import Any

from ingot.base.console import say
from ingot.base.errors import IngotError
from ingot.compiler.cache.store import pack, unpack

VARIABLE = "INGOT_SHARED_CACHE"


def shared_store() -> SharedStore | None:
    """The store of INGOT_SHARED_CACHE, None without one. Raises IngotError for an address that cannot be used."""
    address = os.environ.get(VARIABLE, "")
    return _opened(address) if address else None


@functools.cache
def _opened(address: str) -> SharedStore:
    return SharedStore(address)


class SharedStore:
    """The entries below an address of fsspec. Raises IngotError without fsspec, or for an address it does not know."""

    def __init__(self, address: str) -> None:
        try:
            import fsspec
        except ImportError as error:
            remedy = "Install it with `pip install 'path/to/ingot[dask]'`, or unset the variable."
            raise IngotError("needs the package fsspec", where=VARIABLE, remedy=remedy) from error
        try:
            self._files, self._folder = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError, OSError) as error:
            remedy = (
                "Give an address as fsspec has them: s3://bucket/folder, file:///mnt/shared, or unset the variable."
            )
            raise IngotError(f"'{address}' cannot be used: {error}", where=VARIABLE, remedy=remedy) from error
        self._address, self._lost = address, False

    def _path(self, key: str) -> str:
        return f"{self._folder}/{key[:2]}/{key[2:]}.ingot"

    def load(self, key: str) -> dict[str, bytes] | None:
        """The files of an entry; None when there is no whole one, or nobody answers."""
        try:
            data: bytes = self._files.cat_file(self._path(key))
        except FileNotFoundError:
            return None
        except Exception as error:  # each kind of store has errors of its own
            self._complain(error)
            return None
        return unpack(data)

    def save(self, key: str, files: Mapping[str, bytes]) -> None:
        """Adds an entry, written beside and moved, so that nobody reads a part of it."""
        path = self._path(key)
        part = f"{path}.{uuid.uuid4().hex}"
        try:
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.pipe_file(part, pack(files))
            self._files.mv(part, path)
        except Exception as error:  # each kind of store has errors of its own
            self._complain(error)

    def _complain(self, error: Any) -> None:
        """Once a process: a build asks for several networks."""
        if not self._lost:
            say(f"{VARIABLE}: {self._address} is left out: {type(error).__name__}: {error}")
        self._lost = True
