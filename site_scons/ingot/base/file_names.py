# SPDX-License-Identifier: Apache-2.0
"""Names of generated files. Parts of them come from input files (pools, descriptions, model.yaml, board.yaml), which
anybody may have written: every such name passes through here, so that nothing is written outside the output folder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ingot.base.errors import IngotError
from ingot.base.files import write_if_changed

#: What a file system allows for one name.
LONGEST = 255
_SEPARATORS_AND_CONTROLS = re.compile(r"[/\\\x00-\x1f\x7f]")


def file_name(text: str, what: str, *, where: str = "", remedy: str = "") -> str:
    """The text, if it can be the name of a file in a folder: one part of a path, and no other folder.

    what: what the text is, for the message. Raises IngotError for a name with a slash, a backslash or a control
    character, for "", "." and "..", and for one that is longer than file systems allow.
    """
    wrong = ""
    if found := _SEPARATORS_AND_CONTROLS.search(text):
        wrong = f"it has {found[0]!a}"
    elif text in ("", ".", ".."):
        wrong = "it names no file"
    elif len(text.encode(errors="surrogateescape")) > LONGEST:
        wrong = f"it has more than {LONGEST} bytes"
    if wrong:
        shown = ascii(text) if len(text) <= 80 else f"{text[:77]!a}..."
        raise IngotError(
            f"{what} is {shown}, which cannot be part of a file name: {wrong}",
            where=where,
            remedy=remedy or "Generated files stay in the output folder; use letters, digits, '_', '-' and '.'.",
        )
    return text


def network_name(text: str, where: str) -> str:
    """The text, if it can be the C name of a network, which is part of file names too. Raises IngotError."""
    if not text.isidentifier() or not text.isascii():
        raise IngotError(f"{text!a} cannot be the name of a network", where=where, remedy="Use a C identifier.")
    return text


def output_path(folder: Path, name: str, what: str = "the name of a generated file") -> Path:
    """The path of a generated file in its folder. Raises IngotError for a name that leads elsewhere."""
    return folder / file_name(name, what, where=str(folder))


def write_outputs(folder: Path, contents: Mapping[str, bytes | str]) -> None:
    """Writes generated files into a folder, all or none of them when a name leads elsewhere (IngotError)."""
    paths = {output_path(folder, name): content for name, content in contents.items()}
    for path, content in paths.items():
        write_if_changed(path, content)
