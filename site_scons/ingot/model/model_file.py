"""A model's file, read once: what is parsed, hashed, recorded and kept of it are the same bytes.

A path that is read a second time may lead to another file by then: a training that ends while a build runs.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from ingot.errors import IngotError


@dataclass(frozen=True)
class ModelFile:
    """path: where it lay, for messages and names only. data: what was in it."""

    path: Path
    data: bytes

    @property
    def name(self) -> str:
        return self.path.name

    @functools.cached_property
    def sha256(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


def read_model_file(path: Path) -> ModelFile:
    """Raises IngotError when the file cannot be read."""
    try:
        return ModelFile(path, path.read_bytes())
    except OSError as error:
        raise IngotError(
            f"cannot read the model: {error.strerror}.", where=str(path), remedy="Check the path and its permissions."
        ) from None
