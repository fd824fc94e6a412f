# SPDX-License-Identifier: Apache-2.0
"""Commands in namespaces of their own: with a folder that is small or read-only, or as somebody who owns nothing.

Nothing of it is seen outside, and none of it needs to be root where user namespaces are allowed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

_MOUNTING = ("unshare", "--user", "--map-root-user", "--mount")


def _allowed() -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = [*_MOUNTING, "sh", "-c", "mount -t tmpfs -o size=4k none /mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


needs_namespaces = pytest.mark.skipif(not _allowed(), reason="needs user namespaces that may mount")


def _mounting(script: str, words: Sequence[str]) -> list[str]:
    return [*_MOUNTING, "sh", "-c", script, "sh", *words]


def in_small_folder(folder: Path, size: str, words: Sequence[str], left: Path | None = None) -> list[str]:
    """The command with an empty folder of that size there. left: a folder that gets what is in it in the end."""
    folder.mkdir(exist_ok=True)
    keep = f"mkdir '{left}'; cp -a '{folder}/.' '{left}'" if left else ":"
    script = f"mount -t tmpfs -o size={size} none '{folder}' || exit 99; \"$@\"; status=$?; {keep}; exit $status"
    return _mounting(script, words)


def read_only(folder: Path, words: Sequence[str]) -> list[str]:
    """The command with the folder as it is, mounted read-only."""
    script = f"mount --bind '{folder}' '{folder}' && mount -o remount,bind,ro '{folder}' || exit 99; exec \"$@\""
    return _mounting(script, words)


def as_another_user(words: Sequence[str]) -> list[str]:
    """The command as somebody whom no permission of an owner or of root helps to write."""
    return ["unshare", "--user", *words]
