# SPDX-License-Identifier: Apache-2.0
"""Paths in SCons, which reads texts its own way: `$x` is replaced by a variable (by nothing, if there is none), `#` at
the start is the top folder, and what ends up in a command line is read by a shell.

A path that Ingot has found or made becomes a node here, literally. A text of a user's SConstruct keeps its variables,
but none may be missing. A path that goes into command lines is refused when SCons or a shell would misread it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

import SCons.Errors
import SCons.Subst

from ingot.base import places
from ingot.base.errors import IngotError

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: All but what neither SCons, nor a shell, nor the words of `-Wl,` read as something else.
_NOT_PLAIN = re.compile(r"[^\w ./+@%:=^~-]")
_REMEDY = "Use letters, digits, blanks and . / + @ % : = ^ ~ _ -."


def file_node(env: Any, path: str) -> Any:
    """The node of a file, from a path from the top folder or an absolute one."""
    return env.fs.File(_from_top(path))


def entry_node(env: Any, path: str) -> Any:
    """The same where it is not known whether it is a file or a folder."""
    return env.fs.Entry(_from_top(path))


def dir_node(env: Any, path: str) -> Any:
    """The same of a folder."""
    return env.fs.Dir(_from_top(path))


def _from_top(path: str) -> str:
    if found := _CONTROL.search(path):
        raise IngotError(f"the path {path!a} has {found[0]!a}", remedy="Rename it; SCons cannot print such names.")
    return path if os.path.isabs(path) else f"#{path}"


def expanded(env: Any, text: str, what: str) -> str:
    """A text of a user's SConstruct with its variables replaced. Raises IngotError for one that there is not.

    what: the argument that it is, for the message. SCons itself reads a variable that there is not as nothing.
    """
    ignored = SCons.Subst.AllowableExceptions
    SCons.Subst.SetAllowableExceptions()
    try:
        return str(env.subst(text, raw=1))
    except SCons.Errors.UserError as error:
        raise IngotError(
            f"{what} is {text!a}, in which SCons cannot replace a variable: {error}",
            remedy="Write $$ for a dollar sign of the name.",
        ) from None
    finally:
        SCons.Subst.SetAllowableExceptions(*ignored)


def unexpanded(text: str) -> str:
    """A path as `expanded` gives it back: a text that is no SConstruct's, but of a command line."""
    return ("./" if text.startswith("#") else "") + text.replace("$", "$$")


def command_path(path: str, what: str) -> str:
    """A path that goes into command lines. Raises IngotError for one that SCons, the shell or the linker would misread.

    what: what the path is, for the message.
    """
    if path.startswith(("-", "~")):
        raise IngotError(f"{what} is {path!a}: a command would misread the {path[0]!a}", remedy=_REMEDY)
    if found := _NOT_PLAIN.search(path):
        raise IngotError(f"{what} is {path!a}: SCons or a shell would misread the {found[0]!a}", remedy=_REMEDY)
    return path


def literal_words(words: Sequence[str]) -> list[Any]:
    """Words of a command that SCons passes on as they are, in quotes where a shell needs them."""
    return [SCons.Subst.Literal(word) for word in words]


def check_folders(top: str) -> None:
    """Checks the two folders that every command line names. top: where SCons runs. Raises IngotError.

    The first is inside words that SCons quotes (`prefix_maps`); what a shell replaces there as well is refused.
    """
    if found := re.search(r"[`\x00-\x1f\x7f]|\$[()]", top):
        raise IngotError(
            f"the folder {top!a} has {found[0]!a}, which SCons or a shell would replace", remedy="Rename it."
        )
    if not places.ROOT.is_relative_to(top):  # else its paths begin below the working folder
        command_path(str(places.ROOT), "the folder that Ingot is in")
